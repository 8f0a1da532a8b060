import { randomUUID } from "node:crypto";
import { emailSchema, type Kind, type LifecycleEvent, nameSchema } from "../lib/lifecycle/event.ts";
import type { Connection } from "./connection.ts";

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

/**
 * Queues an event in an operator's name: it is worked, guarded and written down like any other.
 * @returns the event's id
 * @throws Error when the address or the name is none
 */
export async function sendEvent(
  { queue }: Connection,
  kind: (typeof operatorKinds)[number],
  email: string,
  name: string | undefined,
): Promise<string> {
  const address = emailSchema.safeParse(email);
  if (!address.success) throw new Error("that is no email address");
  const named = nameSchema.safeParse(name);
  if (name !== undefined && !named.success) throw new Error("that is no name");
  const now = new Date().toISOString();
  const event: LifecycleEvent = {
    id: `operator:${randomUUID()}`,
    source: "operator",
    kind,
    attempt: 0,
    occurredAt: now,
    receivedAt: now,
    person: { email: address.data, ...(named.success && { name: named.data }) },
  };
  await queue.send([event]);
  return event.id;
}
