import { SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { expect, test } from "vitest";
import { Account } from "../../../../lib/lifecycle/calls/account.ts";
import { Breaker } from "../../../../lib/lifecycle/calls/breaker.ts";
import { Calls, judge } from "../../../../lib/lifecycle/calls/calls.ts";
import { Pace } from "../../../../lib/lifecycle/calls/pace.ts";
import { Secrets } from "../../../../lib/secrets.ts";
import { Metrics } from "../../../../lib/telemetry.ts";
import { fakeArize, usersClient } from "../../../support/fake-arize.ts";

// Not the owner whom every fake has from the start: some of these accounts are to have none.
const owner = "automation@example.com";
const route = "GET /v2/users";

/** An account at a fake of Arize, under a clock that the test sets. */
async function account() {
  const fake = await fakeArize();
  const arize = {
    client: usersClient(fake.url),
    pace: new Pace(),
    breaker: new Breaker({ judge, onOpen: () => {} }),
    secrets: new Secrets(new SecretsManagerClient({ region: "us-east-1" })),
    secretId: "arize",
    metrics: new Metrics(),
  };
  const calls = new Calls(arize, { priority: "leaver", remainingMs: () => 20_000 });
  const clock = { now: 0 };
  const made = new Account(() => clock.now);
  return {
    fake,
    clock,
    confirm: (key = "a key") => made.confirm(calls, owner, key),
    asked: () => fake.calls()[route] ?? 0,
  };
}

const wrong = { name: "RetryLater", reason: "wrong_account", message: expect.not.stringContaining("@") };

test("a key that sees its owner is of the right account, for five minutes", async () => {
  const { fake, clock, confirm, asked } = await account();
  fake.seed({ email: owner });
  await confirm();
  clock.now = 299_999;
  await confirm();
  expect(asked()).toBe(1);
  clock.now = 300_000;
  await confirm();
  expect(asked()).toBe(2);
});

test("another key is asked anew", async () => {
  const { fake, confirm, asked } = await account();
  fake.seed({ email: owner });
  await confirm();
  await confirm("another key");
  expect(asked()).toBe(2);
});

test("a key that does not is of another, and is asked about again each time", async () => {
  const { fake, confirm, asked } = await account();
  await expect(confirm()).rejects.toMatchObject(wrong);
  await expect(confirm()).rejects.toMatchObject(wrong);
  expect(asked()).toBe(2);
  fake.seed({ email: owner });
  await expect(confirm()).resolves.toBeUndefined();
});

test("somebody whose address merely contains the owner's is not the owner", async () => {
  const { fake, confirm } = await account();
  fake.seed({ email: `former-${owner}` });
  await expect(confirm()).rejects.toMatchObject(wrong);
});

test("what was confirmed once counts no more when the time is over and the owner is not seen", async () => {
  const { fake, clock, confirm } = await account();
  fake.seed({ email: owner });
  await confirm();
  fake.reset();
  clock.now = 300_000;
  await expect(confirm()).rejects.toMatchObject(wrong);
});

test("a call that fails confirms nothing", async () => {
  const { fake, confirm, asked } = await account();
  fake.seed({ email: owner });
  fake.fault({ route, status: 503 });
  await expect(confirm()).rejects.toMatchObject({ name: "RetryLater", reason: "arize_server" });
  await confirm();
  expect(asked()).toBe(2);
});
