import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  including,
  nameOf,
  type Placed,
  placesOf,
  planPlaces,
  without,
} from "../../../../lib/lifecycle/places/places.ts";

const lab = { organization: "lab", role: "member" } as const;
const vision = { organization: "lab", space: "vision", role: "member" } as const;
const sales = { organization: "sales", role: "read_only" } as const;

test("a rule's organizations come before their spaces", () => {
  expect(placesOf([{ id: "lab", role: "member", spaces: [{ id: "vision", role: "member" }] }])).toEqual([lab, vision]);
  expect([lab, vision].map(nameOf)).toEqual(["organization lab", "space vision"]);
});

describe("a plan", () => {
  test.each<[string, Parameters<typeof planPlaces>, ReturnType<typeof planPlaces>]>([
    ["puts somebody new everywhere", [[lab, vision], []], { remove: [], add: [lab, vision] }],
    [
      "leaves alone who is there",
      [
        [lab, vision],
        [vision, lab],
      ],
      { remove: [], add: [] },
    ],
    ["moves", [[sales], [lab, vision]], { remove: [lab], add: [sales] }],
    ["takes a space away and leaves its organization", [[lab], [lab, vision]], { remove: [vision], add: [] }],
    ["gives another role", [[{ ...lab, role: "admin" }], [lab]], { remove: [], add: [{ ...lab, role: "admin" }] }],
    ["repeats what may not have come to pass", [[lab], [{ ...lab, pending: true }]], { remove: [], add: [lab] }],
    [
      "takes back what may have",
      [[], [{ ...vision, pending: true }]],
      { remove: [{ ...vision, pending: true }], add: [] },
    ],
  ])("%s", (_, args, plan) => {
    expect(planPlaces(...args)).toEqual(plan);
  });

  test("carried out, leaves nothing to do and nothing else behind", () => {
    const role = fc.constantFrom("admin", "member", "read_only");
    const space = fc.constantFrom("a", "b").chain((id) => fc.record({ id: fc.constant(id), role }));
    const wanted = fc
      .uniqueArray(
        fc.record({
          id: fc.constantFrom("x", "y"),
          role,
          spaces: fc.uniqueArray(space, { selector: ({ id }) => id }),
        }),
        { selector: ({ id }) => id },
      )
      .map((all) =>
        placesOf(all.map((each) => ({ ...each, spaces: each.spaces.map((s) => ({ ...s, id: each.id + s.id })) }))),
      );
    fc.assert(
      fc.property(wanted, wanted, (before, after) => {
        const { remove, add } = planPlaces(after, before);
        const placed = add.reduce<Placed[]>(including, remove.reduce<Placed[]>(without, before));
        expect(planPlaces(after, placed)).toEqual({ remove: [], add: [] });
        expect(placed).toHaveLength(after.length);
      }),
    );
  });
});
