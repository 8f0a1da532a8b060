import type { LifecycleConfigInput } from "../lib/config.ts";

/** What `npm start` runs with: every domain, everybody in Okta, wide limits. The people on a laptop are invented. */
const config: LifecycleConfigInput = {
  mode: "act",
  managedDomains: ["*"],
  protectedEmails: ["root@example.com"],
  apiKeyOwner: "owner@example.com",
  sources: { okta: { everyone: true }, standard: {} },
  defaults: { role: "member", inviteMode: "email_link" },
  allowedRoles: ["admin", "member", "annotator"],
  guards: { deletions: { perHour: 100, perDay: 500, shareOfUsers: 0.1, floor: 100 } },
};

export default config;
