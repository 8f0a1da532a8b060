import { randomUUID } from "node:crypto";
import type { User } from "../../lib/arize/schemas.ts";
import type { LifecycleConfigInput } from "../../lib/config.ts";
import type { LifecycleEvent } from "../../lib/lifecycle/event.ts";

/** The moment around which invented events happen, epoch milliseconds. */
export const noon = Date.parse("2026-03-02T12:00:00.000Z");

/** ISO 8601, so many milliseconds after noon. */
export function at(ms: number): string {
  return new Date(noon + ms).toISOString();
}

/** A joiner of Ann's with an id of its own; whatever is given replaces the default. */
export function lifecycleEvent(overrides: Partial<LifecycleEvent> = {}): LifecycleEvent {
  return {
    id: `standard:${randomUUID()}`,
    source: "standard",
    kind: "joiner",
    attempt: 0,
    occurredAt: at(0),
    receivedAt: at(500),
    person: { email: "ann@example.com" },
    ...overrides,
  };
}

/** Ann's record at Arize, active; whatever is given replaces the default. */
export function arizeUser(overrides: Partial<User> = {}): User {
  return {
    id: "VXNlcjox",
    email: "ann@example.com",
    name: "Ann Lee",
    status: "active",
    role: { type: "predefined", name: "member" },
    isDeveloper: true,
    ...overrides,
  };
}

/** A configuration that passes, with nothing in it that could be left out. */
export function minimalConfig(overrides: Partial<LifecycleConfigInput> = {}): LifecycleConfigInput {
  return {
    mode: "act",
    managedDomains: ["example.com"],
    apiKeyOwner: "owner@example.com",
    sources: { standard: {} },
    defaults: { role: "member", inviteMode: "email_link" },
    guards: { deletions: { perHour: 10, perDay: 30, shareOfUsers: 0.05, floor: 3 } },
    ...overrides,
  };
}
