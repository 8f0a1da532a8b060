import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type * as z from "zod/mini";
import { matchRule, type RoleRule, roleRuleSchema, type Traits } from "../../../lib/lifecycle/roles.ts";

type When = z.input<typeof roleRuleSchema>["when"];

const rulesOf = (...whens: When[]): RoleRule[] =>
  whens.map((when, index) => roleRuleSchema.parse({ when, role: { type: "custom", id: `r${index + 1}` } }));

function traits({ groups, ...given }: Partial<Omit<Traits, "isIn">> & { groups?: string[] } = {}): Traits {
  const ann = { source: "okta", email: "ann@example.com", department: undefined, title: undefined };
  return { ...ann, ...given, isIn: (group) => groups?.includes(group) };
}

describe("a rule", () => {
  const ann = traits({ groups: ["ml", "all"], department: "Research  Lab", title: "Forschungsleitung Ä" });

  test.each<[string, When, boolean]>([
    ["nothing, so everybody", {}, true],
    ["a source", { source: "okta" }, true],
    ["another source", { source: "workday" }, false],
    ["one of several sources", { source: ["workday", "okta"] }, true],
    ["a group", { group: "ml" }, true],
    ["one of several groups", { group: ["sales", "all"] }, true],
    ["a group in another case, which is another group", { group: "ML" }, false],
    ["a department in any case", { department: "RESEARCH  lab" }, true],
    ["a part of a department", { department: "Research" }, false],
    ["a title, its letters composed or not", { title: "forschungsleitung A\u0308" }, true],
    ["a domain", { emailDomain: "Example.com" }, true],
    ["a domain that the address only ends with", { emailDomain: "ple.com" }, false],
    ["a parent domain", { emailDomain: "com" }, false],
    ["all of it", { source: "okta", group: "ml", emailDomain: "example.com" }, true],
    ["all but one", { source: "okta", group: "sales", emailDomain: "example.com" }, false],
  ])("fits by %s: %j is %s", (_, when, fits) => {
    expect(matchRule(ann, rulesOf(when))).toMatchObject({ number: fits ? 1 : undefined, certain: true });
  });

  test("the first that fits counts", () => {
    const rules = rulesOf({ group: "sales" }, { group: "ml" }, {});
    expect(matchRule(ann, rules)).toEqual({ rule: rules[1], number: 2, certain: true });
  });

  test("what nobody ever said fits no rule, and makes the answer uncertain", () => {
    const thin = traits();
    expect(matchRule(thin, rulesOf({ group: "ml" }, {}))).toMatchObject({ number: 2, certain: false });
    expect(matchRule(thin, rulesOf({ department: "Lab" }))).toMatchObject({ number: undefined, certain: false });
    // The unknown group cannot matter where the source is the wrong one anyway, nor behind the rule that fits.
    expect(matchRule(thin, rulesOf({ source: "workday", group: "ml" }, {}))).toMatchObject({
      number: 2,
      certain: true,
    });
    expect(matchRule(thin, rulesOf({}, { group: "ml" }))).toMatchObject({ number: 1, certain: true });
  });

  test.each<[string, object]>([
    ["no `when`", { role: "member" }],
    ["an empty list, which would fit nobody", { when: { group: [] } }],
    ["a condition that there is none of", { when: { groups: ["ml"] } }],
    ["a role that there is none of", { when: {}, role: "owner" }],
    [
      "an annotator who is a member elsewhere",
      { when: {}, role: "annotator", organizations: [{ id: "o", role: "member" }] },
    ],
    [
      "a member who is an annotator elsewhere",
      { when: {}, role: "member", organizations: [{ id: "o", role: "annotator" }] },
    ],
    ["an invite mode that tells a password", { when: {}, inviteMode: "temporary_password" }],
  ])("is not accepted with %s", (_, rule) => {
    expect(roleRuleSchema.safeParse(rule).success).toBe(false);
  });
});

test("a rule's memberships may have custom roles, whatever the account role", () => {
  const organizations = [{ id: "o", role: { type: "custom", id: "r1" } }];
  expect(roleRuleSchema.safeParse({ when: {}, role: "annotator", organizations }).success).toBe(true);
});

describe("properties", () => {
  const word = fc.constantFrom("a", "b", "c");
  const condition = fc.option(fc.oneof(word, fc.array(word, { minLength: 1, maxLength: 3 })), { nil: undefined });
  const when: fc.Arbitrary<When> = fc.record({
    source: condition,
    group: condition,
    department: condition,
    title: condition,
    emailDomain: fc.option(fc.constantFrom("a.example", "b.example"), { nil: undefined }),
  });
  const rules = fc.array(when, { maxLength: 6 }).map((whens) => rulesOf(...whens));
  const maybe = fc.option(word, { nil: undefined });
  const person = fc.record({
    source: word,
    email: fc.constantFrom("x@a.example", "x@b.example"),
    department: maybe,
    title: maybe,
    groups: fc.option(fc.subarray(["a", "b", "c"]), { nil: undefined }),
  });
  const traitsFrom = ({ groups, ...rest }: { groups: string[] | undefined } & Omit<Traits, "isIn">) =>
    traits({ ...rest, ...(groups && { groups }) });

  test("rules behind the one that fits never matter", () => {
    fc.assert(
      fc.property(rules, rules, person, (first, more, who) => {
        const match = matchRule(traitsFrom(who), first);
        if (match.rule !== undefined) expect(matchRule(traitsFrom(who), [...first, ...more])).toEqual(match);
      }),
    );
  });

  test("what is certain stays so whatever is learned", () => {
    fc.assert(
      fc.property(rules, person, person, (all, who, learned) => {
        const match = matchRule(traitsFrom(who), all);
        const later = {
          ...who,
          department: who.department ?? learned.department,
          title: who.title ?? learned.title,
          groups: who.groups ?? learned.groups,
        };
        if (match.certain) expect(matchRule(traitsFrom(later), all)).toEqual(match);
      }),
      { numRuns: 1000 },
    );
  });

  test("a person of whom everything is known gets a certain answer, the same as a plain reading of the rules", () => {
    fc.assert(
      fc.property(rules, person, (all, who) => {
        const { source, email, department = "a", title = "a", groups = [] } = who;
        const holds = (values: string[] | undefined, actual: string[]) =>
          values === undefined || values.some((value) => actual.includes(value));
        const plain = all.findIndex(
          ({ when }) =>
            holds(when.source, [source]) &&
            holds(when.group, groups) &&
            holds(when.department, [department]) &&
            holds(when.title, [title]) &&
            holds(when.emailDomain, [email.split("@")[1] ?? ""]),
        );
        const match = matchRule(traitsFrom({ source, email, department, title, groups }), all);
        expect(match).toEqual({
          rule: all[plain],
          number: plain === -1 ? undefined : plain + 1,
          certain: true,
        });
      }),
      { numRuns: 1000 },
    );
  });
});
