import { createHmac } from "node:crypto";
import { describe, expect, it } from "vitest";
import { Rejected } from "../../../lib/errors.ts";
import { bamboohr } from "../../../lib/sources/bamboohr.ts";
import { webhook } from "../../support/sign.ts";

const key = "0123456789abcdef0123456789abcdef";
const sign = (content: string) => createHmac("sha256", key).update(content).digest("hex");
const request = (body: string, timestamp: string, signature: string) =>
  webhook({ headers: { "x-bamboohr-timestamp": timestamp, "x-bamboohr-signature": signature }, body });

describe("bamboohr's verify", () => {
  const body = '{"employees":[]}';

  it.each(["1791189000", "2026-10-05T08:30:00+0000", "yesterday"])(
    "signs the body, then the time %s as it is",
    (time) => {
      expect(bamboohr.verify(request(body, time, sign(body + time)), [key]).toString()).toBe(body);
      for (const other of [time + body, `${time}.${body}`, body]) {
        expect(() => bamboohr.verify(request(body, time, sign(other)), [key])).toThrow(Rejected);
      }
    },
  );
});

describe("bamboohr's answer", () => {
  it("is an empty 200", () => {
    expect(bamboohr.accepted()).toEqual({ status: 200 });
  });

  it("counts each employee of a hook on their own", () => {
    const employees = [{ id: "71" }, { id: "" }, { id: "72", action: "Archived" }, "nobody", { id: 73 }];
    const { events, ignored, bad } = bamboohr.normalize(
      webhook({ headers: { "content-type": "application/json" }, body: JSON.stringify({ employees }) }),
      bamboohr.options.parse({}),
    );
    expect(events.map(({ person }) => person.externalId)).toEqual(["71", "73"]);
    expect(ignored).toEqual(["employee.archived"]);
    expect(bad).toHaveLength(2);
  });
});
