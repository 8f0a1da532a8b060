import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { SQSClient } from "@aws-sdk/client-sqs";
import { listShelved } from "../../lib/ledger/shelf.ts";
import { LedgerTable } from "../../lib/ledger/table.ts";
import { Identity } from "../../lib/lifecycle/identity.ts";
import { EventQueue } from "../../lib/queue.ts";
import { ledgerTable, localSecrets, region, secretIds } from "../../local/environment.ts";
import type { Line } from "../../local/report.ts";
import { oktaHook } from "../../local/signed-requests.ts";
import { type Stack, startStack } from "../../local/stack.ts";
import { putBack } from "../../ops/shelves.ts";
import type { Group } from "../group.ts";
import { config } from "../laboratory.ts";
import { sendHook } from "../load.ts";
import { atMost } from "../row.ts";

const queued = 2_000;
const hookSize = 50;
const joins = (n: number) => ({ eventType: "user.lifecycle.activate", email: `joiner${n}@example.com` });
const leaves = (email: string) => ({ eventType: "user.lifecycle.deactivate", email });

/** Row 14: how long a leaver takes from the sender to their removal, when everybody else comes first; seconds of this machine. */
export const leavers: Group = async ({ folder, progress }) => {
  const file = join(folder, "leavers.config.mjs");
  const deletions = { perHour: 1, perDay: 1, shareOfUsers: 1, floor: 1 };
  writeFileSync(file, `export default ${JSON.stringify({ ...config, guards: { deletions } })};`);
  const outcomes = new Outcomes();
  const stack = await startStack({ config: file, schedules: [], onLine: outcomes.hear });
  const people = ["ada@example.com", "ben@example.com"].map((email) => ({ email }));
  await fetch(`${stack.urls.arize}/_fake/users`, { method: "POST", body: JSON.stringify(people) });
  progress(`a leaver behind ${queued} queued joiners`);
  for (let sent = 0; sent < queued; sent += hookSize) {
    await send(stack, ...Array.from({ length: hookSize }, (_, n) => joins(sent + n)));
  }
  const begun = performance.now();
  await send(stack, leaves("ada@example.com"));
  await outcomes.next("removed");
  const behind = (performance.now() - begun) / 1000;
  progress("a leaver released by name");
  await send(stack, leaves("ben@example.com"));
  await outcomes.next("held");
  const released = await release(stack, outcomes);
  await stack.close(0);
  return [
    atMost(5, "s", `14 a leaver sent behind ${queued} queued joiners is removed`, [behind]),
    atMost(5, "s", "14 a leaver whom the budget held is removed once released by name", [released]),
  ];
};

/** Waits for events to end, by what the worker logs. */
class Outcomes {
  #seen: string[] = [];
  #wake = () => {};

  readonly hear = ({ from, text }: Line): void => {
    const outcome = from === "provision" ? /"message":"event".*"outcome":"(removed|held)"/.exec(text)?.[1] : undefined;
    if (outcome === undefined) return;
    this.#seen.push(outcome);
    this.#wake();
  };

  async next(outcome: string): Promise<void> {
    while (!this.#seen.includes(outcome)) await new Promise<void>((resolve) => (this.#wake = resolve));
    this.#seen = [];
  }
}

function send(stack: Stack, ...events: Parameters<typeof oktaHook>): Promise<void> {
  return sendHook(stack.urls.door, JSON.stringify(oktaHook(...events)), localSecrets[secretIds.okta]);
}

/** Releases who is held, as an operator does. @returns seconds until they are removed */
async function release({ urls, queueUrls }: Stack, outcomes: Outcomes): Promise<number> {
  const credentials = { accessKeyId: "local", secretAccessKey: "local" };
  const dynamodb = new DynamoDBClient({ region, credentials, endpoint: urls.dynamodb });
  const sqs = new SQSClient({ region, credentials, endpoint: urls.sqs, useQueueUrlAsEndpoint: false });
  const { leavers, changes, leaversDeadLetters, changesDeadLetters } = queueUrls;
  const deadLetters = { leavers: leaversDeadLetters, changes: changesDeadLetters };
  const identity = new Identity(localSecrets[secretIds.identity]);
  const connection = {
    table: new LedgerTable(ledgerTable, dynamodb),
    queue: new EventQueue(sqs, { leavers, changes }, deadLetters, identity),
    auditDays: 400,
  };
  const [held] = await listShelved(connection.table, "HELD");
  const begun = performance.now();
  await putBack(connection, "HELD", held?.event.id ?? "", { by: "bench", note: "left" });
  await outcomes.next("removed");
  const seconds = (performance.now() - begun) / 1000;
  dynamodb.destroy();
  sqs.destroy();
  return seconds;
}
