import * as z from "zod/mini";
import { apiSecrets } from "../source-api-secrets.ts";
import { isPending, type Person } from "./people.ts";
import { type Answer, type Call, namesOf, type Provider } from "./provider.ts";

const denied: Answer = { status: 401, body: { error: "unauthorized" } };
const finchRequest = z.object({ requests: z.array(z.object({ individual_id: z.string() })) });

/** `POST /employer/individual` and `/employer/employment`: batches, each answer with a code of its own. */
export const finch: Provider = {
  source: "finch",
  answer(call, people) {
    const [employer, kind, ...more] = call.segments;
    const show = kind === "individual" ? individualOf : kind === "employment" ? employmentOf : undefined;
    if (call.method !== "POST" || employer !== "employer" || show === undefined || more.length > 0) return undefined;
    const give = (): Answer => {
      if (call.authorization !== `Bearer ${apiSecrets.finch}`) return denied;
      return { status: 200, body: { responses: idsOf(call).map((id) => finchAnswer(id, people.get(id), show)) } };
    };
    return { route: `/employer/${kind}`, give };
  },
};

function idsOf({ body }: Call): string[] {
  return finchRequest.safeParse(body).data?.requests.map(({ individual_id }) => individual_id) ?? [];
}

function finchAnswer(id: string, person: Person | undefined, show: (id: string, person: Person) => object) {
  const missing = { code: 404, name: "individual_not_found", message: "Individual not found" };
  return { individual_id: id, code: person ? 200 : 404, body: person ? show(id, person) : missing };
}

function individualOf(id: string, person: Person) {
  const { first: first_name, last: last_name } = namesOf(person);
  return { id, first_name, last_name, preferred_name: null, emails: [{ data: person.email, type: "work" }] };
}

function employmentOf(id: string, person: Person) {
  const status = person.active ? "active" : isPending(person) ? "prehire" : "terminated";
  const { startDate: start_date = null, endDate: end_date = null, department } = person;
  const employed = { start_date, end_date, is_active: person.active, employment_status: status };
  return { id, ...employed, department: department === undefined ? null : { name: department } };
}
