import type { LifecycleConfig } from "../config.ts";
import type { Answered } from "../http/transport.ts";
import type { LedgerTable } from "../ledger/table.ts";
import type { EventQueue } from "../queue.ts";
import type { Account } from "./calls/account.ts";
import type { Arize } from "./calls/calls.ts";
import type { Turn } from "./calls/pace.ts";
import type { SourceReader } from "./calls/source-reader.ts";
import type { Word } from "./event.ts";
import type { Identity } from "./identity.ts";

/** What the worker works with. */
export interface Workshop {
  config: LifecycleConfig;
  identity: Identity;
  table: LedgerTable;
  queue: EventQueue;
  arize: Arize;
  account: Account;
  /** The sources' own APIs, as far as the configuration lets them be read. */
  sources: SourceReader;
  leaseMs: number;
  backoffBaseMs: number;
}

/** One delivery of an event to the worker. */
export interface Delivery extends Turn {
  /** When the message was put on the queue, epoch milliseconds. */
  sentAt: number;
  /** How often SQS has handed it out, this time included. */
  receives: number;
  /**
   * Waits until nobody else in the batch is at work, for an event that may kill the worker.
   * @param crashes how often it may have done so: those with fewer go first
   */
  alone: (crashes: number) => Promise<void>;
}

/** How an event ended. */
export interface Ending {
  person: string;
  outcome: string;
  action?: string;
  reason?: string;
  userId?: string;
  /** What the person's source said when it was asked before a deletion. */
  lookup?: Word;
  /** Sources whose last word about the person is the opposite, separated by commas. */
  contradicts?: string;
  /** Which of the role rules fits the person, from 1. */
  rule?: number;
  /** How often the event was put back on the queue before. */
  retries?: number;
  /** What Arize answered. */
  calls?: readonly Answered[];
}
