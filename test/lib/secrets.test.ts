import { PutSecretValueCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { expect, onTestFinished, test } from "vitest";
import { Secrets } from "../../lib/secrets.ts";
import { region, urlOf } from "../../local/environment.ts";
import { startSecrets } from "../../local/secrets.ts";

const minuteMs = 60_000;

async function open(initial: Record<string, string> = { key: "first" }) {
  const server = await startSecrets({ port: 0, initial });
  const client = new SecretsManagerClient({
    region,
    endpoint: urlOf(server.port),
    credentials: { accessKeyId: "local", secretAccessKey: "local" },
    maxAttempts: 1,
  });
  onTestFinished(async () => {
    client.destroy();
    await server.close();
  });
  const clock = { now: 1_000_000 };
  let reads = 0;
  client.middlewareStack.add(
    (next, { commandName }) =>
      (args) => {
        if (commandName === "GetSecretValueCommand") reads++;
        return next(args);
      },
    { step: "initialize" },
  );
  return {
    server,
    clock,
    secrets: new Secrets(client, () => clock.now),
    put: (SecretString: string) => client.send(new PutSecretValueCommand({ SecretId: "key", SecretString })),
    /** How often the secret was read since this was asked last; a read asks for both of its versions. */
    reads: () => {
      const whole = reads / 2;
      reads = 0;
      return whole;
    },
  };
}

const unavailable = { name: "RetryLater", reason: "secret_unavailable" };

test("gives the current value, and the previous one behind it while it is rotated", async () => {
  const { secrets, clock, put } = await open();
  expect(await secrets.values("key")).toEqual(["first"]);
  await put("second");
  clock.now += 5 * minuteMs;
  expect(await secrets.values("key")).toEqual(["second", "first"]);
  expect(await secrets.value("key")).toBe("second");
});

test("holds a value a line, blank lines and repeats left out", async () => {
  const { secrets, put } = await open({ key: "old\nshared" });
  await put("\n new \r\nshared\n\n");
  expect(await secrets.values("key")).toEqual(["new", "shared", "old"]);
});

test("reads once for everybody who asks in five minutes", async () => {
  const { secrets, clock, reads } = await open();
  await Promise.all([secrets.values("key"), secrets.values("key"), secrets.value("key")]);
  clock.now += 5 * minuteMs - 1;
  await secrets.values("key");
  expect(reads()).toBe(1);
  clock.now += 1;
  await secrets.values("key");
  expect(reads()).toBe(1);
});

test("tells the current version from the one before it", async () => {
  const { secrets, clock, put } = await open();
  expect(await secrets.versions("key")).toEqual({ current: ["first"], previous: [] });
  await put("second\nfirst");
  clock.now += 5 * minuteMs;
  expect(await secrets.versions("key")).toEqual({ current: ["second", "first"], previous: ["first"] });
  expect(await secrets.values("key")).toEqual(["second", "first"]);
});

test("keeps secrets apart", async () => {
  const { secrets } = await open({ key: "one", other: "two" });
  expect(await Promise.all([secrets.value("key"), secrets.value("other")])).toEqual(["one", "two"]);
});

test("never keeps a failure", async () => {
  const { secrets, server, reads } = await open();
  server.failNext(2);
  const [one, two] = await Promise.allSettled([secrets.values("key"), secrets.values("key")]);
  expect(one).toMatchObject({ status: "rejected", reason: unavailable });
  expect(two).toMatchObject({ status: "rejected", reason: unavailable });
  expect(reads()).toBe(1);
  expect(await secrets.values("key")).toEqual(["first"]);
});

test("serves the last good value while a read fails, to everybody, and tries again after a minute", async () => {
  const { secrets, server, clock, put, reads } = await open();
  await secrets.values("key");
  await put("second");
  clock.now += 5 * minuteMs;
  server.failNext(2);
  reads();
  expect(await Promise.all([secrets.values("key"), secrets.values("key")])).toEqual([["first"], ["first"]]);
  clock.now += minuteMs - 1;
  expect(await secrets.values("key")).toEqual(["first"]);
  expect(reads()).toBe(1);
  clock.now += 1;
  expect(await secrets.values("key")).toEqual(["second", "first"]);
  expect(reads()).toBe(1);
});

test("serves the last good value when the secret was emptied", async () => {
  const { secrets, clock, put } = await open();
  await secrets.values("key");
  await put("");
  await put(" ");
  clock.now += 5 * minuteMs;
  expect(await secrets.values("key")).toEqual(["first"]);
});

test("reads again what was not accepted, at most once a minute", async () => {
  const { secrets, clock, put, reads } = await open();
  await secrets.values("key");
  await put("second");
  reads();
  expect(secrets.distrust("key")).toBe(true);
  expect(secrets.distrust("key")).toBe(false);
  expect(await secrets.value("key")).toBe("second");
  expect(reads()).toBe(1);
  clock.now += minuteMs - 1;
  expect(secrets.distrust("key")).toBe(false);
  await secrets.value("key");
  expect(reads()).toBe(0);
  clock.now += 1;
  expect(secrets.distrust("key")).toBe(true);
  await secrets.value("key");
  expect(reads()).toBe(1);
});

test("cannot distrust what it never read", async () => {
  const { secrets } = await open();
  expect(secrets.distrust("key")).toBe(false);
});

test("still serves what was distrusted when it cannot be read again", async () => {
  const { secrets, server } = await open();
  await secrets.values("key");
  secrets.distrust("key");
  server.failNext(2);
  expect(await secrets.values("key")).toEqual(["first"]);
});

test.each([
  ["is not there", "missing"],
  ["holds nothing", "blank"],
])("says so when a secret %s", async (_, id) => {
  const { secrets } = await open({ blank: " \n" });
  const empty = { name: "RetryLater", reason: "secret_empty", message: expect.stringContaining(id) };
  await expect(secrets.values(id)).rejects.toMatchObject(empty);
  await expect(secrets.value(id)).rejects.toMatchObject(empty);
});

test("tells no value in its failures", async () => {
  const { secrets, server } = await open();
  server.failNext(2);
  const failure = await secrets.values("key").catch((error: unknown) => error);
  expect(String(failure)).toBe("RetryLater: secret key cannot be read");
});
