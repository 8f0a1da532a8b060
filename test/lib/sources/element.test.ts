import { describe, expect, it } from "vitest";
import type { LifecycleEvent } from "../../../lib/lifecycle/event.ts";
import { checked, sortInto } from "../../../lib/sources/element.ts";
import type { Normalized } from "../../../lib/sources/source.ts";

const event: LifecycleEvent = {
  id: "hr:1",
  source: "hr",
  kind: "leaver",
  attempt: 0,
  occurredAt: "2026-10-05T08:30:00.000Z",
  receivedAt: "2026-10-05T08:40:00.000Z",
  person: { externalId: "71" },
};

describe("checked", () => {
  it("lets an event pass that the queue would take", () => {
    expect(checked(event)).toEqual({ event });
  });

  it("says what is wrong with any other, and none of its values", () => {
    expect(checked({ ...event, person: { externalId: "", name: "Noor Haddad" } })).toEqual({
      problem: "person.externalId: at least 1",
    });
    expect(checked({ ...event, person: {} })).toEqual({ problem: "person: needs an email or an externalId" });
  });
});

describe("sortInto", () => {
  it("puts each where it belongs, with ids and types fit for a log", () => {
    const normalized: Normalized = { events: [], ignored: [], bad: [] };
    sortInto(normalized, { event }, { type: "left", id: "1" });
    sortInto(normalized, "ignored", { type: "noor@example.com", id: "2" });
    sortInto(normalized, { problem: "id: expected string" }, { type: "left", id: "3\n" });
    sortInto(normalized, { problem: "id: expected string" }, { type: "left", id: undefined });
    expect(normalized).toEqual({
      events: [event],
      ignored: ["noor?example.com"],
      bad: [
        { id: "3?", problem: "id: expected string" },
        { id: undefined, problem: "id: expected string" },
      ],
    });
  });
});
