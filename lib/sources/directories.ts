import type { LifecycleConfig } from "../config.ts";
import { openBambooHr } from "./bamboohr-directory.ts";
import type { ApiAccess, Directory } from "./directory.ts";
import { openEntra } from "./entra-directory.ts";
import { openFinch } from "./finch-directory.ts";
import { openGusto } from "./gusto-directory.ts";
import { openHiBob } from "./hibob-directory.ts";
import type { SourceName } from "./index.ts";
import { openOkta } from "./okta-directory.ts";
import { openWorkos } from "./workos-directory.ts";

/**
 * Opens the APIs of the sources that the configuration lets be read. Kept apart from the sources themselves, since ingest
 * never reads anybody: a source that can be read is one line here.
 * @throws InvalidArgument when an address is not usable
 */
export function openDirectories(
  { sources }: Pick<LifecycleConfig, "sources">,
  accessTo: (source: SourceName) => ApiAccess,
): Map<SourceName, Directory> {
  const opened = new Map<SourceName, Directory>();
  const { bamboohr, entra, finch, gusto, hibob, okta, workos } = sources;
  if (bamboohr?.api) opened.set("bamboohr", openBambooHr(bamboohr.api, accessTo("bamboohr")));
  if (entra?.api) opened.set("entra", openEntra(entra.api, accessTo("entra")));
  if (finch?.api) opened.set("finch", openFinch(finch.api, accessTo("finch")));
  if (gusto?.api) opened.set("gusto", openGusto(gusto.api, accessTo("gusto")));
  if (hibob?.api) opened.set("hibob", openHiBob(hibob.api, accessTo("hibob")));
  if (okta?.api) opened.set("okta", openOkta(okta.api, okta, accessTo("okta")));
  if (workos?.api) opened.set("workos", openWorkos(workos.api, workos, accessTo("workos")));
  return opened;
}
