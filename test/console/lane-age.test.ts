import { expect, it } from "vitest";
import { LaneAge } from "../../console/lane-age.ts";

it("tells since when a lane was not seen empty, which nothing on it can be older than", () => {
  const age = new LaneAge(1_000);
  expect([age.look(3, 4_000), age.look(0, 5_000), age.look(1, 6_000), age.look(2, 9_000), age.look(0, 9_500)]).toEqual([
    3_000, 0, 1_000, 4_000, 0,
  ]);
});
