import { createHash, timingSafeEqual } from "node:crypto";
import { Logger } from "@aws-lambda-powertools/logger";
import { injectLambdaContext } from "@aws-lambda-powertools/logger/middleware";
import { Metrics, MetricUnit } from "@aws-lambda-powertools/metrics";
import { logMetrics } from "@aws-lambda-powertools/metrics/middleware";
import { SendMessageBatchCommand, SQSClient } from "@aws-sdk/client-sqs";
import middy from "@middy/core";
import type { APIGatewayProxyEventV2 } from "aws-lambda";
import { z } from "zod";
import type { Event } from "./event.ts";
import { readSecret } from "./secret.ts";

/** The kitchen worker's webhook: Okta's event hooks, authenticated, validated, and queued in order. */
const environment = z
  .object({ OKTA_SECRET_ID: z.string(), LEAVERS_QUEUE_URL: z.url(), CHANGES_QUEUE_URL: z.url() })
  .parse(process.env);

const logger = new Logger({ serviceName: "kitchen-ingest" });
const metrics = new Metrics({ namespace: "Kitchen", serviceName: "kitchen-ingest" });
const sqs = new SQSClient({});

const hookSchema = z.object({
  data: z.object({
    events: z.array(
      z.object({
        uuid: z.string(),
        published: z.iso.datetime({ offset: true }),
        eventType: z.string(),
        target: z.array(
          z.object({ id: z.string(), type: z.string(), alternateId: z.string(), displayName: z.string().nullable() }),
        ),
      }),
    ),
  }),
});

const kinds = new Map<string, Event["kind"]>([
  ["user.lifecycle.activate", "joiner"],
  ["user.account.update_profile", "mover"],
  ["user.lifecycle.deactivate", "leaver"],
]);

async function ingest(request: APIGatewayProxyEventV2) {
  const secret = await readSecret(environment.OKTA_SECRET_ID);
  if (!isSame(request.headers.authorization ?? "", secret)) return { statusCode: 401, body: "" };
  const hook = hookSchema.safeParse(JSON.parse(request.body ?? ""));
  if (!hook.success) return { statusCode: 400, body: JSON.stringify(z.flattenError(hook.error)) };
  const events = hook.data.data.events.flatMap(toEvent);
  const isLeaver = ({ kind }: Event) => kind === "leaver";
  await send(environment.LEAVERS_QUEUE_URL, events.filter(isLeaver));
  await send(
    environment.CHANGES_QUEUE_URL,
    events.filter((event) => !isLeaver(event)),
  );
  metrics.addMetric("EventsReceived", MetricUnit.Count, events.length);
  for (const { id, kind } of events) logger.info("received", { event: id, kind });
  return { statusCode: 200, body: "" };
}

type LogEvent = z.infer<typeof hookSchema>["data"]["events"][number];

function toEvent({ uuid, published, eventType, target }: LogEvent): Event[] {
  const kind = kinds.get(eventType);
  const user = target.find(({ type }) => type === "User");
  if (kind === undefined || user === undefined) return [];
  const receivedAt = new Date().toISOString();
  const person = { email: user.alternateId.toLowerCase(), name: user.displayName ?? user.alternateId };
  return [{ id: `okta:${uuid}`, source: "okta", kind, occurredAt: published, receivedAt, person }];
}

async function send(QueueUrl: string, events: Event[]): Promise<void> {
  for (let start = 0; start < events.length; start += 10) {
    const Entries = events.slice(start, start + 10).map((event, index) => ({
      Id: String(index),
      MessageBody: JSON.stringify(event),
      MessageGroupId: digest(event.person.email).toString("hex"),
      MessageDeduplicationId: digest(event.id).toString("hex"),
    }));
    const { Failed = [] } = await sqs.send(new SendMessageBatchCommand({ QueueUrl, Entries }));
    if (Failed.length > 0) throw new Error(`SQS refused ${Failed.length} entries`);
  }
}

function isSame(left: string, right: string): boolean {
  return timingSafeEqual(digest(left), digest(right));
}

function digest(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}

export const handler = middy<APIGatewayProxyEventV2>()
  .use(injectLambdaContext(logger))
  .use(logMetrics(metrics, { captureColdStartMetric: true }))
  .handler(ingest);
