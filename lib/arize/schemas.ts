import * as z from "zod/mini";
import { Secret } from "./secret.ts";

/**
 * What a user is at Arize: `active` (verified), `invited` (the invitation is still valid), `expired` (it is not any
 * more), `inactive` (deleted, for ever; never listed). A status that this version does not know reads as `unknown`, and
 * the word itself is kept in the user's `unknownStatus`: the service adds values. Source: Users API, REST v2.
 */
export const UserStatus = z.enum(["active", "invited", "expired", "inactive", "unknown"]);
export type UserStatus = z.infer<typeof UserStatus>;

/**
 * How a new user is let in: `none` (SSO; active at once, no mail), `email_link` (a mail with a link) or
 * `temporary_password` (returned once, in the answer). Source: Users API, REST v2.
 */
export const InviteMode = z.enum(["none", "email_link", "temporary_password"]);
export type InviteMode = z.infer<typeof InviteMode>;

/**
 * One of the account roles that every account has. A role that this version does not know, of whatever type, reads as
 * `unknown` with the service's word for it in `unknownName`; it cannot be written. Source: Users API, REST v2.
 */
export const PredefinedUserRole = z.object({
  type: z.literal("predefined"),
  name: z.enum(["admin", "member", "annotator", "unknown"]),
  unknownName: z.optional(z.string()),
});
export type PredefinedUserRole = z.infer<typeof PredefinedUserRole>;

/** A role that the account made itself, by its opaque id. `name` comes with reads only. Source: Users API, REST v2. */
export const CustomUserRole = z.object({
  type: z.literal("custom"),
  id: z.string().check(z.minLength(1)),
  name: z.optional(z.string()),
});
export type CustomUserRole = z.infer<typeof CustomUserRole>;

/** The account-level role of a user. The API sets it at creation and cannot change it. Source: Users API, REST v2. */
export const UserRole = z.discriminatedUnion("type", [PredefinedUserRole, CustomUserRole]);
export type UserRole = z.infer<typeof UserRole>;

const wireUser = z.object({
  id: z.string().check(z.minLength(1)),
  email: z.string().check(z.minLength(1)),
  name: z.nullish(z.string()),
  created_at: z.nullish(z.string()),
  status: z.string(),
  role: z.nullish(z.object({ type: z.nullish(z.string()), name: z.nullish(z.string()), id: z.nullish(z.string()) })),
  is_developer: z.nullish(z.boolean()),
});
type WireUser = z.infer<typeof wireUser>;

/**
 * A user as the API answers, in either spelling of the enum values, turned into this project's lower case and camelCase.
 * Installs differ, so only id, email and status must be there: a missing name is empty, a missing or unreadable
 * `created_at` and a missing `is_developer` are left out (and must not be taken for false). Fields that are not listed
 * here are dropped. Source: Users API, REST v2.
 */
export const User = z.pipe(wireUser, z.transform(readUser));
export type User = z.infer<typeof User>;

/**
 * The answer to a creation: the user. `inviteMode` comes with a new invitation or account only (201, else 200), and
 * `temporaryPassword` only with mode `temporary_password`, this once. Source: Users API, REST v2.
 */
export const UserCreatedResponse = z.pipe(
  z.extend(wireUser, { invite_mode: z.nullish(z.string()), temporary_password: z.nullish(z.string()) }),
  z.transform((wire) => {
    const inviteMode = InviteMode.safeParse(wire.invite_mode?.toLowerCase());
    return {
      ...readUser(wire),
      ...(inviteMode.success && { inviteMode: inviteMode.data }),
      ...(wire.temporary_password && { temporaryPassword: new Secret(wire.temporary_password) }),
    };
  }),
);
export type UserCreatedResponse = User & { inviteMode?: InviteMode; temporaryPassword?: Secret };

/** Where a listing goes on. `nextCursor` is opaque, and there whenever `hasMore` is. Source: Users API, REST v2. */
export const PaginationMetadata = z.pipe(
  z.object({ has_more: z.boolean(), next_cursor: z.nullish(z.string()) }),
  z.transform((wire): { hasMore: boolean; nextCursor?: string } => ({
    hasMore: wire.has_more,
    ...(wire.next_cursor && { nextCursor: wire.next_cursor }),
  })),
);
export type PaginationMetadata = z.infer<typeof PaginationMetadata>;

/** One page of users, oldest first. A single user that cannot be read fails the page. Source: Users API, REST v2. */
export const UsersList200Response = z.object({ users: z.array(User), pagination: PaginationMetadata });
export type UsersList200Response = z.infer<typeof UsersList200Response>;

interface ReadUser {
  id: string;
  email: string;
  name: string;
  status: UserStatus;
  unknownStatus?: string;
  role: UserRole;
  createdAt?: Date;
  isDeveloper?: boolean;
}

function readUser(wire: WireUser): ReadUser {
  const status = UserStatus.safeParse(wire.status.toLowerCase());
  const createdAt = new Date(wire.created_at ?? Number.NaN);
  return {
    id: wire.id,
    email: wire.email,
    name: wire.name ?? "",
    ...(status.success ? { status: status.data } : { status: "unknown", unknownStatus: wire.status }),
    role: readRole(wire.role),
    ...(Number.isFinite(createdAt.getTime()) && { createdAt }),
    ...(typeof wire.is_developer === "boolean" && { isDeveloper: wire.is_developer }),
  };
}

function readRole(wire: WireUser["role"]): UserRole {
  const type = wire?.type?.toLowerCase();
  if (type === "custom" && wire?.id) {
    return { type, id: wire.id, ...(wire.name && { name: wire.name }) };
  }
  const name = PredefinedUserRole.shape.name.safeParse(wire?.name?.toLowerCase());
  if (type === "predefined" && name.success) return { type, name: name.data };
  const unknownName = wire?.name ?? wire?.type;
  return { type: "predefined", name: "unknown", ...(unknownName && { unknownName }) };
}
