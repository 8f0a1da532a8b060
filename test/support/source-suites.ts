import { sources } from "../../lib/sources/index.ts";
import type { Source, SourceOptions } from "../../lib/sources/source.ts";
import { localSourceSecrets } from "../../local/source-secrets.ts";
import { loadFixture } from "../fixtures/load-source.ts";

const secrets = new Map(Object.entries(localSourceSecrets));

/** Every source in the registry with its fixture and the laptop's secret, for suites that run through all of them. */
export const sourceSuites = await Promise.all(
  Object.values<Source<SourceOptions>>(sources).map(async (source) => ({
    name: source.name,
    source,
    fixture: await loadFixture(source.name),
    secret: secrets.get(`webhooks/${source.name}`) ?? "",
  })),
);
