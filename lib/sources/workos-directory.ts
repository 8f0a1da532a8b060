import * as z from "zod/mini";
import type { CallOptions } from "../http/transport.ts";
import type { workosApi } from "./api-options.ts";
import type { ApiAccess, Directory, DirectoryPage, SourcePerson } from "./directory.ts";
import { DirectoryClient, isExplained, segment } from "./directory-client.ts";
import type { WorkosOptions } from "./workos.ts";
import { personOf, type WorkosUser, workosUserSchema } from "./workos-user.ts";

type Options = Pick<WorkosOptions, "groups">;
const metadata = z.object({ after: z.nullish(z.string()) });
const usersSchema = z.object({ data: z.array(workosUserSchema), list_metadata: metadata });
const groupsSchema = z.object({
  data: z.array(z.object({ id: z.string(), name: z.nullish(z.string()) })),
  list_metadata: metadata,
});

/**
 * WorkOS Directory Sync: `GET /directory_users/{id}` and the listing of one directory, or of the groups of the
 * configuration. Groups are asked for by themselves: users of newer teams come without. The credential is an API key.
 */
export function openWorkos(api: z.infer<typeof workosApi>, options: Options, access: ApiAccess): Directory {
  const { secret: token, baseUrl = api.baseUrl } = access;
  const client = new DirectoryClient({ baseUrl, token, isGone: isExplained });
  const among: Record<string, string>[] = options.groups.map((group) => ({ group }));
  const parts = among.length > 0 ? among : [{ directory: api.directoryId }];
  return {
    async lookup(externalId, call) {
      const target = `/directory_users/${segment(externalId)}`;
      const user = await client.find(workosUserSchema, { path: "/directory_users/{id}", target, ...call });
      if (user === undefined) return undefined;
      const person = asPerson(user);
      if (options.groups.length === 0 || person.access !== "active") return person;
      const groups = await groupsOf(client, externalId, call);
      const isIn = groups.some(({ id }) => options.groups.includes(id));
      return { ...person, access: isIn ? "active" : "outside", groups: groups.flatMap(({ name }) => name ?? []) };
    },
    list: (cursor, call) => listPart(client, parts, cursor, call),
  };
}

async function groupsOf(client: DirectoryClient, user: string, call: CallOptions | undefined) {
  const groups: z.infer<typeof groupsSchema>["data"] = [];
  let after: string | undefined;
  do {
    const query = new URLSearchParams({ user, limit: "100", ...(after && { after }) });
    const target = `/directory_groups?${query}`;
    const { value } = await client.read(groupsSchema, { path: "/directory_groups", target, ...call });
    groups.push(...value.data);
    after = value.list_metadata.after ?? undefined;
  } while (after !== undefined);
  return groups;
}

/** @param cursor the part's number and, behind a colon, what its page comes after */
async function listPart(
  client: DirectoryClient,
  parts: readonly Record<string, string>[],
  cursor: string | undefined,
  call: CallOptions | undefined,
): Promise<DirectoryPage> {
  const [, number = "0", after] = /^(\d+):(.*)$/.exec(cursor ?? "") ?? [];
  const index = Number(number);
  const query = new URLSearchParams({ ...parts[index], limit: "100", ...(after && { after }) });
  const target = `/directory_users?${query}`;
  const { value } = await client.read(usersSchema, { path: "/directory_users", target, ...call });
  const end = index + 1 < parts.length ? `${index + 1}:` : undefined;
  const next = value.list_metadata.after;
  return { people: value.data.map(asPerson), next: next ? `${index}:${next}` : end };
}

// `suspended` was folded into `inactive`; older directories still have it.
function asPerson(user: WorkosUser): SourcePerson {
  const isOut = user.state === "inactive" || user.state === "suspended";
  return { ...personOf(user), externalId: user.id, email: personOf(user).email, access: isOut ? "inactive" : "active" };
}
