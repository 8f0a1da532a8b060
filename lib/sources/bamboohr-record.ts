import * as z from "zod/mini";
import { Rejected } from "../errors.ts";
import { describeIssues } from "../issues.ts";
import type { Kind } from "../lifecycle/event.ts";
import { mediaType, readForm, readJson } from "./body.ts";
import { checked, type Element } from "./element.ts";
import { hashOf, providerIdSchema } from "./event-id.ts";
import { kindOf } from "./kind.ts";
import type { SourceOptions, WebhookRequest } from "./source.ts";
import { looseUtcSchema } from "./utc.ts";

/** One record of a hook of either form, of which nothing but the type is known to be right yet. */
export interface BambooRecord {
  type: string;
  content: { employeeId: unknown; companyId: unknown; timestamp: unknown; changedFields: unknown };
}

// An end of employment has no type of its own: it is a change of the status, which has to be looked up.
const defaults: ReadonlyMap<string, Kind> = new Map<string, Kind>([
  ["employee.created", "changed"],
  ["employee.updated", "changed"],
  ["employee.deleted", "leaver"],
]);

const eventBasedSchema = z.object({
  type: z.string(),
  timestamp: z.optional(z.unknown()),
  data: z.catch(z.looseObject({}), {}),
});
const fieldBasedSchema = z.object({ employees: z.array(z.unknown()) });
const employeeSchema = z.looseObject({ action: z.nullish(z.string()) });

/**
 * The records of a hook: one of the event-based form, each employee of the field-based one.
 * @throws Rejected 400 when it is of neither form
 */
export function readBambooRecords(request: WebhookRequest): BambooRecord[] {
  const body = mediaType(request) === "application/json" ? readJson(request.body) : fromForm(readForm(request.body));
  const fieldBased = fieldBasedSchema.safeParse(body);
  if (fieldBased.success) return fieldBased.data.employees.map(fieldBasedRecord);
  const eventBased = eventBasedSchema.safeParse(body);
  if (!eventBased.success) throw new Rejected(400, `${describeIssues(eventBased.error)}, or employees: expected array`);
  const { type, timestamp, data } = eventBased.data;
  const { employeeId, companyId, changedFields } = data;
  return [{ type, content: { employeeId, companyId, timestamp, changedFields } }];
}

/** Older webhooks of the field-based form tell no action; those that do say `Created`, `Updated` or `Deleted`. */
function fieldBasedRecord(employee: unknown): BambooRecord {
  const { action, id, timestamp, changedFields } = employeeSchema.safeParse(employee).data ?? {};
  const type = `employee.${(action ?? "Updated").toLowerCase()}`;
  return { type, content: { employeeId: id, companyId: undefined, timestamp, changedFields } };
}

/** What is needed of `data[employeeId]=7` or `employees[0][id]=7`; field values stay where they are. */
function fromForm(form: URLSearchParams): unknown {
  const employees = new Map<string, Record<string, string>>();
  for (const [key, value] of form) {
    const [, index, name] = /^employees\[(\d{1,4})\]\[(id|action|timestamp)\]$/.exec(key) ?? [];
    if (index === undefined || name === undefined) continue;
    employees.set(index, { ...employees.get(index), [name]: value });
  }
  if (employees.size > 0) return { employees: [...employees.values()] };
  const changedFields = [...form].filter(([key]) => key.startsWith("data[changedFields]")).map(([, value]) => value);
  const field = (name: string) => form.get(name) ?? undefined;
  const data = { employeeId: field("data[employeeId]"), companyId: field("data[companyId]"), changedFields };
  return { type: field("type"), timestamp: field("timestamp"), data };
}

const contentSchema = z.object({
  employeeId: providerIdSchema,
  companyId: z.nullish(providerIdSchema),
  timestamp: z.nullish(looseUtcSchema),
  changedFields: z.catch(z.nullish(z.array(z.string())), undefined),
});

/** Turns a record into an event that names the employee by their id. */
export function readBambooEvent(record: BambooRecord, request: WebhookRequest, options: SourceOptions): Element {
  const kind = kindOf(record.type, defaults, options.kinds);
  if (kind === undefined) return "ignored";
  const content = contentSchema.safeParse(record.content);
  if (!content.success) return { problem: describeIssues(content.error) };
  const { employeeId, companyId, timestamp, changedFields } = content.data;
  const sent = request.headers["x-bamboohr-timestamp"] ?? "";
  const occurredAt = timestamp ?? sentAt(sent) ?? request.receivedAt.toISOString();
  return checked({
    // Where the record has no time, the hook's is what tells two equal hints apart; it is signed, so a replay has it too.
    id: `bamboohr:${hashOf([record.type, companyId, employeeId, timestamp ?? sent, changedFields])}`,
    source: "bamboohr",
    kind,
    attempt: 0,
    occurredAt,
    receivedAt: request.receivedAt.toISOString(),
    person: { externalId: employeeId },
  });
}

/** Seen in seconds of the epoch, suggested as ISO 8601, documented as neither. */
function sentAt(header: string): string | undefined {
  if (/^\d{1,10}$/.test(header)) return new Date(Number(header) * 1000).toISOString();
  return looseUtcSchema.safeParse(header).data;
}
