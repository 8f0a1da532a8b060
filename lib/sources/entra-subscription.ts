import { createHash } from "node:crypto";
import * as z from "zod/mini";
import type { CallOptions } from "../http/transport.ts";
import type { Webhook } from "./directory.ts";
import type { DirectoryClient, Question } from "./directory-client.ts";

const subscriptionSchema = z.object({ id: z.string(), resource: z.string(), notificationUrl: z.string() });
const subscriptionsSchema = z.object({
  value: z.array(subscriptionSchema),
  "@odata.nextLink": z.optional(z.string()),
});
const path = "/v1.0/subscriptions";
/** Under the 41,760 minutes that Graph allows for users: 28 days. */
const lifetimeMs = 28 * 86_400_000;

/**
 * Has Graph notify the webhook of changes to users for the next 28 days: renews the subscription, or makes one. Graph does
 * not tell a subscription's `clientState`, so the URL carries a hash of it; after a rotation there is a new subscription,
 * and the old one goes.
 * @throws ApiException
 */
export async function keepSubscription(
  client: DirectoryClient,
  { url, secret }: Webhook,
  options: CallOptions | undefined,
  now: number = Date.now(),
): Promise<"created" | "renewed"> {
  const clientState = await secret();
  const notificationUrl = `${url}?key=${createHash("sha256").update(clientState).digest("hex").slice(0, 8)}`;
  const expirationDateTime = new Date(now + lifetimeMs).toISOString();
  const ours = await subscriptionsTo(client, url, options);
  const current = ours.find((subscription) => subscription.notificationUrl === notificationUrl);
  if (current !== undefined) {
    const target = `${path}/${encodeURIComponent(current.id)}`;
    await client.read(z.unknown(), {
      method: "PATCH",
      path: `${path}/{id}`,
      target,
      body: { expirationDateTime },
      ...options,
    });
    return "renewed";
  }
  const about = { changeType: "updated,deleted", resource: "/users", clientState };
  const body = { ...about, notificationUrl, lifecycleNotificationUrl: notificationUrl, expirationDateTime };
  await client.read(z.unknown(), { path, target: path, body, ...options });
  for (const { id } of ours) {
    const target = `${path}/${encodeURIComponent(id)}`;
    await client.read(z.unknown(), { method: "DELETE", path: `${path}/{id}`, target, ...options });
  }
  return "created";
}

/** The subscriptions to users that notify our webhook. Others of the same app are none of our business. */
async function subscriptionsTo(client: DirectoryClient, url: string, options: CallOptions | undefined) {
  const all: z.infer<typeof subscriptionSchema>[] = [];
  let target: string | undefined = path;
  while (target !== undefined) {
    const question: Question = { path, target, ...options };
    const { value } = await client.read(subscriptionsSchema, question);
    all.push(...value.value);
    const next = value["@odata.nextLink"];
    target = next === undefined ? undefined : client.follow(next, question);
  }
  const isOurs = ({ resource, notificationUrl }: z.infer<typeof subscriptionSchema>) =>
    /^\/?users$/i.test(resource) && notificationUrl.startsWith(`${url}?key=`);
  return all.filter(isOurs);
}
