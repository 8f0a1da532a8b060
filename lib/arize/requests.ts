import * as z from "zod/mini";
import { InvalidArgument } from "../http/errors.ts";
import { describeIssues } from "../issues.ts";
import { InviteMode, UserRole } from "./schemas.ts";

/** How enum values are written: capitals since July 2026, lower case in self-hosted installs from before. */
export type EnumCase = "upper" | "lower";

const displayName = z.string().check(z.trim(), z.normalize("NFC"), z.minLength(1), z.maxLength(255));
// Coarse on purpose: the service has the last word, this only saves a request for what is no address at all.
const email = z
  .string()
  .check(z.trim(), z.normalize("NFC"), z.maxLength(254), z.regex(/^[^\s@]+@[^\s@.]+(\.[^\s@.]+)+$/u));
const listedStatus = z.enum(["active", "invited", "expired"]);

/** The id of a user: opaque, from an earlier answer. */
export const UserId = z.string().check(z.minLength(1), z.maxLength(1024));

/** An email address to create, or to look for as a whole: at most 254 characters. */
export const EmailAddress = email;

/**
 * What to list. `email` is a case-insensitive substring of at most 255 characters, `limit` is 1-100 (50 at the service
 * when left out), `cursor` comes from the page before. Without `status` everybody but the deleted is listed, who cannot
 * be listed at all. Source: Users API, REST v2.
 */
export const UsersListQuery = z.object({
  email: z.optional(z.string().check(z.trim(), z.normalize("NFC"), z.minLength(1), z.maxLength(255))),
  status: z.optional(z.union([listedStatus, z.array(listedStatus)])),
  limit: z.optional(z.int().check(z.gte(1), z.lte(100))),
  cursor: z.optional(z.string().check(z.minLength(1))),
});
export type UsersListQuery = z.infer<typeof UsersListQuery>;

/**
 * A user to create. `name` is 1-255 characters after trimming; `isDeveloper` left out is true for admin and member and
 * false for annotator; a role that was read as `unknown` is refused. Source: Users API, REST v2.
 */
export const CreateUser = z.object({
  name: displayName,
  email,
  role: UserRole.check(
    z.refine((role) => role.name !== "unknown" || role.type === "custom", {
      params: { problem: "a role that is not known cannot be given" },
    }),
  ),
  inviteMode: InviteMode,
  isDeveloper: z.optional(z.boolean()),
});
export type CreateUser = z.infer<typeof CreateUser>;

/** What to change about a user, at least one of the two. Role and email cannot be changed. Source: Users API, REST v2. */
export const UserChanges = z.object({ name: z.optional(displayName), isDeveloper: z.optional(z.boolean()) }).check(
  z.refine((update) => update.name !== undefined || update.isDeveloper !== undefined, {
    path: ["name"],
    params: { problem: "needs a name or isDeveloper" },
  }),
);
export type UserChanges = z.infer<typeof UserChanges>;

/** Checks an argument before anything is sent. @throws InvalidArgument naming the field, never its value */
export function checked<T>(schema: z.ZodMiniType<T>, value: unknown, argument: string): T {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const field = result.error.issues[0]?.path[0] ?? argument;
  throw new InvalidArgument(String(field), `${argument}: ${describeIssues(result.error)}`);
}

/** The query string of a listing, with its question mark; empty when there is nothing to say. */
export function listSearch(query: UsersListQuery, enumCase: EnumCase): string {
  const search = new URLSearchParams();
  if (query.email !== undefined) search.append("email", query.email);
  for (const status of [query.status ?? []].flat()) search.append("status", spell(status, enumCase));
  if (query.limit !== undefined) search.append("limit", String(query.limit));
  if (query.cursor !== undefined) search.append("cursor", query.cursor);
  return search.size === 0 ? "" : `?${search}`;
}

/** The body of a creation. */
export function createBody(request: CreateUser, enumCase: EnumCase) {
  const { name, email, role, inviteMode, isDeveloper } = request;
  const type = spell(role.type, enumCase);
  return {
    name,
    email,
    role: role.type === "custom" ? { type, id: role.id } : { type, name: spell(role.name, enumCase) },
    invite_mode: spell(inviteMode, enumCase),
    is_developer: isDeveloper,
  };
}

function spell(value: string, enumCase: EnumCase): string {
  return enumCase === "upper" ? value.toUpperCase() : value;
}
