import { bamboohr } from "./bamboohr.ts";
import { entra } from "./entra.ts";
import { finch } from "./finch.ts";
import { gusto } from "./gusto.ts";
import { hibob } from "./hibob.ts";
import { okta } from "./okta.ts";
import { rippling } from "./rippling.ts";
import { sharedsignals } from "./sharedsignals.ts";
import type { Source, SourceOptions } from "./source.ts";
import { standard } from "./standard.ts";
import { workos } from "./workos.ts";

/** Every source there is, by the name that its webhook's path and the configuration use. A new one is one line here. */
export const sources = {
  bamboohr,
  entra,
  finch,
  gusto,
  hibob,
  okta,
  rippling,
  sharedsignals,
  standard,
  workos,
} as const;
export type SourceName = keyof typeof sources;

/** Finds a source by a name from outside, such as a part of a request's path. */
export function findSource(name: string): Source<SourceOptions> | undefined {
  return isSourceName(name) ? sources[name] : undefined;
}

/** Whether a name from outside is a source's; whether that one is configured is another question. */
export function isSourceName(name: string | undefined): name is SourceName {
  return name !== undefined && Object.hasOwn(sources, name);
}
