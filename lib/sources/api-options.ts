import * as z from "zod/mini";

/** An origin such as `https://example.okta.com`; without encryption only on this machine. */
const origin = z.string().check(z.regex(/^(https:\/\/[^\s/?#@]+|http:\/\/(127\.0\.0\.1|localhost)(:\d+)?)$/));
const id = z.string().check(z.regex(/^[\w-]{1,200}$/));

/**
 * `api` of each source that can be read: where, and as whom. With it there is a secret for the credential. The defaults
 * are the providers' own addresses.
 */
export const oktaApi = z.strictObject({ baseUrl: origin });
export const entraApi = z.strictObject({
  tenantId: id,
  /** Of the app registration; its client secret is the credential. */
  clientId: id,
  /** Ids of the groups that stand for access; left out: everybody in the tenant should have it. At most 20. */
  groups: z._default(z.array(id).check(z.maxLength(20)), []),
  /** Whether to subscribe to changes of users at Graph; `false` where Event Grid, or somebody else's subscription, tells them. */
  subscribe: z._default(z.boolean(), true),
  baseUrl: z._default(origin, "https://graph.microsoft.com"),
  /** Where tokens come from; national clouds have their own. */
  loginUrl: z._default(origin, "https://login.microsoftonline.com"),
});
export const bamboohrApi = z.strictObject({
  /** `https://<company>.bamboohr.com`. */
  baseUrl: origin,
});
export const hibobApi = z.strictObject({ baseUrl: z._default(origin, "https://api.hibob.com") });
export const gustoApi = z.strictObject({ baseUrl: z._default(origin, "https://api.gusto.com") });
export const finchApi = z.strictObject({ baseUrl: z._default(origin, "https://api.tryfinch.com") });
export const workosApi = z.strictObject({
  /** The directory (`directory_...`) that is listed. */
  directoryId: id,
  baseUrl: z._default(origin, "https://api.workos.com"),
});

/** The options of a source whose own API can be read. @param api what `api` holds */
export function readable<Api extends z.ZodMiniType>(api: Api) {
  return {
    /** How the source's API is read; left out: it is not. */
    api: z.optional(api),
    /**
     * What becomes of a leaver whom the source cannot be asked about, because there is no `api` or the event names no
     * id: `act` believes the event, `hold` has an operator look at each.
     */
    unconfirmedLeavers: z._default(z.enum(["act", "hold"]), "act"),
  };
}
