import type { FaultInput } from "../../local/fake-arize/faults.ts";

/** What can be made of the fake Arize by one press: a name, what it means, and the fault. */
export const faults: Readonly<Record<string, { label: string; fault: FaultInput }>> = {
  limited: { label: "429: the next five calls, ask again after 5 s", fault: { status: 429, retryAfter: 5, times: 5 } },
  failing: { label: "500: the next five calls", fault: { status: 500, times: 5 } },
  slow: { label: "Slow: 3 s a call until it is mended", fault: { latencyMs: 3_000, times: null } },
  down: { label: "Down: connections are cut until it is mended", fault: { cut: "before", times: null } },
};

const dayMs = 86_400_000;

/** How far its clock can be moved by one press. */
export const moves: Readonly<Record<string, { label: string; ms: number }>> = {
  day: { label: "a day", ms: dayMs },
  week: { label: "eight days, so that invitations expire", ms: 8 * dayMs },
};
