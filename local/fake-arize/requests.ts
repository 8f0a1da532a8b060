import * as z from "zod/mini";
import { describeIssues } from "../../lib/issues.ts";
import { Problem, spelled } from "./answers.ts";
import type { Person, Status } from "./people.ts";
import type { World } from "./world.ts";

const createSchema = z.object({
  name: z.string(),
  email: z.string().check(z.maxLength(254), z.regex(/^[^\s@]+@[^\s@.]+(\.[^\s@.]+)+$/u)),
  role: z.object({ type: z.string(), name: z.optional(z.string()), id: z.optional(z.string()) }),
  invite_mode: z.string(),
  is_developer: z.optional(z.boolean()),
});
const updateSchema = z.object({ name: z.optional(z.string()), is_developer: z.optional(z.boolean()) });

const listed = ["active", "invited", "expired"] as const;
const inviteModes = ["none", "email_link", "temporary_password"] as const;
export type InviteMode = (typeof inviteModes)[number];

/** Reads the body of a creation. @throws Problem 400, or 422 for a custom role that the account does not have */
export function readCreate(body: unknown, world: World) {
  const wire = parse(createSchema, body);
  return {
    name: displayName(wire.name),
    email: wire.email,
    role: readRole(wire.role, world),
    inviteMode: oneOf(inviteModes, wire.invite_mode, "invite_mode", world),
    isDeveloper: wire.is_developer,
  };
}

/** Reads the body of an update. @throws Problem 400 */
export function readUpdate(body: unknown) {
  const { name, is_developer } = parse(updateSchema, body);
  if (name === undefined && is_developer === undefined) throw new Problem(400, "name or is_developer must be provided");
  return { name: name === undefined ? undefined : displayName(name), isDeveloper: is_developer };
}

/** Reads the query of a listing. @throws Problem 400 */
export function readList(query: URLSearchParams, world: World) {
  const limit = query.get("limit") ?? "50";
  if (!/^\d{1,3}$/.test(limit) || Number(limit) < 1 || Number(limit) > 100) throw new Problem(400, "limit: 1 to 100");
  const email = query.get("email") ?? "";
  if (email.length > 255) throw new Problem(400, "email: at most 255 characters");
  const statuses: Status[] = query.getAll("status").map((status) => oneOf(listed, status, "status", world));
  return {
    email,
    statuses: statuses.length === 0 ? listed : statuses,
    limit: Number(limit),
    from: readCursor(query.get("cursor")),
  };
}

/** The position of the next page, as an opaque token. */
export function writeCursor(position: number): string {
  return Buffer.from(`users:${position}`).toString("base64");
}

function readCursor(cursor: string | null): number {
  if (cursor === null) return 0;
  const position = /^users:(\d{1,9})$/.exec(Buffer.from(cursor, "base64").toString())?.[1];
  if (position === undefined) throw new Problem(400, "cursor: not one of ours");
  return Number(position);
}

function readRole(role: z.infer<typeof createSchema>["role"], world: World): Person["role"] {
  const type = oneOf(["predefined", "custom"] as const, role.type, "role.type", world);
  if (type === "predefined") {
    return { type, name: oneOf(["admin", "member", "annotator"] as const, role.name ?? "", "role.name", world) };
  }
  const known = world.settings.customRoles.find(({ id }) => id === role.id);
  if (known === undefined) throw new Problem(422, "role.id: no such role in this account");
  return { type, id: known.id };
}

function oneOf<T extends string>(allowed: readonly T[], word: string, field: string, world: World): T {
  const found = allowed.find((candidate) =>
    world.settings.strictCase ? spelled(candidate, world) === word : candidate === word.toLowerCase(),
  );
  if (found === undefined) {
    throw new Problem(400, `${field}: one of ${allowed.map((candidate) => spelled(candidate, world)).join(", ")}`);
  }
  return found;
}

function displayName(name: string): string {
  const trimmed = name.trim();
  if (trimmed.length < 1 || trimmed.length > 255) throw new Problem(400, "name: 1 to 255 characters");
  return trimmed;
}

function parse<T>(schema: z.ZodMiniType<T>, body: unknown): T {
  const result = schema.safeParse(body);
  if (!result.success) throw new Problem(400, describeIssues(result.error));
  return result.data;
}
