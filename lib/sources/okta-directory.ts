import * as z from "zod/mini";
import { parseJson } from "../http/problem.ts";
import type { ApiResponse, CallOptions } from "../http/transport.ts";
import type { oktaApi } from "./api-options.ts";
import type { ApiAccess, Directory, DirectoryPage } from "./directory.ts";
import { DirectoryClient, type Question, segment } from "./directory-client.ts";
import type { OktaOptions } from "./okta.ts";
import { oktaUserSchema, personOf } from "./okta-user.ts";

const groupsSchema = z.array(z.object({ id: z.string(), profile: z.object({ name: z.nullish(z.string()) }) }));
const anythingSchema = z.object({ id: z.string() });
const usersSchema = z.array(oktaUserSchema);
const appUsersSchema = z.array(z.object({ _embedded: z.object({ user: oktaUserSchema }) }));
const notFoundSchema = z.object({ errorCode: z.literal("E0000007") });

/** Where a listing of everybody with access is to be found. */
interface Part {
  path: string;
  target: string;
  /** App users have the user inside. */
  ofApp: boolean;
}

/**
 * Okta's Users API: `GET /api/v1/users/{id}`, and the groups and apps of the configuration, unless everybody should have
 * access. The credential is an API token of a read-only administrator.
 */
export function openOkta(api: z.infer<typeof oktaApi>, options: OktaOptions, access: ApiAccess): Directory {
  const { secret: token, baseUrl = api.baseUrl } = access;
  const isGone = ({ body }: ApiResponse) => notFoundSchema.safeParse(parseJson(body)).success;
  const client = new DirectoryClient({ baseUrl, token, scheme: "SSWS", isGone });
  const parts = partsOf(options);
  return {
    async lookup(externalId, call) {
      const id = segment(externalId);
      const user = await client.find(oktaUserSchema, {
        path: "/api/v1/users/{id}",
        target: `/api/v1/users/${id}`,
        ...call,
      });
      if (user === undefined) return undefined;
      const person = personOf(user, options);
      if (options.everyone || person.access !== "active") return person;
      const groups = options.groups.length > 0 ? await groupsOf(client, id, call) : [];
      const isIn =
        groups.some((group) => options.groups.includes(group.id)) || (await hasApp(client, id, options, call));
      const names = groups.flatMap(({ profile }) => profile.name ?? []);
      return { ...person, access: isIn ? "active" : "outside", groups: names };
    },
    list: (cursor, call) => listPart(client, parts, cursor, options, call),
  };
}

async function groupsOf(client: DirectoryClient, id: string, call: CallOptions | undefined) {
  const groups: z.infer<typeof groupsSchema> = [];
  let target: string | undefined = `/api/v1/users/${id}/groups`;
  while (target !== undefined) {
    const question: Question = { path: "/api/v1/users/{id}/groups", target, ...call };
    const { value, headers } = await client.read(groupsSchema, question);
    groups.push(...value);
    target = nextTarget(client, headers, question);
  }
  return groups;
}

async function hasApp(client: DirectoryClient, id: string, { apps }: OktaOptions, call: CallOptions | undefined) {
  for (const app of apps) {
    const path = "/api/v1/apps/{appId}/users/{id}";
    const target = `/api/v1/apps/${segment(app)}/users/${id}`;
    if ((await client.find(anythingSchema, { path, target, ...call })) !== undefined) return true;
  }
  return false;
}

function partsOf({ everyone, groups, apps }: OktaOptions): Part[] {
  if (everyone) return [{ path: "/api/v1/users", target: "/api/v1/users?limit=200", ofApp: false }];
  const [ofGroup, ofApp] = ["/api/v1/groups/{id}/users", "/api/v1/apps/{id}/users"];
  return [
    ...groups.map((id) => ({ path: ofGroup, target: `/api/v1/groups/${segment(id)}/users?limit=200`, ofApp: false })),
    ...apps.map((id) => ({
      path: ofApp,
      target: `/api/v1/apps/${segment(id)}/users?limit=50&expand=user`,
      ofApp: true,
    })),
  ];
}

/** @param cursor the part's number and, behind a colon, the target of its page */
async function listPart(
  client: DirectoryClient,
  parts: readonly Part[],
  cursor: string | undefined,
  options: OktaOptions,
  call: CallOptions | undefined,
): Promise<DirectoryPage> {
  const [, index = "0", page] = /^(\d+):(.+)$/.exec(cursor ?? "") ?? [];
  const part = parts[Number(index)];
  if (part === undefined) return { people: [], next: undefined };
  const question: Question = { path: part.path, target: page ?? part.target, ...call };
  const { users, headers } = await usersOf(client, part, question);
  const target = nextTarget(client, headers, question);
  const after = parts[Number(index) + 1];
  const next = target !== undefined ? `${index}:${target}` : after && `${Number(index) + 1}:${after.target}`;
  return { people: users.map((user) => personOf(user, options)), next };
}

async function usersOf(client: DirectoryClient, { ofApp }: Part, question: Question) {
  if (!ofApp) {
    const { value: users, headers } = await client.read(usersSchema, question);
    return { users, headers };
  }
  const { value, headers } = await client.read(appUsersSchema, question);
  return { users: value.map(({ _embedded }) => _embedded.user), headers };
}

/** From `Link: <https://example.okta.com/api/v1/users?after=...>; rel="next"` (RFC 8288). */
function nextTarget(client: DirectoryClient, headers: ApiResponse["headers"], question: Question): string | undefined {
  const link = [headers.link ?? []].flat().join(", ");
  const next = /<([^<>]*)>; ?rel="next"/.exec(link)?.[1];
  return next === undefined ? undefined : client.follow(next, question);
}
