import type { User } from "../lib/arize/schemas.ts";
import type { LifecycleConfig } from "../lib/config.ts";
import { readState } from "../lib/ledger/state.ts";
import { roleName } from "../lib/lifecycle/decide.ts";
import type { Role } from "../lib/lifecycle/event.ts";
import { matchRule, type Traits } from "../lib/lifecycle/roles.ts";
import { traitsOf } from "../lib/lifecycle/traits.ts";
import type { Connection } from "./connection.ts";
import type { RosterLine } from "./roster.ts";
import { operatorEvent } from "./send.ts";

type Knowledge = Pick<Connection, "config" | "table" | "identity">;

/**
 * The roles that somebody may have by the rules, where the one they have at Arize is broader than each of these. The ledger is
 * read only where what the roster leaves open, such as the source that a rule names, decides.
 * @throws RetryLater
 */
export async function narrowerRoles(
  person: RosterLine,
  user: User,
  knowledge: Knowledge,
): Promise<string[] | undefined> {
  const has = roleName(user.role);
  const isNarrower = (role: string) => isBroader(has, role);
  const byRoster = possibleRoles(person, rosterTraits(person), knowledge.config);
  const isOpen = byRoster.some(isNarrower) && !byRoster.every(isNarrower);
  const roles = isOpen ? possibleRoles(person, await knownTraits(person, knowledge), knowledge.config) : byRoster;
  return roles.every(isNarrower) ? roles : undefined;
}

function possibleRoles({ role }: RosterLine, traits: Traits, { roles, defaults }: LifecycleConfig): string[] {
  if (role !== undefined) return [role];
  const { rule, certain } = matchRule(traits, roles);
  const rules = certain ? [rule] : [undefined, ...roles];
  return [...new Set(rules.map((each) => nameOf(each?.role ?? defaults.role)))];
}

// A roster does not say which source somebody is from, and of groups that it does not name it says nothing.
function rosterTraits({ email, department, title, groups }: RosterLine): Traits {
  return { source: undefined, email, department, title, isIn: (group) => groups.includes(group) || undefined };
}

async function knownTraits(person: RosterLine, { config, table, identity }: Knowledge): Promise<Traits> {
  const { email, department, title, groups } = person;
  const state = await readState(table, identity.person(email));
  const said = operatorEvent("mover", email, { department, title }, config.commandTtlMinutes);
  const known = traitsOf(said, email, state);
  const source = state.traits === undefined ? undefined : known.source;
  return { ...known, source, isIn: (group) => groups.includes(group) || known.isIn(group) };
}

const breadth = ["annotator", "member", "admin"];

// Custom roles cannot be compared: what they allow is not told.
function isBroader(has: string, wanted: string): boolean {
  return breadth.includes(wanted) && breadth.indexOf(has) > breadth.indexOf(wanted);
}

function nameOf(role: Role): string {
  return typeof role === "string" ? role : role.id;
}
