import * as z from "zod/mini";
import { apiSecrets } from "../source-api-secrets.ts";
import { isPending, type Person } from "./people.ts";
import { type Answer, basic, type Provider } from "./provider.ts";

const denied: Answer = { status: 401, body: { error: "unauthorized" } };
const bobRequest = z.object({ fields: z.array(z.string()) });

/** `POST /v1/people/{id}`: asked for with dots, answered with slashes. */
export const hibob: Provider = {
  source: "hibob",
  answer(call, people) {
    const [version, kind, id = "", ...more] = call.segments;
    if (call.method !== "POST" || version !== "v1" || kind !== "people" || more.length > 0) return undefined;
    const give = (): Answer => {
      const person = people.get(id);
      if (call.authorization !== basic(apiSecrets.hibob)) return denied;
      if (person === undefined) return { status: 404, body: { key: "employee.notFound", error: "Employee not found" } };
      const wanted = bobRequest.safeParse(call.body).data?.fields ?? [];
      const known = bobFields(id, person);
      const fields = wanted.map((field) => [`/${field.replaceAll(".", "/")}`, { value: known.get(field) ?? null }]);
      return { status: 200, body: Object.fromEntries(fields) };
    };
    return { route: "/v1/people/{id}", give };
  },
};

function bobFields(id: string, person: Person): Map<string, string | undefined> {
  const status = person.active ? "Employed" : isPending(person) ? "Hired" : "Terminated";
  return new Map([
    ["root.id", id],
    ["root.email", person.email],
    ["root.displayName", person.name],
    ["work.department", person.department],
    ["work.startDate", person.startDate],
    ["internal.status", person.active ? "Active" : "Inactive"],
    ["internal.lifecycleStatus", status],
  ]);
}
