import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";

const clock = fileURLToPath(new URL("../../faults/clock.ts", import.meta.url));

/** Runs a script in a process of its own: time cannot be given back. */
function inTheLab(script: string): unknown {
  const start = `import { speedUp } from ${JSON.stringify(clock)};`;
  const args = ["--input-type=module-typescript", "--disable-warning=ExperimentalWarning", "-e", `${start}\n${script}`];
  return JSON.parse(execFileSync(process.execPath, args, { encoding: "utf8" }));
}

it("lets dates and timers pass faster, together", () => {
  const { labMs, outsideMs } = Object(
    inTheLab(`
      import { setTimeout as delay } from "node:timers/promises";
      speedUp({ scale: 100, epoch: Date.now(), skewMs: 0 });
      const [lab, outside] = [Date.now(), performance.now()];
      await new Promise((resolve) => setTimeout(resolve, 10_000));
      await delay(10_000);
      console.log(JSON.stringify({ labMs: Date.now() - lab, outsideMs: performance.now() - outside }));
    `),
  );
  expect(labMs).toBeGreaterThanOrEqual(19_900);
  // How busy the machine is shall not matter: by outside time they would have taken as long.
  expect(outsideMs).toBeLessThan(labMs / 2);
});

it("keeps dates dates, and shifts a clock that is wrong", () => {
  const seen = inTheLab(`
    const before = Date.now();
    speedUp({ scale: 1, epoch: before, skewMs: -60_000 });
    const date = new Date();
    console.log(JSON.stringify([
      date instanceof Date,
      new Date(0).toISOString(),
      Date.parse("1970-01-01T00:00:01Z"),
      Math.round((date.getTime() - before) / 10_000),
    ]));
  `);
  expect(seen).toEqual([true, "1970-01-01T00:00:00.000Z", 1000, -6]);
});
