import { expect, test } from "vitest";
import { RetryLater } from "../../../../lib/errors.ts";
import { ApiException, type FailureKind } from "../../../../lib/http/errors.ts";
import { SourceReader } from "../../../../lib/lifecycle/calls/source-reader.ts";
import type { Directory, SourcePerson } from "../../../../lib/sources/directory.ts";
import { segment } from "../../../../lib/sources/directory-client.ts";
import { Metrics } from "../../../../lib/telemetry.ts";

const turn = { priority: "other", remainingMs: () => 20_000 } as const;
const person: SourcePerson = { externalId: "1", email: "ann@example.com", access: "outside" };

function reader(directory: Directory, distrusted: string[] = []): SourceReader {
  const distrust = (source: string) => distrusted.push(source);
  return new SourceReader(new Map([["okta", directory]]), { metrics: new Metrics(), distrust });
}
const answering = (answer: () => SourcePerson | undefined): Directory => ({ lookup: async () => answer() });
const failing = (kind: FailureKind, retryAfterMs?: number) =>
  answering(() => {
    throw new ApiException({ method: "GET", path: "/x/{id}", kind, ambiguous: false, title: "No", retryAfterMs });
  });

test("tells what the source said, and who cannot be read", async () => {
  expect(await reader(answering(() => person)).lookup("okta", "1", turn)).toEqual({ said: "outside", person });
  expect(await reader(answering(() => undefined)).lookup("okta", "1", turn)).toMatchObject({ said: "gone" });
  const nobody = reader(answering(() => person));
  expect([nobody.canRead("okta"), nobody.canRead("standard"), nobody.listable()]).toEqual([true, false, []]);
  await expect(nobody.lookup("standard", "1", turn)).rejects.toThrow("standard is not read");
});

test.each(["authentication", "permission", "rate_limited", "server", "network", "timeout", "not_found"] as const)(
  "%s may work later",
  async (kind) => {
    const distrusted: string[] = [];
    const error = await reader(failing(kind, 7_000), distrusted)
      .lookup("okta", "1", turn)
      .catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(RetryLater);
    expect(error).toMatchObject({
      reason: "source_unavailable",
      afterMs: 7_000,
      message: "okta answered GET /x/{id}: No",
    });
    expect(distrusted).toEqual(kind === "authentication" ? ["okta"] : []);
  },
);

test("what the source will never answer is refused, an id that fits no path too", async () => {
  await expect(reader(failing("invalid")).lookup("okta", "1", turn)).rejects.toMatchObject({
    reason: "source_refused",
  });
  const directory: Directory = { lookup: async (id) => ({ ...person, externalId: segment(id) }) };
  await expect(reader(directory).lookup("okta", "..", turn)).rejects.toMatchObject({ reason: "invalid_argument" });
});

test("answers at once while the source is down", async () => {
  let calls = 0;
  const down = reader(
    answering(() => {
      calls++;
      throw new ApiException({ method: "GET", path: "/x", kind: "server", ambiguous: false, title: "Down" });
    }),
  );
  for (let n = 0; n < 30; n++) {
    await expect(down.lookup("okta", "1", turn)).rejects.toMatchObject({ reason: "source_unavailable" });
  }
  expect(calls).toBe(20);
});

test("starts nothing that the function's time is too short for, and gives up within it", async () => {
  const hasty = { priority: "other", remainingMs: () => 2_100 } as const;
  await expect(reader(answering(() => person)).lookup("okta", "1", hasty)).rejects.toMatchObject({
    reason: "out_of_time",
  });
  const patience: (number | undefined)[] = [];
  const directory: Directory = {
    lookup: async (_, options) => {
      patience.push(options?.timeoutMs);
      return person;
    },
  };
  await reader(directory).lookup("okta", "1", { priority: "other", remainingMs: () => 5_000 });
  expect(patience).toEqual([3_000]);
});
