import * as z from "zod/mini";
import type { SourceName } from "../../lib/sources/index.ts";
import type { FaultInput } from "../../local/fake-arize/faults.ts";
import { makeHook, sendHook } from "../../local/hooks.ts";
import type { Told } from "../../test/fixtures/sources/fixture.ts";

/** Where the parts of a stack on this machine listen. */
export interface LaboratoryUrls {
  door: string;
  /** The fake, whose routes behind the scenes are used. */
  arize: string;
  sources: string;
}

const usersSchema = z.object({
  users: z.array(z.object({ id: z.string(), email: z.string(), name: z.string(), status: z.string() })),
});
const faultsSchema = z.object({ faults: z.array(z.looseObject({ route: z.string(), times: z.nullable(z.number()) })) });
const clockSchema = z.object({ now: z.string() });

/** What the fake Arize has, and what is about to go wrong with it. */
export interface LaboratoryState {
  users: z.infer<typeof usersSchema>["users"];
  faults: z.infer<typeof faultsSchema>["faults"];
  /** The fake's time, which may be ahead of everybody else's; ISO 8601. */
  clock: string;
}

/** The fakes of a stack on this machine, as somebody who tries things out handles them. */
export class Laboratory {
  readonly #urls: LaboratoryUrls;

  constructor(urls: LaboratoryUrls) {
    this.#urls = urls;
  }

  /** @throws TypeError when the fake does not answer */
  async state(): Promise<LaboratoryState> {
    const [{ users }, { faults }, { now }] = await Promise.all([
      this.#fake("GET", "users").then((answer) => usersSchema.parse(answer)),
      this.#fake("GET", "faults").then((answer) => faultsSchema.parse(answer)),
      this.#fake("POST", "clock", { advanceMs: 0 }).then((answer) => clockSchema.parse(answer)),
    ]);
    return { users, faults, clock: now };
  }

  /** Sends a hook as the source does. @returns what the door answered @throws Error when the source has no word for it */
  async send(told: Omit<Told, "externalId"> & { source: SourceName }): Promise<{ status: number; isOk: boolean }> {
    const { kind, email, source, name } = told;
    const said = name === undefined ? {} : { name };
    const hook = await makeHook(kind, email, source, said);
    const { status, ok } = await sendHook(hook, told, this.#urls);
    return { status, isOk: ok };
  }

  async breakArize(fault: FaultInput): Promise<void> {
    await this.#fake("POST", "faults", fault);
  }

  async mendArize(): Promise<void> {
    await this.#fake("DELETE", "faults");
  }

  /** Moves the fake's clock, for ever. */
  async advance(advanceMs: number): Promise<void> {
    await this.#fake("POST", "clock", { advanceMs });
  }

  /** The person accepts their invitation. @throws Error when there is none to accept */
  async accept(email: string): Promise<void> {
    await this.#fake("POST", "verify", { email });
  }

  async #fake(method: string, path: string, body?: object): Promise<unknown> {
    const response = await fetch(`${this.#urls.arize}/_fake/${path}`, {
      method,
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    if (!response.ok) throw new Error(`the fake Arize answered ${response.status}`);
    return response.status === 204 ? undefined : response.json();
  }
}
