import { expect, test } from "vitest";
import { sources } from "../../lib/sources/index.ts";
import { localSourceSecrets, sourceSecretIds } from "../../local/source-secrets.ts";

test("every source has a secret of its own", () => {
  expect(Object.keys(sourceSecretIds).sort()).toEqual(Object.keys(sources).sort());
  expect(Object.keys(localSourceSecrets).sort()).toEqual(Object.values(sourceSecretIds).sort());
});

test("which follows one rule, in base64 where the source wants its key so", () => {
  expect(localSourceSecrets).toMatchObject({
    "webhooks/okta": "local-okta-secret",
    "webhooks/entra": "local-entra-secret",
    "webhooks/workos": "local-workos-secret",
    "webhooks/bamboohr": "local-bamboohr-secret",
    "webhooks/hibob": "local-hibob-secret",
    "webhooks/gusto": "local-gusto-secret",
    "webhooks/finch": Buffer.from("local-finch-secret").toString("base64"),
    "webhooks/standard": "whsec_bG9jYWwtZGV2ZWxvcG1lbnQtc2VjcmV0LW9ubHkh",
  });
  // A source that verifies public keys has those: one JWK Set in one line.
  expect(localSourceSecrets["webhooks/sharedsignals"]).toMatch(
    /^\{"keys":\[\{"kid":"local-sharedsignals-secret",.+\}\]\}$/,
  );
});
