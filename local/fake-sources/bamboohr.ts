import { apiSecrets } from "../source-api-secrets.ts";
import type { Person } from "./people.ts";
import { type Answer, basic, namesOf, type Provider } from "./provider.ts";

/** `GET /api/v1/employees/{id}?fields=` and `/api/v1/employees/directory`; errors are told in a header. */
export const bamboohr: Provider = {
  source: "bamboohr",
  answer(call, people) {
    const [api, version, kind, id = "", ...more] = call.segments;
    if (api !== "api" || version !== "v1" || kind !== "employees" || more.length > 0) return undefined;
    const isAuthorized = call.authorization === basic(`${apiSecrets.bamboohr}:x`);
    const missing = (status: number, why: string) => ({ status, headers: { "x-bamboohr-error-message": why } });
    const give = (answer: () => Answer) => () => (isAuthorized ? answer() : missing(401, "Invalid API key"));
    if (id === "directory") {
      const active = [...people].filter(([, person]) => person.active);
      const body = { fields: [], employees: active.map(([each, person]) => ({ id: each, ...bambooFields(person) })) };
      return { route: "/api/v1/employees/directory", give: give(() => ({ status: 200, body })) };
    }
    const person = people.get(id);
    const wanted = (call.query.get("fields") ?? "").split(",");
    const fields = Object.entries(person ? bambooFields(person) : {}).filter(([name]) => wanted.includes(name));
    const body = { id, ...Object.fromEntries(fields) };
    const answer = () => (person ? { status: 200, body } : missing(404, "Employee not found"));
    return { route: "/api/v1/employees/{id}", give: give(answer) };
  },
};

function bambooFields(person: Person) {
  const {
    email: workEmail,
    name: displayName,
    active,
    department,
    startDate: hireDate,
    endDate: terminationDate,
  } = person;
  const { first: firstName, last: lastName } = namesOf(person);
  const status = active ? "Active" : "Inactive";
  return { workEmail, displayName, firstName, lastName, department, hireDate, terminationDate, status };
}
