import type { Action } from "./decide.ts";
import { roleName } from "./decide.ts";
import { nameOf, type Place, type PlacePlan } from "./places/places.ts";

/** What an action comes to, in a few words without anybody's name or address; empty where its type says it all. Pure. */
export function describeAction(action: Action): string {
  switch (action.type) {
    case "create": {
      const { role, isDeveloper, inviteMode } = action.input;
      return [`role ${roleName(role)}`, developer(isDeveloper), `invite mode ${inviteMode}`].filter(Boolean).join(", ");
    }
    case "update": {
      const { name, isDeveloper } = action.changes;
      return [name === undefined ? "" : "name", developer(isDeveloper)].filter(Boolean).join(", ");
    }
    case "suspend": {
      const cut = describePlaces({ remove: action.remove, add: [] });
      return [action.developer ? "no developer" : "", cut].filter(Boolean).join(", ");
    }
    case "place":
      return describePlaces(action);
    default:
      return "";
  }
}

/** Which memberships go and come: `out of space S1, organization O1 as member`; empty when none does. Pure. */
export function describePlaces({ remove, add }: PlacePlan): string {
  return [...remove.map((place) => `out of ${nameOf(place)}`), ...add.map(placeWords)].join(", ");
}

function placeWords(place: Place): string {
  return `${nameOf(place)} as ${typeof place.role === "string" ? place.role : place.role.id}`;
}

function developer(isDeveloper: boolean | undefined): string {
  if (isDeveloper === undefined) return "";
  return isDeveloper ? "developer" : "no developer";
}
