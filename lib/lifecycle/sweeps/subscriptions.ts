import { log } from "../../telemetry.ts";
import type { Workshop } from "../workshop.ts";
import type { SweepRequest, Swept } from "./sweep-request.ts";

/** Has the sources whose notifications end unless they are renewed go on sending them. @throws RetryLater, Refused */
export async function keepSubscriptions({ sources }: Workshop, request: SweepRequest): Promise<Swept> {
  const subscribing = request.dryRun ? [] : sources.subscribing();
  const turn = { priority: "other", remainingMs: request.remainingMs } as const;
  for (const source of subscribing) {
    log("info", "subscription kept", { source, outcome: await sources.subscribe(source, turn) });
  }
  return { finished: true, users: subscribing.length, queued: 0, plan: [] };
}
