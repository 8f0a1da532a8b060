import type { LifecycleConfig } from "../config.ts";
import type { ApiAccess, Directory } from "./directory.ts";
import type { SourceName } from "./index.ts";
import { openOkta } from "./okta-directory.ts";

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
  const { okta } = sources;
  if (okta?.api) opened.set("okta", openOkta(okta.api, okta, accessTo("okta")));
  return opened;
}
