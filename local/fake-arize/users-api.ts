import { randomBytes } from "node:crypto";
import { type Answer, Problem, spelled, wireUser } from "./answers.ts";
import { listAuditLogs } from "./audit-logs.ts";
import { emailKey, type Person } from "./people.ts";
import { type InviteMode, readCreate, readList, readUpdate, writeCursor } from "./requests.ts";
import { developerByDefault, ownerEmail, type World } from "./world.ts";

export interface Call {
  /** The first id in the path, where the route has one: of the user, the organization or the space. */
  id: string;
  /** The user id after it, where the route has two. */
  userId: string;
  query: URLSearchParams;
  body: unknown;
}
export type Operation = (world: World, call: Call) => Answer;

/** The operations of the Users API, and the audit log, by method and path template. Source: Users API, REST v2. */
export const operations: Readonly<Record<string, Operation>> = {
  "GET /v2/audit-logs": listAuditLogs,
  "GET /v2/users": list,
  "POST /v2/users": create,
  "GET /v2/users/{id}": (world, { id }) => ({ status: 200, body: wireUser(present(world, id), world) }),
  "PATCH /v2/users/{id}": update,
  "DELETE /v2/users/{id}": remove,
  "POST /v2/users/{id}/resend-invitation": resend,
  "POST /v2/users/{id}/reset-password": resetPassword,
};

function list(world: World, { query }: Call): Answer {
  const { people, next } = world.people.page({ ...readList(query, world), now: world.now() });
  return {
    status: 200,
    body: {
      users: people.map((person) => wireUser(person, world)),
      pagination: next === undefined ? { has_more: false } : { has_more: true, next_cursor: writeCursor(next) },
    },
  };
}

/** The table of creation: the person's state decides, keyed by their address. */
function create(world: World, { body }: Call): Answer {
  const request = readCreate(body, world);
  const known = world.people.byEmail(request.email);
  const status = known === undefined ? "unknown" : world.status(known);
  // These quote the address, as services do: whoever logs a detail is found out here.
  if (status === "active") throw new Problem(409, `${request.email} is already a member of the account`);
  if (status === "inactive") throw new Problem(409, `${request.email} was deactivated and cannot be invited again`);
  if (known !== undefined && status === "invited" && request.inviteMode !== "none") {
    return { status: 200, body: wireUser(known, world) };
  }
  const { inviteMode, isDeveloper, ...rest } = request;
  const membership = {
    ...rest,
    isDeveloper: isDeveloper ?? developerByDefault(request.role),
    state: inviteMode === "none" ? ("active" as const) : ("invited" as const),
    sso: inviteMode === "none",
    invitedUntil: inviteMode === "none" ? null : world.now() + world.settings.invitationTtlMs,
  };
  const person =
    known === undefined ? world.add(membership) : renewed(world, { ...known, ...membership, email: known.email });
  if (inviteMode === "email_link") world.mail(person.email, "invitation");
  return { status: 201, body: createdUser(world, person, inviteMode) };
}

// Not documented: whether a renewed invitation keeps its id. Here it does, and takes over whatever the request says.
function renewed(world: World, person: Person): Person {
  world.save(person);
  return person;
}

function createdUser(world: World, person: Person, inviteMode: InviteMode) {
  return {
    ...wireUser(person, world),
    invite_mode: spelled(inviteMode, world),
    ...(inviteMode === "temporary_password" && { temporary_password: randomBytes(12).toString("base64url") }),
  };
}

function update(world: World, { id, body }: Call): Answer {
  const person = present(world, id);
  const { name = person.name, isDeveloper } = readUpdate(body);
  if (isDeveloper !== undefined && !world.settings.callerIsAdmin) {
    throw new Problem(403, "is_developer takes an account admin");
  }
  const updated = { ...person, name, isDeveloper: isDeveloper ?? person.isDeveloper };
  world.save(updated);
  return { status: 200, body: wireUser(updated, world) };
}

function remove(world: World, { id }: Call): Answer {
  const person = world.people.byId(id) ?? missing();
  if (emailKey(person.email) === ownerEmail) throw new Problem(400, "callers cannot delete themselves");
  // Keys that act as the person go with them; service keys stay.
  for (const key of world.keys) {
    if (key.type === "user" && key.createdBy === id) world.saveKey({ ...key, status: "revoked" });
  }
  if (person.state !== "inactive") world.save({ ...person, state: "inactive", invitedUntil: null, memberships: {} });
  return { status: 204 };
}

function resend(world: World, { id }: Call): Answer {
  const person = present(world, id);
  if (world.settings.samlEnforced) throw new Problem(400, "SAML login is enforced for the account");
  if (world.status(person) !== "invited") throw new Problem(400, "only a pending invitation can be sent again");
  world.save({ ...person, invitedUntil: world.now() + world.settings.invitationTtlMs });
  world.mail(person.email, "resend");
  return { status: 204 };
}

function resetPassword(world: World, { id }: Call): Answer {
  const person = present(world, id);
  if (person.sso || world.settings.samlEnforced) throw new Problem(400, "the user signs in with SSO");
  if (person.state !== "active") throw new Problem(400, "the user has not verified their account");
  world.mail(person.email, "reset");
  return { status: 204 };
}

/** A user who can be read: the deleted cannot. */
function present(world: World, id: string): Person {
  const person = world.people.byId(id);
  return person === undefined || person.state === "inactive" ? missing() : person;
}

function missing(): never {
  throw new Problem(404, "no such user");
}
