import type { UsersListQuery } from "../../arize/requests.ts";
import type { UsersPage } from "../../arize/users-client.ts";
import { RetryLater } from "../../errors.ts";
import { cursorWatch } from "../../http/cursor-watch.ts";
import { ApiException } from "../../http/errors.ts";
import type { Calls } from "./calls.ts";

/**
 * A listing page by page, each asked for on its own so that one that met a 429 can be asked for again: a generator that
 * threw is over, and would then look like a listing that came to its end.
 * @throws RetryLater `listing_broken` when it runs in a circle, and what the calls throw
 */
export async function* pages(calls: Calls, query: UsersListQuery, start?: string): AsyncGenerator<UsersPage, void> {
  const isRepeated = cursorWatch(start);
  let cursor = start;
  do {
    const page = await calls.read((client, options) => firstPage(client.listPages({ ...query, cursor }, options)));
    cursor = page.nextCursor;
    if (cursor !== undefined && isRepeated(cursor)) throw new RetryLater("listing_broken");
    yield page;
  } while (cursor !== undefined);
}

/**
 * The same for whoever reads to the end: the next page is asked for while one is being worked on. Who stops early has read
 * a page too many, and waits for it.
 */
export async function* pagesAhead(...listing: Parameters<typeof pages>): AsyncGenerator<UsersPage, void> {
  const asked = pages(...listing);
  let next = asked.next();
  try {
    for (;;) {
      const { value, done } = await next;
      if (done || value === undefined) return;
      next = asked.next();
      // Its failure is told when its turn comes; until then it must not count as one that nobody looks at.
      next.catch(() => {});
      yield value;
    }
  } finally {
    await next.catch(() => {});
  }
}

/** Whether what a listing threw says that it cannot be read on from where it is: only from its beginning. */
export function isBrokenListing(error: unknown): boolean {
  if (!(error instanceof RetryLater)) return false;
  if (error.reason === "listing_broken") return true;
  const codes = ["listing_truncated", "cursor_repeated", "cursor_refused"];
  return error.cause instanceof ApiException && codes.includes(error.cause.errorCode ?? "");
}

async function firstPage(listing: AsyncGenerator<UsersPage, void>): Promise<UsersPage> {
  const { value } = await listing.next();
  return value ?? { users: [], nextCursor: undefined };
}
