import { randomUUID } from "node:crypto";
import * as z from "zod/mini";
import type { Answer, Call, Provider } from "./provider.ts";

const longestMs = 41_760 * 60_000;
const createSchema = z.object({
  changeType: z.string(),
  notificationUrl: z.string(),
  lifecycleNotificationUrl: z.optional(z.string()),
  resource: z.string(),
  expirationDateTime: z.iso.datetime(),
  clientState: z.optional(z.string().check(z.maxLength(128))),
});
const renewSchema = z.object({ expirationDateTime: z.iso.datetime() });
type Subscription = z.infer<typeof createSchema> & { id: string };

/** Graph's change notification subscriptions: none lives for longer than 41,760 minutes, and what is over is gone. */
export class Subscriptions {
  readonly #subscriptions = new Map<string, Subscription>();

  answer({ method, segments, body }: Call): ReturnType<Provider["answer"]> {
    const [, kind, id] = segments;
    if (kind !== "subscriptions") return undefined;
    const route = id === undefined ? "/v1.0/subscriptions" : "/v1.0/subscriptions/{id}";
    if (id === undefined) return { route, give: () => (method === "POST" ? this.#create(body) : this.#list()) };
    return { route, give: () => (method === "DELETE" ? this.#delete(id) : this.#renew(id, body)) };
  }

  #list(): Answer {
    const value = [...this.#subscriptions.values()].filter(isAlive).map(shown);
    return { status: 200, body: { value } };
  }

  async #create(body: unknown): Promise<Answer> {
    const { data } = createSchema.safeParse(body);
    if (data === undefined || isTooLong(data) || !(await answersHandshake(data.notificationUrl))) return invalid();
    const subscription = { ...data, id: randomUUID() };
    this.#subscriptions.set(subscription.id, subscription);
    return { status: 201, body: shown(subscription) };
  }

  #renew(id: string, body: unknown): Answer {
    const { data } = renewSchema.safeParse(body);
    const subscription = this.#subscriptions.get(id);
    if (subscription === undefined || !isAlive(subscription)) return missing();
    if (data === undefined || isTooLong(data)) return invalid();
    const renewed = { ...subscription, ...data };
    this.#subscriptions.set(id, renewed);
    return { status: 200, body: shown(renewed) };
  }

  #delete(id: string): Answer {
    return this.#subscriptions.delete(id) ? { status: 204 } : missing();
  }
}

/** Before anything is notified, Graph wants to hear its own words from there, as plain text. */
async function answersHandshake(notificationUrl: string): Promise<boolean> {
  const url = new URL(notificationUrl);
  const token = `Validation: Testing client application reachability ${randomUUID()}`;
  url.searchParams.set("validationToken", token);
  const headers = { "content-type": "text/plain; charset=utf-8" };
  const answer = await fetch(url, { method: "POST", headers }).catch(() => undefined);
  const isText = answer?.headers.get("content-type")?.startsWith("text/plain") ?? false;
  return answer?.status === 200 && isText && (await answer.text()) === token;
}

function isAlive({ expirationDateTime }: Subscription): boolean {
  return Date.parse(expirationDateTime) > Date.now();
}

function isTooLong({ expirationDateTime }: { expirationDateTime: string }): boolean {
  return Date.parse(expirationDateTime) > Date.now() + longestMs;
}

// What proves a notification to be ours is not given out again.
function shown({ clientState: _, ...subscription }: Subscription) {
  return { ...subscription, clientState: null };
}

function invalid(): Answer {
  return {
    status: 400,
    body: { error: { code: "InvalidRequest", message: "Subscription expiration or body is wrong." } },
  };
}

function missing(): Answer {
  return { status: 404, body: { error: { code: "ResourceNotFound", message: "The object was not found." } } };
}
