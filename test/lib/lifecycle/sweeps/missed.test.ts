import { expect, test } from "vitest";
import { parseConfig } from "../../../../lib/config.ts";
import { eventSchema } from "../../../../lib/lifecycle/event.ts";
import { hintOf, isMissedJoiner, missedLeaver } from "../../../../lib/lifecycle/sweeps/missed.ts";
import { at, minimalConfig, noon } from "../../../support/events.ts";

const ann = { source: "okta", externalId: "00u1", email: "ann@example.com" };
const config = (more: object = {}) => parseConfig(minimalConfig({ sources: { okta: { everyone: true, ...more } } }));
const stranger = { ...ann, email: "ann@example.org" };

test("a hint is an event that only has the source asked, one a person", () => {
  const hint = hintOf(ann, noon);
  expect(eventSchema.parse(hint)).toMatchObject({ source: "okta", kind: "changed", person: { email: ann.email } });
  expect(hintOf(ann, noon + 86_400_000).id).toBe(hint.id);
  expect(hintOf({ ...ann, externalId: "x".repeat(255) }, noon).id.length).toBeLessThanOrEqual(300);
});

test.each([
  ["nobody ever heard of", ann, undefined, {}, true],
  ["only a profile was told of", ann, { id_okta: "00u1", mark_attributes: 4 }, {}, true],
  ["another source had join", ann, { said_bamboohr: 20 }, {}, true],
  ["had left", ann, { said_okta: 21 }, {}, true],
  ["had joined", ann, { said_okta: 20 }, {}, false],
  ["is outside the managed domains", stranger, undefined, {}, false],
  ["the source may not invite", ann, undefined, { allow: ["leaver"] }, false],
])("somebody listed whom %s is a missed joiner: %#", (_, who, state, more, isMissed) => {
  expect(isMissedJoiner(who, state, config(more))).toBe(isMissed);
});

const joined = { said_okta: 20, id_okta: "00u1" };
const suspended = { ...joined, mark_membership: 30, leaverId: "okta:1", suspended: { at: 15 } };
const plannedFor = (ms: number) => ({ ...suspended, plannedLeaverDue: `${at(ms)}#suspension:okta:1` });
test.each([
  ["who had joined", joined, {}, "00u1"],
  ["whom an earlier listing had", { seen_okta: noon, id_okta: "00u1" }, {}, "00u1"],
  ["whom only a profile update named", { id_okta: "00u1" }, {}, undefined],
  ["who came from elsewhere", { said_bamboohr: 20, id_bamboohr: "71" }, {}, undefined],
  ["whose leaver came", { ...joined, said_okta: 21 }, {}, undefined],
  ["whose leaver waits", { ...joined, mark_membership: 31 }, {}, undefined],
  ["whose suspend waits", { ...suspended, suspended: undefined }, {}, undefined],
  ["who is suspended and whose day is to come", plannedFor(1), {}, undefined],
  ["who is suspended and whose day has passed", plannedFor(-1), {}, "00u1"],
  ["who is suspended and has no such day", suspended, {}, "00u1"],
  ["whom the source may not remove", joined, { allow: ["joiner"] }, undefined],
])("of a user %s the source is asked, or not", (_, state, more, id) => {
  expect(missedLeaver(ann, state, noon, config(more))).toBe(id);
  expect(missedLeaver(stranger, state, noon, config(more))).toBeUndefined();
});
