import * as z from "zod/mini";
import { cursorWatch } from "../http/cursor-watch.ts";
import { badAnswer, failedAnswer, parseJson } from "../http/problem.ts";
import { type ApiRequest, type CallOptions, Transport, type TransportOptions } from "../http/transport.ts";
import { PaginationMetadata } from "./schemas.ts";

/**
 * Something that a user did at Arize. What it was done with (the operation's text and variables) and from where is left out:
 * it is the account's data, and nobody here needs it. Source: Audit logs API, REST v2 (beta).
 */
export const AuditLog = z.pipe(
  z.object({
    id: z.string(),
    operation_type: z.string(),
    operation_name: z.nullish(z.string()),
    created_at: z.string(),
  }),
  z.transform((wire) => ({
    id: wire.id,
    /** `query`, `mutation` or `subscription`, or a word of the future. */
    type: wire.operation_type.toLowerCase(),
    operation: wire.operation_name ?? "",
    /** ISO 8601. */
    at: wire.created_at,
  })),
);
export type AuditLog = z.infer<typeof AuditLog>;

const page = z.object({ logs: z.array(AuditLog), pagination: PaginationMetadata });

/** Whose doings, and between which moments (ISO 8601, both inclusive). */
export interface AuditLogsQuery {
  userId: string;
  from: string;
  to: string;
}

const path = "/v2/audit-logs";

/** The audit log of Arize AX; takes an account admin's key, and an account that has audit logging. */
export class AuditLogsClient {
  readonly #transport: Transport;

  /** @throws InvalidArgument when the base URL is not usable */
  constructor(options: TransportOptions) {
    this.#transport = new Transport(options);
  }

  /**
   * What one user did, newest first.
   * @throws ApiException `permission` where audit logging is not enabled; `server` `cursor_repeated` for a list that runs in a circle
   */
  async list({ userId, from, to }: AuditLogsQuery, options?: CallOptions): Promise<AuditLog[]> {
    const logs: AuditLog[] = [];
    const isRepeated = cursorWatch(undefined);
    let cursor: string | undefined;
    do {
      const search = new URLSearchParams({ user_id: userId, start_time: from, end_time: to, limit: "100" });
      if (cursor !== undefined) search.set("cursor", cursor);
      const request: ApiRequest = { method: "GET", path, target: `${path}?${search}`, ...options };
      const response = await this.#transport.send(request);
      if (response.status !== 200) throw failedAnswer(request, response);
      const result = page.safeParse(parseJson(response.body));
      if (!result.success) throw badAnswer(request, response, "unreadable_answer", "Answer cannot be read");
      logs.push(...result.data.logs);
      const { hasMore, nextCursor } = result.data.pagination;
      if (hasMore && (nextCursor === undefined || isRepeated(nextCursor))) {
        throw badAnswer(request, response, "cursor_repeated", "Listing does not go on");
      }
      cursor = hasMore ? nextCursor : undefined;
    } while (cursor !== undefined);
    return logs;
  }

  /** Closes the idle connections. */
  close(): void {
    this.#transport.close();
  }
}
