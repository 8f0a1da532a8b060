import * as z from "zod/mini";
import { roleSchema } from "./event.ts";
import { organizationSchema, placesOf } from "./places/places.ts";

const text = z.string().check(z.minLength(1), z.maxLength(255));

/** One value or several, of which any will do. */
const anyOf = z.pipe(
  z.union([text, z.array(text).check(z.minLength(1))]),
  z.transform((values: string | string[]) => [values].flat()),
);

/** One of the `roles` in the configuration: who it is for, and what they get at Arize. */
export const roleRuleSchema = z
  .strictObject({
    /** Everything that is said here has to hold. A rule that says nothing is for everybody. */
    when: z.strictObject({
      /** The event's source, such as `okta`. */
      source: z.optional(anyOf),
      /** A group of the person at the source, as the source names it; an Okta group or app by its id. */
      group: z.optional(anyOf),
      /** In any letter case, as is the title: people type them. */
      department: z.optional(anyOf),
      title: z.optional(anyOf),
      /** What comes after the @, whole: `example.com` is not `eu.example.com`. */
      emailDomain: z.optional(anyOf),
    }),
    /** Left out, as the two below: what `defaults` says. */
    role: z.optional(roleSchema),
    isDeveloper: z.optional(z.boolean()),
    inviteMode: z.optional(z.enum(["email_link", "none"])),
    /** Where they are put once they are at Arize. Left out: nowhere. */
    organizations: z.optional(z.array(organizationSchema)),
  })
  .check(
    z.refine(
      // Arize refuses it; what a custom role is, Arize has to say.
      ({ role, organizations = [] }) =>
        role === undefined ||
        placesOf(organizations).every(
          (place) => typeof place.role !== "string" || (place.role === "annotator") === (role === "annotator"),
        ),
      { path: ["organizations"], params: { problem: "annotator goes with the account role annotator only" } },
    ),
  );
export type RoleRule = z.infer<typeof roleRuleSchema>;

/** What rules look at. What nobody ever said about a person is `undefined`, which is not the same as no. */
export interface Traits {
  source: string | undefined;
  /** Normalized. */
  email: string;
  department: string | undefined;
  title: string | undefined;
  isIn(group: string): boolean | undefined;
}

/** What the rules say about a person. */
export interface RuleMatch {
  rule: RoleRule | undefined;
  /** Its place among the rules, from 1. */
  number: number | undefined;
  /** False when a rule before it, or any where none matched, turns on something that nobody ever said. */
  certain: boolean;
}

/** Finds the first rule that fits. A rule that turns on something unknown does not. Pure. */
export function matchRule(traits: Traits, rules: readonly RoleRule[]): RuleMatch {
  let certain = true;
  for (const [index, rule] of rules.entries()) {
    const fits = judge(rule.when, traits);
    if (fits) return { rule, number: index + 1, certain };
    if (fits === undefined) certain = false;
  }
  return { rule: undefined, number: undefined, certain };
}

function judge(when: RoleRule["when"], traits: Traits): boolean | undefined {
  const domain = traits.email.split("@").at(-1);
  const verdicts = [
    judgeOne(when.source, (source) => (traits.source === undefined ? undefined : source === traits.source)),
    judgeOne(when.group, (group) => traits.isIn(group)),
    judgeOne(when.department, (department) => isSame(department, traits.department)),
    judgeOne(when.title, (title) => isSame(title, traits.title)),
    judgeOne(when.emailDomain, (wanted) => wanted.toLowerCase() === domain),
  ];
  if (verdicts.includes(false)) return false;
  return verdicts.includes(undefined) ? undefined : true;
}

function judgeOne(
  values: readonly string[] | undefined,
  holds: (value: string) => boolean | undefined,
): boolean | undefined {
  if (values === undefined) return true;
  const verdicts = values.map(holds);
  if (verdicts.includes(true)) return true;
  return verdicts.includes(undefined) ? undefined : false;
}

function isSame(wanted: string, actual: string | undefined): boolean | undefined {
  return actual === undefined ? undefined : comparable(wanted) === comparable(actual);
}

function comparable(words: string): string {
  return words.normalize("NFC").trim().toLowerCase();
}
