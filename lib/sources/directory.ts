import type { CallOptions } from "../http/transport.ts";

/**
 * Whether somebody should have access, as far as a source is concerned. `pending` is who has been hired and is not there
 * yet, `outside` who is there and in none of the configured groups and apps, `inactive` who has left. A status that nobody
 * knows counts as `active`: a word of the future removes no one.
 */
export type Access = "active" | "pending" | "outside" | "inactive";

/** A person as a source's own API describes them. */
export interface SourcePerson {
  externalId: string;
  /** As the source writes it; left out where it has none. */
  email: string | undefined;
  name?: string | undefined;
  access: Access;
  /** Names of the groups they are in, where these were read. */
  groups?: string[] | undefined;
  department?: string | undefined;
}

/** A part of a listing; `next` leads to the next part, and is left out with the last. */
export interface DirectoryPage {
  people: SourcePerson[];
  next: string | undefined;
}

/** What a source's own API can be asked. Every method throws ApiException, and what reading the secret throws. */
export interface Directory {
  /** One person; `undefined` when the source says that it does not know them (any more). */
  lookup(externalId: string, options?: CallOptions): Promise<SourcePerson | undefined>;
  /**
   * A part of the listing of everybody who should have access, the first one without a cursor. Others may be in it as
   * well: `access` is what counts.
   */
  list?(cursor: string | undefined, options?: CallOptions): Promise<DirectoryPage>;
  /** Has the source send its notifications for a while longer, where these end otherwise. */
  subscribe?(options?: CallOptions): Promise<"created" | "renewed">;
}

/** Where a source's notifications go, and what proves that they are the source's. */
export interface Webhook {
  url: string;
  secret: () => Promise<string>;
}

/** How a source's API is reached. */
export interface ApiAccess {
  /** Instead of the configured or the provider's own address: a laptop's stand-in for all of them. */
  baseUrl: string | undefined;
  /** The credential, asked for before every request. */
  secret: () => Promise<string>;
  /** Left out where nobody subscribes. */
  webhook?: Webhook | undefined;
}
