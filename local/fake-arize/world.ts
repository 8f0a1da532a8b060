import * as z from "zod/mini";
import { type ApiKey, apiKeySchema } from "./api-keys-api.ts";
import { Journal } from "./journal.ts";
import { emailKey, People, type Person, personSchema, type roleSchema, type Status, statusOf } from "./people.ts";

/** How this installation of Arize is set up; all of it can be changed while it runs. */
export const settingsSchema = z.object({
  /** How enum values are spelled in answers. */
  enumCase: z.enum(["upper", "lower"]),
  /** Whether requests must be spelled the same way; else either will do. */
  strictCase: z.boolean(),
  /** SAML login is enforced: no invitations are sent again, no passwords reset. */
  samlEnforced: z.boolean(),
  /** Whether the key is an account admin's, which changing `is_developer` takes. */
  callerIsAdmin: z.boolean(),
  invitationTtlMs: z.number().check(z.gt(0)),
  /** Whether the account has an audit log. */
  auditLogging: z.boolean(),
  customRoles: z.array(z.object({ id: z.string(), name: z.string() })),
  organizations: z.array(
    z.object({ id: z.string(), spaces: z.array(z.object({ id: z.string(), name: z.string() })), name: z.string() }),
  ),
  /** So many requests in each window of so many milliseconds, then 429. */
  rateLimit: z.nullable(z.object({ requests: z.int(), windowMs: z.int().check(z.gt(0)) })),
});
export type Settings = z.infer<typeof settingsSchema>;

const defaults: Settings = {
  enumCase: "upper",
  strictCase: false,
  samlEnforced: false,
  callerIsAdmin: true,
  auditLogging: false,
  invitationTtlMs: 7 * 24 * 60 * 60 * 1000,
  customRoles: [{ id: idOf("Role:1"), name: "Reviewer" }],
  organizations: [
    { id: idOf("Organization:1"), name: "Research", spaces: [space(1, "Vision"), space(2, "Language")] },
    { id: idOf("Organization:2"), name: "Sales", spaces: [space(3, "Forecasts")] },
  ],
  rateLimit: null,
};

function space(number: number, name: string) {
  return { id: idOf(`Space:${number}`), name };
}

function idOf(what: string): string {
  return Buffer.from(what).toString("base64");
}

/** How many mails of each kind went to one address. */
export const mailsSchema = z.object({ invitation: z.number(), resend: z.number(), reset: z.number() });
export type Mails = z.infer<typeof mailsSchema>;

/** Something that a person did, which the audit log remembers. */
export const deedSchema = z.object({
  userId: z.string(),
  operation: z.string(),
  type: z._default(z.enum(["query", "mutation", "subscription"]), "query"),
});
export type Deed = z.infer<typeof deedSchema> & { id: string; at: number };

/** What can happen; the state is nothing but the sum of these, which makes it easy to persist. */
const entrySchema = z.discriminatedUnion("type", [
  z.object({ type: z.literal("person"), person: personSchema }),
  z.object({ type: z.literal("mail"), email: z.string(), mail: z.enum(["invitation", "resend", "reset"]) }),
  z.object({ type: z.literal("deed"), deed: z.extend(deedSchema, { id: z.string(), at: z.number() }) }),
  z.object({ type: z.literal("clock"), advanceMs: z.number() }),
  z.object({ type: z.literal("key"), key: apiKeySchema }),
  z.object({ type: z.literal("settings"), settings: settingsSchema }),
]);
type Entry = z.infer<typeof entrySchema>;

/** A person who is put into the account from outside the API. */
export const seedSchema = z.object({
  email: z.string(),
  name: z._default(z.string(), "Invented Person"),
  role: z._default(z.enum(["admin", "member", "annotator"]), "member"),
  status: z._default(z.enum(["active", "invited", "expired", "inactive"]), "active"),
  is_developer: z.optional(z.boolean()),
  sso: z._default(z.boolean(), false),
});
export type Seed = z.input<typeof seedSchema>;

export interface WorldOptions {
  dataFile?: string | undefined;
  invitationTtlMs?: number | undefined;
  now?: (() => number) | undefined;
}

/** Whose the API key is: an account admin, in every account from the start. */
export const ownerEmail = "owner@example.com";

/** The account: its people, its mailbox, its clock and its settings. Every change is on disk before it is visible. */
export class World {
  people = new People();
  settings: Settings;
  readonly #initial: Settings;
  readonly #realNow: () => number;
  readonly #journal: Journal | undefined;
  #mails = new Map<string, Mails>();
  #deeds: Deed[] = [];
  #offsetMs = 0;
  #keys = new Map<string, ApiKey>();

  constructor({ dataFile, invitationTtlMs = defaults.invitationTtlMs, now = Date.now }: WorldOptions) {
    this.#realNow = now;
    this.#initial = { ...defaults, invitationTtlMs };
    this.settings = this.#initial;
    if (dataFile !== undefined) this.#journal = Journal.open(dataFile, (line) => this.#apply(entrySchema.parse(line)));
    if (this.people.size === 0) this.#seedOwner();
  }

  now(): number {
    return this.#realNow() + this.#offsetMs;
  }

  advance(advanceMs: number): void {
    this.#record({ type: "clock", advanceMs });
  }

  status(person: Person): Status {
    return statusOf(person, this.now());
  }

  save(person: Person): void {
    this.#record({ type: "person", person });
  }

  /** Adds somebody new. */
  add(person: Omit<Person, "id" | "createdAt" | "memberships">): Person {
    const id = idOf(`User:${this.people.size + 1}`);
    const added = { id, createdAt: this.now(), memberships: {}, ...person };
    this.save(added);
    return added;
  }

  mail(email: string, mail: keyof Mails): void {
    this.#record({ type: "mail", email: emailKey(email), mail });
  }

  mails(): Record<string, Mails> {
    return Object.fromEntries(this.#mails);
  }

  get keys(): readonly ApiKey[] {
    return [...this.#keys.values()];
  }

  saveKey(key: ApiKey): void {
    this.#record({ type: "key", key });
  }

  /** Remembers what somebody does now, for the audit log. */
  did(deed: z.input<typeof deedSchema>): void {
    const id = Buffer.from(`AuditLog:${this.#deeds.length + 1}`).toString("base64");
    this.#record({ type: "deed", deed: { ...deedSchema.parse(deed), id, at: this.now() } });
  }

  /** Newest first. */
  deeds(): Deed[] {
    return this.#deeds.toReversed();
  }

  change(settings: Partial<Settings>): void {
    this.#record({ type: "settings", settings: { ...this.settings, ...settings } });
  }

  /** @throws Error when the address is taken */
  seed(input: Seed): Person {
    const { email, name, role, status, is_developer, sso } = seedSchema.parse(input);
    if (this.people.byEmail(email) !== undefined) throw new Error("this address is taken");
    const lifetime = status === "expired" ? 0 : this.settings.invitationTtlMs;
    return this.add({
      email,
      name,
      role: { type: "predefined", name: role },
      isDeveloper: is_developer ?? developerByDefault({ type: "predefined", name: role }),
      state: status === "expired" ? "invited" : status,
      sso,
      invitedUntil: status === "invited" || status === "expired" ? this.now() + lifetime : null,
    });
  }

  /** As on the first day, on disk too. */
  reset(): void {
    this.people = new People();
    this.settings = this.#initial;
    this.#mails = new Map();
    this.#deeds = [];
    this.#offsetMs = 0;
    this.#keys = new Map();
    this.#journal?.clear();
    this.#seedOwner();
  }

  close(): void {
    this.#journal?.close();
  }

  #seedOwner(): void {
    this.seed({ email: ownerEmail, name: "Key Owner", role: "admin" });
  }

  #record(entry: Entry): void {
    this.#journal?.append(entry);
    this.#apply(entry);
  }

  #apply(entry: Entry): void {
    if (entry.type === "person") this.people.put(entry.person);
    else if (entry.type === "key") this.#keys.set(entry.key.id, entry.key);
    else if (entry.type === "deed") this.#deeds.push(entry.deed);
    else if (entry.type === "clock") this.#offsetMs += entry.advanceMs;
    else if (entry.type === "settings") this.settings = entry.settings;
    else {
      const before = this.#mails.get(entry.email) ?? { invitation: 0, resend: 0, reset: 0 };
      this.#mails.set(entry.email, { ...before, [entry.mail]: before[entry.mail] + 1 });
    }
  }
}

/** True for admin, member and custom roles, false for annotator. */
export function developerByDefault(role: z.infer<typeof roleSchema>): boolean {
  return role.type === "custom" || role.name !== "annotator";
}
