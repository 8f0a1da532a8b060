import { pathToFileURL } from "node:url";
import { describe, expect, test } from "vitest";
import { isManaged, loadConfig, parseConfig, readEnvironment, readMetricNamespace } from "../../lib/config.ts";
import { minimalConfig } from "../support/events.ts";

function problemsOf(read: () => unknown): string {
  try {
    read();
    return "";
  } catch (error) {
    return error instanceof Error ? error.message : "";
  }
}

describe("a configuration", () => {
  test("has defaults for everything that is not a deployer's own decision", () => {
    expect(parseConfig(minimalConfig())).toMatchObject({
      mode: "act",
      protectedEmails: [],
      allowedRoles: ["member", "annotator"],
      moversMayJoin: false,
      roles: [],
      unmatched: "defaults",
      guards: { maxListingShrink: 0.2 },
      invitations: { maxRenewals: 3, renewalGapHours: 24 },
      commandTtlMinutes: 60,
      auditDays: 400,
    });
  });

  test("trusts a source with its own defaults", () => {
    const { sources } = parseConfig(minimalConfig({ sources: { okta: {} } }));
    expect(sources.okta).toMatchObject({ allow: ["joiner", "mover", "leaver", "reinstate"], apps: [], groups: [] });
    expect(sources.standard).toBeUndefined();
  });

  test("is normalized, so that comparing is comparing texts", () => {
    const config = parseConfig(
      minimalConfig({
        managedDomains: ["Example.COM"],
        protectedEmails: [" CEO@Example.com"],
        apiKeyOwner: "Owner@Example.com ",
      }),
    );
    expect(config.managedDomains).toEqual(["example.com"]);
    expect(config.protectedEmails).toEqual(["ceo@example.com"]);
    expect(config.apiKeyOwner).toBe("owner@example.com");
  });

  test.each<[string, object, string]>([
    ["at the top", { protectedEmail: ["ceo@example.com"] }, "unknown protectedEmail"],
    [
      "in the guards",
      { guards: { deletions: { perHour: 1, perDay: 1, shareOfUsers: 0, floor: 1, perMinute: 1 } } },
      "guards.deletions: unknown perMinute",
    ],
    ["for a source that there is none of", { sources: { workday: {} } }, "sources: unknown workday"],
    [
      "in what leaving a group means",
      { sources: { okta: { kinds: { "group.user_membership.remove": "suspend" } } } },
      "sources.okta.kinds: leaving a group or an app cannot be a suspend",
    ],
    [
      "of another source",
      { sources: { workos: { kinds: { "dsync.group.user_removed": "suspend" } } } },
      "sources.workos.kinds: leaving a group or an app cannot be a suspend",
    ],
    ["in a role rule", { roles: [{ when: { groups: ["x"] } }] }, "roles.0.when: unknown groups"],
    ["in a source's options", { sources: { okta: { group: [] } } }, "sources.okta: unknown group"],
  ])("may not have a key that nobody knows: %s", (_, extra, problem) => {
    expect(problemsOf(() => parseConfig({ ...minimalConfig(), ...extra }))).toContain(problem);
  });

  test("that is wrong is told with every problem at once", () => {
    const wrong = {
      mode: "fast",
      managedDomains: [],
      sources: { okta: { allow: ["fire"] } },
      defaults: { role: "owner", inviteMode: "temporary_password" },
      guards: { deletions: { perHour: -1, perDay: 1.5, shareOfUsers: 2, floor: 3 } },
      auditDays: 0,
    };
    const message = problemsOf(() => parseConfig(wrong));
    expect(message).toMatch(/^lifecycle\.config\.ts is not valid: /);
    for (const problem of [
      "mode: expected one of observe|act|paused",
      "managedDomains: at least 1",
      "apiKeyOwner: expected string",
      "sources.okta.allow.0: expected one of",
      "defaults.role: expected one of admin|member|annotator or expected object",
      "defaults.inviteMode: expected one of email_link|none",
      "guards.deletions.perHour: at least 0",
      "guards.deletions.perDay: expected int",
      "guards.deletions.shareOfUsers: at most 1",
      "auditDays: at least 1",
    ]) {
      expect(message).toContain(problem);
    }
  });

  test.each([
    ["allow", ["suspend"]],
    ["allow", ["changed"]],
    ["allow", ["placement"]],
    ["kinds", { "user.lifecycle.suspend": "placement" }],
  ])("takes no kind that would do nothing: %s %j", (option, value) => {
    const message = problemsOf(() => parseConfig({ ...minimalConfig(), sources: { okta: { [option]: value } } }));
    expect(message).toMatch(new RegExp(`sources\\.okta\\.${option}.*: expected one of joiner\\|mover\\|leaver`));
  });

  test("that is wrong is told with the name of its file", () => {
    expect(problemsOf(() => parseConfig({}, "other.config.ts"))).toMatch(/^other\.config\.ts is not valid: /);
  });

  test("quotes no address", () => {
    const message = problemsOf(() => parseConfig({ ...minimalConfig(), apiKeyOwner: "owner at example.com" }));
    expect(message).toContain("apiKeyOwner: malformed");
    expect(message).not.toContain("example.com");
  });

  test("comes from the file that the environment names, else from the deployment's own", async () => {
    const laptop = pathToFileURL(new URL("../../local/lifecycle.config.ts", import.meta.url).pathname).href;
    expect(await loadConfig(laptop)).toMatchObject({ mode: "act", managedDomains: ["*"] });
    expect(await loadConfig(undefined)).toMatchObject({ mode: "observe" });
  });
});

describe("the environment", () => {
  const variables = {
    ARIZE_SECRET_ID: "arize",
    IDENTITY_SECRET_ID: "identity",
    LEAVERS_QUEUE_URL: "https://sqs.us-east-1.amazonaws.com/1/leavers.fifo",
    CHANGES_QUEUE_URL: "https://sqs.us-east-1.amazonaws.com/1/changes.fifo",
    LEAVERS_DLQ_URL: "https://sqs.us-east-1.amazonaws.com/1/leavers-dlq.fifo",
    CHANGES_DLQ_URL: "https://sqs.us-east-1.amazonaws.com/1/changes-dlq.fifo",
    LEDGER_TABLE_NAME: "ledger",
  };

  test("has defaults", () => {
    expect(readEnvironment({ ...variables, PATH: "/bin" })).toEqual({
      ...variables,
      ARIZE_BASE_URL: "https://api.arize.com",
      ARIZE_ENUM_CASE: "upper",
      SOURCE_SECRET_IDS: {},
      SOURCE_API_SECRET_IDS: {},
      LEASE_MS: 90_000,
      BACKOFF_BASE_MS: 2_000,
      METRIC_NAMESPACE: "ArizeUserLifecycle",
    });
  });

  test("is read into numbers and records", () => {
    const given = { ...variables, LEASE_MS: "25000", SOURCE_SECRET_IDS: '{"okta":"webhooks/okta"}' };
    expect(readEnvironment(given)).toMatchObject({ LEASE_MS: 25_000, SOURCE_SECRET_IDS: { okta: "webhooks/okta" } });
  });

  test.each(["https://127.0.0.1:1", "http://example.com:1", "http://127.0.0.1:1/path"])(
    "takes no %s in the place of all sources: only a laptop has one",
    (SOURCE_API_URL) => {
      expect(problemsOf(() => readEnvironment({ ...variables, SOURCE_API_URL }))).toContain(
        "SOURCE_API_URL: malformed",
      );
    },
  );

  test("that is wrong is told with every problem at once, and no value", () => {
    const message = problemsOf(() =>
      readEnvironment({
        ARIZE_BASE_URL: "api.arize.com",
        ARIZE_ENUM_CASE: "Upper",
        SOURCE_SECRET_IDS: "webhooks/okta",
        LEASE_MS: "90s",
        LEAVERS_QUEUE_URL: "leavers.fifo",
      }),
    );
    expect(message).toMatch(/^the environment is not valid: /);
    for (const problem of [
      "ARIZE_BASE_URL: malformed",
      "ARIZE_ENUM_CASE: expected one of upper|lower",
      "SOURCE_SECRET_IDS: not JSON",
      "LEASE_MS: malformed",
      "LEAVERS_QUEUE_URL: malformed",
      "CHANGES_QUEUE_URL: expected string",
      "ARIZE_SECRET_ID: expected string",
      "LEDGER_TABLE_NAME: expected string",
    ]) {
      expect(message).toContain(problem);
    }
    expect(message).not.toMatch(/90s|webhooks/);
  });

  test.each(["[]", '"x"', '{"okta":""}', '{"okta":5}'])("takes no %s for the sources' secrets", (text) => {
    expect(problemsOf(() => readEnvironment({ ...variables, SOURCE_SECRET_IDS: text }))).toContain("SOURCE_SECRET_IDS");
  });
});

test("the namespace of the metrics is known before the rest of the environment is right", () => {
  expect(readMetricNamespace({})).toBe("ArizeUserLifecycle");
  expect(readMetricNamespace({ METRIC_NAMESPACE: "Staging" })).toBe("Staging");
});

test("managed domains are whole domains", () => {
  const config = { managedDomains: ["example.com"] };
  expect(isManaged("ann@example.com", config)).toBe(true);
  expect(isManaged("Ann@EXAMPLE.com", config)).toBe(true);
  expect(isManaged("ann@example.org", config)).toBe(false);
  expect(isManaged("ann@sub.example.com", config)).toBe(false);
  expect(isManaged("ann@notexample.com", config)).toBe(false);
  expect(isManaged("example.com@example.org", config)).toBe(false);
  expect(isManaged("ann@example.org", { managedDomains: ["*"] })).toBe(true);
});
