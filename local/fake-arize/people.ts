import * as z from "zod/mini";

export const roleSchema = z.union([
  z.object({ type: z.literal("predefined"), name: z.enum(["admin", "member", "annotator"]) }),
  z.object({ type: z.literal("custom"), id: z.string() }),
]);

/** A role in an organization or a space. */
const membershipSchema = z.union([
  z.object({ type: z.literal("predefined"), name: z.enum(["admin", "member", "read_only", "annotator"]) }),
  z.object({ type: z.literal("custom"), id: z.string() }),
]);
export type Membership = z.infer<typeof membershipSchema>;

/** One person, as stored; `expired` is not a state but a matter of the clock. */
export const personSchema = z.object({
  id: z.string(),
  email: z.string(),
  name: z.string(),
  role: roleSchema,
  isDeveloper: z.boolean(),
  state: z.enum(["active", "invited", "inactive"]),
  /** Signs in through an identity provider: has no password. */
  sso: z.boolean(),
  /** Epoch milliseconds. */
  createdAt: z.number(),
  invitedUntil: z.nullable(z.number()),
  /** By the id of the organization or space. */
  memberships: z._default(z.record(z.string(), membershipSchema), {}),
});
export type Person = z.infer<typeof personSchema>;
export type Status = "active" | "invited" | "expired" | "inactive";

export interface Search {
  /** A substring of the address. */
  email: string;
  statuses: readonly Status[];
  from: number;
  limit: number;
  now: number;
}

export function statusOf(person: Person, now: number): Status {
  return person.state === "invited" && now >= (person.invitedUntil ?? 0) ? "expired" : person.state;
}

/** What makes two spellings one address. */
export function emailKey(email: string): string {
  return email.normalize("NFC").trim().toLowerCase();
}

const blockSize = 512;

/**
 * Everybody who ever was, oldest first. Built for some hundred thousand: a page without a filter costs as much as the
 * page, and a filter runs over blocks of joined addresses, most of which are dismissed by one native search.
 */
export class People {
  readonly #all: Person[] = [];
  readonly #byId = new Map<string, number>();
  readonly #byEmail = new Map<string, number>();
  readonly #blocks: string[] = [];

  get size(): number {
    return this.#all.length;
  }

  all(): readonly Person[] {
    return this.#all;
  }

  byId(id: string): Person | undefined {
    return this.#all[this.#byId.get(id) ?? -1];
  }

  byEmail(email: string): Person | undefined {
    return this.#all[this.#byEmail.get(emailKey(email)) ?? -1];
  }

  /** Adds a person, or replaces what was known of them; the address never changes. */
  put(person: Person): void {
    const known = this.#byId.get(person.id);
    if (known !== undefined) {
      this.#all[known] = person;
      return;
    }
    const index = this.#all.push(person) - 1;
    const key = emailKey(person.email);
    this.#byId.set(person.id, index);
    this.#byEmail.set(key, index);
    const block = Math.floor(index / blockSize);
    this.#blocks[block] = `${this.#blocks[block] ?? ""}${key}\n`;
  }

  /** One page, and the position where the next begins if there is one. */
  page(search: Search): { people: Person[]; next: number | undefined } {
    const people: Person[] = [];
    const wanted = emailKey(search.email);
    for (let index = search.from; index < this.#all.length; index += 1) {
      if (!this.#blocks[Math.floor(index / blockSize)]?.includes(wanted)) {
        index = (Math.floor(index / blockSize) + 1) * blockSize - 1;
        continue;
      }
      const person = this.#all[index];
      if (person === undefined || !search.statuses.includes(statusOf(person, search.now))) continue;
      if (!emailKey(person.email).includes(wanted)) continue;
      if (people.length === search.limit) return { people, next: index };
      people.push(person);
    }
    return { people, next: undefined };
  }
}
