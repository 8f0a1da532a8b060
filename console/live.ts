import { Hono } from "hono";
import { streamSSE } from "hono/streaming";
import { history } from "../lib/ledger/trail.ts";
import type { Desk } from "./desk.ts";

/** Charts move on with time, even when nothing else does. */
const beatMs = 15_000;
const historyMs = 2_000;

/**
 * Tells a page that it should load itself anew, by server-sent events: whenever queues, shelves or histories changed. What
 * changed is not told here, so that the pages are made in one place only.
 */
export function liveView(desk: Desk): Hono {
  return new Hono().get("/", (context) => {
    const person = context.req.query("person");
    return streamSSE(context, async (stream) => {
      const send = () => stream.writeSSE({ event: "change", data: "" }).catch(() => {});
      const look = changes(() => signature(desk, person), send);
      // Before the page is loaded anew for the first time, so that nothing is lost in between.
      await look();
      const { promise: gone, resolve } = Promise.withResolvers<void>();
      stream.onAbort(resolve);
      const ends = [desk.monitor.onChange(send), every(beatMs, send), every(historyMs, look)];
      await send();
      await gone;
      for (const end of ends) end();
    });
  });
}

/** What to compare: a person's own history where the page is about one, else everybody's newest. */
async function signature(desk: Desk, person: string | undefined): Promise<string> {
  if (person === undefined) return (await desk.activity.current()).recent[0]?.entry.finishedAt ?? "";
  const { table } = await desk.connection();
  return String((await history(table, person)).length);
}

function every(ms: number, work: () => unknown): () => void {
  const timer = setInterval(work, ms);
  return () => clearInterval(timer);
}

/** Tells when what `look` finds is another than the last time. While nothing can be read, nothing has changed. */
function changes(look: () => Promise<string>, tell: () => unknown): () => Promise<void> {
  let last: string | undefined;
  return async () => {
    const now = await look().catch(() => last);
    if (last !== undefined && now !== last) tell();
    last = now;
  };
}
