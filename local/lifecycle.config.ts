import type { LifecycleConfigInput } from "../lib/config.ts";
import { sources } from "../lib/sources/index.ts";

const everySource: LifecycleConfigInput["sources"] = Object.fromEntries(Object.keys(sources).map((name) => [name, {}]));

/** What `npm start` runs with: every domain, every source, everybody in Okta, wide limits. The people on a laptop are invented. */
const config: LifecycleConfigInput = {
  mode: "act",
  managedDomains: ["*"],
  protectedEmails: ["root@example.com"],
  apiKeyOwner: "owner@example.com",
  sources: {
    ...everySource,
    // Wherever these are said to be, `npm start` has them read from its own stand-ins.
    bamboohr: { api: { baseUrl: "https://example.bamboohr.com" } },
    entra: { api: { tenantId: "example-tenant", clientId: "example-client" } },
    finch: { api: {} },
    gusto: { api: {} },
    hibob: { api: {} },
    okta: { everyone: true, api: { baseUrl: "https://example.okta.com" } },
    workos: { api: { directoryId: "directory_example" } },
    sharedsignals: { issuer: "https://transmitter.example.com", audience: "https://lifecycle.example.org" },
  },
  defaults: { role: "member", inviteMode: "email_link" },
  allowedRoles: ["admin", "member", "annotator"],
  guards: { deletions: { perHour: 100, perDay: 500, shareOfUsers: 0.1, floor: 100 } },
};

export default config;
