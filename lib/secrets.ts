import { GetSecretValueCommand, type SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { RetryLater } from "./errors.ts";

const freshForMs = 5 * 60_000;
/** A secret that turned out wrong is read again at most this often, so that bad requests cannot drive up the bill. */
const rereadEveryMs = 60_000;

type Stage = "AWSCURRENT" | "AWSPREVIOUS";

/** What is valid under an id: the lines of a secret's current version, and those of the one before it. */
export interface Versions {
  current: string[];
  previous: string[];
}

interface Cached {
  versions: Promise<Versions>;
  readAt: number;
}

/**
 * Secrets, cached for five minutes. A failed read is never cached, and while one fails the last good value serves.
 * A secret holds one value a line; while one is rotated its previous version counts too.
 */
export class Secrets {
  readonly #client: SecretsManagerClient;
  readonly #now: () => number;
  readonly #cache = new Map<string, Cached>();
  readonly #distrustedAt = new Map<string, number>();

  constructor(client: SecretsManagerClient, now: () => number = Date.now) {
    this.#client = client;
    this.#now = now;
  }

  /**
   * Everything that is valid under an id.
   * @throws RetryLater `secret_unavailable` when it cannot be read, `secret_empty` when nobody has filled it yet
   */
  async versions(id: string): Promise<Versions> {
    const cached = this.#cache.get(id);
    if (cached && this.#now() - cached.readAt < freshForMs) return cached.versions;
    return this.#read(id, cached);
  }

  /** The lines of the current version, then those of the previous one. @throws as `versions` */
  async values(id: string): Promise<string[]> {
    const { current, previous } = await this.versions(id);
    return [...new Set([...current, ...previous])];
  }

  /** The newest value under an id. @throws as `versions` */
  async value(id: string): Promise<string> {
    const [newest] = await this.values(id);
    if (newest === undefined) throw empty(id);
    return newest;
  }

  /** Says that the cached values were not accepted. Returns whether they will be read again: at most once a minute. */
  distrust(id: string): boolean {
    const last = this.#distrustedAt.get(id) ?? Number.NEGATIVE_INFINITY;
    const cached = this.#cache.get(id);
    if (!cached || this.#now() - last < rereadEveryMs) return false;
    this.#distrustedAt.set(id, this.#now());
    cached.readAt = Number.NEGATIVE_INFINITY;
    return true;
  }

  #read(id: string, previous: Cached | undefined): Promise<Versions> {
    // Everybody who asks meanwhile shares this read, and what it falls back to.
    const versions = this.#fetch(id).catch((error: unknown) => {
      if (this.#cache.get(id) === entry) this.#restore(id, previous);
      if (previous) return previous.versions;
      throw error;
    });
    const entry: Cached = { versions, readAt: this.#now() };
    this.#cache.set(id, entry);
    return versions;
  }

  async #fetch(id: string): Promise<Versions> {
    const [current, previous] = await Promise.all([this.#version(id, "AWSCURRENT"), this.#version(id, "AWSPREVIOUS")]);
    if (current.length === 0 && previous.length === 0) throw empty(id);
    return { current, previous };
  }

  #restore(id: string, previous: Cached | undefined): void {
    // The old value serves for another minute before the next attempt: an outage must not add a slow read to each event.
    if (previous)
      this.#cache.set(id, { versions: previous.versions, readAt: this.#now() - freshForMs + rereadEveryMs });
    else this.#cache.delete(id);
  }

  async #version(id: string, stage: Stage): Promise<string[]> {
    try {
      const answer = await this.#client.send(new GetSecretValueCommand({ SecretId: id, VersionStage: stage }));
      return (answer.SecretString ?? "")
        .split("\n")
        .map((line) => line.trim())
        .filter((line) => line !== "");
    } catch (error) {
      // No previous version, or none at all yet: that is an empty secret, not an outage.
      if (error instanceof Error && error.name === "ResourceNotFoundException") return [];
      throw new RetryLater("secret_unavailable", { message: `secret ${id} cannot be read`, cause: error });
    }
  }
}

function empty(id: string): RetryLater {
  return new RetryLater("secret_empty", { message: `secret ${id} is empty: put its value into Secrets Manager` });
}
