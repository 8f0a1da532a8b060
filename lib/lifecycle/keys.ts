import { Refused, RetryLater } from "../errors.ts";
import { log } from "../telemetry.ts";
import type { Calls } from "./calls/calls.ts";
import type { LifecycleEvent } from "./event.ts";
import type { Placed } from "./places/places.ts";

/**
 * Revokes the API keys that act as somebody, before they are deleted at the end of a suspension. Deleting takes the keys along
 * as well, so that a failure here is told and holds nothing up.
 */
export async function revokeKeys(userId: string, calls: Calls, event: LifecycleEvent): Promise<void> {
  await orTell(event, async () => {
    for (const { id } of await calls.read((client, options) => client.apiKeys.ofUser(userId, options))) {
      await calls.write((client, options) => client.apiKeys.revoke(id, options));
    }
  });
}

/**
 * The ids of the service keys that somebody made in the spaces which this system put them into: those outlive them, and
 * whether they should is for people to say. What cannot be read is told, and holds nothing up.
 */
export async function serviceKeysOf(
  userId: string,
  placed: readonly Placed[],
  calls: Calls,
  event: LifecycleEvent,
): Promise<string[]> {
  const found: string[] = [];
  await orTell(event, async () => {
    for (const { space } of placed) {
      if (space === undefined) continue;
      const keys = await calls.read((client, options) => client.apiKeys.ofSpace(space, options));
      found.push(...keys.filter(({ createdByUserId }) => createdByUserId === userId).map(({ id }) => id));
    }
  });
  return [...new Set(found)];
}

async function orTell(event: LifecycleEvent, look: () => Promise<void>): Promise<void> {
  try {
    await look();
  } catch (error) {
    if (!(error instanceof Refused || error instanceof RetryLater)) throw error;
    log("warn", "API keys not looked at", { event: event.id, reason: error.reason });
  }
}
