import * as z from "zod/mini";
import { describeIssues } from "../../lib/issues.ts";
import { type People, personSchema } from "./people.ts";
import type { Answer, Call, Provider } from "./provider.ts";

/** A request that a source's API got. */
export interface JournalEntry {
  source: string;
  /** Method and path template. */
  route: string;
  status: number;
}

/** Something to go wrong with a source's API. */
export const faultSchema = z.object({
  source: z.string(),
  status: z.int().check(z.gte(300), z.lte(599)),
  /** For so many requests; `null` until there are others. */
  times: z._default(z.nullable(z.int().check(z.gte(1))), 1),
  /** In seconds. */
  retryAfter: z.optional(z.int().check(z.gte(0))),
});
export type Fault = z.infer<typeof faultSchema>;
export type FaultInput = z.input<typeof faultSchema>;

/** Everything behind the scenes. */
export interface World {
  people: People;
  providers: readonly Provider[];
  calls: JournalEntry[];
  fault: Fault | undefined;
  pageSize: number;
  origin: string;
}

/** `PUT` and `DELETE /_people/{source}/{externalId}`, `GET /_people/_calls`, `PUT /_people/_fault`; they take no credential. */
export function control(world: World, { method, segments, body }: Call): Answer {
  const [, source = "", id, ...more] = segments;
  if (source === "_calls" && method === "GET") return { status: 200, body: { calls: world.calls } };
  if (source === "_fault" && method === "PUT") return checked(faultSchema, body, (fault) => (world.fault = fault));
  const isSource = world.providers.some((provider) => provider.source === source);
  if (!isSource || !id || more.length > 0) return { status: 404, body: { error: "no such source, or no id" } };
  if (method === "PUT") return checked(personSchema, body, (person) => world.people.put(source, id, person));
  if (method !== "DELETE") return { status: 405, body: { error: "PUT or DELETE" } };
  world.people.put(source, id, null);
  return { status: 204 };
}

function checked<T>(schema: z.ZodMiniType<T>, body: unknown, use: (value: T) => void): Answer {
  const result = schema.safeParse(body);
  if (!result.success) return { status: 400, body: { error: describeIssues(result.error) } };
  use(result.data);
  return { status: 204 };
}
