import type { Kind } from "../lifecycle/event.ts";
import type { SourceOptions } from "./source.ts";

/**
 * Which kind a provider's event type means: what the configuration says in `kinds`, else the source's default. `undefined`
 * for types that mean nothing here. A type is text from outside, so names like `constructor` must find nothing.
 */
export function kindOf(
  type: string,
  defaults: ReadonlyMap<string, Kind>,
  overrides: SourceOptions["kinds"],
): Kind | undefined {
  const override = Object.hasOwn(overrides, type) ? overrides[type] : undefined;
  if (override === "ignore") return undefined;
  return override ?? defaults.get(type);
}
