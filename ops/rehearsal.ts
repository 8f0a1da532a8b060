import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { SQSClient } from "@aws-sdk/client-sqs";
import { PutCommand } from "@aws-sdk/lib-dynamodb";
import { readListing, writeListing } from "../lib/ledger/listing.ts";
import { readPointer, writePointer } from "../lib/ledger/pointers.ts";
import type { Shelved } from "../lib/ledger/shelf.ts";
import { readState, stateKey } from "../lib/ledger/state.ts";
import { LedgerTable } from "../lib/ledger/table.ts";
import type { LifecycleEvent } from "../lib/lifecycle/event.ts";
import type { Identity } from "../lib/lifecycle/identity.ts";
import { work } from "../lib/lifecycle/work.ts";
import type { Ending, Workshop } from "../lib/lifecycle/workshop.ts";
import { EventQueue } from "../lib/queue.ts";
import { startDynamoDB } from "../local/dynamodb.ts";
import { ledgerTable, region, urlOf } from "../local/environment.ts";

const longestMs = 60_000;

/**
 * Works an event by the worker's own code, in mode `observe`, over a copy of what the ledger knows about its person: Arize is
 * read and not changed, the ledger itself and the queues are left alone.
 * @param released what is held and would be let through, as its release would mark it
 * @throws RetryLater when Arize or the ledger cannot be read
 */
export async function rehearse(event: LifecycleEvent, workshop: Workshop, released?: Shelved): Promise<Ending> {
  const emulator = await startDynamoDB({ port: 0 });
  const credentials = { accessKeyId: "local", secretAccessKey: "local" };
  const client = new DynamoDBClient({ region, endpoint: urlOf(emulator.port), credentials });
  try {
    const table = new LedgerTable(ledgerTable, client);
    await copyKnown(event, workshop, table);
    if (released !== undefined) await put(table, { pk: "HELD", sk: event.id, ...released });
    const end = Date.now() + longestMs;
    const delivery = {
      priority: "other" as const,
      remainingMs: () => end - Date.now(),
      sentAt: Date.now(),
      receives: 1,
      alone: () => Promise.resolve(),
    };
    const config = { ...workshop.config, mode: "observe" as const };
    return await work(event, delivery, { ...workshop, config, table, queue: new NoQueue(workshop.identity) });
  } finally {
    client.destroy();
    await emulator.close();
  }
}

/** What the worker looks at in the ledger before it decides. */
async function copyKnown(event: LifecycleEvent, { table, identity }: Workshop, copy: LedgerTable): Promise<void> {
  const { email, externalId } = event.person;
  const pointer = externalId === undefined ? undefined : await readPointer(table, event.source, externalId);
  if (pointer !== undefined && externalId !== undefined) await writePointer(copy, event.source, externalId, pointer);
  const listing = await readListing(table);
  if (listing !== undefined) await writeListing(copy, listing);
  // What was spent for real is what counts: in mode `observe` the guard looks at a budget of its own.
  const [budget] = await table.queryAll("pk = :pk AND sk = :sk", { ":pk": "BUDGET", ":sk": "DELETIONS#act" });
  if (budget !== undefined) await put(copy, { ...budget, sk: "DELETIONS#observe" });
  await copyOrigin(table, copy);
  const address = email ?? pointer?.email;
  if (address === undefined) return;
  const person = identity.person(address);
  // Whoever is at work on the person just now does not keep this from looking.
  const { leaseOwner: _, leaseUntil: __, ...state } = await readState(table, person);
  await put(copy, { ...stateKey(person), ...state });
}

// A ledger that was restored, and that no function has opened yet, is noticed in the copy only.
async function copyOrigin(table: LedgerTable, copy: LedgerTable): Promise<void> {
  const [origin] = await table.queryAll("pk = :pk AND sk = :sk", { ":pk": "LEDGER", ":sk": "ORIGIN" });
  if (origin === undefined) return;
  const restoredAt = origin.table === table.name ? origin.restoredAt : Date.now();
  await put(copy, { ...origin, table: copy.name, restoredAt });
}

async function put(table: LedgerTable, Item: Record<string, unknown>): Promise<void> {
  await table.run((client) => client.send(new PutCommand({ TableName: table.name, Item })));
}

/** Takes what would be sent and forgets it. */
class NoQueue extends EventQueue {
  constructor(identity: Identity) {
    const none = { leavers: "", changes: "" };
    super(new SQSClient({ region }), none, none, identity);
  }

  override async send(): Promise<void> {}

  override async deadLetter(): Promise<void> {}
}
