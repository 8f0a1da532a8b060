import * as z from "zod/mini";

const id = z.string().check(z.minLength(1), z.maxLength(255));

/** A role in an organization or a space: one of the predefined ones, or a custom one by its id. */
export const placeRoleSchema = z.union([
  z.enum(["admin", "member", "read_only", "annotator"]),
  z.object({ type: z.literal("custom"), id }),
]);

/** An organization that a role rule puts people into, with those of its spaces that they get. Ids are Arize's. */
export const organizationSchema = z.strictObject({
  id,
  role: placeRoleSchema,
  spaces: z._default(z.array(z.strictObject({ id, role: placeRoleSchema })), []),
});

/** A membership: of an organization, or of one of its spaces. */
export const placeSchema = z.object({ organization: id, space: z.optional(id), role: placeRoleSchema });
export type Place = z.infer<typeof placeSchema>;

/** A membership that this system gave, or with `pending` was about to give: it may have come to that or not. */
export const placedSchema = z.extend(placeSchema, { pending: z.optional(z.boolean()) });
export type Placed = z.infer<typeof placedSchema>;

/** What to do so that somebody is where they belong, in the order in which the API wants it. */
export interface PlacePlan {
  remove: Placed[];
  add: Place[];
}

/** The memberships that a rule gives, an organization before its spaces. */
export function placesOf(organizations: readonly z.infer<typeof organizationSchema>[]): Place[] {
  return organizations.flatMap(({ id: organization, role, spaces }) => [
    { organization, role },
    ...spaces.map((space) => ({ organization, space: space.id, role: space.role })),
  ]);
}

/**
 * Compares where somebody belongs with where this system has put them; memberships of other origin are none of its
 * business. Leaving an organization takes its spaces along. Pure.
 */
export function planPlaces(wanted: readonly Place[], placed: readonly Placed[]): PlacePlan {
  const stays = (place: Place) => wanted.some((other) => isSamePlace(place, other));
  const gone = placed.filter((place) => !stays(place));
  const left = gone.filter(({ space }) => space === undefined).map(({ organization }) => organization);
  const remove = gone.filter(({ organization, space }) => space === undefined || !left.includes(organization));
  const isIn = (place: Place) =>
    placed.some((other) => !other.pending && isSamePlace(place, other) && isSameRole(place, other));
  const add = wanted.filter((place) => !isIn(place));
  return { remove, add };
}

/** What is left of `placed` once somebody is out of a place. */
export function without(placed: readonly Placed[], place: Place): Placed[] {
  return placed.filter((other) =>
    place.space === undefined ? other.organization !== place.organization : !isSamePlace(place, other),
  );
}

/** `placed` with a place, and with its new role where it was there already. */
export function including(placed: readonly Placed[], place: Placed): Placed[] {
  return [...placed.filter((other) => !isSamePlace(place, other)), place];
}

/** What a membership is of, as the API has it. */
export function containerOf({ organization, space }: Place) {
  return space === undefined
    ? ({ type: "organization", id: organization } as const)
    : ({ type: "space", id: space } as const);
}

/** `organization <id>` or `space <id>`. */
export function nameOf(place: Place): string {
  const { type, id } = containerOf(place);
  return `${type} ${id}`;
}

function isSamePlace(a: Place, b: Place): boolean {
  return a.organization === b.organization && a.space === b.space;
}

function isSameRole({ role: a }: Place, { role: b }: Place): boolean {
  return (typeof a === "string" ? a : a.id) === (typeof b === "string" ? b : b.id);
}
