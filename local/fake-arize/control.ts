import * as z from "zod/mini";
import { type Answer, Problem } from "./answers.ts";
import type { ApiKey } from "./api-keys-api.ts";
import { type Faults, faultSchema } from "./faults.ts";
import type { Person, Status } from "./people.ts";
import { deedSchema, seedSchema, settingsSchema, type World } from "./world.ts";

/** Everything behind the scenes that the control routes, and tests in the same process, may touch. */
export interface Backstage {
  world: World;
  faults: Faults;
  /** API calls by route. */
  calls: Map<string, number>;
  /** The API keys that are valid. */
  keys: readonly string[];
  gate?: (route: string, moment: "before" | "after") => Promise<void> | undefined;
}

/** A person with all that the API would not tell. */
export type PersonSnapshot = Person & { status: Status };

export function everyone(world: World): PersonSnapshot[] {
  return world.people.all().map((person) => ({ ...person, status: world.status(person) }));
}

/** Somebody makes an API key; with a space it is a service key of that space. */
export function addKey(world: World, { createdBy, space }: { createdBy: string; space?: string | undefined }): ApiKey {
  const id = Buffer.from(`ApiKey:${world.keys.length + 1}`).toString("base64");
  const type = space === undefined ? ("user" as const) : ("service" as const);
  const key = { id, type, createdBy, ...(space && { space }), status: "active" as const, createdAt: world.now() };
  world.saveKey(key);
  return key;
}

/** The person accepts the invitation. @throws Problem 400 when there is none to accept */
export function verify(world: World, email: string): void {
  const person = world.people.byEmail(email);
  if (person === undefined || world.status(person) !== "invited") throw new Problem(400, "no pending invitation");
  world.save({ ...person, state: "active", invitedUntil: null });
}

const seedsSchema = z.union([z.array(seedSchema), seedSchema]);
const settingsChangeSchema = z.partial(settingsSchema);
const clockSchema = z.object({ advanceMs: z.number() });
const verifySchema = z.object({ email: z.string() });

const keySchema = z.object({ createdBy: z.string(), space: z.optional(z.string()) });

type Control = (backstage: Backstage, body: unknown) => object | undefined;

const controls: Readonly<Record<string, Control>> = {
  "GET /_fake/users": ({ world }) => ({ users: everyone(world) }),
  "POST /_fake/users": ({ world }, body) => {
    const users = [seedsSchema.parse(body)].flat().map((seed) => world.seed(seed));
    return { users };
  },
  "POST /_fake/clock": ({ world }, body) => {
    world.advance(clockSchema.parse(body).advanceMs);
    return { now: new Date(world.now()).toISOString() };
  },
  "GET /_fake/keys": ({ world }) => ({ keys: world.keys }),
  "POST /_fake/keys": ({ world }, body) => addKey(world, keySchema.parse(body)),
  "GET /_fake/mails": ({ world }) => ({ mails: world.mails() }),
  "POST /_fake/audit-logs": ({ world }, body) => {
    world.did(deedSchema.parse(body));
    return undefined;
  },
  "POST /_fake/verify": ({ world }, body) => {
    verify(world, verifySchema.parse(body).email);
    return undefined;
  },
  "GET /_fake/faults": ({ faults }) => ({ faults: faults.list() }),
  "POST /_fake/faults": ({ faults }, body) => {
    faults.add(faultSchema.parse(body));
    return { faults: faults.list() };
  },
  "DELETE /_fake/faults": ({ faults }) => {
    faults.clear();
    return undefined;
  },
  "GET /_fake/calls": ({ calls }) => ({ calls: Object.fromEntries(calls) }),
  "GET /_fake/settings": ({ world }) => ({ ...world.settings }),
  "POST /_fake/settings": ({ world }, body) => {
    world.change(settingsChangeSchema.parse(body));
    return { ...world.settings };
  },
  "POST /_fake/reset": (backstage) => {
    reset(backstage);
    return undefined;
  },
};

export function reset({ world, faults, calls }: Backstage): void {
  world.reset();
  faults.clear();
  calls.clear();
}

/** Answers a request to `/_fake/...`; these take no key, as the server listens on loopback only. */
export function control(backstage: Backstage, route: string, body: unknown): Answer {
  const action = controls[route];
  if (action === undefined) throw new Problem(404, "no such control");
  try {
    const answer = action(backstage, body);
    return answer === undefined ? { status: 204 } : { status: 200, body: answer };
  } catch (error) {
    if (error instanceof Problem) throw error;
    throw new Problem(400, error instanceof Error ? error.message : "not understood");
  }
}
