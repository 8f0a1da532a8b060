import { expect, test } from "vitest";
import { type LifecycleConfigInput, parseConfig } from "../../../lib/config.ts";
import { Refused, RetryLater } from "../../../lib/errors.ts";
import { checkAdmissible, isExpired, ownSources } from "../../../lib/lifecycle/admissible.ts";
import { maxAgeMs } from "../../../lib/lifecycle/backoff.ts";
import { kinds, type LifecycleEvent } from "../../../lib/lifecycle/event.ts";
import { at, lifecycleEvent, minimalConfig, noon } from "../../support/events.ts";

function check(
  event: LifecycleEvent,
  { sentAt = noon, ...overrides }: Partial<LifecycleConfigInput> & { sentAt?: number } = {},
) {
  return () => checkAdmissible(event, sentAt, noon, parseConfig(minimalConfig(overrides)));
}

function refusal(reason: string) {
  return expect.objectContaining({ name: "Refused", reason });
}

test("an ordinary event passes", () => {
  expect(check(lifecycleEvent())).not.toThrow();
  expect(check(lifecycleEvent(), { mode: "observe" })).not.toThrow();
});

test("while paused everything waits, however strange it is", () => {
  const strange = lifecycleEvent({ source: "nobody", occurredAt: at(1e9) });
  const sentAt = noon - maxAgeMs;
  expect(check(strange, { mode: "paused", sentAt })).toThrow(RetryLater);
  expect(check(strange, { mode: "paused" })).toThrow(expect.objectContaining({ reason: "paused", afterMs: 900_000 }));
});

test("an event that waited for too long is refused", () => {
  expect(check(lifecycleEvent(), { sentAt: noon - maxAgeMs })).not.toThrow();
  for (const mode of ["act", "observe", "paused"] as const) {
    expect(check(lifecycleEvent(), { mode, sentAt: noon - maxAgeMs - 1 })).toThrow(refusal("too_old"));
  }
});

test("a source causes the kinds that it is trusted with, and no others", () => {
  const sources = { standard: { allow: ["leaver" as const] } };
  expect(check(lifecycleEvent({ kind: "leaver" }), { sources })).not.toThrow();
  expect(check(lifecycleEvent({ kind: "joiner" }), { sources })).toThrow(refusal("kind_not_allowed"));
  expect(check(lifecycleEvent({ source: "okta" }), { sources })).toThrow(refusal("kind_not_allowed"));
  expect(check(lifecycleEvent({ source: "constructor" }), { sources })).toThrow(Refused);
});

test.each(ownSources)("%s may cause everything that can be done", (source) => {
  for (const kind of kinds) {
    const attempt = check(lifecycleEvent({ source, kind }));
    if (kind === "changed" || (kind === "placement") !== (source === "placement"))
      expect(attempt).toThrow(refusal("kind_not_allowed"));
    else expect(attempt).not.toThrow();
  }
});

test.each([
  ["as far as a clock may be ahead", 300_000, undefined],
  ["further", 300_001, "in_the_future"],
])("an event may come from the future %s", (_, ms, reason) => {
  for (const kind of ["leaver", "joiner", "password.reset"] as const) {
    const attempt = check(lifecycleEvent({ kind, occurredAt: at(ms) }));
    if (reason === undefined) expect(attempt).not.toThrow();
    else expect(attempt).toThrow(refusal(reason));
  }
});

test("what shall take effect later is no event from the future", () => {
  expect(check(lifecycleEvent({ kind: "leaver", effectiveAt: at(1e9) }))).not.toThrow();
});

test.each(kinds)("a role that is not on the list keeps a %s back only if it would be given", (kind) => {
  const event = lifecycleEvent({ source: "operator", kind, person: { email: "ann@example.com", role: "admin" } });
  if (["joiner", "reinstate", "mover"].includes(kind)) expect(check(event)).toThrow(refusal("role_not_allowed"));
  else if (kind !== "changed" && kind !== "placement") expect(check(event)).not.toThrow();
});

test("a role must be on the list, by name or by id", () => {
  const withRole = (role: NonNullable<LifecycleEvent["person"]["role"]>) =>
    lifecycleEvent({ person: { email: "ann@example.com", role } });
  expect(check(withRole("member"))).not.toThrow();
  expect(check(withRole("admin"))).toThrow(refusal("role_not_allowed"));
  expect(check(withRole("admin"), { allowedRoles: ["admin"] })).not.toThrow();
  expect(check(withRole({ type: "custom", id: "r1" }))).toThrow(refusal("role_not_allowed"));
  expect(check(withRole({ type: "custom", id: "r1" }), { allowedRoles: ["r1"] })).not.toThrow();
});

test("commands expire at their moment, other events never", () => {
  expect(isExpired(lifecycleEvent(), noon)).toBe(false);
  expect(isExpired(lifecycleEvent({ expiresAt: at(1) }), noon)).toBe(false);
  expect(isExpired(lifecycleEvent({ expiresAt: at(0) }), noon)).toBe(true);
});

test("a source that may cause leavers may cause suspensions, which are less", () => {
  const event = lifecycleEvent({ kind: "suspend" });
  expect(check(event, { sources: { standard: { allow: ["leaver"] } } })).not.toThrow();
  expect(check(event, { sources: { standard: { allow: ["joiner"] } } })).toThrow(refusal("kind_not_allowed"));
});
