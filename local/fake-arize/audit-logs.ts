import * as z from "zod/mini";
import { type Answer, Problem, spelled } from "./answers.ts";
import type { Deed, World } from "./world.ts";

const instant = z.iso.datetime({ offset: true });
const querySchema = z.object({
  user_id: z.optional(z.string()),
  start_time: z.optional(instant),
  end_time: z.optional(instant),
  limit: z._default(z.coerce.number().check(z.gte(1), z.lte(100)), 50),
  cursor: z.optional(z.string()),
});
const thirtyDaysMs = 30 * 86_400_000;

/** What users did, newest first, 30 days back unless said otherwise. Source: Audit logs API, REST v2 (beta). */
export function listAuditLogs(world: World, { query }: { query: URLSearchParams }): Answer {
  if (!world.settings.auditLogging || !world.settings.callerIsAdmin)
    throw new Problem(403, "audit logging is not enabled");
  const read = querySchema.safeParse(Object.fromEntries(query));
  if (!read.success) throw new Problem(400, "the query is not understood");
  const { user_id: userId, start_time: start, end_time: end, limit, cursor } = read.data;
  const to = end === undefined ? world.now() : Date.parse(end);
  const from = start === undefined ? to - thirtyDaysMs : Date.parse(start);
  const fits = (deed: Deed) => (userId === undefined || deed.userId === userId) && deed.at >= from && deed.at <= to;
  const deeds = world.deeds().filter(fits);
  const offset = cursor === undefined ? 0 : Number(Buffer.from(cursor, "base64url").toString());
  if (!Number.isInteger(offset)) throw new Problem(400, "the cursor is none");
  const next = offset + limit;
  const more = next < deeds.length && { next_cursor: Buffer.from(String(next)).toString("base64url") };
  const logs = deeds.slice(offset, next).map((deed) => wireDeed(deed, world));
  return { status: 200, body: { logs, pagination: { has_more: more !== false, ...more } } };
}

function wireDeed({ id, userId, operation, type, at }: Deed, world: World) {
  return {
    id,
    user_id: userId,
    ip: "192.0.2.1",
    operation_type: spelled(type, world),
    operation_name: operation,
    operation_text: `${type} ${operation} { ... }`,
    variables: "{}",
    created_at: new Date(at).toISOString(),
  };
}
