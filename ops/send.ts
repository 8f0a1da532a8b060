import { randomUUID } from "node:crypto";
import { append, entryOf } from "../lib/ledger/trail.ts";
import {
  emailSchema,
  type Kind,
  type LifecycleEvent,
  nameSchema,
  type Person,
  roleSchema,
} from "../lib/lifecycle/event.ts";
import type { Connection } from "./connection.ts";
import { WrongUse } from "./failure.ts";

/** What an operator may ask for. A renewal is what `invitation.resend` does once an invitation has expired. */
export const operatorKinds = [
  "joiner",
  "mover",
  "leaver",
  "reinstate",
  "suspend",
  "invitation.resend",
  "password.reset",
] as const satisfies readonly Kind[];
export type OperatorKind = (typeof operatorKinds)[number];

/** What may be said about the person besides their address. */
export interface Said {
  name?: string | undefined;
  /** A predefined role's name, or a custom role's id. */
  role?: string | undefined;
  isDeveloper?: boolean | undefined;
  /** What role rules look at. */
  department?: string | undefined;
  title?: string | undefined;
  groups?: string[] | undefined;
}

const predefined = ["admin", "member", "annotator"];

/**
 * Queues an event in an operator's name: it is worked, guarded and written down like any other.
 * @returns the event's id
 * @throws WrongUse when the address, the name or the role is none
 */
export async function sendEvent(
  connection: Connection,
  kind: OperatorKind,
  email: string,
  said: Said,
  by: string,
): Promise<string> {
  const event = operatorEvent(kind, email, said, connection.config.commandTtlMinutes);
  await sendAll(connection, [event], by);
  return event.id;
}

/** Queues an operator's events and writes down who asked for them. @throws RetryLater */
export async function sendAll(
  { queue, table, identity, auditDays }: Connection,
  events: readonly LifecycleEvent[],
  by: string,
): Promise<void> {
  await queue.send(events);
  for (const event of events) {
    const asked = { ...entryOf(event, Date.parse(event.receivedAt)), outcome: "asked", by };
    await append(table, identity.group(event), asked, auditDays);
  }
}

/** An event in an operator's name. @throws WrongUse when the address, the name or the role is none */
export function operatorEvent(kind: OperatorKind, email: string, said: Said, ttlMinutes: number): LifecycleEvent {
  const now = Date.now();
  const at = new Date(now).toISOString();
  const isCommand = kind === "invitation.resend" || kind === "password.reset";
  return {
    id: `operator:${randomUUID()}`,
    source: "operator",
    kind,
    attempt: 0,
    occurredAt: at,
    receivedAt: at,
    ...(isCommand && { expiresAt: new Date(now + ttlMinutes * 60_000).toISOString() }),
    person: { email: addressOf(email), ...personOf(said) },
  };
}

/** An address as the ledger knows it. @throws WrongUse */
export function addressOf(email: string): string {
  const address = emailSchema.safeParse(email);
  if (!address.success) throw new WrongUse("that is no email address");
  return address.data;
}

function personOf({ name, role, isDeveloper, department, title, groups = [] }: Said): Person {
  const named = nameSchema.safeParse(name);
  if (name !== undefined && !named.success) throw new WrongUse("that is no name");
  const given = role === undefined || predefined.includes(role) ? role : { type: "custom", id: role };
  const known = roleSchema.safeParse(given);
  if (role !== undefined && !known.success) throw new WrongUse("that is no role");
  return {
    ...(named.success && { name: named.data }),
    ...(known.success && { role: known.data }),
    ...(isDeveloper !== undefined && { isDeveloper }),
    ...(department !== undefined && { department }),
    ...(title !== undefined && { title }),
    ...(groups.length > 0 && { groups }),
  };
}
