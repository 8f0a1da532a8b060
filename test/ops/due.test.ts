import { expect, it } from "vitest";
import { listDueEvents } from "../../ops/due.ts";
import { eventOf, workbench } from "../support/workbench.ts";

it("tells what waits for its day, earliest first", async () => {
  const bench = await workbench();
  const [later, sooner] = [9e7, 8e7].map((ms) => new Date(Date.now() + ms).toISOString());
  await bench.deliver([
    eventOf("leaver", "ada@example.com", { effectiveAt: later }),
    eventOf("joiner", "bo@example.com", { effectiveAt: sooner }),
  ]);
  expect(await listDueEvents(bench)).toMatchObject([
    { due: sooner, kind: "joiner", person: "bo@example.com" },
    { due: later, kind: "leaver", person: "ada@example.com", source: "standard" },
  ]);
});
