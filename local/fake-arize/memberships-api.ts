import * as z from "zod/mini";
import { type Answer, Problem, spelled } from "./answers.ts";
import type { Membership, Person } from "./people.ts";
import type { Call, Operation } from "./users-api.ts";
import type { World } from "./world.ts";

const bodySchema = z.object({
  user_id: z.string(),
  role: z.object({ type: z.string(), name: z.optional(z.string()), id: z.optional(z.string()) }),
});
const roles = ["admin", "member", "read_only", "annotator"] as const;

/** Memberships by method and path template. Source: Organizations and Spaces API, REST v2 (beta). */
export const membershipOperations: Readonly<Record<string, Operation>> = {
  "POST /v2/organizations/{org_id}/users": (world, call) => {
    const organization = organizationOf(world, call.id);
    return add(world, call, organization.id, { organization_id: organization.id });
  },
  "DELETE /v2/organizations/{org_id}/users/{user_id}": (world, { id, userId }) => {
    const { spaces } = organizationOf(world, id);
    return remove(world, userId, [id, ...spaces.map((space) => space.id)]);
  },
  "POST /v2/spaces/{space_id}/users": (world, call) => {
    const organization = world.settings.organizations.find(({ spaces }) => spaces.some(({ id }) => id === call.id));
    if (organization === undefined) throw new Problem(404, "no such space");
    const person = present(world, parseBody(call.body).user_id);
    if (person.memberships[organization.id] === undefined) {
      throw new Problem(400, "the user is not a member of the space's organization");
    }
    return add(world, call, call.id, { space_id: call.id });
  },
  "DELETE /v2/spaces/{space_id}/users/{user_id}": (world, { id, userId }) => remove(world, userId, [id]),
};

function organizationOf(world: World, id: string) {
  const organization = world.settings.organizations.find((each) => each.id === id);
  if (organization === undefined) throw new Problem(404, "no such organization");
  return organization;
}

function add(world: World, { body }: Call, id: string, where: object): Answer {
  const { user_id, role } = parseBody(body);
  const person = present(world, user_id);
  const given = readRole(role, world);
  checkRole(person, given);
  world.save({ ...person, memberships: { ...person.memberships, [id]: given } });
  const type = spelled(given.type, world);
  const wire = given.type === "custom" ? { type, id: given.id } : { type, name: wireRole(given.name, world) };
  const membership = Buffer.from(`Membership:${id}:${user_id}`).toString("base64");
  return { status: 200, body: { id: membership, user_id, ...where, role: wire } };
}

function remove(world: World, userId: string, ids: readonly string[]): Answer {
  const person = present(world, userId);
  const [first = ""] = ids;
  if (person.memberships[first] === undefined) throw new Problem(404, "the user is not a member");
  const kept = Object.entries(person.memberships).filter(([id]) => !ids.includes(id));
  world.save({ ...person, memberships: Object.fromEntries(kept) });
  return { status: 204 };
}

// Annotators by account role, and only they, are annotators in an organization or a space.
function checkRole({ role }: Person, given: Membership): void {
  const isAnnotator = role.type === "predefined" && role.name === "annotator";
  const becomes = given.type === "predefined" && given.name === "annotator";
  if (isAnnotator !== becomes && (isAnnotator || given.type === "predefined")) {
    throw new Problem(400, "role: annotator goes with the account role annotator only");
  }
}

function readRole(role: z.infer<typeof bodySchema>["role"], world: World): Membership {
  const type = role.type.toLowerCase();
  if (type === "custom") {
    const known = world.settings.customRoles.find(({ id }) => id === role.id);
    if (known === undefined) throw new Problem(422, "role.id: no such role in this account");
    return { type, id: known.id };
  }
  const name = roles.find((candidate) =>
    world.settings.strictCase
      ? wireRole(candidate, world) === role.name
      : candidate === role.name?.toLowerCase().replace("-", "_"),
  );
  if (type !== "predefined" || name === undefined) throw new Problem(400, "role: not one of those there are");
  return { type, name };
}

// READ_ONLY in capitals, read-only in lower case.
function wireRole(name: (typeof roles)[number], world: World): string {
  return world.settings.enumCase === "upper" ? name.toUpperCase() : name.replace("_", "-");
}

function parseBody(body: unknown): z.infer<typeof bodySchema> {
  const result = bodySchema.safeParse(body);
  if (!result.success) throw new Problem(400, "user_id and role are required");
  return result.data;
}

function present(world: World, id: string): Person {
  const person = world.people.byId(id);
  if (person === undefined || person.state === "inactive") throw new Problem(404, "no such user");
  return person;
}
