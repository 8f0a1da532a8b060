import type { LifecycleConfigInput } from "./lib/config.ts";

/**
 * What this deployment decides. Edit it, deploy, watch in `observe` what would have been done, then set `act`.
 * Every field is explained in docs/configuration.md; the laptop uses `local/lifecycle.config.ts` instead.
 */
const config: LifecycleConfigInput = {
  mode: "observe",
  managedDomains: ["example.com"],
  protectedEmails: [],
  apiKeyOwner: "arize-automation@example.com",
  sources: {
    // Access to Arize is what these Okta apps or groups stand for: fill in their ids.
    okta: { apps: [], groups: [], everyone: false },
    standard: {},
  },
  // Who gets what: the first rule that fits counts, such as
  // { when: { source: "okta", group: "00g1labelers" }, role: "annotator", inviteMode: "none" },
  roles: [],
  defaults: { role: "member", inviteMode: "email_link" },
  guards: { deletions: { perHour: 10, perDay: 30, shareOfUsers: 0.05, floor: 3 } },
  invitations: { maxRenewals: 3, renewalGapHours: 24 },
};

export default config;
