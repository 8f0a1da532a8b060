import { GetSecretValueCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";

const client = new SecretsManagerClient({});
const cache = new Map<string, string>();

/** A secret, read once a process. */
export async function readSecret(id: string): Promise<string> {
  const cached = cache.get(id);
  if (cached !== undefined) return cached;
  const { SecretString = "" } = await client.send(new GetSecretValueCommand({ SecretId: id }));
  cache.set(id, SecretString);
  return SecretString;
}
