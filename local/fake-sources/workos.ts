import { apiSecrets } from "../source-api-secrets.ts";
import type { Person } from "./people.ts";
import { type Answer, type Call, namesOf, type Provider, pageOf } from "./provider.ts";

const denied: Answer = { status: 401, body: { message: "Unauthorized" } };

/** `GET /directory_users/{id}`, the listing of a directory or of a group, and `/directory_groups` of a user. */
export const workos: Provider = {
  source: "workos",
  answer(call, people, size) {
    const [kind, id, ...more] = call.segments;
    if (call.method !== "GET" || more.length > 0) return undefined;
    const isAuthorized = call.authorization === `Bearer ${apiSecrets.workos}`;
    const give = (answer: () => Answer) => () => (isAuthorized ? answer() : denied);
    if (kind === "directory_groups" && id === undefined) {
      const groups = people.get(call.query.get("user") ?? "")?.groups ?? [];
      return { route: "/directory_groups", give: give(() => listOf(call, groups.map(groupOf), size)) };
    }
    if (kind !== "directory_users") return undefined;
    if (id !== undefined) return { route: "/directory_users/{id}", give: give(() => found(id, people.get(id))) };
    const group = call.query.get("group");
    const among = [...people].filter(([, { groups }]) => group === null || groups.includes(group));
    const users = among.map(([each, person]) => userOf(each, person));
    return { route: "/directory_users", give: give(() => listOf(call, users, size)) };
  },
};

function listOf(call: Call, all: readonly object[], size: number): Answer {
  const limit = Math.min(size, Number(call.query.get("limit") ?? 10));
  const { items: data, next: after = null } = pageOf(all, call.query.get("after"), limit);
  return { status: 200, body: { object: "list", data, list_metadata: { before: null, after } } };
}

function found(id: string, person: Person | undefined): Answer {
  if (person !== undefined) return { status: 200, body: userOf(id, person) };
  const message = `Could not find directory user: ${id}`;
  return { status: 404, body: { message, code: "entity_not_found", entity_id: id } };
}

function groupOf(group: string) {
  return { object: "directory_group", id: group, name: group };
}

function userOf(id: string, person: Person) {
  const { first: first_name, last: last_name } = namesOf(person);
  const { email, name, active, department } = person;
  return {
    object: "directory_user",
    id,
    email,
    emails: [{ primary: true, type: "work", value: email }],
    username: email,
    name,
    first_name,
    last_name,
    state: active ? "active" : "inactive",
    groups: [],
    custom_attributes: { ...(department !== undefined && { department }) },
  };
}
