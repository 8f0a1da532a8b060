import { UpdateCommand } from "@aws-sdk/lib-dynamodb";
import { ownSources } from "../lifecycle/admissible.ts";
import type { Kind, LifecycleEvent } from "../lifecycle/event.ts";
import { type State, stateKey } from "./state.ts";
import type { LedgerTable } from "./table.ts";

/**
 * What ties a person to a source, in their state, by source: their id there (`id_okta`) and all that they ever had
 * (`ids_okta`, a set), the source's last word about whether they should have access (`said_okta`), and when a listing named
 * them last (`seen_okta`, epoch milliseconds).
 * A word is twice the time of the event plus one when they left: as with the other marks a newer one is greater.
 */
export const tieNames = {
  id: (source: string) => `id_${source}`,
  ids: (source: string) => `ids_${source}`,
  said: (source: string) => `said_${source}`,
  seen: (source: string) => `seen_${source}`,
};

/** The person's id at a source, as the newest event or listing gave it. */
export function externalIdAt(state: State, source: string): string | undefined {
  const id = state[tieNames.id(source)];
  return typeof id === "string" ? id : undefined;
}

/** Every id at a source that an event or a listing ever gave for the person. */
export function externalIdsAt(state: State, source: string): string[] {
  const ids = state[tieNames.ids(source)];
  return ids instanceof Set ? [...ids].filter((id) => typeof id === "string") : [];
}

/** When a source's listing named them last. */
export function seenAt(state: State, source: string): number | undefined {
  const seen = state[tieNames.seen(source)];
  return typeof seen === "number" ? seen : undefined;
}

/** What a source said last: `undefined` when it never said anything. */
export function lastWord(state: State, source: string): "joined" | "left" | undefined {
  const said = state[tieNames.said(source)];
  if (typeof said !== "number") return undefined;
  return said % 2 === 1 ? "left" : "joined";
}

/**
 * Whether a source said last that they joined, and something newer than that or that itself is done. While a joiner is
 * being tried again, or waits for an operator, nobody knows yet whether there is anybody to move.
 */
export function isJoinedBy(state: State, source: string): boolean {
  const said = state[tieNames.said(source)];
  return lastWord(state, source) === "joined" && Number(said) <= (state.done_membership ?? 0);
}

/**
 * Whether somebody has come from a source: it said last that they joined, or never said anything and its listing had them.
 * An id alone says no such thing: an identity provider speaks of everybody in the company.
 */
export function cameFrom(state: State, source: string): boolean {
  const word = lastWord(state, source);
  return word === "joined" || (word === undefined && seenAt(state, source) !== undefined);
}

/** Whether an event of this kind is a word about membership. */
export function isWord(kind: Kind): boolean {
  return kind === "joiner" || kind === "reinstate" || kind === "leaver";
}

/** The other sources whose last word is the opposite of an event's, in order of their names. */
export function contradictions(state: State, { source, kind }: Pick<LifecycleEvent, "source" | "kind">): string[] {
  if (!isWord(kind)) return [];
  const opposite = kind === "leaver" ? "joined" : "left";
  const others = Object.keys(state).flatMap((name) => (name.startsWith("said_") ? [name.slice("said_".length)] : []));
  const isSource = (name: string) => name !== source && !ownSources.some((own) => own === name);
  return others.filter((other) => isSource(other) && lastWord(state, other) === opposite).sort();
}

/**
 * Notes that a source's listing named a person, and under which id.
 * @param at of the run, epoch milliseconds
 * @throws RetryLater
 */
export async function noteSeen(
  table: LedgerTable,
  person: string,
  { source, externalId, at }: { source: string; externalId: string; at: number },
): Promise<void> {
  await table.run((client) =>
    client.send(
      new UpdateCommand({
        TableName: table.name,
        Key: stateKey(person),
        UpdateExpression: "SET #seen = :at, #id = :id ADD #ids :ids",
        ExpressionAttributeNames: {
          "#seen": tieNames.seen(source),
          "#id": tieNames.id(source),
          "#ids": tieNames.ids(source),
        },
        ExpressionAttributeValues: { ":at": at, ":id": externalId, ":ids": new Set([externalId]) },
      }),
    ),
  );
}
