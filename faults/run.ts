import { setTimeout as delay } from "node:timers/promises";
import { GetQueueAttributesCommand } from "@aws-sdk/client-sqs";
import * as z from "zod/mini";
import type { LifecycleConfigInput } from "../lib/config.ts";
import { queueNames, queueUrl } from "../local/environment.ts";
import { type Lab, sqsClient, startLab } from "./lab.ts";
import { Operator } from "./operator.ts";
import { makePlan, type Plan } from "./plan.ts";
import { patienceMs, type Sent, sendAll } from "./send-all.ts";
import { ledgerId } from "./senders.ts";
import { fake, isThrough, judge, type Verdict } from "./verdict.ts";

export interface RunOptions {
  seed: number;
  events: number;
  people: number;
  scale: number;
  epoch: number;
  onProgress(progress: Progress): void;
}

export interface Progress {
  phase: "sending" | "settling";
  delivered: number;
  of: number;
  /** Accepted, and not seen to their end. */
  open: number;
}

export interface Result extends Verdict {
  plan: Plan;
  watch: Lab["watch"];
  redelivered: number;
  deaths: number;
  budget: number;
  /** Of the time outside, seconds. */
  seconds: number;
  /**
   * The most megabytes that the worker which stays had resident: while the first fifth of the events was sent, while the
   * last one was, and afterwards, when everything that the budget holds is released at once.
   */
  memory: { early: number; late: number; settling: number };
}

/** Runs the whole system through a plan with faults, and judges what has become of it. The process is in the lab's time. */
export async function run(options: RunOptions): Promise<Result> {
  const { seed, events, people, onProgress } = options;
  const begun = performance.now();
  const base = Date.now() - 3_600_000;
  const plan = makePlan({ seed, events, people, base });
  // So small that the budget is spent before the end: what comes after must wait for the operator.
  const budget = Math.round(plan.people.filter(({ cast }) => cast === "leaver").length * 0.8);
  const crossing = plan.people.filter(({ facts }) => facts.some(({ crosses }) => crosses));
  const toHoldUp = new Set(crossing.map(({ email }) => email));
  const lab = await startLab({ ...options, config: configOf(budget, plan), toHoldUp });
  try {
    await seedArize(plan, lab);
    const operator = new Operator(lab, seed);
    const attending = attend(operator);
    const fifths = [0.2, 0.8];
    const peaks: number[] = [];
    const megabytes = () => lab.peakMemory() / 2 ** 20;
    const sent = await sendAll(plan, lab, ({ delivered, open }) => {
      if (delivered >= events * (fifths[peaks.length] ?? Number.POSITIVE_INFINITY)) peaks.push(megabytes());
      onProgress({ phase: "sending", delivered, of: events, open: open.size });
    });
    const [early = 0, , late = 0] = [...peaks, megabytes()];
    await attending.stop();
    await settle(plan, sent, lab, operator, (open) =>
      onProgress({ phase: "settling", delivered: sent.delivered, of: events, open }),
    );
    const verdict = await judge(plan, sent, lab, operator, budget);
    const memory = { early, late, settling: megabytes() };
    const { redelivered } = sent;
    const seconds = (performance.now() - begun) / 1000;
    return { ...verdict, plan, watch: lab.watch, redelivered, deaths: lab.deaths(), budget, seconds, memory };
  } finally {
    await lab.close();
  }
}

function configOf(budget: number, { people }: Plan): LifecycleConfigInput {
  return {
    mode: "act",
    managedDomains: ["example.com"],
    protectedEmails: people.filter(({ cast }) => cast === "protected").map(({ email }) => email),
    apiKeyOwner: "owner@example.com",
    sources: {
      okta: { everyone: true },
      standard: {},
      workos: {},
      bamboohr: { api: { baseUrl: "https://example.bamboohr.com" } },
      entra: { api: { tenantId: "example-tenant", clientId: "example-client" } },
      finch: { api: {} },
      gusto: { api: {} },
      hibob: { api: {} },
    },
    defaults: { role: "member", inviteMode: "email_link" },
    guards: { deletions: { perHour: budget, perDay: budget, shareOfUsers: 1, floor: 1_000_000 } },
  };
}

async function seedArize(plan: Plan, lab: Lab): Promise<void> {
  const people = plan.people.flatMap(({ email, name, seeded }) => (seeded ? [{ email, name, status: seeded }] : []));
  const bystanders = plan.bystanders.map((email) => ({ email, name: "Bystander", status: "active" }));
  // Bystanders first: a listing shows the oldest first, and whoever takes the first of it takes one of these.
  const answer = await fake(lab, "POST", "users", [...bystanders, ...people]);
  const { users } = z.object({ users: z.array(z.object({ id: z.string(), email: z.string() })) }).parse(answer);
  for (const { id, email } of users) lab.watch.know(id, email);
}

/** Releases half of what the budget holds, soon after it was held. */
function attend(operator: Operator): { stop(): Promise<void> } {
  let isOver = false;
  const loop = async () => {
    while (!isOver) {
      await operator.release("some");
      await delay(20_000);
    }
  };
  const looping = loop();
  return {
    stop: () => {
      isOver = true;
      return looping;
    },
  };
}

/** Waits until everything has come to its end, or nothing has for a long time. */
async function settle(
  plan: Plan,
  sent: Sent,
  lab: Lab,
  operator: Operator,
  onOpen: (open: number) => void,
): Promise<void> {
  const facts = plan.people.flatMap((person) => person.facts.map((fact) => ({ fact, person })));
  let [fewest, since] = [Number.POSITIVE_INFINITY, Date.now()];
  while (Date.now() - since < patienceMs) {
    const released = await operator.release("all");
    const isOpen = ({ fact, person }: (typeof facts)[number]) =>
      sent.accepted.has(ledgerId(fact)) && !isThrough(fact, person, sent, lab);
    const open = facts.filter(isOpen).length + (await queued(lab));
    onOpen(open);
    if (open === 0 && released === 0) return;
    if (open < fewest) [fewest, since] = [open, Date.now()];
    await delay(5_000);
  }
}

/** Messages that are anywhere in the two lanes. */
async function queued(lab: Lab): Promise<number> {
  const port = lab.ports.sqs;
  const client = sqsClient(port);
  const counts = [queueNames.leavers, queueNames.changes].map(async (name) => {
    const { Attributes: found = {} } = await client.send(
      new GetQueueAttributesCommand({ QueueUrl: queueUrl(port, name), AttributeNames: ["All"] }),
    );
    return Number(found.ApproximateNumberOfMessages) + Number(found.ApproximateNumberOfMessagesNotVisible);
  });
  const total = (await Promise.all(counts)).reduce((sum, count) => sum + count, 0);
  client.destroy();
  return total;
}
