import { expect, test } from "vitest";
import { deduplicationId, Identity } from "../../../lib/lifecycle/identity.ts";
import { at, lifecycleEvent } from "../../support/events.ts";

const identity = new Identity("one key");
const ann = identity.person("ann@example.com");

test("a person is one hash, however their address is spelt", () => {
  expect(identity.person(" ANN@Example.com")).toBe(ann);
  expect(identity.person("bob@example.com")).not.toBe(ann);
  expect(new Identity("another key").person("ann@example.com")).not.toBe(ann);
});

test("the hash fits queue attributes and shows nothing", () => {
  expect(ann).toMatch(/^[\w-]{22}$/);
  expect(ann).not.toContain("ann");
});

test("a group is the person where the address is known", () => {
  const known = lifecycleEvent({ person: { email: "ann@example.com", externalId: "00u1" } });
  expect(identity.group(known)).toBe(ann);
});

test("a group is one id at one source where it is not", () => {
  const group = (source: string, externalId: string) => identity.group({ source, person: { externalId } });
  expect(group("okta", "00u1")).toBe(group("okta", "00u1"));
  expect(group("okta", "00u1")).not.toBe(group("okta", "00u2"));
  expect(group("okta", "00u1")).not.toBe(group("standard", "00u1"));
  expect(identity.group({ source: "email", person: { externalId: "ann@example.com" } })).not.toBe(ann);
});

test("an attempt has an id of its own for SQS", () => {
  const event = lifecycleEvent();
  const id = deduplicationId(event);
  expect(id).toMatch(/^[0-9a-f]{64}$/);
  expect(deduplicationId({ ...event, receivedAt: at(9_000) })).toBe(id);
  expect(deduplicationId({ ...event, attempt: 1 })).not.toBe(id);
  expect(deduplicationId({ ...event, id: "okta:2" })).not.toBe(id);
});

test("two events under one id are two for SQS, for some senders use the person's id as that of the event", () => {
  const event = lifecycleEvent({ kind: "joiner" });
  expect(deduplicationId({ ...event, kind: "leaver" })).not.toBe(deduplicationId(event));
  expect(deduplicationId({ ...event, occurredAt: at(1) })).not.toBe(deduplicationId(event));
});
