import * as z from "zod/mini";
import { describeIssues } from "./issues.ts";
import { emailSchema, normalizeEmail, roleSchema } from "./lifecycle/event.ts";
import { roleRuleSchema } from "./lifecycle/roles.ts";
import { timeZoneSchema } from "./lifecycle/time-zone.ts";
import { sources } from "./sources/index.ts";
import type { SourceOptions } from "./sources/source.ts";

const count = z.int().check(z.gte(0));
const share = z.number().check(z.gte(0), z.lte(1));
const hours = z.number().check(z.gt(0));

/**
 * What a deployer decides, in `lifecycle.config.ts`; checked at synth and at each cold start. Unknown keys are errors,
 * since a misspelt guard is a guard that is not there.
 */
export const lifecycleConfigSchema = z.strictObject({
  /** `observe` does everything but change Arize, and records what it would have done; `paused` leaves events queued. */
  mode: z.enum(["observe", "act", "paused"]),
  /** Email domains whose people may be touched at all, `*` for every domain. */
  managedDomains: z.array(z.string().check(z.toLowerCase(), z.minLength(1))).check(z.minLength(1)),
  /** Never deleted: their leavers are held for an operator. */
  protectedEmails: z._default(z.array(emailSchema), []),
  /** Whose API key this is. Never deleted, and the proof that the key sees the right account. */
  apiKeyOwner: emailSchema,
  sources: z.strictObject(
    // One optional entry a source, of that source's own options plus the kinds it is trusted with.
    Object.fromEntries(Object.entries(sources).map(([name, source]) => [name, z.optional(source.options)])) as {
      [Name in keyof typeof sources]: z.ZodMiniOptional<(typeof sources)[Name]["options"]>;
    },
  ),
  /** Who gets what at Arize: the first rule that fits a person counts, the rest is `defaults`. */
  roles: z._default(z.array(roleRuleSchema).check(z.maxLength(200)), []),
  /** What becomes of people whom no rule fits: they get the `defaults`, or are not invited at all. */
  unmatched: z._default(z.enum(["defaults", "not_provisioned"]), "defaults"),
  /** For people whose event does not say, and no rule either. */
  defaults: z.strictObject({
    role: roleSchema,
    /** Left out: what Arize defaults to, true for admin and member, false for annotator. */
    isDeveloper: z.optional(z.boolean()),
    /** `email_link` sends an invitation; `none` is for accounts with SSO, where people are active at once. */
    inviteMode: z.enum(["email_link", "none"]),
  }),
  /**
   * Roles that an event may ask for by name, over what the rules say; custom roles are listed by id. With an empty list
   * only the rules decide.
   */
  allowedRoles: z._default(z.array(z.string()), ["member", "annotator"]),
  /** Whether a mover who is not at Arize is created. */
  moversMayJoin: z._default(z.boolean(), false),
  guards: z.strictObject({
    /** How many people may be deleted before an operator has to look. The tightest of the three limits counts. */
    deletions: z.strictObject({
      perHour: count,
      perDay: count,
      /** Of all users in the last full listing, per day. */
      shareOfUsers: share,
      /** What `shareOfUsers` never goes below, so that small accounts work. */
      floor: count,
    }),
    /** Releasing, redriving or dismissing more events than this at once takes two different operators. */
    twoPeopleAbove: z._default(count, 10),
    /** A listing that lost more than this share of users since the last one is not believed. */
    maxListingShrink: z._default(share, 0.2),
  }),
  invitations: z._default(
    z.strictObject({
      /** How often an expired invitation is renewed before the person is reported as `abandoned`. */
      maxRenewals: z._default(count, 3),
      /** Hours between the first renewal and the second; doubles after each. */
      renewalGapHours: z._default(hours, 24),
      /** Invited for longer than this: a reminder is sent, once per invitation. Left out: none. */
      remindAfterHours: z.optional(hours),
    }),
    { maxRenewals: 3, renewalGapHours: 24 },
  ),
  suspension: z._default(
    z.strictObject({
      /** How long after a `suspend` somebody is deleted, unless they are reinstated or join again. */
      deleteAfterHours: z._default(hours, 72),
    }),
    { deleteAfterHours: 72 },
  ),
  dates: z._default(
    z.strictObject({
      /** Where a day begins and ends for people whose source does not say where they live; IANA, such as `Europe/Berlin`. */
      timeZone: z._default(timeZoneSchema, "UTC"),
      /** How many days before their first people are invited. */
      joinDaysBefore: z._default(z.int().check(z.gte(0), z.lte(90)), 0),
    }),
    { timeZone: "UTC", joinDaysBefore: 0 },
  ),
  /** For how long a resend or a password reset is still wanted. */
  commandTtlMinutes: z._default(z.number().check(z.gt(0)), 60),
  /** For how long the ledger keeps what happened; what it knows about a person's removal stays for ever. */
  auditDays: z._default(z.int().check(z.gte(1)), 400),
});
export type LifecycleConfig = z.infer<typeof lifecycleConfigSchema>;
export type LifecycleConfigInput = z.input<typeof lifecycleConfigSchema>;

/** What the configuration says about a source; `undefined` for one that is not configured. */
export function optionsOf(source: string, { sources }: Pick<LifecycleConfig, "sources">): SourceOptions | undefined {
  return Object.entries<SourceOptions | undefined>(sources).find(([name]) => name === source)?.[1];
}

/** The sources whose notifications end unless their subscriptions are renewed. */
export function subscribing({ sources }: Pick<LifecycleConfig, "sources">): string[] {
  return sources.entra?.api?.subscribe ? ["entra"] : [];
}

/** Checks a configuration. @param file what to call it in messages @throws Error that lists every problem at once */
export function parseConfig(input: unknown, file = "lifecycle.config.ts"): LifecycleConfig {
  const result = lifecycleConfigSchema.safeParse(input);
  if (result.success) return result.data;
  throw new Error(`${file} is not valid: ${describeIssues(result.error)}`);
}

/**
 * The configuration bundled with the function, or the file that LIFECYCLE_CONFIG names: a laptop and the tests run the
 * same code with other decisions. @throws Error that lists every problem at once
 */
export async function loadConfig(file: string | undefined): Promise<LifecycleConfig> {
  const module = file === undefined ? await import("../lifecycle.config.ts") : await import(file);
  return parseConfig(module.default, file?.split("/").at(-1));
}

const url = z.string().check(z.regex(/^https?:\/\/[^\s/]+/));
const bySource = z.pipe(
  z.string(),
  z.pipe(
    z.transform((text: string, context) => {
      try {
        return JSON.parse(text) as unknown;
      } catch {
        context.issues.push({ code: "custom", input: undefined, params: { problem: "not JSON" } });
        return z.NEVER;
      }
    }),
    z.record(z.string(), z.string().check(z.minLength(1))),
  ),
);
const milliseconds = z.pipe(z.string().check(z.regex(/^[0-9]+$/)), z.transform(Number));

/** The variables that the stack, or a laptop's start, sets on the functions. Secrets are named here, never held. */
export const environmentSchema = z.object({
  ARIZE_BASE_URL: z._default(url, "https://api.arize.com"),
  /** A PEM file with further certificate authorities, for a self-hosted Arize. */
  ARIZE_CA_FILE: z.optional(z.string()),
  /** How enum values are written; self-hosted installs from before July 2026 want `lower`. */
  ARIZE_ENUM_CASE: z._default(z.enum(["upper", "lower"]), "upper"),
  ARIZE_SECRET_ID: z.string().check(z.minLength(1)),
  /** The key of the hashes that stand for people in the ledger and in queue attributes. */
  IDENTITY_SECRET_ID: z.string().check(z.minLength(1)),
  /** JSON: source name to secret id. */
  SOURCE_SECRET_IDS: z._default(bySource, {}),
  /** JSON: source name to the id of the secret with which its own API is read. */
  SOURCE_API_SECRET_IDS: z._default(bySource, {}),
  /** Where all sources' APIs are on a laptop, whatever the configuration says. */
  SOURCE_API_URL: z.optional(z.string().check(z.regex(/^http:\/\/127\.0\.0\.1:\d+$/))),
  /** Where webhooks arrive, for sources that have to be told by us. */
  WEBHOOKS_URL: z.optional(url),
  LEAVERS_QUEUE_URL: url,
  CHANGES_QUEUE_URL: url,
  LEAVERS_DLQ_URL: url,
  CHANGES_DLQ_URL: url,
  LEDGER_TABLE_NAME: z.string().check(z.minLength(1)),
  /** What evidence is signed with: the KMS key on AWS, else a file with an Ed25519 key in PEM. */
  EVIDENCE_KEY_ID: z.optional(z.string().check(z.minLength(1))),
  EVIDENCE_KEY_FILE: z.optional(z.string().check(z.minLength(1))),
  /** Longer than the worker's timeout, shorter than the queues' visibility timeout. */
  LEASE_MS: z._default(milliseconds, 90_000),
  /** The first step of the backoff; it doubles to 15 minutes. */
  BACKOFF_BASE_MS: z._default(milliseconds, 2_000),
  LIFECYCLE_CONFIG: z.optional(z.string()),
  /** Keeps the metrics of several stages in one account apart. */
  METRIC_NAMESPACE: z._default(z.string().check(z.minLength(1)), "ArizeUserLifecycle"),
});
export type Environment = z.infer<typeof environmentSchema>;

/** Reads the function's environment. @throws Error that lists every problem at once */
export function readEnvironment(variables: NodeJS.ProcessEnv = process.env): Environment {
  const result = environmentSchema.safeParse(variables);
  if (result.success) return result.data;
  throw new Error(`the environment is not valid: ${describeIssues(result.error)}`);
}

/** Whether this process is being started by Lambda, or by what stands in for it on a laptop. */
export function isInLambdaInit(variables: NodeJS.ProcessEnv = process.env): boolean {
  return variables.AWS_LAMBDA_INITIALIZATION_TYPE !== undefined;
}

/** The one variable that is read before anything else is known to be right: a function that cannot start counts too. */
export function readMetricNamespace(variables: NodeJS.ProcessEnv = process.env): string {
  return environmentSchema.shape.METRIC_NAMESPACE.parse(variables.METRIC_NAMESPACE);
}

/** Whether an address belongs to one of the managed domains. */
export function isManaged(email: string, config: Pick<LifecycleConfig, "managedDomains">): boolean {
  const domain = normalizeEmail(email).split("@").at(-1) ?? "";
  return config.managedDomains.some((managed) => managed === "*" || managed === domain);
}
