/** The credentials of the sources' own APIs on a laptop; they open the stand-in that `npm start` runs, and nothing else. */
export const apiSecrets = {
  okta: "local-okta-token",
  entra: "local-entra-token",
  bamboohr: "local-bamboohr-token",
  /** A service user's id and token. */
  hibob: "local-hibob-user:local-hibob-token",
  gusto: "local-gusto-token",
  finch: "local-finch-token",
  workos: "local-workos-token",
} as const;
export type ReadableSource = keyof typeof apiSecrets;

/** The ids of their secrets. */
export const apiSecretIds: Readonly<Record<string, string>> = Object.fromEntries(
  Object.keys(apiSecrets).map((source) => [source, `apis/${source}`]),
);

/** What those secrets hold. */
export const localApiSecrets: Readonly<Record<string, string>> = Object.fromEntries(
  Object.entries(apiSecrets).map(([source, secret]) => [`apis/${source}`, secret]),
);
