import { expect, it } from "vitest";
import { examine } from "../../ops/doctor.ts";
import { serve } from "../support/fake-arize.ts";
import { operator } from "../support/operator.ts";
import { workbench } from "../support/workbench.ts";

const again = (command: string) => `npm run ops -- --stack Prod ${command}`;

it("finds nothing wrong with what is right, and everything that is not, each by itself", async () => {
  const bench = await workbench();
  const door = await serve((_request, response) => response.end());
  const found = async () => examine(await operator({ IngestUrl: door }), again);
  const states = async () => Object.fromEntries((await found()).map(({ check, state }) => [check, state]));
  await bench.reconcile({ mode: "full" });
  await bench.reconcile({ mode: "due" });
  expect(await states()).toMatchObject({
    configuration: "ok",
    "queue leavers": "ok",
    ledger: "ok",
    sweeps: "warn",
    "secret arize": "ok",
    "API key": "ok",
    webhooks: "ok",
    clock: "ok",
  });
  expect((await found()).find(({ check }) => check === "sweeps")?.detail).toContain("--stack Prod reconcile --now");
  await bench.reconcile({ mode: "invitations" });
  expect(await states()).toMatchObject({ sweeps: "ok" });
  bench.fake.fault({ status: 401, times: null });
  expect(await states()).toMatchObject({ Arize: "fail", ledger: "ok", webhooks: "ok" });
});

it("misses the renewal of subscriptions where a source has some", async () => {
  const api = { tenantId: "t", clientId: "c" };
  const bench = await workbench({ config: { sources: { entra: { api } } } });
  for (const mode of ["full", "due", "invitations"]) await bench.reconcile({ mode });
  const sweeps = async () => (await examine(await operator(), again)).find(({ check }) => check === "sweeps");
  expect(await sweeps()).toMatchObject({ state: "warn", detail: expect.stringContaining("subscriptions never ran") });
  await bench.reconcile({ mode: "subscriptions" });
  expect(await sweeps()).toMatchObject({ state: "ok" });
});

it("notices a clock that is off, a key of another account and a door that is shut", async () => {
  await workbench({ config: { apiKeyOwner: "nobody@example.com" } });
  const late = await serve((_request, response) =>
    response
      .setHeader("date", new Date(Date.now() - 120_000).toUTCString())
      .writeHead(503)
      .end(),
  );
  expect(await examine(await operator({ IngestUrl: late }), again)).toEqual(
    expect.arrayContaining([
      expect.objectContaining({ check: "clock", state: "fail" }),
      expect.objectContaining({ check: "webhooks", state: "fail" }),
      expect.objectContaining({ check: "API key", state: "fail" }),
    ]),
  );
});
