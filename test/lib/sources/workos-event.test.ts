import { describe, expect, it } from "vitest";
import { workos } from "../../../lib/sources/workos.ts";
import { readWorkosEvent } from "../../../lib/sources/workos-event.ts";

const receivedAt = new Date("2026-10-05T08:40:00Z");
const [research, sales, elsewhere] = ["directory_group_01R", "directory_group_01S", "directory_group_01X"];

const noor = {
  object: "directory_user",
  id: "directory_user_01NOOR",
  directory_id: "directory_01",
  email: "Noor.Haddad@example.com",
  first_name: "Noor",
  last_name: "Haddad",
  state: "active",
  role: { slug: "admin" },
  custom_attributes: { department: "Research", job_title: "Engineer" },
};

function read(event: string, data: unknown, options: object = {}) {
  const envelope = { id: "event_01", event, data, created_at: "2026-10-05T08:30:00.123Z", context: {} };
  return readWorkosEvent(event, envelope, receivedAt, workos.options.parse(options));
}
const kindOf = (...given: Parameters<typeof read>) => {
  const result = read(...given);
  return result === "ignored" || "problem" in result ? result : result.event.kind;
};
const inGroup = (id: string, user: object = noor) => ({ directory_id: "directory_01", user, group: { id, name: "R" } });

describe("an event about a person", () => {
  it("carries them, and no role that a directory gives", () => {
    expect(read("dsync.user.created", noor)).toEqual({
      event: {
        id: "workos:event_01",
        source: "workos",
        kind: "joiner",
        attempt: 0,
        occurredAt: "2026-10-05T08:30:00.123Z",
        receivedAt: "2026-10-05T08:40:00.000Z",
        person: {
          externalId: "directory_user_01NOOR",
          email: "noor.haddad@example.com",
          name: "Noor Haddad",
          department: "Research",
          title: "Engineer",
        },
      },
    });
  });

  it.each([
    ["dsync.user.created", "active", undefined, "joiner", "ignored"],
    ["dsync.user.created", "inactive", undefined, "ignored", "ignored"],
    ["dsync.user.updated", "active", undefined, "mover", "mover"],
    ["dsync.user.updated", "active", "active", "mover", "mover"],
    ["dsync.user.updated", "active", "inactive", "joiner", "mover"],
    ["dsync.user.updated", "inactive", "active", "leaver", "leaver"],
    ["dsync.user.updated", "inactive", undefined, "leaver", "leaver"],
    ["dsync.user.updated", "suspended", "active", "ignored", "ignored"],
    ["dsync.user.deleted", "active", undefined, "leaver", "leaver"],
    ["dsync.user.deleted", "inactive", undefined, "leaver", "leaver"],
    ["dsync.user.deleted", undefined, undefined, "leaver", "leaver"],
  ])("%s, %s, before %s: %s, with groups %s", (event, state, before, kind, withGroups) => {
    const user = { ...noor, state, ...(before && { previous_attributes: { state: before } }) };
    expect(kindOf(event, user)).toBe(kind);
    expect(kindOf(event, user, { groups: [research] })).toBe(withGroups);
  });

  it.each(["dsync.user.created", "dsync.user.updated"])(
    "%s is not guessed at in a state that nobody knows",
    (event) => {
      for (const state of ["on_leave", null, undefined]) {
        expect(read(event, { ...noor, state })).toEqual({
          problem: "data.state: expected one of active|inactive|suspended",
        });
      }
    },
  );

  it("means what the configuration says, of each state on its own", () => {
    const kinds = { "dsync.user.updated": "ignore", "dsync.user.updated:suspended": "leaver" };
    expect(kindOf("dsync.user.updated", noor, { kinds })).toBe("ignored");
    expect(kindOf("dsync.user.updated", { ...noor, state: "inactive" }, { kinds })).toBe("leaver");
    expect(kindOf("dsync.user.updated", { ...noor, state: "suspended" }, { kinds })).toBe("leaver");
  });
});

describe("an event about a group's member", () => {
  const groups = [research, sales];

  it.each([
    ["dsync.group.user_added", "joiner", "added"],
    ["dsync.group.user_removed", "leaver", "removed"],
  ])("%s is a membership of one of those that are configured", (event, kind, change) => {
    expect(read(event, inGroup(sales), { groups })).toMatchObject({
      event: {
        kind,
        membership: { of: `group:${sales}`, change, among: groups.map((id) => `group:${id}`), assumeAbsent: false },
        person: { email: "noor.haddad@example.com" },
      },
    });
  });

  it("is nothing in other groups, nor where no group is configured", () => {
    for (const event of ["dsync.group.user_added", "dsync.group.user_removed"]) {
      expect(read(event, inGroup(elsewhere), { groups })).toBe("ignored");
      expect(read(event, inGroup(research))).toBe("ignored");
    }
  });

  it("lets nobody in who is not active, and everybody out", () => {
    const inactive = { ...noor, state: "inactive" };
    expect(read("dsync.group.user_added", inGroup(research, inactive), { groups })).toBe("ignored");
    expect(kindOf("dsync.group.user_removed", inGroup(research, inactive), { groups })).toBe("leaver");
  });

  it("is no membership any more when the configuration turns its meaning round", () => {
    const kinds = { "dsync.group.user_added": "leaver" };
    const result = read("dsync.group.user_added", inGroup(research), { groups, kinds });
    expect(result).toMatchObject({ event: { kind: "leaver" } });
    expect(result).not.toHaveProperty("event.membership");
  });
});

describe("the end of a whole directory or group", () => {
  it("removes nobody, and is told to somebody", () => {
    const deleted = { object: "directory", id: "directory_01", state: "deleting" };
    expect(read("dsync.deleted", deleted)).toEqual({
      problem: "the directory was deleted, for which nobody is removed",
    });
    expect(read("dsync.deleted", noor, { kinds: { "dsync.deleted": "leaver" } })).toHaveProperty("problem");
    expect(read("dsync.deleted", deleted, { kinds: { "dsync.deleted": "ignore" } })).toBe("ignored");
    expect(read("dsync.group.deleted", { id: research }, { groups: [research] })).toHaveProperty("problem");
    expect(read("dsync.group.deleted", { id: elsewhere }, { groups: [research] })).toBe("ignored");
  });
});
