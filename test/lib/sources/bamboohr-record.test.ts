import { describe, expect, it } from "vitest";
import { Rejected } from "../../../lib/errors.ts";
import { bamboohr } from "../../../lib/sources/bamboohr.ts";
import { readBambooEvent, readBambooRecords } from "../../../lib/sources/bamboohr-record.ts";
import { webhook } from "../../support/sign.ts";

const receivedAt = new Date("2026-10-05T08:40:00Z");

function read(body: object | URLSearchParams, sent = "1791189000", options: object = {}) {
  const isForm = body instanceof URLSearchParams;
  const type = isForm ? "application/x-www-form-urlencoded" : "application/json; charset=utf-8";
  const headers = { "content-type": type, "x-bamboohr-timestamp": sent };
  const request = webhook({ headers, body: isForm ? body.toString() : JSON.stringify(body) }, receivedAt);
  return readBambooRecords(request).map((record) => readBambooEvent(record, request, bamboohr.options.parse(options)));
}
const eventBased = (type: string, more: object = {}) => ({
  type,
  timestamp: "2026-10-05T10:30:00+0200",
  data: { companyId: "40404", employeeId: "71", ...more },
});
const employee = (more: object = {}) => ({
  id: "71",
  action: "Updated",
  timestamp: "2026-10-05T08:30:00+0000",
  ...more,
});

describe("a hook of the event-based form", () => {
  it("names the employee by their id, and says when", () => {
    expect(read(eventBased("employee.updated", { changedFields: ["status"] }))).toEqual([
      {
        event: {
          id: expect.stringMatching(/^bamboohr:[0-9a-f]{64}$/),
          source: "bamboohr",
          kind: "changed",
          attempt: 0,
          occurredAt: "2026-10-05T08:30:00.000Z",
          receivedAt: "2026-10-05T08:40:00.000Z",
          person: { externalId: "71" },
        },
      },
    ]);
  });

  it.each([
    ["employee.created", "changed"],
    ["employee.updated", "changed"],
    ["employee.deleted", "leaver"],
  ])("%s is %s", (type, kind) => {
    expect(read(eventBased(type))).toMatchObject([{ event: { kind } }]);
  });

  it("means what the configuration says", () => {
    const kinds = { "employee.deleted": "ignore", "employee.archived": "leaver" };
    expect(read(eventBased("employee.deleted"), "", { kinds })).toEqual(["ignored"]);
    expect(read(eventBased("employee.archived"), "", { kinds })).toMatchObject([{ event: { kind: "leaver" } }]);
  });

  it.each([
    [eventBased("employee.deleted", { employeeId: undefined }), "employeeId"],
    [eventBased("employee.deleted", { employeeId: "" }), "employeeId"],
    [{ type: "employee.deleted", data: "71" }, "employeeId"],
    [{ ...eventBased("employee.deleted"), timestamp: "soon" }, "timestamp"],
  ])("%j cannot be read", (body, field) => {
    expect(read(body)).toEqual([{ problem: expect.stringContaining(field) }]);
  });
});

describe("a hook of the field-based form", () => {
  it.each([
    ["Created", "changed"],
    ["Updated", "changed"],
    ["Deleted", "leaver"],
    [undefined, "changed"],
    [null, "changed"],
  ])("with the action %s is %s", (action, kind) => {
    expect(read({ employees: [employee({ action })] })).toMatchObject([{ event: { kind } }]);
  });

  it("keeps the values of fields to itself, however they are written", () => {
    for (const fields of [{ "Last Name": "Haddad" }, { "Last Name": { value: "Haddad" } }]) {
      expect(JSON.stringify(read({ employees: [employee({ fields })] }))).not.toContain("Haddad");
    }
  });

  it.each([
    ["1791189000", "2026-10-05T08:30:00.000Z"],
    ["2026-10-05T08:30:00+0000", "2026-10-05T08:30:00.000Z"],
    ["some day", "2026-10-05T08:40:00.000Z"],
  ])("without a time happened when it was sent: %s", (sent, occurredAt) => {
    const body = { employees: [employee({ timestamp: undefined })] };
    expect(read(body, sent)).toMatchObject([{ event: { occurredAt } }]);
  });
});

describe("a form", () => {
  it.each([
    [{ type: "employee.deleted", "data[employeeId]": "71", "data[companyId]": "40404" }, ["leaver 71"]],
    [{ type: "employee.updated", "data[employeeId]": "71", "data[changedFields][0]": "status" }, ["changed 71"]],
    [
      {
        "employees[0][id]": "71",
        "employees[0][action]": "Deleted",
        "employees[0][fields][Last Name]": "Haddad",
        "employees[1][id]": "72",
      },
      ["leaver 71", "changed 72"],
    ],
  ])("says what JSON would say: %j", (fields, events) => {
    const results = read(new URLSearchParams(fields));
    const said = results.map((each) =>
      each !== "ignored" && "event" in each ? `${each.event.kind} ${each.event.person.externalId}` : each,
    );
    expect(said).toEqual(events);
  });

  it("has the same id as the same event in JSON", () => {
    const form = new URLSearchParams({
      type: "employee.updated",
      timestamp: "2026-10-05T10:30:00+0200",
      "data[companyId]": "40404",
      "data[employeeId]": "71",
      "data[changedFields][0]": "status",
    });
    expect(read(form)).toEqual(read(eventBased("employee.updated", { changedFields: ["status"] })));
  });
});

describe("an id", () => {
  const idOf = (...given: Parameters<typeof read>) => {
    const [result] = read(...given);
    return result !== undefined && result !== "ignored" && "event" in result ? result.event.id : undefined;
  };

  it("stays when a delivery is repeated, with a signature of another time too", () => {
    expect(idOf(eventBased("employee.updated"), "1791189001")).toBe(idOf(eventBased("employee.updated"), "1791189000"));
  });

  it("differs by what happened, to whom and when", () => {
    const ids = [
      idOf(eventBased("employee.updated")),
      idOf(eventBased("employee.deleted")),
      idOf(eventBased("employee.updated", { employeeId: "72" })),
      idOf(eventBased("employee.updated", { companyId: "5" })),
      idOf(eventBased("employee.updated", { changedFields: ["status"] })),
      idOf({ ...eventBased("employee.updated"), timestamp: "2026-10-05T10:30:01+0200" }),
      idOf({ employees: [employee({ timestamp: null })] }, "1791189000"),
      idOf({ employees: [employee({ timestamp: null })] }, "1791189001"),
    ];
    expect(new Set(ids).size).toBe(ids.length);
  });
});

describe("what is of neither form", () => {
  it.each([{}, { employees: {} }, [], { type: 7 }])("is rejected: %j", (body) => {
    expect(() => read(body)).toThrow(Rejected);
  });

  it("is rejected as a form", () => {
    expect(() => read(new URLSearchParams({ employees: "71" }))).toThrow(Rejected);
  });
});
