import { type SourceName, sources } from "../lib/sources/index.ts";
import type { Source, SourceOptions } from "../lib/sources/source.ts";
import { jwkSet } from "./sharedsignals-key.ts";

const all = Object.entries<Source<SourceOptions>>(sources);

/** Under which id a laptop keeps the secret of each source. */
export const sourceSecretIds = Object.fromEntries(all.map(([name]) => [name, `webhooks/${name}`])) as {
  readonly [Name in SourceName]: `webhooks/${Name}`;
};

/** Those that do not follow the rule. */
const chosen = new Map([
  ["standard", "whsec_bG9jYWwtZGV2ZWxvcG1lbnQtc2VjcmV0LW9ubHkh"],
  // Public keys: what the rule makes is the text that the private one comes from.
  ["sharedsignals", jwkSet("local-sharedsignals-secret")],
]);

/**
 * What these secrets hold, by id: `local-<source>-secret`, be it the key, the header's value or the `clientState`; in base64
 * and with its prefix where the source wants its key so.
 */
export const localSourceSecrets = Object.fromEntries(
  all.map(([name, { base64Key }]) => {
    const text = `local-${name}-secret`;
    const written = base64Key ? base64Key.prefix + Buffer.from(text).toString("base64") : text;
    return [`webhooks/${name}`, chosen.get(name) ?? written];
  }),
) as Readonly<Record<`webhooks/${SourceName}`, string>>;
