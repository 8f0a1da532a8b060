import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { User } from "../../../lib/arize/schemas.ts";
import { type Action, decide, type NoneReason, type Policy, roleName } from "../../../lib/lifecycle/decide.ts";
import { type Kind, kinds, type LifecycleEvent, type Person } from "../../../lib/lifecycle/event.ts";
import { arizeUser, lifecycleEvent } from "../../support/events.ts";

const email = "ann@example.com";
const userId = "VXNlcjox";
const policy: Policy = {
  defaults: { role: "member", inviteMode: "email_link" },
  moversMayJoin: false,
  unmatched: "defaults",
};
const statuses = ["active", "invited", "expired", "inactive", "unknown"] as const;
const states = ["absent", ...statuses] as const;
type StateName = (typeof states)[number];

const none = (reason: NoneReason): Action => ({ type: "none", reason });
const invite: Action = {
  type: "create",
  renews: false,
  input: { email, name: "ann", role: { type: "predefined", name: "member" }, inviteMode: "email_link" },
};
const renew: Action = {
  type: "create",
  renews: true,
  input: {
    email,
    name: "Ann Lee",
    role: { type: "predefined", name: "member" },
    inviteMode: "email_link",
    isDeveloper: true,
  },
};
const remove: Action = { type: "delete", userId };
const cut: Action = { type: "suspend", userId, email, developer: true, remove: [] };
const hold: Action = { type: "hold", reason: "unknown_status" };

function userIn(state: StateName, overrides: Partial<User> = {}): User | undefined {
  return state === "absent" ? undefined : arizeUser({ status: state, ...overrides });
}

const unknownStatus = { inactive: none("unknown_status"), unknown: none("unknown_status") };
const joins: Record<StateName, Action> = {
  absent: invite,
  invited: none("already_invited"),
  expired: renew,
  active: none("already_active"),
  ...unknownStatus,
};
const table: Record<Kind, Record<StateName, Action>> = {
  joiner: joins,
  reinstate: joins,
  mover: {
    absent: none("not_a_user"),
    invited: none("already_invited"),
    expired: none("up_to_date"),
    active: none("already_active"),
    ...unknownStatus,
  },
  leaver: {
    absent: none("already_absent"),
    invited: remove,
    expired: remove,
    active: remove,
    inactive: hold,
    unknown: hold,
  },
  "invitation.resend": {
    absent: none("not_a_user"),
    invited: { type: "resend", userId },
    expired: renew,
    active: none("already_active"),
    ...unknownStatus,
  },
  "invitation.renew": {
    absent: none("not_a_user"),
    invited: none("not_expired"),
    expired: renew,
    active: none("not_expired"),
    ...unknownStatus,
  },
  "password.reset": {
    absent: none("not_a_user"),
    invited: none("not_verified"),
    expired: none("not_verified"),
    active: { type: "reset", userId },
    ...unknownStatus,
  },
  placement: {
    absent: none("not_a_user"),
    invited: none("in_place"),
    expired: none("in_place"),
    active: none("in_place"),
    ...unknownStatus,
  },
  suspend: {
    absent: { type: "suspend", email, developer: false, remove: [] },
    invited: cut,
    expired: cut,
    active: cut,
    inactive: hold,
    unknown: hold,
  },
  changed: {
    absent: none("no_lookup"),
    invited: none("no_lookup"),
    expired: none("no_lookup"),
    active: none("no_lookup"),
    ...unknownStatus,
  },
};

const cells = kinds.flatMap((kind) => states.map((state) => ({ kind, state })));

describe("the decision table", () => {
  test.each(cells)("$kind x $state", ({ kind, state }) => {
    const event = lifecycleEvent({ kind });
    expect(decide(event, email, userIn(state), { leaving: false }, policy)).toEqual(table[kind][state]);
  });

  test.each(cells)("$kind x $state, for a person who is leaving", ({ kind, state }) => {
    const asks = ["joiner", "reinstate", "leaver", "suspend"].includes(kind);
    const expected = asks ? table[kind][state] : none("leaving");
    expect(decide(lifecycleEvent({ kind }), email, userIn(state), { leaving: true }, policy)).toEqual(expected);
  });

  test("a mover who is not at Arize joins where the policy says so, unless they are leaving", () => {
    const event = lifecycleEvent({ kind: "mover" });
    const mayJoin = { ...policy, moversMayJoin: true };
    expect(decide(event, email, undefined, { leaving: false }, mayJoin)).toEqual(invite);
    expect(decide(event, email, undefined, { leaving: true }, mayJoin)).toEqual(none("leaving"));
  });
});

describe("adjusting a user", () => {
  const adjusters = ["joiner", "reinstate", "mover"] as const;
  const verified = ["active", "invited"] as const;
  const pairs = adjusters.flatMap((kind) => verified.map((status) => ({ kind, status })));
  const decideFor = (kind: Kind, person: Person, user: User) =>
    decide(lifecycleEvent({ kind, person: { email, ...person } }), email, user, { leaving: false }, policy);

  test.each(pairs)("$kind x $status: sends exactly what differs", ({ kind, status }) => {
    const user = arizeUser({ status });
    expect(decideFor(kind, { name: "Ann Li" }, user)).toEqual({ type: "update", userId, changes: { name: "Ann Li" } });
    expect(decideFor(kind, { isDeveloper: false }, user)).toEqual({
      type: "update",
      userId,
      changes: { isDeveloper: false },
    });
    expect(decideFor(kind, { name: "Ann Li", isDeveloper: false }, user)).toEqual({
      type: "update",
      userId,
      changes: { name: "Ann Li", isDeveloper: false },
    });
    expect(decideFor(kind, { name: "Ann Lee", isDeveloper: true }, user).type).toBe("none");
  });

  test.each(pairs)("$kind x $status: a role change is reported, not made", ({ kind, status }) => {
    const user = arizeUser({ status });
    expect(decideFor(kind, { role: "admin" }, user)).toEqual({
      type: "none",
      reason: "role_change_unsupported",
      roleReport: "member>admin",
    });
    expect(decideFor(kind, { role: { type: "custom", id: "r1" }, name: "Ann Li" }, user)).toEqual({
      type: "update",
      userId,
      changes: { name: "Ann Li" },
      roleReport: "member>r1",
    });
    expect(decideFor(kind, { role: "member" }, user)).not.toHaveProperty("roleReport");
  });

  test("an expired mover is updated, not renewed", () => {
    const user = arizeUser({ status: "expired" });
    expect(decideFor("mover", { name: "Ann Li" }, user)).toEqual({
      type: "update",
      userId,
      changes: { name: "Ann Li" },
    });
    expect(decideFor("mover", { role: "admin" }, user)).toMatchObject({ reason: "role_change_unsupported" });
  });

  test("names compare trimmed", () => {
    expect(decideFor("mover", { name: "Ann Lee" }, arizeUser({ name: "  Ann Lee\t" }))).toEqual(none("already_active"));
  });

  test("whether someone is a developer counts as different while Arize does not say", () => {
    const { isDeveloper: _, ...user } = arizeUser();
    expect(decideFor("mover", { isDeveloper: false }, user)).toMatchObject({ changes: { isDeveloper: false } });
    expect(decideFor("mover", {}, user)).toEqual(none("already_active"));
  });
});

describe("creating", () => {
  const joiner = (person: Person) => lifecycleEvent({ person: { email, ...person } });

  test("takes what the event says over the defaults", () => {
    const defaults = { role: "annotator", isDeveloper: false, inviteMode: "none" } as const;
    const made = (person: Person) =>
      decide(joiner(person), email, undefined, { leaving: false }, { ...policy, defaults });
    expect(made({})).toEqual({
      type: "create",
      renews: false,
      input: {
        email,
        name: "ann",
        role: { type: "predefined", name: "annotator" },
        inviteMode: "none",
        isDeveloper: false,
      },
    });
    expect(made({ name: "Ann Lee", role: { type: "custom", id: "r1" }, isDeveloper: true })).toEqual({
      type: "create",
      renews: false,
      input: { email, name: "Ann Lee", role: { type: "custom", id: "r1" }, inviteMode: "none", isDeveloper: true },
    });
  });

  test("a renewal keeps the role and takes the event's name and isDeveloper", () => {
    const user = arizeUser({ status: "expired", role: { type: "custom", id: "r1", name: "Reviewer" } });
    const action = decide(
      joiner({ role: "admin", name: "Ann Li", isDeveloper: false }),
      email,
      user,
      { leaving: false },
      policy,
    );
    expect(action).toEqual({
      type: "create",
      renews: true,
      input: {
        email,
        name: "Ann Li",
        role: { type: "custom", id: "r1", name: "Reviewer" },
        inviteMode: "email_link",
        isDeveloper: false,
      },
    });
  });

  test("a renewal leaves out what Arize did not say", () => {
    const { isDeveloper: _, ...user } = arizeUser({ status: "expired" });
    const action = decide(lifecycleEvent({ kind: "invitation.renew" }), email, user, { leaving: false }, policy);
    expect(action.type === "create" && "isDeveloper" in action.input).toBe(false);
  });

  test.each(["joiner", "reinstate", "invitation.resend", "invitation.renew"] as const)(
    "%s does not renew with a role that cannot be written",
    (kind) => {
      const user = arizeUser({
        status: "expired",
        role: { type: "predefined", name: "unknown", unknownName: "owner" },
      });
      const action = decide(lifecycleEvent({ kind }), email, user, { leaving: false }, policy);
      expect(action).toEqual(none("unknown_role"));
    },
  );
});

describe("role rules", () => {
  const rule = { when: {}, role: "annotator", isDeveloper: true, inviteMode: "none" } as const;
  const match = { rule, number: 1, certain: true };
  const decideBy = (kind: Kind, person: Person, user?: User, certain = true, rules: Partial<Policy> = {}) =>
    decide(
      lifecycleEvent({ kind, person: { email, ...person } }),
      email,
      user,
      { leaving: false, match: { ...match, certain } },
      { ...policy, ...rules },
    );

  test("decide what somebody new gets, sure of them or not; what the event asks for outranks them", () => {
    for (const certain of [true, false]) {
      expect(decideBy("joiner", {}, undefined, certain)).toMatchObject({
        input: { role: { name: "annotator" }, isDeveloper: true, inviteMode: "none" },
      });
    }
    expect(decideBy("joiner", { role: "member", isDeveloper: false })).toMatchObject({
      input: { role: { name: "member" }, isDeveloper: false, inviteMode: "none" },
    });
  });

  test("leave the rest to the defaults", () => {
    const bare = { leaving: false, match: { rule: { when: {} }, number: 1, certain: true } };
    expect(decide(lifecycleEvent(), email, undefined, bare, policy)).toEqual(invite);
  });

  test("change somebody who is there when their profile changes, and only where nothing unknown could matter", () => {
    const user = arizeUser({ isDeveloper: false });
    expect(decideBy("mover", {}, user)).toEqual({
      type: "update",
      userId,
      changes: { isDeveloper: true },
      roleReport: "member>annotator",
    });
    expect(decideBy("mover", {}, user, false)).toEqual(none("already_active"));
    expect(decideBy("joiner", {}, user)).toEqual(none("already_active"));
  });

  test.each(["joiner", "reinstate", "invitation.renew"] as const)("%s renews with role and permission kept", (kind) => {
    expect(decideBy(kind, {}, arizeUser({ status: "expired", isDeveloper: false }))).toMatchObject({
      type: "create",
      renews: true,
      input: { role: { name: "member" }, isDeveloper: false, inviteMode: "none" },
    });
  });

  test("keep those out whom none fits, where the policy says so, and nobody who is there", () => {
    const strict: Policy = { ...policy, unmatched: "not_provisioned", moversMayJoin: true };
    const nobody = { leaving: false, match: { rule: undefined, number: undefined, certain: true } };
    const decideNobody = (kind: Kind, user?: User) => decide(lifecycleEvent({ kind }), email, user, nobody, strict);
    for (const kind of ["joiner", "reinstate", "mover"] as const)
      expect(decideNobody(kind)).toEqual(none("not_provisioned"));
    expect(decideNobody("leaver")).toEqual(none("already_absent"));
    expect(decideNobody("joiner", arizeUser())).toEqual(none("already_active"));
    expect(decideNobody("leaver", arizeUser())).toEqual(remove);
    expect(decideBy("joiner", {}, undefined, true, { unmatched: "not_provisioned" }).type).toBe("create");
  });
});

test("roles as one word", () => {
  expect(roleName({ type: "predefined", name: "admin" })).toBe("admin");
  expect(roleName({ type: "custom", id: "r1", name: "Reviewer" })).toBe("r1");
});

describe("properties", () => {
  const role = fc.oneof(
    fc.constantFrom("admin", "member", "annotator"),
    fc.constantFrom("r1", "r2").map((id) => ({ type: "custom", id }) as const),
  );
  const name = fc.constantFrom("Ann Lee", "Ann Li", "A");
  const optionally = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined });
  const person: fc.Arbitrary<Person> = fc.record({
    email: fc.constant(email),
    name: optionally(name),
    role: optionally(role),
    isDeveloper: optionally(fc.boolean()),
  });
  const anyEvent = fc.record({ kind: fc.constantFrom(...kinds), person }).map((overrides) => lifecycleEvent(overrides));
  const userRole: fc.Arbitrary<User["role"]> = fc.oneof(
    fc.constantFrom("admin", "member", "annotator", "unknown").map((name) => ({ type: "predefined", name }) as const),
    fc.constantFrom("r1", "r2").map((id) => ({ type: "custom", id }) as const),
  );
  const userWith = (status: fc.Arbitrary<User["status"]>) =>
    fc
      .record({
        status,
        name: fc.constantFrom("Ann Lee", " Ann Lee ", "Ann Li", ""),
        role: userRole,
        isDeveloper: fc.boolean(),
        silent: fc.boolean(),
      })
      .map(({ silent, ...fields }): User => {
        const { isDeveloper, ...rest } = arizeUser(fields);
        return silent ? rest : { ...rest, ...(isDeveloper !== undefined && { isDeveloper }) };
      });
  const anyUser = optionally(userWith(fc.constantFrom(...statuses)));
  const rule = fc.record({ when: fc.constant({}), role: optionally(role), isDeveloper: optionally(fc.boolean()) });
  const match = fc.record({ rule: optionally(rule), number: fc.constant(1), certain: fc.boolean() });
  const known = fc.record({ leaving: fc.boolean(), match: optionally(match) });
  const anyPolicy: fc.Arbitrary<Policy> = fc.record({
    defaults: fc.record({ role, inviteMode: fc.constantFrom("email_link", "none") }),
    moversMayJoin: fc.boolean(),
    unmatched: fc.constantFrom("defaults", "not_provisioned"),
  });

  test("deciding is deterministic and changes none of what it looks at", () => {
    fc.assert(
      fc.property(anyEvent, anyUser, known, anyPolicy, (event, user, knows, rules) => {
        const before = structuredClone([event, user, knows, rules]);
        const first = decide(event, email, user, knows, rules);
        expect(decide(event, email, user, knows, rules)).toEqual(first);
        expect([event, user, knows, rules]).toEqual(before);
      }),
    );
  });

  test("applying a state-seeking event's action leaves nothing to do", () => {
    const seeking = fc.constantFrom("joiner", "mover", "leaver", "reinstate", "invitation.renew");
    const seen = optionally(userWith(fc.constantFrom("active", "invited", "expired")));
    fc.assert(
      fc.property(seeking, person, seen, known, anyPolicy, (kind, who, user, knows, rules) => {
        const event = lifecycleEvent({ kind, person: who });
        const action = decide(event, email, user, knows, rules);
        const after = applied(action, user);
        expect(decide(event, email, after, knows, rules).type).toBe("none");
      }),
      { numRuns: 1000 },
    );
  });

  test("only a leaver deletes, and only what was listed", () => {
    fc.assert(
      fc.property(anyEvent, anyUser, known, anyPolicy, (event, user, knows, rules) => {
        const action = decide(event, email, user, knows, rules);
        if (action.type !== "delete") return;
        expect(event.kind).toBe("leaver");
        expect(action.userId).toBe(user?.id);
        expect(["active", "invited", "expired"]).toContain(user?.status);
      }),
      { numRuns: 1000 },
    );
  });

  test("nobody who is leaving is created unless they join anew, and no leaver creates", () => {
    fc.assert(
      fc.property(anyEvent, anyUser, known, anyPolicy, (event, user, knows, rules) => {
        const action = decide(event, email, user, knows, rules);
        if (action.type !== "create") return;
        expect(event.kind).not.toBe("leaver");
        if (knows.leaving) expect(["joiner", "reinstate"]).toContain(event.kind);
      }),
      { numRuns: 1000 },
    );
  });

  test("a user whose status is not known is never touched", () => {
    const strange = userWith(fc.constantFrom("inactive", "unknown"));
    fc.assert(
      fc.property(anyEvent, strange, known, anyPolicy, (event: LifecycleEvent, user, knows, rules) => {
        expect(["none", "hold"]).toContain(decide(event, email, user, knows, rules).type);
      }),
    );
  });
});

/** Arize in a few lines: what each action makes of a person. */
function applied(action: Action, user: User | undefined): User | undefined {
  switch (action.type) {
    case "create": {
      const { inviteMode, ...fields } = action.input;
      const status = inviteMode === "none" ? "active" : "invited";
      return { ...arizeUser(), isDeveloper: true, ...fields, status };
    }
    case "update":
      return user && { ...user, ...action.changes };
    case "delete":
      return undefined;
    default:
      return user;
  }
}
