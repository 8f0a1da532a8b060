import { RemovalPolicy, Validations } from "aws-cdk-lib";
import { CfnSecret, Secret } from "aws-cdk-lib/aws-secretsmanager";
import { Construct } from "constructs";
import { type LifecycleConfig, subscribing } from "../lib/config.ts";

/** The ARNs of the secrets. */
export interface LifecycleSecrets {
  arize: string;
  identity: string;
  /** By source name; one for each source that the configuration has. */
  sources: Record<string, string>;
  /** By source name; one for each source whose own API is read. */
  apis: Record<string, string>;
  /** Those of the sources, where the source has to be told what its webhooks shall carry. */
  told: string[];
}

/**
 * The secrets, encrypted with the account's own Secrets Manager key. Those whose values come from elsewhere are created
 * without one: a generated value would look as if somebody had filled it in.
 */
export function addSecrets(scope: Construct, config: LifecycleConfig): LifecycleSecrets {
  const secrets = new Construct(scope, "Secrets");
  const configured = Object.entries(config.sources).filter(([, options]) => options !== undefined);
  const sources = Object.fromEntries(
    configured.map(([name]) => [
      name,
      emptySecret(secrets, idOf("Source", name), `What proves that webhooks are from ${name}`),
    ]),
  );
  return {
    arize: emptySecret(secrets, "Arize", "API key of an account admin at Arize"),
    identity: addIdentityKey(secrets),
    sources,
    apis: Object.fromEntries(
      configured
        .filter(([, options]) => options !== undefined && "api" in options && options.api !== undefined)
        .map(([name]) => [name, emptySecret(secrets, idOf("Api", name), `What the people at ${name} are read with`)]),
    ),
    told: subscribing(config).flatMap((name) => sources[name] ?? []),
  };
}

function emptySecret(scope: Construct, id: string, description: string): string {
  const secret = new CfnSecret(scope, id, { description });
  Validations.of(secret).acknowledge({
    id: "AwsSolutions-SMG4",
    reason:
      "Issued by another service, which Secrets Manager cannot make rotate it; rotated by hand as the README says.",
  });
  return secret.ref;
}

function addIdentityKey(scope: Construct): string {
  const secret = new Secret(scope, "Identity", {
    description: "Keys the hashes that stand for people in the ledger. Never change it",
    generateSecretString: { passwordLength: 64, excludePunctuation: true },
    // Without it nobody in the retained ledger is ever found again.
    removalPolicy: RemovalPolicy.RETAIN,
  });
  Validations.of(secret).acknowledge({
    id: "AwsSolutions-SMG4",
    reason: "Must never change: the ledger finds people by hashes that this key makes.",
  });
  return secret.secretArn;
}

function idOf(purpose: "Source" | "Api", source: string): string {
  return `${purpose}${source.charAt(0).toUpperCase()}${source.slice(1)}`;
}
