import { createHmac } from "node:crypto";
import { workFifoBatch } from "../../lib/fifo-batch.ts";
import { parseEvent } from "../../lib/lifecycle/event.ts";
import { findSource } from "../../lib/sources/index.ts";
import type { WebhookRequest } from "../../lib/sources/source.ts";
import { localSecrets, type secretIds } from "../../local/environment.ts";
import { oktaHook } from "../../local/signed-requests.ts";
import { loadFixture } from "../../test/fixtures/load-source.ts";
import { batchOf, eventOf } from "../events.ts";
import type { Bench, Group } from "../group.ts";
import { ratios } from "../pairs.ts";
import { atMost, type Row } from "../row.ts";

/** Rows 6 and 7: what reading a hook and a batch costs, beside what JSON.parse alone does to the same bytes. */
export const parsing: Group = async (bench) => {
  const rows = [await oktaRow(1, bench), await oktaRow(20, bench)];
  for (const name of ["standard", "workos", "hibob", "gusto", "finch", "bamboohr"] as const) {
    rows.push(await signedRow(name, bench));
  }
  return [...rows, await batchRow(bench)];
};

async function oktaRow(count: number, { rounds, progress }: Bench): Promise<Row> {
  progress(`an okta hook of ${count}`);
  const eventType = "user.lifecycle.activate";
  const people = Array.from({ length: count }, (_, n) => ({ eventType, email: `p${n}@example.com`, name: "Ada" }));
  const body = Buffer.from(JSON.stringify(oktaHook(...people)));
  const request = requestOf({ authorization: localSecrets["webhooks/okta"] }, body);
  const read = reader("okta", request, { everyone: true });
  const samples = await ratios(rounds, read, () => JSON.parse(body.toString()), { repeats: 1000 / count });
  return atMost(1.5, "x JSON.parse", `6 okta hook of ${count}: authenticate, validate, normalize`, samples);
}

async function signedRow(name: keyof typeof secretNames, { rounds, progress }: Bench): Promise<Row> {
  progress(`a hook of ${name}`);
  const fixture = await loadFixture(name);
  const told = { kind: "joiner", email: "ada@example.com", externalId: fixture.idOf("ada@example.com") } as const;
  const text = fixture.hook({ ...told, name: "Ada Example" }) ?? "";
  const secret = localSecrets[secretNames[name]];
  const { headers } = await fixture.seal(text, { secret, at: new Date() });
  const body = Buffer.from(text);
  const read = reader(name, requestOf(headers, body), fixture.options);
  const least = () => [createHmac("sha256", secret).update(body).digest("hex"), JSON.parse(body.toString())];
  const samples = await ratios(rounds, read, least, { repeats: 1000 });
  return atMost(1.5, "x (HMAC + JSON.parse)", `6 ${name} hook: verify, validate, normalize`, samples);
}

const secretNames = {
  standard: "webhooks/standard",
  workos: "webhooks/workos",
  hibob: "webhooks/hibob",
  gusto: "webhooks/gusto",
  finch: "webhooks/finch",
  bamboohr: "webhooks/bamboohr",
} as const satisfies Record<string, (typeof secretIds)[keyof typeof secretIds]>;

/** What ingest does to a request between API Gateway and the queue. @throws Error when the source does not take it */
function reader(name: keyof typeof secretNames | "okta", request: WebhookRequest, given: object): () => Promise<void> {
  const source = findSource(name);
  if (source === undefined) throw new Error(`there is no source ${name}`);
  const options = source.options.parse(given);
  const secrets = [localSecrets[`webhooks/${name}`]];
  return async () => {
    const body = await source.verify(request, secrets, options);
    const { events } = source.normalize({ ...request, body }, options);
    if (events.length === 0) throw new Error(`${name} made nothing of its hook`);
  };
}

function requestOf(headers: Record<string, string>, body: Buffer): WebhookRequest {
  return { method: "POST", headers, query: {}, body, receivedAt: new Date() };
}

async function batchRow({ rounds, progress }: Bench): Promise<Row> {
  progress("a batch of ten");
  const { Records } = batchOf(Array.from({ length: 10 }, (_, n) => eventOf("joiner", `p${n}@example.com`)));
  const read = () => workFifoBatch(Records, async ({ body }) => void parseEvent(body));
  const parse = () => Records.map(({ body }) => JSON.parse(body));
  const samples = await ratios(rounds, read, parse, { repeats: 1000 });
  return atMost(2.5, "x a JSON.parse loop", "7 warm batch of 10 without I/O", samples);
}
