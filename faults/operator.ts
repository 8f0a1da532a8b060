import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { isWaiting, listShelved } from "../lib/ledger/shelf.ts";
import { LedgerTable } from "../lib/ledger/table.ts";
import { Identity } from "../lib/lifecycle/identity.ts";
import { EventQueue } from "../lib/queue.ts";
import { ledgerTable, localSecrets, queueNames, queueUrl, region, secretIds, urlOf } from "../local/environment.ts";
import { putBack } from "../ops/shelves.ts";
import { draw } from "./draw.ts";
import { type Lab, sqsClient } from "./lab.ts";

/** An event that waits: its id in the ledger, whom it is about, and why. */
export interface Waiting {
  id: string;
  email: string;
  reason: string;
}

/** Somebody who looks after the held events with the operator's own commands. */
export class Operator {
  /** Whose deletion was let through by name, and is no longer one for the budget. */
  readonly released = new Set<string>();
  readonly #table: LedgerTable;
  readonly #queue: EventQueue;
  readonly #seed: number;

  constructor(lab: Lab, seed: number) {
    const credentials = { accessKeyId: "local", secretAccessKey: "local" };
    this.#seed = seed;
    this.#table = new LedgerTable(
      ledgerTable,
      new DynamoDBClient({ region, credentials, endpoint: urlOf(lab.ports.dynamodb), maxAttempts: 5 }),
    );
    const port = lab.ports.sqs;
    this.#queue = new EventQueue(
      sqsClient(port),
      { leavers: queueUrl(port, queueNames.leavers), changes: queueUrl(port, queueNames.changes) },
      {
        leavers: queueUrl(port, queueNames.leaversDeadLetters),
        changes: queueUrl(port, queueNames.changesDeadLetters),
      },
      new Identity(localSecrets[secretIds.identity]),
    );
  }

  /**
   * Releases leavers that wait for the budget.
   * @param which `some`: half of the people, as soon as they are held; `all`: everybody
   * @returns how many were released
   */
  async release(which: "some" | "all"): Promise<number> {
    const held = (await listShelved(this.#table, "HELD")).filter(
      (one) => one.reason === "deletion_budget" && isWaiting(one, Date.now()),
    );
    const chosen = held.filter(
      ({ event }) => which === "all" || draw(this.#seed, "release", event.person.email ?? "") < 0.5,
    );
    for (const { event } of chosen) {
      this.released.add(event.person.email ?? "");
      await putBack({ table: this.#table, queue: this.#queue, auditDays: 400 }, "HELD", event.id, {
        by: "the lab's operator",
        note: "left, as was checked",
      });
    }
    return chosen.length;
  }

  /** Everything that waits and that nobody has released. */
  async waiting(): Promise<Waiting[]> {
    const shelves = await Promise.all([listShelved(this.#table, "HELD"), listShelved(this.#table, "PARKED")]);
    return shelves.flat().map(({ event, reason }) => ({ id: event.id, email: event.person.email ?? "", reason }));
  }
}
