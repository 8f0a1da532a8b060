import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { text } from "node:stream/consumers";
import * as z from "zod/mini";
import { closeServer, listenOn } from "./listen.ts";
import { arnOf, SecretStore, type SecretStoreOptions, SecretsError } from "./secret-store.ts";

export interface LocalSecrets {
  port: number;
  /** Makes the next requests fail with a 500, as an outage would. */
  failNext(count: number): void;
  close(): Promise<void>;
}

const name = z.string().check(z.minLength(1), z.maxLength(512));
const optionalName = z.optional(name);
const getRequest = z.object({ SecretId: name, VersionStage: optionalName, VersionId: optionalName });
const describeRequest = z.object({ SecretId: name });
const createRequest = z.object({ Name: name, SecretString: z.optional(z.string()) });
const putRequest = z.object({
  SecretId: name,
  SecretString: z.string(),
  ClientRequestToken: optionalName,
  VersionStages: z.optional(z.array(name)),
});

/**
 * The part of Secrets Manager that functions and rotations use, reached by the real client: GetSecretValue,
 * PutSecretValue, CreateSecret and DescribeSecret over AWS JSON 1.1, strings only.
 * @throws PortTaken
 */
export async function startSecrets(options: SecretStoreOptions & { port: number }): Promise<LocalSecrets> {
  const store = new SecretStore(options);
  let failing = 0;
  const server = createServer((request, response) => {
    const outage = failing > 0;
    if (outage) failing--;
    answer(store, request, response, outage).catch(() => response.destroy());
  });
  const port = await listenOn(server, options.port);
  return {
    port,
    failNext: (count) => {
      failing = count;
    },
    close: () => closeServer(server),
  };
}

async function answer(store: SecretStore, request: IncomingMessage, response: ServerResponse, outage: boolean) {
  const body = await text(request);
  try {
    if (outage) throw new SecretsError("InternalServiceError", "An error occurred on the server side.");
    const target = String(request.headers["x-amz-target"] ?? "").replace(/^secretsmanager\./, "");
    send(response, 200, operate(store, target, JSON.parse(body)));
  } catch (error) {
    const known = error instanceof SecretsError ? error : new SecretsError("InvalidRequestException", "not understood");
    const status = known.code === "InternalServiceError" ? 500 : 400;
    send(response, status, { __type: known.code, Message: known.message, message: known.message });
  }
}

function operate(store: SecretStore, operation: string, input: unknown): Record<string, unknown> {
  switch (operation) {
    case "GetSecretValue":
      return getValue(store, parse(getRequest, input));
    case "DescribeSecret":
      return describe(store, parse(describeRequest, input));
    case "CreateSecret": {
      const { Name, SecretString } = parse(createRequest, input);
      return { ARN: arnOf(Name), Name, VersionId: store.create(Name, SecretString)?.id };
    }
    case "PutSecretValue": {
      const { SecretId, SecretString, ClientRequestToken, VersionStages } = parse(putRequest, input);
      const put = store.put(SecretId, SecretString, ClientRequestToken, VersionStages);
      return { ARN: arnOf(put.name), Name: put.name, VersionId: put.version.id, VersionStages: put.version.stages };
    }
    default:
      throw new SecretsError("UnknownOperationException", "this endpoint does not know the operation");
  }
}

function getValue(store: SecretStore, request: z.infer<typeof getRequest>) {
  const found = store.get(request.SecretId, request.VersionStage, request.VersionId);
  const { id, stages, value, createdAt } = found.version;
  return {
    ARN: arnOf(found.name),
    Name: found.name,
    VersionId: id,
    VersionStages: stages,
    SecretString: value,
    CreatedDate: createdAt / 1000,
  };
}

function describe(store: SecretStore, request: z.infer<typeof describeRequest>) {
  const found = store.describe(request.SecretId);
  const stages = found.secret.versions.map(({ id, stages }) => [id, stages]);
  return {
    ARN: arnOf(found.name),
    Name: found.name,
    CreatedDate: found.secret.createdAt / 1000,
    VersionIdsToStages: Object.fromEntries(stages),
  };
}

function parse<Output>(schema: z.ZodMiniType<Output>, input: unknown): Output {
  const result = schema.safeParse(input);
  if (!result.success) throw new SecretsError("InvalidParameterException", "a parameter is missing or malformed");
  return result.data;
}

function send(response: ServerResponse, status: number, body: Record<string, unknown>): void {
  response.writeHead(status, { "content-type": "application/x-amz-json-1.1" });
  response.end(JSON.stringify(body));
}
