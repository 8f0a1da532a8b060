import { apiSecrets } from "../source-api-secrets.ts";
import { isPending, type Person } from "./people.ts";
import { type Answer, type Call, namesOf, type Provider, pageOf } from "./provider.ts";

type Entry = readonly [id: string, person: Person];

/** `GET /api/v1/users`, `/users/{id}`, `/users/{id}/groups`, `/groups/{id}/users`, `/apps/{id}/users` and `/apps/{id}/users/{id}`. */
export const okta: Provider = {
  source: "okta",
  answer(call, people, size) {
    const [api, version, kind, id, sub, userId] = call.segments;
    if (call.method !== "GET" || api !== "api" || version !== "v1") return undefined;
    const all = [...people];
    const give = (answer: () => Answer) => () =>
      isAuthorized(call) ? answer() : error(401, "E0000011", "Invalid token");
    const in_ = (group: string | undefined) => all.filter(([, { groups }]) => groups.includes(group ?? ""));
    const [person, assigned] = [people.get(id ?? ""), people.get(userId ?? "")];
    switch ([kind, id && "{id}", sub, userId && "{userId}"].filter(Boolean).join("/")) {
      case "users": {
        const listed = all.filter(([, each]) => each.active || isPending(each));
        return { route: "/api/v1/users", give: give(() => page(call, listed, size, (entry) => userOf(entry))) };
      }
      case "users/{id}":
        return { route: "/api/v1/users/{id}", give: give(() => found(person && userOf([id ?? "", person]), id)) };
      case "users/{id}/groups":
        return { route: "/api/v1/users/{id}/groups", give: give(() => found(person && groupsOf(person), id)) };
      case "groups/{id}/users":
        return {
          route: "/api/v1/groups/{id}/users",
          give: give(() => page(call, in_(id), size, (entry) => userOf(entry))),
        };
      case "apps/{id}/users": {
        const appUser = (entry: Entry) => ({ id: entry[0], status: "ACTIVE", _embedded: { user: userOf(entry) } });
        return { route: "/api/v1/apps/{id}/users", give: give(() => page(call, in_(id), size, appUser)) };
      }
      case "apps/{id}/users/{userId}": {
        const is = assigned?.groups.includes(id ?? "") ? { id: userId, status: "ACTIVE" } : undefined;
        return { route: "/api/v1/apps/{id}/users/{userId}", give: give(() => found(is, userId)) };
      }
      default:
        return undefined;
    }
  },
};

function isAuthorized({ authorization }: Call): boolean {
  return authorization === `SSWS ${apiSecrets.okta}`;
}

function userOf([id, person]: Entry) {
  const { first, last } = namesOf(person);
  const status = person.active ? "ACTIVE" : isPending(person) ? "STAGED" : "DEPROVISIONED";
  const { email, name: displayName, department } = person;
  return { id, status, profile: { login: email, email, firstName: first, lastName: last, displayName, department } };
}

function groupsOf({ groups }: Person) {
  return groups.map((id) => ({ id, type: "OKTA_GROUP", profile: { name: id, description: null } }));
}

function page(call: Call, entries: readonly Entry[], size: number, show: (entry: Entry) => object): Answer {
  const limit = Math.min(size, Number(call.query.get("limit") ?? 50));
  const { items, next } = pageOf(entries, call.query.get("after"), limit);
  const self = `${call.origin}/${call.segments.join("/")}`;
  const query = new URLSearchParams(call.query);
  if (next !== undefined) query.set("after", next);
  const links = [`<${self}>; rel="self"`, ...(next === undefined ? [] : [`<${self}?${query}>; rel="next"`])];
  return { status: 200, headers: { link: links.join(", ") }, body: items.map(show) };
}

function found(body: object | undefined, id = ""): Answer {
  return body ? { status: 200, body } : error(404, "E0000007", `Not found: Resource not found: ${id} (User)`);
}

function error(status: number, errorCode: string, errorSummary: string): Answer {
  return { status, body: { errorCode, errorSummary, errorLink: errorCode, errorId: "oaeExample", errorCauses: [] } };
}
