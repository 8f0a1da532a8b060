import * as z from "zod/mini";
import type { ApiResponse } from "../http/transport.ts";
import type { bamboohrApi } from "./api-options.ts";
import type { Access, ApiAccess, Directory, SourcePerson } from "./directory.ts";
import { DirectoryClient, isExplained, segment } from "./directory-client.ts";

const text = z.nullish(z.string());
const fields = {
  id: z.string(),
  displayName: text,
  firstName: text,
  lastName: text,
  workEmail: text,
  department: text,
};
/** Fields that the key may not see are left out without a word; without `status` nothing can be said. */
const employeeSchema = z.object({ ...fields, status: z.string() });
const directorySchema = z.object({ employees: z.array(z.object(fields)) });
const wanted = ["displayName", "firstName", "lastName", "workEmail", "department", "status"].join(",");

/**
 * BambooHR's API: `GET /api/v1/employees/{id}` and the company directory, which lists only those who are active, at once.
 * The credential is an API key.
 */
export function openBambooHr(api: z.infer<typeof bamboohrApi>, access: ApiAccess): Directory {
  const { baseUrl = api.baseUrl } = access;
  // The key is the user's name, and the password may be anything.
  const token = async () => Buffer.from(`${await access.secret()}:x`).toString("base64");
  const client = new DirectoryClient({ baseUrl, token, scheme: "Basic", isGone });
  return {
    async lookup(externalId, call) {
      const target = `/api/v1/employees/${segment(externalId)}?fields=${wanted}`;
      const employee = await client.find(employeeSchema, { path: "/api/v1/employees/{id}", target, ...call });
      return employee && personOf(employee, employee.status.toLowerCase() === "inactive" ? "inactive" : "active");
    },
    async list(_, call) {
      const path = "/api/v1/employees/directory";
      const { value } = await client.read(directorySchema, { path, target: path, ...call });
      return { people: value.employees.map((employee) => personOf(employee, "active")), next: undefined };
    },
  };
}

// Errors are explained in a header; the body may be empty.
function isGone(response: ApiResponse): boolean {
  return response.headers["x-bamboohr-error-message"] !== undefined || isExplained(response);
}

function personOf({ id, ...employee }: Omit<z.infer<typeof employeeSchema>, "status">, access: Access): SourcePerson {
  const name = employee.displayName || [employee.firstName, employee.lastName].filter(Boolean).join(" ");
  return {
    externalId: id,
    email: employee.workEmail ?? undefined,
    ...(name !== "" && { name }),
    ...(employee.department && { department: employee.department }),
    access,
  };
}
