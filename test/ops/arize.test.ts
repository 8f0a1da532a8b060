import { expect, test } from "vitest";
import { readEnvironment } from "../../lib/config.ts";
import { readingArize } from "../../ops/arize.ts";
import { workbench } from "../support/workbench.ts";

test("reads Arize and touches nothing else, not even a ledger", async () => {
  const bench = await workbench();
  bench.fake.seed({ email: "ada@example.com", name: "Ada" });
  const environment = { ...readEnvironment(), LEDGER_TABLE_NAME: "not-there", LIFECYCLE_CONFIG: "/not/there.ts" };
  const ada = await readingArize({ environment }, (calls) =>
    calls.read((client, options) => client.find("ada@example.com", options)),
  );
  expect(ada?.name).toBe("Ada");
});
