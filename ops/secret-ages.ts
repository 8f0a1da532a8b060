import { DescribeSecretCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import type { Target } from "./connection.ts";

/** Whether a secret holds something, and since when; its value is not read. */
export interface SecretAge {
  name: string;
  /** `no` when nobody has put a value there yet, `?` when it cannot be looked at. */
  filled: "yes" | "no" | "?";
  days: number | undefined;
  problem?: string;
}

const dayMs = 86_400_000;

/** Looks at every secret of a stack, without reading one. */
export async function readSecretAges({ environment }: Target): Promise<SecretAge[]> {
  const client = new SecretsManagerClient({ maxAttempts: 2 });
  const ids = {
    arize: environment.ARIZE_SECRET_ID,
    identity: environment.IDENTITY_SECRET_ID,
    ...environment.SOURCE_SECRET_IDS,
    ...Object.fromEntries(
      Object.entries(environment.SOURCE_API_SECRET_IDS).map(([source, id]) => [`${source} API`, id]),
    ),
  };
  return Promise.all(Object.entries(ids).map(([name, id]) => describe(client, name, id)));
}

async function describe(client: SecretsManagerClient, name: string, SecretId: string): Promise<SecretAge> {
  try {
    const answer = await client.send(new DescribeSecretCommand({ SecretId }));
    const stages = Object.values(answer.VersionIdsToStages ?? {}).flat();
    const since = answer.LastChangedDate ?? answer.CreatedDate;
    const days = since === undefined ? undefined : Math.floor((Date.now() - since.getTime()) / dayMs);
    return { name, filled: stages.includes("AWSCURRENT") ? "yes" : "no", days };
  } catch (error) {
    return { name, filled: "?", days: undefined, problem: error instanceof Error ? error.name : "no answer" };
  }
}
