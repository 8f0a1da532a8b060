import { isDeepStrictEqual } from "node:util";
import { UpdateCommand } from "@aws-sdk/lib-dynamodb";
import * as z from "zod/mini";
import { kindSchema } from "../lifecycle/event.ts";
import { readState, type State, short, stateKey } from "./state.ts";
import type { LedgerTable } from "./table.ts";

/** What has to be known of an event that came and is not through: a plan that it calls off or follows must wait for it. */
const openSchema = z.object({
  kind: kindSchema,
  /** When it happened, and when it takes effect where it names that; epoch milliseconds. */
  at: z.number(),
  due: z.optional(z.number()),
  /** Whether it is about one of several groups. */
  membership: z.optional(z.boolean()),
});
export type OpenEvent = z.infer<typeof openSchema>;
/** What tells an event from others under its id. */
type Happened = Pick<OpenEvent, "kind" | "at">;

/** So many are kept apart in a person's state: every write of that item costs what it holds. */
const maxOpen = 20;

const unreadable: OpenEvent = { kind: "reinstate", at: Number.POSITIVE_INFINITY };
const prefix = "open_";
// Some senders use an id of the person as that of the event: another one under it must not take its place.
const nameOf = (id: string, { kind, at }: Happened) => `${prefix}${short(`${kind} ${at} ${id}`)}`;
const namesIn = (state: State) => Object.keys(state).filter((name) => name.startsWith(prefix));

/** What came for a person and is not through. */
export function openEvents(state: State): OpenEvent[] {
  const { openJoinerAt, openJoinerDue, openLeaverAt } = state;
  return [
    // What another version wrote may be a return: what is planned waits for an operator then.
    ...namesIn(state).map((name) => openSchema.safeParse(state[name]).data ?? unreadable),
    ...(openJoinerAt === undefined ? [] : [{ kind: "reinstate" as const, at: openJoinerAt, due: openJoinerDue }]),
    ...(openLeaverAt === undefined ? [] : [{ kind: "leaver" as const, at: openLeaverAt }]),
  ];
}

/**
 * Notes that an event came and is not through; once, however often it is put back. Where too many are open already, only the
 * newest and the latest of the others is kept, which nobody takes back: what is planned waits rather than happens.
 * @throws RetryLater
 */
export async function noteOpen(table: LedgerTable, person: string, id: string, open: OpenEvent): Promise<void> {
  const state = await readState(table, person);
  const name = nameOf(id, open);
  if (isDeepStrictEqual(state[name], open)) return;
  const isFull = state[name] === undefined && namesIn(state).length >= maxOpen;
  if (isFull) return noteBeyond(table, person, open);
  await table.run((client) =>
    client.send(
      new UpdateCommand({
        TableName: table.name,
        Key: stateKey(person),
        UpdateExpression: "SET #open = :open",
        ExpressionAttributeNames: { "#open": name },
        ExpressionAttributeValues: { ":open": open },
      }),
    ),
  );
}

async function noteBeyond(table: LedgerTable, person: string, { kind, at, due }: OpenEvent): Promise<void> {
  if (kind === "leaver") return raise(table, person, "openLeaverAt", at);
  await raise(table, person, "openJoinerAt", at);
  if (due !== undefined) await raise(table, person, "openJoinerDue", due);
}

async function raise(
  table: LedgerTable,
  person: string,
  name: "openJoinerAt" | "openJoinerDue" | "openLeaverAt",
  value: number,
): Promise<void> {
  await table.won((client) =>
    client.send(
      new UpdateCommand({
        TableName: table.name,
        Key: stateKey(person),
        UpdateExpression: "SET #open = :value",
        ConditionExpression: "attribute_not_exists(#open) OR #open < :value",
        ExpressionAttributeNames: { "#open": name },
        ExpressionAttributeValues: { ":value": value },
      }),
    ),
  );
}

/** Takes that back: the event is through, came to nothing, or an operator gave it up. @throws RetryLater */
export async function forgetOpen(table: LedgerTable, person: string, id: string, happened: Happened): Promise<void> {
  await table.won((client) =>
    client.send(
      new UpdateCommand({
        TableName: table.name,
        Key: stateKey(person),
        UpdateExpression: "REMOVE #open",
        ConditionExpression: "attribute_exists(#open)",
        ExpressionAttributeNames: { "#open": nameOf(id, happened) },
      }),
    ),
  );
}
