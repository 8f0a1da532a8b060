import {
  createClient,
  createUser,
  deleteUser,
  getUser,
  listUsers,
  NotFoundError,
  updateUser,
} from "@arizeai/ax-client";
import { processPartialResponse, SqsFifoPartialProcessorAsync } from "@aws-lambda-powertools/batch";
import { Logger } from "@aws-lambda-powertools/logger";
import { injectLambdaContext } from "@aws-lambda-powertools/logger/middleware";
import { Metrics, MetricUnit } from "@aws-lambda-powertools/metrics";
import { logMetrics } from "@aws-lambda-powertools/metrics/middleware";
import middy from "@middy/core";
import type { SQSBatchResponse, SQSEvent, SQSRecord } from "aws-lambda";
import { z } from "zod";
import { type Event, eventSchema } from "./event.ts";
import { claim, record } from "./ledger.ts";
import { readSecret } from "./secret.ts";

/** The kitchen worker: claims an event, looks the person up, invites, updates or removes them, and writes it down. */
const environment = z
  .object({ ARIZE_SECRET_ID: z.string(), ARIZE_BASE_URL: z.url(), LEDGER_TABLE_NAME: z.string() })
  .parse(process.env);

const logger = new Logger({ serviceName: "kitchen-provision" });
const metrics = new Metrics({ namespace: "Kitchen", serviceName: "kitchen-provision" });
const processor = new SqsFifoPartialProcessorAsync();

let opened: ReturnType<typeof createClient> | undefined;

async function open() {
  const apiKey = await readSecret(environment.ARIZE_SECRET_ID);
  opened ??= createClient({ apiKey, baseUrl: environment.ARIZE_BASE_URL });
  return opened;
}
type Client = Awaited<ReturnType<typeof open>>;

async function work({ body }: SQSRecord): Promise<void> {
  const event = eventSchema.parse(JSON.parse(body));
  const outcome = (await claim(environment.LEDGER_TABLE_NAME, event)) ? await act(event) : "stale";
  if (outcome !== "stale") await record(environment.LEDGER_TABLE_NAME, event, outcome);
  metrics.addMetric("EventsFinished", MetricUnit.Count, 1);
  logger.info("finished", { event: event.id, kind: event.kind, outcome });
}

async function act(event: Event): Promise<string> {
  const client = await open();
  const { email } = event.person;
  const { data } = await listUsers({ client, email, limit: 100 });
  const user = data.find((one) => one.email.toLowerCase() === email.toLowerCase());
  if (event.kind === "joiner") return user === undefined || user.status === "EXPIRED" ? invite(event, client) : "none";
  if (user === undefined) return "none";
  if (event.kind === "leaver") return remove(user.id, client);
  const { name = user.name, isDeveloper = user.isDeveloper } = event.person;
  await updateUser({ client, userId: user.id, name, isDeveloper });
  return "updated";
}

async function invite({ person }: Event, client: Client): Promise<string> {
  const { email, name = email, role = "member" } = person;
  const names = { admin: "ADMIN", member: "MEMBER", annotator: "ANNOTATOR" } as const;
  await createUser({
    client,
    name,
    email,
    role: { type: "PREDEFINED", name: names[role] },
    inviteMode: "EMAIL_LINK",
  });
  return "invited";
}

async function remove(userId: string, client: Client): Promise<string> {
  await deleteUser({ client, userId });
  try {
    await getUser({ client, userId });
  } catch (error) {
    if (error instanceof NotFoundError) return "removed";
    throw error;
  }
  throw new Error("deleted, but still there");
}

export const handler = middy<SQSEvent, SQSBatchResponse>()
  .use(injectLambdaContext(logger))
  .use(logMetrics(metrics, { captureColdStartMetric: true }))
  .handler((event, context) => processPartialResponse(event, work, processor, { context }));
