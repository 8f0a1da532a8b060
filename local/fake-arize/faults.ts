import * as z from "zod/mini";
import { type Answer, Problem } from "./answers.ts";

/** Something to go wrong: on which route, how often, and how. Several hows may come together. */
export const faultSchema = z.object({
  /** Method and path template such as `POST /v2/users/{id}/reset-password`, or `*`. */
  route: z._default(z.string(), "*"),
  /** For so many requests; `null` until it is cleared. */
  times: z._default(z.nullable(z.int().check(z.gte(1))), 1),
  /** So many requests of the route are let through first. */
  skip: z._default(z.int().check(z.gte(0)), 0),
  latencyMs: z.optional(z.number().check(z.gte(0))),
  /** Answered instead, without effect; as a problem, or the way gateways do it with `html`. */
  status: z.optional(z.int().check(z.gte(300), z.lte(599))),
  html: z.optional(z.boolean()),
  /** In whole seconds. */
  retryAfter: z.optional(z.int().check(z.gte(0))),
  /** The connection is destroyed before the request has its effect, or after. */
  cut: z.optional(z.enum(["before", "after"])),
  /** A listing that promises more without a cursor, or loses half of a page without a word. */
  truncatedPage: z.optional(z.enum(["no_cursor", "short"])),
  /** A listing whose next cursor is the one just used. */
  repeatedCursor: z.optional(z.boolean()),
  /** The second half of the body comes so many milliseconds later. */
  slowBodyMs: z.optional(z.number().check(z.gte(0))),
  /** The status that the users of an answer have, a word of the future. */
  unknownStatus: z.optional(z.string()),
});
export type Fault = z.infer<typeof faultSchema>;
export type FaultInput = z.input<typeof faultSchema>;

/** The switchboard: the oldest fault that fits a request is the one that happens. */
export class Faults {
  #faults: Fault[] = [];

  add(input: FaultInput): void {
    this.#faults.push(faultSchema.parse(input));
  }

  /** What is still to happen. */
  list(): Fault[] {
    return this.#faults.map((fault) => ({ ...fault }));
  }

  clear(): void {
    this.#faults = [];
  }

  /** The fault of this request, used up by it. */
  take(route: string): Fault | undefined {
    const fault = this.#faults.find((candidate) => candidate.route === "*" || candidate.route === route);
    if (fault === undefined) return undefined;
    if (fault.skip > 0) {
      fault.skip -= 1;
      return undefined;
    }
    if (fault.times !== null) fault.times -= 1;
    if (fault.times === 0) this.#faults = this.#faults.filter((candidate) => candidate !== fault);
    return fault;
  }
}

/** The failing answer that a fault puts in the place of the real one. */
export function failingAnswer({ status, html, retryAfter }: Fault): Answer | undefined {
  if (status === undefined) return undefined;
  const headers: Record<string, string> = retryAfter === undefined ? {} : { "retry-after": String(retryAfter) };
  if (status < 400) headers.location = "/elsewhere";
  if (!html) return new Problem(status, "a fault was asked for", headers).answer();
  const body = `<html><body><h1>${status}</h1><p>The gateway is unwell.</p></body></html>`;
  return { status, headers: { "content-type": "text/html", ...headers }, body };
}

const pageSchema = z.looseObject({
  users: z.array(z.looseObject({})),
  pagination: z.looseObject({ has_more: z.boolean() }),
});
const userSchema = z.looseObject({ id: z.string(), status: z.string() });

/** Makes a good answer lie, in the ways that a fault asks for. */
export function distorted(answer: Answer, fault: Fault, cursor: string | null): Answer {
  const page = pageSchema.safeParse(answer.body);
  if (!page.success) {
    const user = userSchema.safeParse(answer.body);
    const status = fault.unknownStatus;
    return user.success && status !== undefined ? { ...answer, body: { ...user.data, status } } : answer;
  }
  let { users, pagination } = page.data;
  if (fault.unknownStatus !== undefined) users = users.map((user) => ({ ...user, status: fault.unknownStatus }));
  if (fault.truncatedPage === "short") users = users.slice(0, Math.floor(users.length / 2));
  if (fault.truncatedPage === "no_cursor") pagination = { has_more: true };
  if (fault.repeatedCursor) pagination = { has_more: true, next_cursor: cursor ?? pagination.next_cursor ?? "again" };
  return { ...answer, body: { users, pagination } };
}
