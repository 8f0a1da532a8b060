import type { Action } from "./decide.ts";
import { roleName } from "./decide.ts";

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
    default:
      return "";
  }
}

function developer(isDeveloper: boolean | undefined): string {
  if (isDeveloper === undefined) return "";
  return isDeveloper ? "developer" : "no developer";
}
