import type { FakeArize } from "../../local/fake-arize/server.ts";

/** A call to Arize that has been stopped on its way. */
export interface Stopped {
  /** Resolves when a call has come as far as the gate. */
  reached: Promise<void>;
  /** Lets it go on. */
  open(): void;
}

/** Stops the next call of one route before or after its effect; all others pass. */
export function stopNext(fake: FakeArize, route: string, moment: "before" | "after"): Stopped {
  const reached = Promise.withResolvers<void>();
  const opened = Promise.withResolvers<void>();
  let isWaiting = true;
  fake.intercept((calledRoute, calledMoment) => {
    if (!isWaiting || calledRoute !== route || calledMoment !== moment) return undefined;
    isWaiting = false;
    reached.resolve();
    return opened.promise;
  });
  return { reached: reached.promise, open: opened.resolve };
}
