import { mkdtempSync, readFileSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  CreateSecretCommand,
  DescribeSecretCommand,
  GetSecretValueCommand,
  ListSecretsCommand,
  PutSecretValueCommand,
  SecretsManagerClient,
} from "@aws-sdk/client-secrets-manager";
import { afterEach, expect, test } from "vitest";
import { urlOf } from "../../local/environment.ts";
import type { SecretStoreOptions } from "../../local/secret-store.ts";
import { startSecrets } from "../../local/secrets.ts";

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  await Promise.all(closing.splice(0).map((close) => close()));
});

async function start(options: Partial<SecretStoreOptions> = {}) {
  const server = await startSecrets({ port: 0, initial: { "a/key": "first" }, ...options });
  const client = new SecretsManagerClient({
    region: "us-east-1",
    endpoint: urlOf(server.port),
    credentials: { accessKeyId: "local", secretAccessKey: "local" },
    maxAttempts: 1,
  });
  closing.push(async () => {
    client.destroy();
    await server.close();
  });
  return { server, client };
}

test("gives a secret by name and by ARN", async () => {
  const { client } = await start();
  const { ARN, ...byName } = await client.send(new GetSecretValueCommand({ SecretId: "a/key" }));
  expect(byName).toMatchObject({ Name: "a/key", SecretString: "first", VersionStages: ["AWSCURRENT"] });
  expect(byName.CreatedDate).toBeInstanceOf(Date);
  expect(await client.send(new GetSecretValueCommand({ SecretId: ARN }))).toMatchObject({ SecretString: "first" });
});

test("keeps the previous version through a rotation, and no older one", async () => {
  const { client } = await start();
  const previous = new GetSecretValueCommand({ SecretId: "a/key", VersionStage: "AWSPREVIOUS" });
  await expect(client.send(previous)).rejects.toMatchObject({ name: "ResourceNotFoundException" });
  await client.send(new PutSecretValueCommand({ SecretId: "a/key", SecretString: "second" }));
  expect(await client.send(new GetSecretValueCommand({ SecretId: "a/key" }))).toMatchObject({ SecretString: "second" });
  expect(await client.send(previous)).toMatchObject({ SecretString: "first", VersionStages: ["AWSPREVIOUS"] });
  await client.send(new PutSecretValueCommand({ SecretId: "a/key", SecretString: "third" }));
  expect(await client.send(previous)).toMatchObject({ SecretString: "second" });
  const { VersionIdsToStages } = await client.send(new DescribeSecretCommand({ SecretId: "a/key" }));
  expect(Object.values(VersionIdsToStages ?? {})).toEqual([["AWSCURRENT"], ["AWSPREVIOUS"]]);
});

test("takes a token once", async () => {
  const { client } = await start();
  const ClientRequestToken = "0".repeat(32);
  const put = (SecretString: string) =>
    client.send(new PutSecretValueCommand({ SecretId: "a/key", SecretString, ClientRequestToken }));
  expect(await put("second")).toMatchObject({ VersionId: ClientRequestToken });
  await put("second");
  await expect(put("other")).rejects.toMatchObject({ name: "ResourceExistsException" });
  const previous = await client.send(new GetSecretValueCommand({ SecretId: "a/key", VersionStage: "AWSPREVIOUS" }));
  expect(previous).toMatchObject({ SecretString: "first" });
});

test("creates secrets, empty ones too, and none twice", async () => {
  const { client } = await start();
  await client.send(new CreateSecretCommand({ Name: "full", SecretString: "value" }));
  await client.send(new CreateSecretCommand({ Name: "empty" }));
  expect(await client.send(new GetSecretValueCommand({ SecretId: "full" }))).toMatchObject({ SecretString: "value" });
  const empty = client.send(new GetSecretValueCommand({ SecretId: "empty" }));
  await expect(empty).rejects.toMatchObject({ name: "ResourceNotFoundException" });
  const again = client.send(new CreateSecretCommand({ Name: "full", SecretString: "value" }));
  await expect(again).rejects.toMatchObject({ name: "ResourceExistsException" });
});

test("answers the errors that the client knows", async () => {
  const { client } = await start();
  const unknown = client.send(new GetSecretValueCommand({ SecretId: "b" }));
  await expect(unknown).rejects.toMatchObject({ name: "ResourceNotFoundException" });
  const unnamed = client.send(new GetSecretValueCommand({ SecretId: "" }));
  await expect(unnamed).rejects.toMatchObject({ name: "InvalidParameterException" });
  const unsupported = client.send(new ListSecretsCommand({}));
  await expect(unsupported).rejects.toMatchObject({ name: "UnknownOperationException" });
});

test("fails on request, so many times", async () => {
  const { server, client } = await start();
  server.failNext(2);
  const get = () => client.send(new GetSecretValueCommand({ SecretId: "a/key" }));
  await expect(get()).rejects.toMatchObject({ name: "InternalServiceError", $metadata: { httpStatusCode: 500 } });
  await expect(get()).rejects.toMatchObject({ name: "InternalServiceError" });
  expect(await get()).toMatchObject({ SecretString: "first" });
});

test("keeps what was changed in a file of the owner's, and never a pinned secret", async () => {
  const file = join(mkdtempSync(join(tmpdir(), "secrets-")), "data", "secrets.json");
  const { client } = await start({ file, initial: { a: "the first", b: "b1" }, pinned: { a: "from outside" } });
  expect(await client.send(new GetSecretValueCommand({ SecretId: "a" }))).toMatchObject({
    SecretString: "from outside",
  });
  await client.send(new PutSecretValueCommand({ SecretId: "a", SecretString: "rotated" }));
  await client.send(new PutSecretValueCommand({ SecretId: "b", SecretString: "b2" }));
  const text = readFileSync(file, "utf8");
  expect(text).not.toMatch(/from outside|rotated|the first/);
  expect(statSync(file).mode & 0o777).toBe(0o600);

  const later = await start({ file, initial: { a: "the first", b: "b1" } });
  const previous = new GetSecretValueCommand({ SecretId: "b", VersionStage: "AWSPREVIOUS" });
  expect(await later.client.send(new GetSecretValueCommand({ SecretId: "a" }))).toMatchObject({
    SecretString: "the first",
  });
  expect(await later.client.send(new GetSecretValueCommand({ SecretId: "b" }))).toMatchObject({ SecretString: "b2" });
  expect(await later.client.send(previous)).toMatchObject({ SecretString: "b1" });
});
