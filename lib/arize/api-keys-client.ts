import * as z from "zod/mini";
import { cursorWatch } from "../http/cursor-watch.ts";
import { badAnswer, failedAnswer, parseJson } from "../http/problem.ts";
import type { ApiRequest, ApiResponse, CallOptions, Transport } from "../http/transport.ts";
import { checked, type EnumCase, UserId } from "./requests.ts";
import { PaginationMetadata } from "./schemas.ts";

/** An API key as it is listed: never its secret. */
export interface ApiKey {
  id: string;
  createdByUserId: string;
}

const listSchema = z.object({
  api_keys: z.array(z.object({ id: z.string(), created_by_user_id: z.string() })),
  pagination: PaginationMetadata,
});

/**
 * API keys that are in use. Keys of type user act as that user and end with them; service keys act as a bot and outlive
 * whoever made them. Errors are those of the Users API client. Source: API Keys API, REST v2 (beta).
 */
export class ApiKeysClient {
  readonly #transport: Transport;
  readonly #enumCase: EnumCase;

  constructor(transport: Transport, enumCase: EnumCase) {
    this.#transport = transport;
    this.#enumCase = enumCase;
  }

  /** The keys that act as this user. @throws ApiException `permission` without an account admin's key */
  ofUser(userId: string, options?: CallOptions): Promise<ApiKey[]> {
    return this.#list({ key_type: this.#spell("user"), user_id: checked(UserId, userId, "userId") }, options);
  }

  /** The service keys of a space, whoever made them: the API lists them by space only. */
  ofSpace(spaceId: string, options?: CallOptions): Promise<ApiKey[]> {
    return this.#list({ key_type: this.#spell("service"), space_id: checked(UserId, spaceId, "spaceId") }, options);
  }

  /** Ends a key at once and for ever. Revoking a revoked key succeeds. */
  async revoke(id: string, options?: CallOptions): Promise<void> {
    const target = `/v2/api-keys/${encodeURIComponent(checked(UserId, id, "id"))}/revoke`;
    await this.#send({ method: "PUT", path: "/v2/api-keys/{api_key_id}/revoke", target, ...options });
  }

  async #list(query: Record<string, string>, options?: CallOptions): Promise<ApiKey[]> {
    const keys: ApiKey[] = [];
    const isRepeated = cursorWatch(undefined);
    let cursor: string | undefined;
    do {
      const search = new URLSearchParams({ ...query, status: this.#spell("active"), limit: "100" });
      if (cursor !== undefined) search.append("cursor", cursor);
      const path = "/v2/api-keys";
      const request: ApiRequest = { method: "GET", path, target: `${path}?${search}`, ...options };
      const response = await this.#send(request);
      const page = listSchema.safeParse(parseJson(response.body));
      if (!page.success) throw badAnswer(request, response, "unreadable_answer", "Answer cannot be read");
      keys.push(...page.data.api_keys.map((key) => ({ id: key.id, createdByUserId: key.created_by_user_id })));
      cursor = page.data.pagination.nextCursor;
      if (cursor !== undefined && isRepeated(cursor)) {
        throw badAnswer(request, response, "cursor_repeated", "Listing repeats its cursor");
      }
    } while (cursor !== undefined);
    return keys;
  }

  #spell(word: string): string {
    return this.#enumCase === "upper" ? word.toUpperCase() : word;
  }

  async #send(request: ApiRequest): Promise<ApiResponse> {
    const response = await this.#transport.send(request);
    if (response.status < 200 || response.status > 299) throw failedAnswer(request, response);
    return response;
  }
}
