import type { User } from "../lib/arize/schemas.ts";
import { isManaged, type LifecycleConfig } from "../lib/config.ts";
import { readState } from "../lib/ledger/state.ts";
import { roleName } from "../lib/lifecycle/decide.ts";
import { matchRule } from "../lib/lifecycle/roles.ts";
import { narrowerRoles } from "./broader-role.ts";
import type { Connection } from "./connection.ts";
import { type RosterLine, readRoster } from "./roster.ts";
import type { OperatorKind, Said } from "./send.ts";

/** What the roster and Arize differ in. The last four are for people to look at: nothing is sent for them. */
export type Difference =
  | "not_at_arize"
  | "differs"
  | "left"
  | "not_in_roster"
  | "broader_role"
  | "admin_without_owner"
  | "outside_managed_domains"
  | "unreadable";

export interface PlanEntry {
  difference: Difference;
  /** In the roster, where it is about a line. */
  line?: number;
  email?: string;
  detail: string;
  /** What `--apply` asks for. */
  kind?: OperatorKind;
  said?: Said;
}

/** Who is at Arize, by address; kept in memory, as the roster never is. */
export type AtArize = ReadonlyMap<string, User>;

/** What a comparison goes by besides the roster and Arize. */
type Knowledge = Pick<Connection, "config" | "table" | "identity">;

/**
 * Compares a roster with Arize, line by line, then tells who is at Arize and not in it; the latter only when every line could
 * be read, since who is missing may be on one that could not.
 * @throws Error when the roster cannot be read, RetryLater
 */
export async function* compare(file: string, atArize: AtArize, knowledge: Knowledge): AsyncGenerator<PlanEntry, void> {
  const seen = new Set<string>();
  let isWhole = true;
  for await (const line of readRoster(file)) {
    if ("problem" in line) {
      isWhole = false;
      yield { difference: "unreadable", line: line.line, detail: line.problem };
      continue;
    }
    const user = atArize.get(line.email);
    if (user !== undefined && seen.has(line.email)) {
      isWhole = false;
      yield { difference: "unreadable", line: line.line, email: line.email, detail: "the address came before" };
      continue;
    }
    if (user !== undefined) seen.add(line.email);
    if (!isManaged(line.email, knowledge.config)) {
      const { line: number, email } = line;
      yield { difference: "outside_managed_domains", line: number, email, detail: "nobody there is touched" };
    } else if (user !== undefined) {
      yield* comparePerson(line, user, knowledge);
    } else if (line.isActive) {
      yield await toInvite(line, knowledge);
    }
  }
  if (isWhole) yield* missing(atArize, seen, knowledge.config);
}

async function toInvite(person: RosterLine, { config, table, identity }: Knowledge): Promise<PlanEntry> {
  const { line, email, name, role, isDeveloper, department, title, groups } = person;
  const { goneAt } = await readState(table, identity.person(email));
  const gone =
    goneAt === undefined ? "" : `; gone since ${goneAt}: an address that was deleted cannot be invited again, ever`;
  return {
    difference: "not_at_arize",
    line,
    email,
    detail: `as ${roleOf(person, config)}${gone}`,
    kind: "joiner",
    said: { name, role, isDeveloper, department, title, groups },
  };
}

async function* comparePerson(person: RosterLine, user: User, knowledge: Knowledge): AsyncGenerator<PlanEntry, void> {
  const { line, email } = person;
  if (!person.isActive) {
    const detail = `${user.status} at Arize, inactive in the roster`;
    yield { difference: "left", line, email, detail, kind: "leaver" };
    return;
  }
  yield* compareProfile(person, user);
  const wanted = await narrowerRoles(person, user, knowledge);
  if (wanted === undefined) return;
  const detail = `${roleName(user.role)} at Arize, ${wanted.join(" or ")} by the rules`;
  yield { difference: "broader_role", line, email, detail };
}

function* compareProfile({ line, email, name, isDeveloper }: RosterLine, user: User): Iterable<PlanEntry> {
  const said: Said = {
    ...(name !== undefined && name !== user.name.trim() && { name }),
    ...(isDeveloper !== undefined && isDeveloper !== user.isDeveloper && { isDeveloper }),
  };
  const changed = Object.keys(said);
  if (changed.length > 0) yield { difference: "differs", line, email, detail: changed.join(", "), kind: "mover", said };
}

function* missing(atArize: AtArize, seen: ReadonlySet<string>, config: LifecycleConfig): Iterable<PlanEntry> {
  for (const [email, user] of atArize) {
    // Whom the configuration names is known.
    if (seen.has(email) || isProtected(email, config)) continue;
    const isAdmin = user.role.type === "predefined" && user.role.name === "admin";
    if (isAdmin)
      yield { difference: "admin_without_owner", email, detail: "an account admin whom the roster does not know" };
    if (!isManaged(email, config)) continue;
    yield {
      difference: "not_in_roster",
      email,
      detail: `${user.status} at Arize as ${roleName(user.role)}`,
      kind: "leaver",
    };
  }
}

function isProtected(email: string, { protectedEmails, apiKeyOwner }: LifecycleConfig): boolean {
  return protectedEmails.includes(email) || email === apiKeyOwner;
}

/** What the rules give somebody whom an operator invites; groups that the roster does not name, it says nothing of. */
function roleOf({ email, department, title, groups, role }: RosterLine, { roles, defaults }: LifecycleConfig): string {
  const isIn = (group: string) => groups.includes(group) || undefined;
  const { rule } = matchRule({ source: "operator", email, department, title, isIn }, roles);
  const given = rule?.role ?? defaults.role;
  return role ?? (typeof given === "string" ? given : given.id);
}
