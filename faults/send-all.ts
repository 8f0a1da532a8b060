import { setTimeout as delay } from "node:timers/promises";
import { urlOf } from "../local/environment.ts";
import type { Lab } from "./lab.ts";
import type { Seen } from "./model.ts";
import { isHinter } from "./people.ts";
import type { Delivery, Plan } from "./plan.ts";
import { ledgerId, requestFor, setTruth } from "./senders.ts";

/** How many requests are under way at the same time, and how many events may wait inside for their end. */
const senders = 16;
const mostWaiting = 600;
/** Nothing has come to its end for so long, in the lab's time: it never will. The longest backoff is 15 minutes. */
export const patienceMs = 20 * 60_000;
/** Okta puts several events into a hook. */
const hookSize = 6;

/** What was sent, and what of it was accepted. */
export interface Sent {
  delivered: number;
  /** Attempts that were answered with anything but success, and came again. */
  redelivered: number;
  /** When each event was first sent, by the ledger's id. */
  firstSent: Map<string, number>;
  accepted: Set<string>;
  /** Those of the accepted that had not come to an end when it was last looked. */
  open: Set<string>;
}

/** How many accepted events have not come to an end. */
export function countOpen({ open }: Sent, { watch }: Lab): number {
  for (const id of open) if (watch.endings.has(id)) open.delete(id);
  return open.size;
}

/**
 * Delivers everything in the order of the plan, as senders do: again and again until it is accepted.
 * @param onProgress is told after each request how much has been delivered
 */
export async function sendAll(plan: Plan, lab: Lab, onProgress: (sent: Sent) => void): Promise<Sent> {
  const sent: Sent = { delivered: 0, redelivered: 0, firstSent: new Map(), accepted: new Set(), open: new Set() };
  const line = new Line(plan.deliveries, lab);
  const one = async () => {
    for (let batch = await line.next(sent); batch !== undefined; batch = await line.next(sent)) {
      await deliver(batch, lab, sent);
      sent.delivered += batch.length;
      lab.weather.move(sent.delivered);
      onProgress(sent);
    }
  };
  await Promise.all(Array.from({ length: senders }, one));
  return sent;
}

/** What has been seen of a fact. */
export function seenOf(sent: Sent, lab: Lab): (id: string) => Seen | undefined {
  return (id) => {
    for (const source of ["okta", "standard", "workos"] as const) {
      const sentAt = sent.firstSent.get(ledgerId({ source, id }));
      if (sentAt !== undefined) return { sentAt, endedAt: lab.watch.endings.get(ledgerId({ source, id }))?.[0]?.at };
    }
    return undefined;
  };
}

/** Hands out what comes next; what has to wait for another event's end is put off, and holds up nobody else. */
class Line {
  readonly #lab: Lab;
  readonly #rest: Delivery[];
  #putOff: Delivery[] = [];
  /** So many have been lost that waiting for them ends nothing. */
  #isStuck = false;

  constructor(deliveries: readonly Delivery[], lab: Lab) {
    this.#rest = deliveries.toReversed();
    this.#lab = lab;
  }

  /** @returns undefined at the end, and when what is left waits for something that never happens */
  async next(sent: Sent): Promise<[Delivery, ...Delivery[]] | undefined> {
    const since = Date.now();
    for (;;) {
      while (!this.#isStuck && sent.open.size > mostWaiting && countOpen(sent, this.#lab) > mostWaiting) {
        await delay(200);
        this.#isStuck ||= Date.now() - since > patienceMs;
      }
      const ready = this.#putOff.findIndex((delivery) => this.#mayGo(delivery));
      const [first] = ready === -1 ? [] : this.#putOff.splice(ready, 1);
      if (first !== undefined) return [first];
      const next = this.#rest.pop();
      const isOver = this.#putOff.length === 0 || Date.now() - since > patienceMs;
      if (next === undefined && isOver) return undefined;
      if (next === undefined) await delay(500);
      else if (!this.#mayGo(next)) this.#putOff.push(next);
      else return this.#withOthers(next);
    }
  }

  #withOthers(first: Delivery): [Delivery, ...Delivery[]] {
    const batch: [Delivery, ...Delivery[]] = [first];
    while (first.fact.source === "okta" && batch.length < hookSize) {
      const next = this.#rest.at(-1);
      if (next === undefined || next.fact.source !== "okta" || !this.#mayGo(next)) break;
      batch.push(next);
      this.#rest.pop();
    }
    return batch;
  }

  #mayGo({ person, fact }: Delivery): boolean {
    if (fact.onceThere && !this.#lab.watch.isKnown(person.email)) return false;
    if (fact.crosses) return this.#lab.weather.heldUp.has(person.email);
    if (fact.after === undefined) return true;
    const awaited = person.facts.find(({ id }) => id === fact.after);
    return awaited === undefined || this.#lab.watch.endings.has(ledgerId(awaited));
  }
}

async function deliver(batch: [Delivery, ...Delivery[]], lab: Lab, sent: Sent): Promise<void> {
  const ids = batch.map(({ fact }) => ledgerId(fact));
  const [{ fact }] = batch;
  // Told once, when it becomes true: a copy of the hint that comes later is answered with what is true by then.
  const isNew = isHinter(fact.source) && !sent.firstSent.has(ledgerId(fact));
  for (const id of ids) if (!sent.firstSent.has(id)) sent.firstSent.set(id, Date.now());
  if (isNew && isHinter(fact.source)) await setTruth(batch[0], fact.source, lab.ports.sources);
  const firstSentAt = sent.firstSent.get(ids[0] ?? "") ?? Date.now();
  for (let attempt = 1; ; attempt++) {
    // Signed anew each time: the age of a signature counts from the attempt.
    const { path, headers, body } = await requestFor(batch, firstSentAt);
    const response = await fetch(urlOf(lab.ports.door) + path, { method: "POST", headers, body }).catch(
      () => undefined,
    );
    await response?.arrayBuffer().catch(() => undefined);
    if (response?.ok) break;
    sent.redelivered++;
    await delay(Math.min(60_000, 2_000 * attempt));
  }
  if (isHinter(fact.source)) return;
  for (const id of ids) {
    sent.accepted.add(id);
    sent.open.add(id);
  }
}
