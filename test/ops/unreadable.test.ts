import { PutCommand } from "@aws-sdk/lib-dynamodb";
import { expect, it, vi } from "vitest";
import { examine } from "../../ops/doctor.ts";
import { listDueEvents } from "../../ops/due.ts";
import { reportPerson } from "../../ops/person.ts";
import { listShelf } from "../../ops/shelves.ts";
import { readStatus } from "../../ops/status.ts";
import { testConsole } from "../support/console.ts";
import { operator } from "../support/operator.ts";
import { eventOf, type Workbench, workbench } from "../support/workbench.ts";

const ada = "ada@example.com";
const day = "2026-01-01T00:00:00.000Z";

/** A parked event, and one on each list that a newer version wrote. */
async function withStrangers(): Promise<Workbench> {
  const bench = await workbench();
  bench.fake.seed({ email: ada, status: "inactive" });
  await bench.deliver([eventOf("joiner", ada)]);
  for (const pk of ["HELD", "PARKED", "DUE"]) {
    const sk = pk === "DUE" ? `${day}#standard:due` : `standard:${pk}`;
    const Item = { pk, sk, event: { ...eventOf("joiner", ada), kind: "promoted" }, person: "ada", at: day };
    await bench.table.run((client) => client.send(new PutCommand({ TableName: bench.table.name, Item })));
  }
  return bench;
}

it("what cannot be read hides nothing else, and is told of wherever somebody looks", async () => {
  await withStrangers();
  const connection = await operator();
  const reason = "cannot be read by this version";
  expect(await listShelf(connection, "HELD")).toEqual([{ id: "standard:HELD", reason }]);
  expect(await listShelf(connection, "PARKED")).toMatchObject([
    { person: ada, reason: "blocked_forever" },
    { id: "standard:PARKED", reason },
  ]);
  expect(await listDueEvents(connection)).toEqual([{ due: day, kind: reason, id: "standard:due" }]);
  expect(await readStatus(connection)).toMatchObject({ held: { count: 0 }, parked: { count: 1 }, unreadable: 3 });
  const found = await examine(connection, (command) => command);
  expect(found.find(({ check }) => check === "waiting events")).toMatchObject({
    state: "warn",
    detail: expect.stringContaining("3 held, parked or planned events cannot be read"),
  });
  expect((await reportPerson(connection, ada)).answer.at(-1)).toContain("3 events wait that this version cannot read");
  const page = await testConsole();
  expect((await page.get("/attention?shelf=parked")).text).toMatch(
    /2 more wait that this version cannot read.*blocked_forever/s,
  );
});

it("what was planned and cannot be read on its day is counted, by a real sweep", async () => {
  const bench = await withStrangers();
  const write = vi.spyOn(process.stdout, "write").mockReturnValue(true);
  await bench.reconcile({ mode: "due", dryRun: true });
  const dry = write.mock.calls.join("");
  await bench.reconcile({ mode: "due" });
  const real = write.mock.calls.join("");
  write.mockRestore();
  expect(dry).not.toContain("DueUnreadable");
  expect(real).toContain('"DueUnreadable":1');
});
