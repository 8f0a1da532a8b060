import { failedAnswer } from "../http/problem.ts";
import type { ApiRequest, CallOptions, Transport } from "../http/transport.ts";
import { checked, type EnumCase, UserId } from "./requests.ts";

/** A role in an organization or a space. */
export type MembershipRole = "admin" | "member" | "read_only" | "annotator" | { type: "custom"; id: string };

/** Where somebody is a member: an organization or a space, by its opaque id. */
export interface Container {
  type: "organization" | "space";
  id: string;
}

/**
 * Memberships of users in organizations and spaces. The API can add and remove them and cannot list them.
 * Errors are those of the Users API client. Source: Organizations and Spaces API, REST v2 (beta).
 */
export class MembershipsClient {
  readonly #transport: Transport;
  readonly #enumCase: EnumCase;

  constructor(transport: Transport, enumCase: EnumCase) {
    this.#transport = transport;
    this.#enumCase = enumCase;
  }

  /**
   * Makes a user a member, or gives a member this role. Annotators by account role, and only they, are `annotator` here.
   * @throws ApiException `invalid` for a role that does not go with the account's, and for a space whose organization the
   * user is not in; `not_found` for an id that is none
   */
  async add(container: Container, userId: string, role: MembershipRole, options?: CallOptions): Promise<void> {
    const { path, target } = pathOf(container);
    const body = { user_id: checked(UserId, userId, "userId"), role: roleBody(role, this.#enumCase) };
    await this.#send({ method: "POST", path, target, body, ...options });
  }

  /**
   * Takes a membership away; leaving an organization takes those of its spaces along. Adding again undoes it.
   * @throws ApiException `not_found` when there is no such membership
   */
  async remove(container: Container, userId: string, options?: CallOptions): Promise<void> {
    const { path, target } = pathOf(container);
    const user = encodeURIComponent(checked(UserId, userId, "userId"));
    await this.#send({ method: "DELETE", path: `${path}/{user_id}`, target: `${target}/${user}`, ...options });
  }

  /** @throws ApiException */
  async #send(request: ApiRequest): Promise<void> {
    const response = await this.#transport.send(request);
    if (response.status < 200 || response.status > 299) throw failedAnswer(request, response);
  }
}

function pathOf({ type, id }: Container): { path: string; target: string } {
  const collection = `/v2/${type}s`;
  const parameter = type === "organization" ? "{org_id}" : "{space_id}";
  return {
    path: `${collection}/${parameter}/users`,
    target: `${collection}/${encodeURIComponent(checked(UserId, id, type))}/users`,
  };
}

// In capitals the words are joined by an underscore, in lower case by a hyphen.
function roleBody(role: MembershipRole, enumCase: EnumCase) {
  const spell = (word: string) => (enumCase === "upper" ? word.toUpperCase() : word.replace("_", "-"));
  return typeof role === "string"
    ? { type: spell("predefined"), name: spell(role) }
    : { type: spell("custom"), id: role.id };
}
