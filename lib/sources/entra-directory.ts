import * as z from "zod/mini";
import { ApiException } from "../http/errors.ts";
import { parseJson } from "../http/problem.ts";
import type { ApiResponse, CallOptions } from "../http/transport.ts";
import type { entraApi } from "./api-options.ts";
import type { ApiAccess, Directory, DirectoryPage, SourcePerson } from "./directory.ts";
import { DirectoryClient, segment } from "./directory-client.ts";
import { keepSubscription } from "./entra-subscription.ts";
import { EntraToken } from "./entra-token.ts";

type Api = z.infer<typeof entraApi>;
const text = z.nullish(z.string());
const userSchema = z.object({
  id: z.string(),
  displayName: text,
  mail: text,
  userPrincipalName: text,
  accountEnabled: z.nullish(z.boolean()),
  department: text,
});
type GraphUser = z.infer<typeof userSchema>;
const itemSchema = z.object({ ...userSchema.shape, "@odata.type": text, "@removed": z.optional(z.unknown()) });
const pageSchema = z.object({ value: z.array(itemSchema), "@odata.nextLink": z.optional(z.string()) });
const memberSchema = z.object({ value: z.array(z.string()) });
const notFoundSchema = z.object({
  error: z.object({ code: z.enum(["Request_ResourceNotFound", "ResourceNotFound"]) }),
});
const select = "id,displayName,mail,userPrincipalName,accountEnabled,department";

/**
 * Microsoft Graph: `GET /v1.0/users/{id}`, then the deleted items, where people are for 30 days; a delta query that starts
 * anew lists everybody; subscriptions. The app needs `User.Read.All`, with groups `GroupMember.Read.All` too; the credential is its
 * client secret.
 */
export function openEntra(api: Api, access: ApiAccess): Directory {
  const token = new EntraToken(api, access);
  const webhook = api.subscribe ? access.webhook : undefined;
  const isGone = ({ body }: ApiResponse) => notFoundSchema.safeParse(parseJson(body)).success;
  const baseUrl = access.baseUrl ?? api.baseUrl;
  const client = new DirectoryClient({ baseUrl, token: () => token.value(), isGone });
  const withToken = async <T>(work: Promise<T>): Promise<T> => {
    return work.catch((error: unknown) => {
      if (error instanceof ApiException && error.kind === "authentication") token.forget();
      throw error;
    });
  };
  return {
    lookup: (externalId, call) => withToken(lookup(client, segment(externalId), api, call)),
    list: (cursor, call) => withToken(list(client, cursor, api, call)),
    ...(webhook && { subscribe: (call?: CallOptions) => withToken(keepSubscription(client, webhook, call)) }),
  };
}

async function lookup(
  client: DirectoryClient,
  id: string,
  api: Api,
  call: CallOptions | undefined,
): Promise<SourcePerson | undefined> {
  const target = `/v1.0/users/${id}?$select=${select}`;
  const user = await client.find(userSchema, { path: "/v1.0/users/{id}", target, ...call });
  if (user !== undefined) {
    const person = personOf(user);
    if (person.access !== "active" || (await isMember(client, id, api, call))) return person;
    return { ...person, access: "outside" };
  }
  const path = "/v1.0/directory/deletedItems/{id}";
  const deleted = await client.find(userSchema, { path, target: `/v1.0/directory/deletedItems/${id}`, ...call });
  // The id was put before a deleted user's principal name, so that this is no address any more.
  return deleted && { ...personOf({ ...deleted, userPrincipalName: null }), access: "inactive" };
}

async function isMember(client: DirectoryClient, id: string, { groups }: Api, call: CallOptions | undefined) {
  if (groups.length === 0) return true;
  const path = "/v1.0/users/{id}/checkMemberGroups";
  const target = `/v1.0/users/${id}/checkMemberGroups`;
  const { value } = await client.read(memberSchema, { path, target, body: { groupIds: groups }, ...call });
  return value.value.length > 0;
}

/** @param cursor the group's number (0 without groups) and, behind a colon, the target of its page */
async function list(
  client: DirectoryClient,
  cursor: string | undefined,
  { groups }: Api,
  call: CallOptions | undefined,
): Promise<DirectoryPage> {
  const members = (group: string) => `/v1.0/groups/${group}/transitiveMembers?$select=${select}&$top=999`;
  const targets = groups.length === 0 ? [`/v1.0/users/delta?$select=${select}`] : groups.map(members);
  const [, number = "0", page] = /^(\d+):(.+)$/.exec(cursor ?? "") ?? [];
  const index = Number(number);
  const target = page ?? targets[index];
  if (target === undefined) return { people: [], next: undefined };
  const path = groups.length === 0 ? "/v1.0/users/delta" : "/v1.0/groups/{id}/transitiveMembers";
  const question = { path, target, ...call };
  const { value } = await client.read(pageSchema, question);
  const link = value["@odata.nextLink"];
  const next = targets[index + 1];
  return {
    people: value.value.filter(isUser).map(personOf),
    next: link !== undefined ? `${index}:${client.follow(link, question)}` : next && `${index + 1}:${next}`,
  };
}

// A group's members may be devices and other groups; a delta also names who was removed.
function isUser(item: z.infer<typeof itemSchema>): boolean {
  return item["@removed"] === undefined && (item["@odata.type"] ?? "user").endsWith("user");
}

function personOf(user: GraphUser): SourcePerson {
  return {
    externalId: user.id,
    email: user.mail || user.userPrincipalName || undefined,
    name: user.displayName || undefined,
    department: user.department || undefined,
    access: user.accountEnabled === false ? "inactive" : "active",
  };
}
