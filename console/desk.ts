import { randomBytes } from "node:crypto";
import { lazy } from "../lib/lazy.ts";
import { userName } from "../ops/caller.ts";
import { type Connection, connect, type Target } from "../ops/connection.ts";
import type { Row } from "../ops/print.ts";
import { ActivityReader } from "./activity-reader.ts";
import { Jobs } from "./jobs.ts";
import { KnownPeople } from "./known-people.ts";
import type { Laboratory } from "./laboratory/laboratory.ts";
import { Monitor, type MonitorOptions } from "./monitor.ts";
import { Notices } from "./notices.ts";
import { type Place, placeOf } from "./place.ts";

/** What a dry run, a run or a look at invitations brought. */
export interface Found {
  summary: string;
  /** Said where there are no rows. */
  nothing: string;
  rows: Row[];
}

/** All that the console's pages work with, for as long as its process lives. */
export interface Desk {
  target: Target;
  place: Place;
  /** Opened when first needed: the console shows what it can while the identity key cannot be read. @throws RetryLater */
  connection(): Promise<Connection>;
  /** In each form that changes something; another one in each process. */
  token: string;
  people: KnownPeople;
  notices: Notices;
  monitor: Monitor;
  activity: ActivityReader;
  /** By what was run. */
  sweeps: Jobs<Found>;
  /** What releasing or redriving an event would come to, by shelf and id. */
  rehearsals: Jobs<string>;
  /** What forms suggest as the operator's name: whoever said it last. */
  operator: string;
  /** The fakes behind "Try it", where there are any. */
  laboratory: Laboratory | undefined;
}

export interface DeskOptions extends MonitorOptions {
  laboratory?: Laboratory | undefined;
}

/** Opens a desk and begins to look at the stack's queues. */
export async function openDesk(target: Target, options: DeskOptions = {}): Promise<Desk> {
  const connection = lazy(() => connect(target));
  const people = new KnownPeople();
  const monitor = new Monitor(target, options);
  const onEnd = () => monitor.changed();
  monitor.start();
  return {
    target,
    place: await placeOf(target),
    connection,
    token: randomBytes(24).toString("base64url"),
    people,
    notices: new Notices(),
    monitor,
    activity: new ActivityReader(connection, people),
    sweeps: new Jobs(onEnd),
    rehearsals: new Jobs(onEnd),
    operator: userName(),
    laboratory: options.laboratory,
  };
}
