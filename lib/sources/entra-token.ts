import * as z from "zod/mini";
import { ApiException } from "../http/errors.ts";
import type { entraApi } from "./api-options.ts";
import type { ApiAccess } from "./directory.ts";
import { DirectoryClient } from "./directory-client.ts";

const tokenSchema = z.object({ access_token: z.string(), expires_in: z.number() });

/** A token is not used any more when it has less than this to live: a call must not outlive it. */
const marginMs = 5 * 60_000;

/** An app's own access token for Microsoft Graph (OAuth 2.0 client credentials), kept for as long as it is good. */
export class EntraToken {
  readonly #client: DirectoryClient;
  readonly #api: z.infer<typeof entraApi>;
  readonly #access: ApiAccess;
  readonly #now: () => number;
  #cached: { token: Promise<string>; goodUntil: number } | undefined;

  constructor(api: z.infer<typeof entraApi>, access: ApiAccess, now: () => number = Date.now) {
    this.#client = new DirectoryClient({ baseUrl: access.baseUrl ?? api.loginUrl, isGone: () => false });
    this.#api = api;
    this.#access = access;
    this.#now = now;
  }

  /** @throws ApiException of kind `authentication` when the client secret is not accepted, and others */
  async value(): Promise<string> {
    if (this.#cached !== undefined && this.#now() < this.#cached.goodUntil) return this.#cached.token;
    const cached = { token: this.#ask(), goodUntil: Number.POSITIVE_INFINITY };
    this.#cached = cached;
    cached.token.catch(() => this.forget());
    return cached.token;
  }

  /** To be called when Graph does not accept it. */
  forget(): void {
    this.#cached = undefined;
  }

  async #ask(): Promise<string> {
    const { tenantId, clientId, baseUrl } = this.#api;
    const path = "/{tenant}/oauth2/v2.0/token";
    const body = new URLSearchParams({
      grant_type: "client_credentials",
      client_id: clientId,
      client_secret: await this.#access.secret(),
      scope: `${baseUrl}/.default`,
    });
    const asked = this.#client.read(tokenSchema, { path, target: `/${tenantId}/oauth2/v2.0/token`, body });
    const { value } = await asked.catch((error: unknown) => {
      throw refusedToken(error);
    });
    const goodUntil = this.#now() + value.expires_in * 1000 - marginMs;
    if (this.#cached !== undefined) this.#cached.goodUntil = goodUntil;
    return value.access_token;
  }
}

// A wrong client secret is a 400 or a 401, by the reason. Neither is the fault of the event that is being worked.
function refusedToken(error: unknown): unknown {
  if (!(error instanceof ApiException) || error.kind !== "invalid") return error;
  const { method, path, status, title } = error;
  return new ApiException({ method, path, status, title, kind: "authentication", ambiguous: false }, { cause: error });
}
