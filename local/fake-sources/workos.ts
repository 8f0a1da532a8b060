import { apiSecrets } from "../source-api-secrets.ts";
import type { Person } from "./people.ts";
import { type Answer, namesOf, type Provider, pageOf } from "./provider.ts";

/** `GET /directory_users/{id}` and the listing of a directory, which is the same one whatever its id. */
export const workos: Provider = {
  source: "workos",
  answer(call, people, size) {
    const [kind, id, ...more] = call.segments;
    if (call.method !== "GET" || kind !== "directory_users" || more.length > 0) return undefined;
    const isAuthorized = call.authorization === `Bearer ${apiSecrets.workos}`;
    const denied: Answer = { status: 401, body: { message: "Unauthorized" } };
    const give = (answer: () => Answer) => () => (isAuthorized ? answer() : denied);
    if (id === undefined) {
      const limit = Math.min(size, Number(call.query.get("limit") ?? 10));
      const { items, next = null } = pageOf([...people], call.query.get("after"), limit);
      const data = items.map(([each, person]) => userOf(each, person));
      const body = { object: "list", data, list_metadata: { before: null, after: next } };
      return { route: "/directory_users", give: give(() => ({ status: 200, body })) };
    }
    const person = people.get(id);
    const missing = { message: `Could not find directory user: ${id}`, code: "entity_not_found", entity_id: id };
    const answer = () => (person ? { status: 200, body: userOf(id, person) } : { status: 404, body: missing });
    return { route: "/directory_users/{id}", give: give(answer) };
  },
};

function userOf(id: string, person: Person) {
  const { first: first_name, last: last_name } = namesOf(person);
  const { email, name, active, department, groups } = person;
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
    groups: groups.map((group) => ({ object: "directory_group", id: group, name: group })),
    custom_attributes: { ...(department !== undefined && { department }) },
  };
}
