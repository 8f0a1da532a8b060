import type { CallOptions } from "../arize/transport.ts";

/** A person as a source's own API describes them. */
export interface SourcePerson {
  externalId: string;
  /** As the source writes it; left out where it has none. */
  email: string | undefined;
  name?: string | undefined;
  /** Whether they should have access, as far as this source is concerned. A word nobody knows counts as yes. */
  active: boolean;
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
   * well: `active` is what counts.
   */
  list?(cursor: string | undefined, options?: CallOptions): Promise<DirectoryPage>;
}

/** How a source's API is reached. */
export interface ApiAccess {
  /** Instead of the configured or the provider's own address: a laptop's stand-in for all of them. */
  baseUrl: string | undefined;
  /** The credential, asked for before every request. */
  secret: () => Promise<string>;
}
