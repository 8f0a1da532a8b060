import { UpdateCommand } from "@aws-sdk/lib-dynamodb";
import { RetryLater } from "../errors.ts";
import { eventTime, type LifecycleEvent, takesAway } from "../lifecycle/event.ts";
import type { Placed } from "../lifecycle/places/places.ts";
import { isDone, markOf, readState, type State, short, stateKey, stateSchema } from "./state.ts";
import type { LedgerTable } from "./table.ts";
import { isWord, tieNames } from "./ties.ts";

export type Claim =
  | { claimed: true; state: State }
  | { claimed: false; why: "duplicate" | "stale"; state: State }
  | { claimed: false; why: "busy"; state: State; retryAfterMs: number };

export interface ClaimRequest {
  person: string;
  event: LifecycleEvent;
  /** Usually `versionOf(event)`; see `membership.ts` for events about one group of several. */
  version: number;
  /** Unique to this attempt. */
  token: string;
  now: number;
  leaseMs: number;
  /** What is merely observed leaves no trace beyond its mark. */
  observed?: boolean;
}

/**
 * Takes the person's lease and raises the mark, in one conditional write. The mark is raised here and not at the end:
 * a joiner must not slip in while its newer leaver is backing off. @throws RetryLater
 */
export async function claim(table: LedgerTable, request: ClaimRequest): Promise<Claim> {
  const { person, event, version, token, now, leaseMs } = request;
  const leaves = request.observed !== true && event.kind === "leaver" && event.membership === undefined;
  const returns = (event.kind === "joiner" || event.kind === "reinstate") && event.membership === undefined;
  const ties = tiesOf(request);
  const mark = raised(request);
  const answer = await table.won((client) =>
    client.send(
      new UpdateCommand({
        TableName: table.name,
        Key: stateKey(person),
        UpdateExpression: `SET leaseOwner = :token, leaseUntil = :until, ${mark.set}${ties.set}${
          leaves ? ", leftAt = :happened" : ""
        }${removal([...mark.remove, ...(returns ? ["leftAt"] : [])])} ADD #claims :one${ties.add}`,
        ConditionExpression:
          "(attribute_not_exists(leaseUntil) OR leaseUntil <= :now) AND " +
          `(attribute_not_exists(#mark) OR #mark <= :version${takesAway(event.kind) ? " OR leaverId = :id" : ""}) AND ` +
          "(attribute_not_exists(#done) OR #done <> :version OR #doneId <> :id)",
        ExpressionAttributeNames: { ...markNames(event), ...ties.names, "#claims": `claims_${short(event.id)}` },
        ExpressionAttributeValues: {
          ":token": token,
          ":until": now + leaseMs,
          ":now": now,
          ":version": version,
          ":id": event.id,
          ":one": 1,
          ...ties.values,
          ...(leaves ? { ":happened": eventTime(event) } : {}),
        },
        ReturnValues: "ALL_NEW",
      }),
    ),
  );
  if (answer) return { claimed: true, state: stateSchema.parse(answer.Attributes) };
  return explainRefusal(table, request);
}

/** What the event says of the person at its source: their id there, and whether it says that they joined or left. */
function tiesOf({ event, observed }: ClaimRequest) {
  const { source, kind, person } = event;
  const { externalId: id } = person;
  const isSaid = isWord(kind) && observed !== true;
  const idNames = { "#sourceId": tieNames.id(source), "#sourceIds": tieNames.ids(source) };
  return {
    set: `${id === undefined ? "" : ", #sourceId = :sourceId"}${isSaid ? ", #said = :version" : ""}`,
    add: id === undefined ? "" : ", #sourceIds :sourceIds",
    names: { ...(id !== undefined && idNames), ...(isSaid && { "#said": tieNames.said(source) }) },
    values: id === undefined ? {} : { ":sourceId": id, ":sourceIds": new Set([id]) },
  };
}

// Reading after the refusal is safe: marks and done ids of a version only grow, and a lease that ended costs one retry.
async function explainRefusal(table: LedgerTable, request: ClaimRequest): Promise<Claim> {
  const { person, event, version, now } = request;
  const state = await readState(table, person);
  const mark = state[`mark_${markOf(event.kind)}`];
  if (isDone(state, event, version)) return { claimed: false, why: "duplicate", state };
  const isItself = takesAway(event.kind) && state.leaverId === event.id;
  if (typeof mark === "number" && mark > version && !isItself) return { claimed: false, why: "stale", state };
  await raiseMark(table, request);
  return { claimed: false, why: "busy", state, retryAfterMs: Math.max(0, (state.leaseUntil ?? 0) - now) };
}

async function raiseMark(table: LedgerTable, request: ClaimRequest): Promise<void> {
  const { person, event, version } = request;
  const { set, remove } = raised(request);
  await table.won((client) =>
    client.send(
      new UpdateCommand({
        TableName: table.name,
        Key: stateKey(person),
        UpdateExpression: `SET ${set}${removal(remove)}`,
        ConditionExpression: "attribute_not_exists(#mark) OR #mark < :version",
        ExpressionAttributeNames: { "#mark": markNames(event)["#mark"] },
        ExpressionAttributeValues: { ":version": version, ...(takesAway(event.kind) && { ":id": event.id }) },
      }),
    ),
  );
}

/** What raises the mark. That of what takes access away says which event it was, see `leaverId`. */
function raised({ event }: ClaimRequest): { set: string; remove: string[] } {
  const groups = event.membership === undefined ? "" : ", mark_groups = :version";
  if (takesAway(event.kind)) return { set: `#mark = :version${groups}, leaverId = :id`, remove: [] };
  return { set: `#mark = :version${groups}`, remove: markOf(event.kind) === "membership" ? ["leaverId"] : [] };
}

function removal(names: readonly string[]): string {
  return names.length === 0 ? "" : ` REMOVE ${names.join(", ")}`;
}

/** What an event's end leaves in the state. */
export type Facts = Partial<
  Pick<State, "userId" | "renewals" | "invitedAt" | "remindedAt" | "roleReport" | "plannedLeaverAt" | "plannedJoinerAt">
> & {
  goneAt?: string | null;
  profile?: State["profile"] | null;
  traits?: State["traits"] | null;
  placed?: State["placed"] | null;
  plannedLeaverDue?: null;
  plannedJoinerDue?: string | null;
  suspended?: State["suspended"] | null;
};

/**
 * Writes the end of an event and gives the lease back, if it is still ours.
 * @param facts `null` takes what was known away
 * @param done with which version the event is through; a held, parked or merely observed one is not, and may come again
 * @returns false when the lease was lost: someone else may have acted on the person meanwhile
 * @throws RetryLater
 */
export async function record(
  table: LedgerTable,
  { person, event, token }: Lease,
  facts: Facts,
  done: number | undefined,
): Promise<boolean> {
  const mark = markOf(event.kind);
  const through = done === undefined ? {} : { [`done_${mark}`]: done, [`doneId_${mark}`]: event.id };
  const known = Object.entries({ ...facts, ...through }).filter(([, value]) => value !== undefined);
  const sets = known.filter(([, value]) => value !== null);
  const removes = known.filter(([, value]) => value === null).map(([name]) => name);
  const assignments = sets.map((_, index) => `#s${index} = :s${index}`).join(", ");
  const answer = await table.won((client) =>
    client.send(
      new UpdateCommand({
        TableName: table.name,
        Key: stateKey(person),
        UpdateExpression: `${assignments && `SET ${assignments} `}REMOVE ${["leaseOwner", "leaseUntil", "#claims", "#fails", ...removes].join(", ")}`,
        ConditionExpression: "leaseOwner = :token",
        ExpressionAttributeNames: {
          ...Object.fromEntries(sets.map(([name], index) => [`#s${index}`, name])),
          ...counterNames(event),
        },
        ExpressionAttributeValues: {
          ...Object.fromEntries(sets.map(([, value], index) => [`:s${index}`, value])),
          ":token": token,
        },
      }),
    ),
  );
  return answer !== undefined;
}

/** Who holds a person's lease, and for which event. */
export type Lease = Pick<ClaimRequest, "person" | "event" | "token">;

/** Notes a person's id at Arize before something is done to it that could hide it. @throws RetryLater `lease_lost` */
export function noteUser(table: LedgerTable, lease: Lease, userId: string): Promise<void> {
  return note(table, lease, "userId", userId);
}

/** Notes a person's memberships while they are being changed. @throws RetryLater `lease_lost` */
export function notePlaced(table: LedgerTable, lease: Lease, placed: readonly Placed[]): Promise<void> {
  return note(table, lease, "placed", placed);
}

/** Notes that somebody is suspended before anything is cut. @throws RetryLater `lease_lost` */
export function noteSuspended(table: LedgerTable, lease: Lease, suspended: State["suspended"]): Promise<void> {
  return note(table, lease, "suspended", suspended);
}

async function note(
  table: LedgerTable,
  { person, token }: Lease,
  name: "userId" | "placed" | "suspended",
  value: unknown,
): Promise<void> {
  const answer = await table.won((client) =>
    client.send(
      new UpdateCommand({
        TableName: table.name,
        Key: stateKey(person),
        UpdateExpression: "SET #name = :value",
        ConditionExpression: "leaseOwner = :token",
        ExpressionAttributeNames: { "#name": name },
        ExpressionAttributeValues: { ":value": value, ":token": token },
      }),
    ),
  );
  if (answer === undefined) throw new RetryLater("lease_lost");
}

/**
 * Notes that an attempt failed. After a definite failure the lease is given back; after an ambiguous one (cut, timeout,
 * 5xx on a write) it is kept until it runs out, since Arize may still be applying the request. @throws RetryLater
 */
export async function release(table: LedgerTable, { person, event, token }: Lease, ambiguous: boolean): Promise<void> {
  await table.won((client) =>
    client.send(
      new UpdateCommand({
        TableName: table.name,
        Key: stateKey(person),
        UpdateExpression: `REMOVE ${ambiguous ? "" : "leaseOwner, leaseUntil, "}#claims ADD #fails :one`,
        ConditionExpression: "leaseOwner = :token",
        ExpressionAttributeNames: counterNames(event),
        ExpressionAttributeValues: { ":token": token, ":one": 1 },
      }),
    ),
  );
}

/** Forgets the counters of an event that was parked without a claim. @throws RetryLater */
export async function dropCounters(table: LedgerTable, person: string, event: LifecycleEvent): Promise<void> {
  await table.run((client) =>
    client.send(
      new UpdateCommand({
        TableName: table.name,
        Key: stateKey(person),
        UpdateExpression: "REMOVE #claims, #fails",
        ExpressionAttributeNames: counterNames(event),
      }),
    ),
  );
}

function markNames(event: LifecycleEvent) {
  const mark = markOf(event.kind);
  return { "#mark": `mark_${mark}`, "#done": `done_${mark}`, "#doneId": `doneId_${mark}` };
}

function counterNames(event: LifecycleEvent) {
  return { "#claims": `claims_${short(event.id)}`, "#fails": `fails_${short(event.id)}` };
}
