import * as z from "zod/mini";
import { Journal } from "../fake-arize/journal.ts";

/** What `PUT /_people/{source}/{externalId}` takes: a person as any source has them. */
export const personSchema = z.strictObject({
  email: z.string(),
  name: z.string(),
  /** False: not there any more; with a `startDate` to come not there yet. */
  active: z.boolean(),
  department: z.optional(z.string()),
  /** Ids of groups, which here are their names too; at Okta also of apps. */
  groups: z._default(z.array(z.string()), []),
  /** Dates, `2026-11-24`. */
  startDate: z.optional(z.iso.date()),
  endDate: z.optional(z.iso.date()),
  /** At Entra: in the deleted items, where people stay for a while. */
  deleted: z._default(z.boolean(), false),
});
export type Person = z.infer<typeof personSchema>;
export type PersonInput = z.input<typeof personSchema>;

const entrySchema = z.object({ source: z.string(), id: z.string(), person: z.nullable(personSchema) });

/** Whether somebody has been hired and is not there yet. */
export function isPending({ active, startDate }: Person, now = Date.now()): boolean {
  return !active && startDate !== undefined && Date.parse(startDate) > now;
}

/** The people of all sources, kept through restarts where there is a file. */
export class People {
  readonly #bySource = new Map<string, Map<string, Person>>();
  readonly #journal: Journal | undefined;

  constructor(file?: string) {
    if (file === undefined) return;
    this.#journal = Journal.open(file, (entry) => {
      const { source, id, person } = entrySchema.parse(entry);
      this.#apply(source, id, person);
    });
  }

  /** The people of a source by their id, in the order in which they were added. */
  of(source: string): ReadonlyMap<string, Person> {
    return this.#bySource.get(source) ?? new Map();
  }

  /** @param person `null` for somebody whom the source shall not know any more */
  put(source: string, id: string, person: Person | null): void {
    this.#apply(source, id, person);
    this.#journal?.append({ source, id, person });
  }

  close(): void {
    this.#journal?.close();
  }

  #apply(source: string, id: string, person: Person | null): void {
    const people = this.#bySource.get(source) ?? new Map<string, Person>();
    if (person === null) people.delete(id);
    else people.set(id, person);
    this.#bySource.set(source, people);
  }
}
