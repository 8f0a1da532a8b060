import { createHash } from "node:crypto";
import { GetCommand } from "@aws-sdk/lib-dynamodb";
import * as z from "zod/mini";
import { eventSchema, eventTime, type Kind, type LifecycleEvent } from "../lifecycle/event.ts";
import { placedSchema } from "../lifecycle/places/places.ts";
import type { LedgerTable } from "./table.ts";

/**
 * What orders events of one kind among themselves. A leaver is stale only behind a newer joiner or reinstatement, never
 * behind a profile update; commands are ordered each on their own and move no mark of the person's.
 */
export type Mark = "membership" | "attributes" | "resend" | "renew" | "reset" | "placement";

const markByKind: Record<Kind, Mark> = {
  joiner: "membership",
  leaver: "membership",
  reinstate: "membership",
  mover: "attributes",
  changed: "attributes",
  "invitation.resend": "resend",
  "invitation.renew": "renew",
  "password.reset": "reset",
  placement: "placement",
  suspend: "membership",
};

/** The mark that an event moves, and is stale behind; kinds that share one are ordered against each other. */
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
 * `claims_*` and `fails_*` of events under way, `in_*` of groups; `open_*` of events that came and are not through, see
 * `open.ts`; and what ties them to sources, see `ties.ts`.
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
    /**
     * The leaver or suspend that raised the membership mark; absent when the newest word was neither. Sources that give no
     * time have a copy of their hook happen later than the first one: what an operator released must not be stale behind
     * its own copy.
     */
    leaverId: text,
    renewals: number,
    invitedAt: text,
    remindedAt: text,
    /** What the newest profile update said, when there was nobody yet to apply it to. */
    profile: z.optional(z.object({ name: text, isDeveloper: z.optional(z.boolean()) })),
    /** What the role rules go by, as far as anybody said: of each the newest. `at` in epoch milliseconds. */
    traits: z.optional(
      z.object({
        at: z.number(),
        source: z.string(),
        groups: z.optional(z.array(z.string())),
        department: text,
        title: text,
      }),
    ),
    /** The memberships that this system gave them. */
    placed: z.optional(z.array(placedSchema)),
    /**
     * Since when (epoch milliseconds) and by which event they are suspended; if they were a developer, once they are there;
     * and the last day whose plan its deletion replaced, as far as it can be read.
     */
    suspended: z.optional(
      z.object({
        at: z.number(),
        event: text,
        source: text,
        isDeveloper: z.optional(z.boolean()),
        replaced: z.catch(z.optional(eventSchema), undefined),
      }),
    ),
    /** The role change that was reported last, `member>admin`, so that it is reported once. */
    roleReport: text,
    /** A leaver, or a joiner, planned before this moment (epoch milliseconds) has been overtaken. */
    plannedLeaverAt: number,
    plannedJoinerAt: number,
    /** Where the plan itself is in the list `DUE`. */
    plannedLeaverDue: text,
    plannedJoinerDue: text,
    /**
     * Of what `open_*` has no room for, and of what an earlier version noted: when the newest leaver, or return, happened, and
     * when the last of the returns takes effect; epoch milliseconds.
     */
    openLeaverAt: number,
    openJoinerAt: number,
    openJoinerDue: number,
  }),
  z.unknown(),
);
export type State = z.infer<typeof stateSchema>;

/** A short name for an event or group inside attribute names. */
export function short(id: string): string {
  return createHash("sha256").update(id).digest("base64url").slice(0, 16).replaceAll("-", "_");
}

/** Where the table keeps what is known about a person, by their hash. */
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

/** Whether an event is through that was claimed with this version, and nothing newer is since. */
export function isDone(state: State, { id, kind }: Pick<LifecycleEvent, "id" | "kind">, version: number): boolean {
  return state[`done_${markOf(kind)}`] === version && state[`doneId_${markOf(kind)}`] === id;
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

/** Whether the newest thing known about the person's membership is that they left. */
export function isLeaving(state: State): boolean {
  return (state.mark_membership ?? 0) % 2 === 1;
}

/** Whether the newest thing known about the person's membership is a suspend, done or not. */
export function isSuspending(state: State): boolean {
  return state.leaverId !== undefined && !isLeaving(state);
}

/** Whether a suspend came and was not done: it is held or parked, comes again, or was merely observed. */
export function isSuspendWaiting(state: State): boolean {
  return isSuspending(state) && state.suspended === undefined;
}

/** When the newest thing known about the person's membership happened, epoch milliseconds. */
export function newestWordAt({ mark_membership = 0 }: State): number {
  return Math.floor(mark_membership / 2);
}
