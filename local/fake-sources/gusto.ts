import { apiSecrets } from "../source-api-secrets.ts";
import { isPending, type Person } from "./people.ts";
import { type Answer, namesOf, type Provider } from "./provider.ts";

const denied: Answer = { status: 401, body: { error: "unauthorized" } };

/** `GET /v1/employees/{uuid}`. */
export const gusto: Provider = {
  source: "gusto",
  answer(call, people) {
    const [version, kind, uuid = "", ...more] = call.segments;
    if (call.method !== "GET" || version !== "v1" || kind !== "employees" || more.length > 0) return undefined;
    const give = (): Answer => {
      const person = people.get(uuid);
      if (call.authorization !== `Bearer ${apiSecrets.gusto}`) return denied;
      if (person === undefined)
        return { status: 404, body: { errors: [{ category: "not_found", message: "Not found" }] } };
      return { status: 200, body: gustoEmployee(uuid, person) };
    };
    return { route: "/v1/employees/{uuid}", give };
  },
};

function gustoEmployee(uuid: string, person: Person) {
  const { first, last } = namesOf(person);
  const pending = isPending(person);
  const terminated = (!person.active && !pending) || person.endDate !== undefined;
  return {
    uuid,
    first_name: first,
    last_name: last,
    work_email: person.email,
    email: null,
    department: person.department ?? null,
    onboarded: !pending,
    terminated,
    terminations: terminated ? [{ active: !person.active, effective_date: person.endDate ?? "2026-01-01" }] : [],
  };
}
