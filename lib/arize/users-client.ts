import type * as z from "zod/mini";
import { cursorWatch } from "../http/cursor-watch.ts";
import { ApiException } from "../http/errors.ts";
import { badAnswer, failedAnswer, parseJson } from "../http/problem.ts";
import {
  type ApiRequest,
  type ApiResponse,
  type CallOptions,
  Transport,
  type TransportOptions,
} from "../http/transport.ts";
import { ApiKeysClient } from "./api-keys-client.ts";
import { MembershipsClient } from "./memberships-client.ts";
import {
  CreateUser,
  checked,
  createBody,
  EmailAddress,
  type EnumCase,
  listSearch,
  UserChanges,
  UserId,
  UsersListQuery,
} from "./requests.ts";
import { User, UserCreatedResponse, UsersList200Response } from "./schemas.ts";

export interface UsersClientOptions extends TransportOptions {
  token: () => Promise<string>;
  /** How enum values are written; reading accepts both. `upper` by default. */
  enumCase?: EnumCase | undefined;
}

/** One page of a listing; without `nextCursor` it is the last. */
export interface UsersPage {
  users: User[];
  nextCursor: string | undefined;
}

const usersPath = "/v2/users";
const userPath = "/v2/users/{id}";

/**
 * The Users API of Arize AX. Every method throws `InvalidArgument` before anything is sent, or `ApiException` when the
 * request failed; nothing is ever retried here. Source: Users API, REST v2.
 */
export class UsersClient {
  /** The users' memberships in organizations and spaces. */
  readonly memberships: MembershipsClient;
  readonly apiKeys: ApiKeysClient;
  readonly #transport: Transport;
  readonly #enumCase: EnumCase;

  /** @throws InvalidArgument when the base URL is not usable */
  constructor({ enumCase = "upper", ...transport }: UsersClientOptions) {
    this.#transport = new Transport(transport);
    this.#enumCase = enumCase;
    this.apiKeys = new ApiKeysClient(this.#transport, enumCase);
    this.memberships = new MembershipsClient(this.#transport, enumCase);
  }

  /** One page as the service gives it, oldest users first. Consistency between pages is looked at by `listPages`. */
  async list(query: UsersListQuery = {}, options?: CallOptions): Promise<UsersList200Response> {
    return (await this.#list(query, options)).page;
  }

  /**
   * Page by page, from `query.cursor` where a listing shall be resumed. When the loop ends by itself, the listing is
   * complete. Holds one page and one cursor at a time.
   * @throws ApiException kind `server`, errorCode `listing_truncated` (more is promised without a cursor),
   * `cursor_repeated` (the listing runs in a circle) or `cursor_refused` (the service does not take its own cursor)
   */
  async *listPages(query: UsersListQuery = {}, options?: CallOptions): AsyncGenerator<UsersPage, void, undefined> {
    const isRepeated = cursorWatch(query.cursor);
    let cursor = query.cursor;
    do {
      const { page, fault } = await this.#list({ ...query, limit: query.limit ?? 100, cursor }, options).catch(
        (error: unknown) => Promise.reject(cursor === undefined ? error : withoutBlame(error)),
      );
      const { hasMore, nextCursor } = page.pagination;
      if (hasMore && nextCursor === undefined) throw fault("listing_truncated", "Listing breaks off");
      cursor = hasMore ? nextCursor : undefined;
      if (cursor !== undefined && isRepeated(cursor)) throw fault("cursor_repeated", "Listing repeats its cursor");
      yield { users: page.users, nextCursor: cursor };
    } while (cursor !== undefined);
  }

  /** Everybody, one by one; see `listPages` for what is checked and thrown. */
  async *listAll(query: Omit<UsersListQuery, "cursor"> = {}, options?: CallOptions): AsyncGenerator<User, void> {
    for await (const page of this.listPages(query, options)) yield* page.users;
  }

  /** One user by id. @throws ApiException `not_found` also for users who were deleted */
  async get(id: string, options?: CallOptions): Promise<User> {
    return this.#read(User, this.#aboutUser("GET", id, "", options));
  }

  /**
   * The user with exactly this email address; `undefined` when nobody listed has it, which a deleted user is not. The
   * service filters by substring, so the addresses are compared whole: NFC, trimmed, lower-cased.
   */
  async find(email: string, options?: CallOptions): Promise<User | undefined> {
    const wanted = comparable(checked(EmailAddress, email, "email"));
    for await (const user of this.listAll({ email: wanted }, options)) {
      if (comparable(user.email) === wanted) return user;
    }
    return undefined;
  }

  /**
   * Creates a user. Keyed by email: a pending invitation comes back as it is (`created` false, no mail), an expired one
   * is renewed. @throws ApiException `conflict` when the person is active, or was deleted: then for ever
   */
  async create(request: CreateUser, options?: CallOptions): Promise<UserCreatedResponse & { created: boolean }> {
    const body = createBody(checked(CreateUser, request, "user"), this.#enumCase);
    const sent: ApiRequest = { method: "POST", path: usersPath, target: usersPath, body, ...options };
    const response = await this.#send(sent);
    return { ...readAnswer(UserCreatedResponse, sent, response), created: response.status === 201 };
  }

  /** Changes name or isDeveloper. @throws ApiException `permission` for isDeveloper without an account admin's key */
  async update(id: string, update: UserChanges, options?: CallOptions): Promise<User> {
    const { name, isDeveloper } = checked(UserChanges, update, "update");
    const body = { name, is_developer: isDeveloper };
    return this.#read(User, { ...this.#aboutUser("PATCH", id, "", options), body });
  }

  /**
   * Blocks a user for ever: memberships, keys and role bindings go, and the email address can never be invited again.
   * Deleting a deleted user succeeds. @throws ApiException `not_found` for an id that never was
   */
  async delete(id: string, options?: CallOptions): Promise<void> {
    await this.#send(this.#aboutUser("DELETE", id, "", options));
  }

  /**
   * Sends the invitation's mail again; success does not prove that it went out. @throws ApiException `invalid` for users
   * who are not `invited`, and where SAML login is enforced
   */
  async resendInvitation(id: string, options?: CallOptions): Promise<void> {
    await this.#send(this.#aboutUser("POST", id, "/resend-invitation", options));
  }

  /** Sends a link that is valid for 30 minutes. @throws ApiException `invalid` for SSO users and for those not verified */
  async resetPassword(id: string, options?: CallOptions): Promise<void> {
    await this.#send(this.#aboutUser("POST", id, "/reset-password", options));
  }

  /** Opens a connection ahead of time. @throws Error when there is none to be had */
  async connect(): Promise<void> {
    await this.#transport.connect();
  }

  /** Closes the idle connections. */
  close(): void {
    this.#transport.close();
  }

  #aboutUser(method: ApiRequest["method"], id: string, operation: string, options?: CallOptions): ApiRequest {
    const target = `${usersPath}/${encodeURIComponent(checked(UserId, id, "id"))}${operation}`;
    return { method, path: userPath + operation, target, ...options };
  }

  async #list(query: UsersListQuery, options?: CallOptions) {
    const target = usersPath + listSearch(checked(UsersListQuery, query, "query"), this.#enumCase);
    const request: ApiRequest = { method: "GET", path: usersPath, target, ...options };
    const response = await this.#send(request);
    const fault = (code: string, title: string): ApiException => badAnswer(request, response, code, title);
    return { page: readAnswer(UsersList200Response, request, response), fault };
  }

  async #read<T>(schema: z.ZodMiniType<T>, request: ApiRequest): Promise<T> {
    return readAnswer(schema, request, await this.#send(request));
  }

  async #send(request: ApiRequest): Promise<ApiResponse> {
    const response = await this.#transport.send(request);
    if (response.status < 200 || response.status > 299) throw failedAnswer(request, response);
    return response;
  }
}

function readAnswer<T>(schema: z.ZodMiniType<T>, request: ApiRequest, response: ApiResponse): T {
  const result = schema.safeParse(parseJson(response.body));
  if (result.success) return result.data;
  throw badAnswer(request, response, "unreadable_answer", "Answer cannot be read");
}

// A cursor is the service's own word: when it is refused, nothing is wrong with what was asked for.
function withoutBlame(error: unknown): unknown {
  if (!(error instanceof ApiException) || error.kind !== "invalid") return error;
  return new ApiException({ ...error, kind: "server", errorCode: "cursor_refused" }, { cause: error });
}

function comparable(email: string): string {
  return email.normalize("NFC").trim().toLowerCase();
}
