import { randomUUID } from "node:crypto";
import * as z from "zod/mini";
import { apiSecrets } from "../source-api-secrets.ts";
import type { Person } from "./people.ts";
import { type Answer, type Call, type Provider, pageOf } from "./provider.ts";
import { Subscriptions } from "./subscriptions.ts";

const tokenRequest = z.object({
  grant_type: z.literal("client_credentials"),
  client_id: z.string(),
  client_secret: z.literal(apiSecrets.entra),
  scope: z.string(),
});
const groupsRequest = z.object({ groupIds: z.array(z.string()).check(z.maxLength(20)) });

type Routed = ReturnType<Provider["answer"]>;
type Entry = readonly [id: string, person: Person];

/**
 * Microsoft's token endpoint and Graph: users, deleted items, a delta query that starts anew, group members, and
 * subscriptions, with the handshake that Graph makes before it accepts one.
 */
export function entra(): Provider {
  const tokens = new Set<string>();
  const subscriptions = new Subscriptions();
  return {
    source: "entra",
    answer(call, people, size): Routed {
      if (call.method === "POST" && call.segments.slice(1).join("/") === "oauth2/v2.0/token") {
        return { route: "/{tenant}/oauth2/v2.0/token", give: () => issue(call, tokens) };
      }
      if (call.segments[0] !== "v1.0") return undefined;
      const routed = subscriptions.answer(call) ?? graph(call, people, size);
      const isKnown = tokens.has(call.authorization.replace(/^Bearer /, ""));
      const denied = () => error(401, "InvalidAuthenticationToken", "Access token is empty or wrong.");
      return routed && { route: routed.route, give: isKnown ? routed.give : denied };
    },
  };
}

function issue({ body }: Call, tokens: Set<string>): Answer {
  if (!tokenRequest.safeParse(body).success) {
    return {
      status: 401,
      body: { error: "invalid_client", error_description: "AADSTS7000215: Invalid client secret." },
    };
  }
  const token = `local-entra-access-${randomUUID()}`;
  tokens.add(token);
  return { status: 200, body: { token_type: "Bearer", expires_in: 3599, ext_expires_in: 3599, access_token: token } };
}

function graph(call: Call, people: ReadonlyMap<string, Person>, size: number): Routed {
  const [, kind, id = "", sub] = call.segments;
  const person = people.get(kind === "directory" ? (call.segments[3] ?? "") : id);
  const there = person !== undefined && !person.deleted ? person : undefined;
  if (kind === "users" && id === "delta") {
    return { route: "/v1.0/users/delta", give: () => page(call, [...people], size) };
  }
  if (kind === "users" && sub === undefined) {
    return { route: "/v1.0/users/{id}", give: () => found(there && userOf([id, there]), id) };
  }
  if (kind === "users" && sub === "checkMemberGroups" && call.method === "POST") {
    const { data } = groupsRequest.safeParse(call.body);
    const value = data?.groupIds.filter((group) => there?.groups.includes(group));
    return { route: "/v1.0/users/{id}/checkMemberGroups", give: () => found(there && { value }, id) };
  }
  if (kind === "directory" && id === "deletedItems") {
    const [, , , deletedId = ""] = call.segments;
    const deleted = person?.deleted ? deletedOf([deletedId, person]) : undefined;
    return { route: "/v1.0/directory/deletedItems/{id}", give: () => found(deleted, deletedId) };
  }
  if (kind === "groups" && sub === "transitiveMembers") {
    const members = [...people].filter(([, { groups }]) => groups.includes(id));
    return { route: "/v1.0/groups/{id}/transitiveMembers", give: () => page(call, members, size) };
  }
  return undefined;
}

function userOf([id, { email, name, active, department }]: Entry) {
  const there = { mail: email, userPrincipalName: email, accountEnabled: active, department: department ?? null };
  return { "@odata.type": "#microsoft.graph.user", id, displayName: name, ...there };
}

function deletedOf([id, { email, name }]: Entry) {
  const userPrincipalName = id.replaceAll("-", "") + email;
  return { "@odata.type": "#microsoft.graph.user", id, displayName: name, mail: email, userPrincipalName };
}

function page(call: Call, entries: readonly Entry[], size: number): Answer {
  const there = entries.filter(([, { deleted }]) => !deleted);
  const { items, next } = pageOf(there, call.query.get("$skiptoken"), size);
  const self = `${call.origin}/${call.segments.join("/")}`;
  const isDelta = call.segments.at(-1) === "delta";
  return {
    status: 200,
    body: {
      value: items.map(userOf),
      ...(next !== undefined && { "@odata.nextLink": `${self}?$skiptoken=${next}` }),
      ...(next === undefined && isDelta && { "@odata.deltaLink": `${self}?$deltatoken=latest` }),
    },
  };
}

function found(body: object | undefined, id: string): Answer {
  return body ? { status: 200, body } : error(404, "Request_ResourceNotFound", `Resource '${id}' does not exist.`);
}

function error(status: number, code: string, message: string): Answer {
  return { status, body: { error: { code, message, innerError: { "request-id": randomUUID() } } } };
}
