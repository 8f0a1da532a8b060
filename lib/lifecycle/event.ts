import * as z from "zod/mini";
import { Refused } from "../errors.ts";
import { describeIssues } from "../issues.ts";
import { timeZoneSchema } from "./time-zone.ts";

/**
 * What an event asks for. `changed` is a thin hint: something about the person changed, look them up. `placement` is this
 * system's own: to put somebody who is at Arize into the organizations and spaces that they belong to.
 * `suspend` is the first of two steps out: access is cut by what can be undone, and the deletion planned for later.
 */
export const kinds = [
  "joiner",
  "mover",
  "leaver",
  "changed",
  "reinstate",
  "invitation.resend",
  "invitation.renew",
  "password.reset",
  "placement",
  "suspend",
] as const;
export const kindSchema = z.enum(kinds);
export type Kind = z.infer<typeof kindSchema>;

/** Whether an event of this kind takes somebody's access away, at once or in two steps. */
export function takesAway(kind: Kind): boolean {
  return kind === "leaver" || kind === "suspend";
}

/** ISO 8601 with a zone, of any precision; times are compared in milliseconds. */
export const instantSchema = z.iso.datetime({ offset: true }).check(z.maxLength(40));

/** A day as calendars have it, `2026-06-30`. Its end is a moment too, so the last year there is has to be left out. */
export const daySchema = z.iso.date().check(z.refine((day) => day < "9999", { params: { problem: "too far ahead" } }));

/**
 * How a person is identified: their email address in Unicode NFC, trimmed, lower-cased. RFC 5321 allows 254 characters
 * for an address; Arize's filter takes 255.
 */
export function normalizeEmail(email: string): string {
  // Once more at the end: some letters compose in lower case only.
  return email.normalize("NFC").trim().toLowerCase().normalize("NFC");
}

// One @, no spaces or controls, a dot in the domain: stricter patterns refuse addresses that exist (`o'hara+x@bücher.example`).
const emailPattern = /^[^\s@\p{Cc}<>(),;:"[\]\\]{1,64}@[^\s@\p{Cc}<>(),;:"[\]\\.]+(\.[^\s@\p{Cc}<>(),;:"[\]\\.]+)+$/u;

/** An email address as it may be typed; parsing it yields the normalized form. At most 254 characters. */
export const emailSchema = z.pipe(
  z.string(),
  z.pipe(
    z.transform((email: string) => normalizeEmail(email)),
    z.string().check(z.maxLength(254), z.regex(emailPattern)),
  ),
);

/** A display name: 1 to 255 characters after trimming (the limit of the Users API), no control characters. */
export const nameSchema = z.pipe(
  z.string(),
  z.pipe(
    z.transform((name: string) => name.normalize("NFC").trim()),
    z.string().check(z.minLength(1), z.maxLength(255), z.regex(/^\P{Cc}*$/u)),
  ),
);

/** A role at Arize: one of the predefined ones by name, or a custom one by its id. */
export const roleSchema = z.union([
  z.enum(["admin", "member", "annotator"]),
  z.object({ type: z.literal("custom"), id: z.string().check(z.minLength(1), z.maxLength(255)) }),
]);
export type Role = z.infer<typeof roleSchema>;

const shortText = z.string().check(z.minLength(1), z.maxLength(255));

export const personSchema = z.object({
  email: z.optional(emailSchema),
  /** The person's id at the source, for sources that name people by id only. */
  externalId: z.optional(shortText),
  name: z.optional(nameSchema),
  role: z.optional(roleSchema),
  isDeveloper: z.optional(z.boolean()),
  groups: z.optional(z.array(shortText).check(z.maxLength(200))),
  department: z.optional(shortText),
  title: z.optional(shortText),
  /** Where the person lives, as far as days are concerned. */
  timeZone: z.optional(timeZoneSchema),
  attributes: z.optional(
    z.record(shortText, z.string().check(z.maxLength(1000))).check(
      z.refine((attributes) => Object.keys(attributes).length <= 50, {
        params: { problem: "at most 50 attributes" },
      }),
    ),
  ),
});
export type Person = z.infer<typeof personSchema>;

/**
 * That the event is about one of several groups or apps which stand for access: the person leaves only when they are in
 * none of `among` any more. Ids are opaque and unique within the source, such as `group:00g1`.
 */
export const membershipSchema = z.object({
  of: shortText,
  change: z.enum(["added", "removed"]),
  among: z.array(shortText).check(z.minLength(1), z.maxLength(200)),
  /** Whether somebody counts as absent from a group that no event ever spoke of; else their removal waits for an operator. */
  assumeAbsent: z.optional(z.boolean()),
});

/** What a source says of a person: whether they should have access, or that it does not know them (any more). */
export const wordSchema = z.enum(["active", "pending", "outside", "inactive", "gone"]);
export type Word = z.infer<typeof wordSchema>;

/**
 * One normalized lifecycle event: what the sources produce, what travels through the queue, what the worker applies.
 * Never the raw payload, which carries data that nobody needs here.
 */
export const eventSchema = z
  .object({
    /** `source:provider-id`, or a hash of what identifies the event where the provider gives none. */
    id: z.string().check(z.minLength(3), z.maxLength(300)),
    source: shortText,
    kind: kindSchema,
    /** Raised by every release, redrive and replay: SQS swallows a deduplication id it saw within five minutes. */
    attempt: z.int().check(z.gte(0)),
    /** When it happened, by the source's clock. */
    occurredAt: instantSchema,
    receivedAt: instantSchema,
    /** When it shall take effect, where that is not when it happened. */
    effectiveAt: z.optional(instantSchema),
    /** The day on which it shall, where the source names one: the worker makes an `effectiveAt` of it. */
    effectiveOn: z.optional(daySchema),
    /** Commands age: after this moment a resend or a reset is no longer wanted. */
    expiresAt: z.optional(instantSchema),
    person: personSchema,
    membership: z.optional(membershipSchema),
    /** What its source said when the event was resolved by asking it. For people to read: no call is decided by it. */
    lookup: z.optional(wordSchema),
  })
  .check(
    z.refine((event) => event.person.email !== undefined || event.person.externalId !== undefined, {
      path: ["person"],
      params: { problem: "needs an email or an externalId" },
    }),
  );
export type LifecycleEvent = z.infer<typeof eventSchema>;

/**
 * Reads an event from a queue message's body, checked again: whoever may send to the queue may send anything.
 * @throws Refused `malformed_event`, naming the fields and never their values
 */
export function parseEvent(body: string): LifecycleEvent {
  let json: unknown;
  try {
    json = JSON.parse(body);
  } catch {
    throw new Refused("malformed_event", "the message is not JSON");
  }
  const result = eventSchema.safeParse(json);
  if (!result.success) throw new Refused("malformed_event", describeIssues(result.error));
  return result.data;
}

/** Whether an event may end with somebody's access taken away: what only hints, or names an id, means what its source says. */
export function mayTakeAway({ kind, person }: Pick<LifecycleEvent, "kind" | "person">): boolean {
  return takesAway(kind) || kind === "changed" || (kind === "mover" && person.email === undefined);
}

/** The moment that orders events about one person, in epoch milliseconds. */
export function eventTime(event: Pick<LifecycleEvent, "effectiveAt" | "occurredAt">): number {
  return Date.parse(event.effectiveAt ?? event.occurredAt);
}
