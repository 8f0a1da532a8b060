import * as z from "zod/mini";
import type { hibobApi } from "./api-options.ts";
import type { ApiAccess, Directory } from "./directory.ts";
import { DirectoryClient, isExplained, segment } from "./directory-client.ts";

const field = z.optional(z.object({ value: z.nullish(z.string()) }));
/** Fields are asked for with dots and answered with slashes; those that the service user may not see are left out. */
const employeeSchema = z.object({
  "/root/email": field,
  "/root/displayName": field,
  "/work/department": field,
  "/internal/lifecycleStatus": z.object({ value: z.string() }),
});
const wanted = ["root.id", "root.email", "root.displayName", "work.department", "internal.lifecycleStatus"];
const left = ["terminated", "gardenleave"];

/**
 * Bob's API: `POST /v1/people/{id}`, which changes nothing. Who is on garden leave has left, as with Bob's own event; who
 * is on any other leave, or hired and not there yet, has not. The credential is `id:token` of a service user.
 */
export function openHiBob(api: z.infer<typeof hibobApi>, access: ApiAccess): Directory {
  const { baseUrl = api.baseUrl } = access;
  const token = async () => Buffer.from((await access.secret()).trim()).toString("base64");
  const client = new DirectoryClient({ baseUrl, token, scheme: "Basic", isGone: isExplained });
  return {
    async lookup(externalId, call) {
      const target = `/v1/people/${segment(externalId)}`;
      const body = { fields: wanted, humanReadable: "REPLACE" };
      const employee = await client.find(employeeSchema, { path: "/v1/people/{id}", target, body, ...call });
      if (employee === undefined) return undefined;
      const status = employee["/internal/lifecycleStatus"].value.toLowerCase().replaceAll(/[^a-z]/g, "");
      return {
        externalId,
        email: employee["/root/email"]?.value ?? undefined,
        name: employee["/root/displayName"]?.value ?? undefined,
        department: employee["/work/department"]?.value ?? undefined,
        access: left.includes(status) ? "inactive" : status === "hired" ? "pending" : "active",
      };
    },
  };
}
