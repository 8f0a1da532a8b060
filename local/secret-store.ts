import { createHash, randomUUID } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import * as z from "zod/mini";
import { account, region } from "./environment.ts";

const versionSchema = z.object({
  id: z.string(),
  stages: z.array(z.string()),
  value: z.string(),
  createdAt: z.number(),
});
const secretSchema = z.object({ createdAt: z.number(), versions: z.array(versionSchema) });
const fileSchema = z.record(z.string(), secretSchema);
type Version = z.infer<typeof versionSchema>;
type Secret = z.infer<typeof secretSchema>;

/** What Secrets Manager answers instead; `code` is its exception's name. Messages never hold a value. */
export class SecretsError extends Error {
  override readonly name = "SecretsError";
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

export interface SecretStoreOptions {
  /** What the secrets hold until somebody changes them. */
  initial: Readonly<Record<string, string>>;
  /** Secrets that come from outside: they win over the file and are never written to it. */
  pinned?: Readonly<Record<string, string>> | undefined;
  /** Where changed secrets are kept, readable by the owner only; in memory without. */
  file?: string | undefined;
}

/** Secrets with versions and stages, as Secrets Manager keeps them: putting a value makes the old one AWSPREVIOUS. */
export class SecretStore {
  readonly #secrets = new Map<string, Secret>();
  readonly #changed = new Set<string>();
  readonly #options: SecretStoreOptions;

  /** @throws Error when the file is not one of ours */
  constructor(options: SecretStoreOptions) {
    this.#options = options;
    const { initial, pinned = {}, file } = options;
    for (const [name, value] of Object.entries(initial)) this.#secrets.set(name, firstVersion(value));
    if (file !== undefined && existsSync(file)) this.#load(file);
    for (const [name, value] of Object.entries(pinned)) this.#secrets.set(name, firstVersion(value));
  }

  /** @throws SecretsError ResourceNotFoundException */
  get(id: string, stage = "AWSCURRENT", versionId?: string): { name: string; version: Version } {
    const { name, secret } = this.describe(id);
    const version = secret.versions.find((one) =>
      versionId === undefined ? one.stages.includes(stage) : one.id === versionId,
    );
    if (!version) {
      throw new SecretsError(
        "ResourceNotFoundException",
        `Secrets Manager can't find the secret value for ${versionId ?? stage}`,
      );
    }
    return { name, version };
  }

  /** @param id a name or an ARN. @throws SecretsError ResourceNotFoundException */
  describe(id: string): { name: string; secret: Secret } {
    const name = this.#secrets.has(id) ? id : [...this.#secrets.keys()].find((one) => arnOf(one) === id);
    const secret = name === undefined ? undefined : this.#secrets.get(name);
    if (name === undefined || !secret) {
      throw new SecretsError("ResourceNotFoundException", "Secrets Manager can't find the specified secret.");
    }
    return { name, secret };
  }

  /** @throws SecretsError ResourceExistsException */
  create(name: string, value: string | undefined): Version | undefined {
    if (this.#secrets.has(name)) throw new SecretsError("ResourceExistsException", "a secret of that name exists");
    const secret = value === undefined ? { createdAt: Date.now(), versions: [] } : firstVersion(value);
    this.#secrets.set(name, secret);
    this.#save(name);
    return secret.versions[0];
  }

  /**
   * Adds a version and moves the stages to it. The same token with the same value again changes nothing.
   * @throws SecretsError ResourceNotFoundException, ResourceExistsException for a token that was used for another value
   */
  put(
    id: string,
    value: string,
    token: string = randomUUID(),
    stages = ["AWSCURRENT"],
  ): { name: string; version: Version } {
    const { name, secret } = this.describe(id);
    const known = secret.versions.find((one) => one.id === token);
    if (known && known.value !== value) throw new SecretsError("ResourceExistsException", "the token was used before");
    if (known) return { name, version: known };
    const version = { id: token, stages, value, createdAt: Date.now() };
    for (const old of secret.versions) {
      const wasCurrent = stages.includes("AWSCURRENT") && old.stages.includes("AWSCURRENT");
      const kept = old.stages.filter(
        (stage) => !stages.includes(stage) && !(stages.includes("AWSCURRENT") && stage === "AWSPREVIOUS"),
      );
      old.stages = wasCurrent ? [...kept, "AWSPREVIOUS"] : kept;
    }
    // Versions without a stage are deprecated: Secrets Manager may drop them at any time.
    secret.versions = [version, ...secret.versions.filter((old) => old.stages.length > 0)];
    this.#save(name);
    return { name, version };
  }

  #load(file: string): void {
    const saved = fileSchema.safeParse(JSON.parse(readFileSync(file, "utf8")));
    if (!saved.success) throw new Error(`${file} does not hold local secrets`);
    for (const [name, secret] of Object.entries(saved.data)) {
      this.#secrets.set(name, secret);
      this.#changed.add(name);
    }
  }

  #save(name: string): void {
    const { file, pinned = {} } = this.#options;
    this.#changed.add(name);
    if (file === undefined) return;
    const kept = [...this.#secrets].filter(([one]) => this.#changed.has(one) && !(one in pinned));
    mkdirSync(dirname(file), { recursive: true });
    // Renamed into place, so that a kill leaves the old file or the new one.
    writeFileSync(`${file}.new`, JSON.stringify(Object.fromEntries(kept)), { mode: 0o600 });
    renameSync(`${file}.new`, file);
  }
}

/** An ARN as Secrets Manager makes them, with six characters after the name; the same ones after a restart. */
export function arnOf(name: string): string {
  const suffix = createHash("sha256").update(name).digest("hex").slice(0, 6);
  return `arn:aws:secretsmanager:${region}:${account}:secret:${name}-${suffix}`;
}

function firstVersion(value: string): Secret {
  const createdAt = Date.now();
  return { createdAt, versions: [{ id: randomUUID(), stages: ["AWSCURRENT"], value, createdAt }] };
}
