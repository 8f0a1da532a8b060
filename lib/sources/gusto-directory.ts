import * as z from "zod/mini";
import type { gustoApi } from "./api-options.ts";
import type { Access, ApiAccess, Directory } from "./directory.ts";
import { DirectoryClient, isExplained, segment } from "./directory-client.ts";

const text = z.nullish(z.string());
const employeeSchema = z.object({
  uuid: z.string(),
  first_name: text,
  preferred_first_name: text,
  last_name: text,
  work_email: text,
  department: text,
  /** Whether everything is filled in that it takes to be paid. */
  onboarded: z.nullish(z.boolean()),
  terminated: z.boolean(),
  /** `active` says whether a termination has come into effect. */
  terminations: z.nullish(z.array(z.object({ active: z.nullish(z.boolean()) }))),
});
type Employee = z.infer<typeof employeeSchema>;

/**
 * Gusto's API: `GET /v1/employees/{uuid}`. The credential is an access token; Gusto's live for two hours, so whatever holds
 * the refresh token keeps the secret up to date.
 */
export function openGusto(api: z.infer<typeof gustoApi>, access: ApiAccess): Directory {
  const { secret: token, baseUrl = api.baseUrl } = access;
  const headers = { "x-gusto-api-version": "2024-04-01" };
  const client = new DirectoryClient({ baseUrl, token, headers, isGone: isExplained });
  return {
    async lookup(externalId, call) {
      const target = `/v1/employees/${segment(externalId)}`;
      const employee = await client.find(employeeSchema, { path: "/v1/employees/{uuid}", target, ...call });
      return employee && { externalId: employee.uuid, ...detailsOf(employee), access: accessOf(employee) };
    },
  };
}

function detailsOf(employee: Employee) {
  const name = [employee.preferred_first_name || employee.first_name, employee.last_name].filter(Boolean).join(" ");
  return {
    // Not the personal address beside it, which is nobody's account at Arize.
    email: employee.work_email || undefined,
    name: name || undefined,
    department: employee.department ?? undefined,
  };
}

function accessOf(employee: Employee): Access {
  if (hasLeft(employee)) return "inactive";
  return employee.onboarded === false ? "pending" : "active";
}

// A termination that is recorded for a day to come does not count yet.
function hasLeft({ terminated, terminations }: Employee): boolean {
  const known = terminations ?? [];
  return terminated && !(known.length > 0 && known.every(({ active }) => active === false));
}
