import type { User } from "../lib/arize/schemas.ts";
import { readById } from "../lib/lifecycle/apply.ts";
import type { Calls } from "../lib/lifecycle/calls/calls.ts";
import { pages } from "../lib/lifecycle/calls/pages.ts";
import { roleName } from "../lib/lifecycle/decide.ts";
import { readingArize } from "./arize.ts";
import type { Target } from "./connection.ts";
import type { Row } from "./print.ts";

export const listedStatuses = ["active", "invited", "expired"] as const;

export interface UsersQuery {
  /** A part of the address. */
  email?: string | undefined;
  status?: (typeof listedStatuses)[number] | undefined;
}

const listingMs = 15 * 60_000;

/** Lists users as Arize has them. @throws RetryLater, Refused */
export async function listUsers(target: Target, query: UsersQuery, onPage: (count: number) => void): Promise<Row[]> {
  return readingArize(target, (calls) => collect(calls, query, onPage), listingMs);
}

async function collect(calls: Calls, { email, status }: UsersQuery, onPage: (count: number) => void): Promise<Row[]> {
  const rows: Row[] = [];
  for await (const { users } of pages(calls, { email, status })) {
    rows.push(...users.map(toRow));
    onPage(users.length);
  }
  return rows;
}

/** One user, by address or by id; `undefined` when Arize shows none. @throws RetryLater, Refused */
export async function getUser(target: Target, emailOrId: string): Promise<Row | undefined> {
  const isEmail = emailOrId.includes("@");
  const user = await readingArize(target, (calls) =>
    isEmail ? calls.read((client, options) => client.find(emailOrId, options)) : readById(emailOrId, calls),
  );
  return user && toRow(user);
}

function toRow(user: User): Row {
  return {
    email: user.email,
    name: user.name,
    status: user.unknownStatus ?? user.status,
    role:
      user.role.type === "custom" ? (user.role.name ?? user.role.id) : (user.role.unknownName ?? roleName(user.role)),
    developer: user.isDeveloper === undefined ? undefined : user.isDeveloper ? "yes" : "no",
    created: user.createdAt?.toISOString(),
    id: user.id,
  };
}
