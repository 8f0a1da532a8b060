import { createHash } from "node:crypto";
import { GetCommand, UpdateCommand } from "@aws-sdk/lib-dynamodb";
import * as z from "zod/mini";
import { RetryLater } from "../errors.ts";
import { eventTime, type Kind, type LifecycleEvent } from "../lifecycle/event.ts";
import type { LedgerTable } from "./table.ts";

/**
 * What orders events of one kind among themselves. A leaver is stale only behind a newer joiner or reinstatement, never
 * behind a profile update; commands are ordered each on their own and move no mark of the person's.
 */
export type Mark = "membership" | "attributes" | "resend" | "renew" | "reset";

const markByKind: Record<Kind, Mark> = {
  joiner: "membership",
  leaver: "membership",
  reinstate: "membership",
  mover: "attributes",
  changed: "attributes",
  "invitation.resend": "resend",
  "invitation.renew": "renew",
  "password.reset": "reset",
};

export function markOf(kind: Kind): Mark {
  return markByKind[kind];
}

/** Time x 2, plus one for a leaver: the newer event wins, and a leaver wins a tie. */
export function versionOf(event: Pick<LifecycleEvent, "kind" | "effectiveAt" | "occurredAt">): number {
  return eventTime(event) * 2 + (event.kind === "leaver" ? 1 : 0);
}

const number = z.optional(z.number());
const text = z.optional(z.string());

/**
 * What the ledger knows about a person. Besides the fields named here it has counters and marks whose names hold a hash:
 * `claims_*` and `fails_*` of events under way, `in_*` of groups.
 */
export const stateSchema = z.catchall(
  z.object({
    /** The newest version that was claimed, by mark: raised first, never lowered. */
    mark_membership: number,
    mark_attributes: number,
    /** The newest version that a verdict about the person's groups was claimed with. */
    mark_groups: number,
    /** The version of the last event about membership that is through. */
    done_membership: number,
    leaseOwner: text,
    /** Epoch milliseconds. */
    leaseUntil: number,
    /** Their id at Arize. */
    userId: text,
    /** ISO 8601; since when they are known not to be at Arize any more. A creation takes it away. */
    goneAt: text,
    /** When the newest leaver, of the whole person and not of one group, happened; epoch milliseconds. */
    leftAt: number,
    renewals: number,
    invitedAt: text,
    remindedAt: text,
    /** What the newest profile update said, when there was nobody yet to apply it to. */
    profile: z.optional(z.object({ name: text, isDeveloper: z.optional(z.boolean()) })),
    /** The role change that was reported last, `member>admin`, so that it is reported once. */
    roleReport: text,
    /** A leaver, or a joiner, planned before this moment (epoch milliseconds) has been overtaken. */
    plannedLeaverAt: number,
    plannedJoinerAt: number,
  }),
  z.unknown(),
);
export type State = z.infer<typeof stateSchema>;

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

/** A short name for an event or group inside attribute names. */
export function short(id: string): string {
  return createHash("sha256").update(id).digest("base64url").slice(0, 16).replaceAll("-", "_");
}

export function stateKey(person: string) {
  return { pk: `PERSON#${person}`, sk: "STATE" };
}

/** Reads what the ledger knows, consistently. @throws RetryLater */
export async function readState(table: LedgerTable, person: string): Promise<State> {
  const { Item } = await table.run((client) =>
    client.send(new GetCommand({ TableName: table.name, Key: stateKey(person), ConsistentRead: true })),
  );
  return stateSchema.parse(Item ?? {});
}

/** How often an event was claimed without an end being written: each is a crash. */
export function unfinishedClaims(state: State, eventId: string): number {
  return countOf(state, `claims_${short(eventId)}`);
}

/** How often an event failed and was put back. Lost leases do not count, or the backoff would grow for nothing. */
export function failures(state: State, eventId: string): number {
  return countOf(state, `fails_${short(eventId)}`);
}

function countOf(state: State, name: string): number {
  const value = state[name];
  return typeof value === "number" ? value : 0;
}

/**
 * Takes the person's lease and raises the mark, in one conditional write. The mark is raised here and not at the end:
 * a joiner must not slip in while its newer leaver is backing off. @throws RetryLater
 */
export async function claim(table: LedgerTable, request: ClaimRequest): Promise<Claim> {
  const { person, event, version, token, now, leaseMs } = request;
  const leaves = request.observed !== true && event.kind === "leaver" && event.membership === undefined;
  const returns = (event.kind === "joiner" || event.kind === "reinstate") && event.membership === undefined;
  const answer = await table.won((client) =>
    client.send(
      new UpdateCommand({
        TableName: table.name,
        Key: stateKey(person),
        UpdateExpression: `SET leaseOwner = :token, leaseUntil = :until, ${raised(event)}${
          leaves ? ", leftAt = :happened" : ""
        }${returns ? " REMOVE leftAt" : ""} ADD #claims :one`,
        ConditionExpression:
          "(attribute_not_exists(leaseUntil) OR leaseUntil <= :now) AND " +
          "(attribute_not_exists(#mark) OR #mark <= :version) AND " +
          "(attribute_not_exists(#done) OR #done <> :version OR #doneId <> :id)",
        ExpressionAttributeNames: { ...markNames(event), "#claims": `claims_${short(event.id)}` },
        ExpressionAttributeValues: {
          ":token": token,
          ":until": now + leaseMs,
          ":now": now,
          ":version": version,
          ":id": event.id,
          ":one": 1,
          ...(leaves ? { ":happened": eventTime(event) } : {}),
        },
        ReturnValues: "ALL_NEW",
      }),
    ),
  );
  if (answer) return { claimed: true, state: stateSchema.parse(answer.Attributes) };
  return explainRefusal(table, request);
}

// Reading after the refusal is safe: marks and done ids of a version only grow, and a lease that ended costs one retry.
async function explainRefusal(table: LedgerTable, request: ClaimRequest): Promise<Claim> {
  const { person, event, version, now } = request;
  const state = await readState(table, person);
  const mark = state[`mark_${markOf(event.kind)}`];
  const isDone = state[`done_${markOf(event.kind)}`] === version && state[`doneId_${markOf(event.kind)}`] === event.id;
  if (isDone) return { claimed: false, why: "duplicate", state };
  if (typeof mark === "number" && mark > version) return { claimed: false, why: "stale", state };
  await raiseMark(table, request);
  return { claimed: false, why: "busy", state, retryAfterMs: Math.max(0, (state.leaseUntil ?? 0) - now) };
}

async function raiseMark(table: LedgerTable, { person, event, version }: ClaimRequest): Promise<void> {
  await table.won((client) =>
    client.send(
      new UpdateCommand({
        TableName: table.name,
        Key: stateKey(person),
        UpdateExpression: `SET ${raised(event)}`,
        ConditionExpression: "attribute_not_exists(#mark) OR #mark < :version",
        ExpressionAttributeNames: { "#mark": markNames(event)["#mark"] },
        ExpressionAttributeValues: { ":version": version },
      }),
    ),
  );
}

function raised(event: LifecycleEvent): string {
  return event.membership === undefined ? "#mark = :version" : "#mark = :version, mark_groups = :version";
}

/** What an event's end leaves in the state. */
export type Facts = Partial<
  Pick<State, "userId" | "renewals" | "invitedAt" | "remindedAt" | "roleReport" | "plannedLeaverAt" | "plannedJoinerAt">
> & { goneAt?: string | null; profile?: State["profile"] | null };

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
export async function noteUser(table: LedgerTable, { person, token }: Lease, userId: string): Promise<void> {
  const answer = await table.won((client) =>
    client.send(
      new UpdateCommand({
        TableName: table.name,
        Key: stateKey(person),
        UpdateExpression: "SET userId = :userId",
        ConditionExpression: "leaseOwner = :token",
        ExpressionAttributeValues: { ":userId": userId, ":token": token },
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

/** What may be planned for a person: their first day, or their last. */
export type Plan = "joiner" | "leaver";

function planName(plan: Plan): "plannedJoinerAt" | "plannedLeaverAt" {
  return plan === "joiner" ? "plannedJoinerAt" : "plannedLeaverAt";
}

/**
 * Notes that a plan for later exists, unless something newer has overtaken it.
 * @param plannedAt when it was made, epoch milliseconds
 * @returns false when it has been overtaken
 * @throws RetryLater
 */
export async function notePlan(table: LedgerTable, person: string, plan: Plan, plannedAt: number): Promise<boolean> {
  const answer = await table.won((client) =>
    client.send(
      new UpdateCommand({
        TableName: table.name,
        Key: stateKey(person),
        UpdateExpression: "SET #plan = :at",
        ConditionExpression: "attribute_not_exists(#plan) OR #plan <= :at",
        ExpressionAttributeNames: { "#plan": planName(plan) },
        ExpressionAttributeValues: { ":at": plannedAt },
      }),
    ),
  );
  return answer !== undefined;
}

/** Whether a plan made at this moment has been overtaken by a newer one, or by what happened since. */
export function isOvertaken(state: State, plan: Plan, plannedAt: number): boolean {
  const newest = state[planName(plan)];
  return newest !== undefined && newest > plannedAt;
}

/**
 * Takes back that somebody was leaving, when the leaver that said so was given up and nothing newer came.
 * @throws RetryLater
 */
export async function forgetLeaver(table: LedgerTable, person: string, version: number): Promise<void> {
  await table.won((client) =>
    client.send(
      new UpdateCommand({
        TableName: table.name,
        Key: stateKey(person),
        UpdateExpression: "SET mark_membership = :next REMOVE leftAt",
        ConditionExpression: "mark_membership = :version",
        ExpressionAttributeValues: { ":version": version, ":next": version + 1 },
      }),
    ),
  );
}

/** Whether the newest thing known about the person's membership is that they left. */
export function isLeaving(state: State): boolean {
  return (state.mark_membership ?? 0) % 2 === 1;
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
