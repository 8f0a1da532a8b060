import { expect, test } from "vitest";
import { readEnvironment } from "../../lib/config.ts";
import { localEnvironment, localSecrets, portsFrom } from "../../local/environment.ts";

const config = "/a dir/50%/my.config.ts";

test("is an environment that the functions accept", () => {
  const environment = readEnvironment(localEnvironment({ ports: portsFrom(4600), config }));
  expect(environment).toMatchObject({
    ARIZE_BASE_URL: "http://127.0.0.1:4601",
    LEAVERS_QUEUE_URL: "http://127.0.0.1:4602/000000000000/leavers.fifo",
    CHANGES_DLQ_URL: "http://127.0.0.1:4602/000000000000/changes-dlq.fifo",
    SOURCE_API_URL: "http://127.0.0.1:4605",
    WEBHOOKS_URL: "http://127.0.0.1:4600",
    LEASE_MS: 25_000,
    LIFECYCLE_CONFIG: "file:///a%20dir/50%25/my.config.ts",
  });
  const named = [
    environment.ARIZE_SECRET_ID,
    environment.IDENTITY_SECRET_ID,
    ...Object.values(environment.SOURCE_SECRET_IDS),
    ...Object.values(environment.SOURCE_API_SECRET_IDS),
  ];
  expect(named.sort()).toEqual(Object.keys(localSecrets).sort());
});

test("names other times and the real service when told to", () => {
  const arizeUrl = "https://arize.example.com";
  const variables = localEnvironment({ ports: portsFrom(4600), config, arizeUrl, leaseMs: 2_000, backoffBaseMs: 10 });
  expect(variables).toMatchObject({ ARIZE_BASE_URL: arizeUrl, LEASE_MS: "2000", BACKOFF_BASE_MS: "10" });
  expect(variables).not.toHaveProperty("SOURCE_API_URL");
});
