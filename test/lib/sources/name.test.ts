import { expect, test } from "vitest";
import { firstName, type NameCandidate } from "../../../lib/sources/name.ts";

test.each<[string, NameCandidate[], string | undefined]>([
  ["the whole name as the provider has it", ["Nagy Ágnes", ["Ágnes", "Nagy"], "agnes"], "Nagy Ágnes"],
  ["the parts in the order given", [undefined, ["山田", "太郎"], "taro"], "山田 太郎"],
  ["one part, when there is no other", [null, ["Zoë", null]], "Zoë"],
  ["the display name, when there are no parts", ["  ", ["", undefined], "Ada L."], "Ada L."],
  ["the next one for what is too long or no name", ["x".repeat(256), "a\u0000b", "unknown", "Ada"], "Ada"],
  ["a name in any script, composed and trimmed", [" A\u030Angstro\u0308m 👩🏽‍🔬 "], "Ångström 👩🏽‍🔬"],
  ["from right to left too", ["محمد علي"], "محمد علي"],
  ["nothing, where nothing is a name", [undefined, [], "", "Unknown"], undefined],
])("a person is called by %s", (_, candidates, name) => {
  expect(firstName(...candidates)).toBe(name);
});
