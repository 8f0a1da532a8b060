import * as z from "zod/mini";
import type { workosApi } from "./api-options.ts";
import type { ApiAccess, Directory, SourcePerson } from "./directory.ts";
import { DirectoryClient, isExplained, segment } from "./directory-client.ts";

const text = z.nullish(z.string());
const userSchema = z.object({
  id: z.string(),
  state: z.string(),
  email: text,
  emails: z.nullish(z.array(z.object({ value: text, primary: z.nullish(z.boolean()) }))),
  name: text,
  first_name: text,
  last_name: text,
  custom_attributes: z.nullish(
    z.object({ department: z.catch(text, undefined), department_name: z.catch(text, undefined) }),
  ),
  groups: z.nullish(z.array(z.object({ name: text }))),
});
const pageSchema = z.object({ data: z.array(userSchema), list_metadata: z.object({ after: text }) });

/** WorkOS Directory Sync: `GET /directory_users/{id}`, and the listing of one directory. The credential is an API key. */
export function openWorkOs(api: z.infer<typeof workosApi>, access: ApiAccess): Directory {
  const { secret: token, baseUrl = api.baseUrl } = access;
  const client = new DirectoryClient({ baseUrl, token, isGone: isExplained });
  return {
    async lookup(externalId, call) {
      const target = `/directory_users/${segment(externalId)}`;
      const user = await client.find(userSchema, { path: "/directory_users/{id}", target, ...call });
      return user && personOf(user);
    },
    async list(cursor, call) {
      const query = new URLSearchParams({ directory: api.directoryId, limit: "100", ...(cursor && { after: cursor }) });
      const path = "/directory_users";
      const { value } = await client.read(pageSchema, { path, target: `${path}?${query}`, ...call });
      return { people: value.data.map(personOf), next: value.list_metadata.after ?? undefined };
    },
  };
}

function personOf(user: z.infer<typeof userSchema>): SourcePerson {
  const primary = user.emails?.find((email) => email.primary) ?? user.emails?.[0];
  const name = user.name || [user.first_name, user.last_name].filter(Boolean).join(" ");
  const { department, department_name } = user.custom_attributes ?? {};
  return {
    externalId: user.id,
    email: user.email ?? primary?.value ?? undefined,
    name: name || undefined,
    department: department ?? department_name ?? undefined,
    groups: user.groups?.flatMap(({ name: group }) => group ?? []),
    // `suspended` was folded into `inactive`; older directories still have it.
    access: user.state === "inactive" || user.state === "suspended" ? "inactive" : "active",
  };
}
