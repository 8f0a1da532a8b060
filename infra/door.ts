import { RemovalPolicy, Validations } from "aws-cdk-lib";
import { AccessLogFormat } from "aws-cdk-lib/aws-apigateway";
import { HttpApi, HttpMethod, HttpStage, LogGroupLogDestination } from "aws-cdk-lib/aws-apigatewayv2";
import { HttpLambdaIntegration } from "aws-cdk-lib/aws-apigatewayv2-integrations";
import type { IFunction } from "aws-cdk-lib/aws-lambda";
import { FilterPattern, LogGroup, RetentionDays } from "aws-cdk-lib/aws-logs";
import { Construct } from "constructs";
import { metricNames } from "../lib/telemetry.ts";

/**
 * Far above what the sources send (Okta stops at 400,000 events a day, 5 a second): a 429 loses an Okta event. It only
 * keeps a flood from using up the account's concurrency.
 */
const throttle = { rateLimit: 200, burstLimit: 400 };

/** No body, header or query: what a webhook says about people is nowhere in it. */
const accessLogFormat = AccessLogFormat.custom(
  JSON.stringify({
    at: "$context.requestTime",
    requestId: "$context.requestId",
    ip: "$context.identity.sourceIp",
    route: "$context.routeKey",
    status: "$context.status",
    ms: "$context.responseLatency",
    bytes: "$context.responseLength",
    integrationError: "$context.integrationErrorMessage",
  }),
);

/** The HTTPS way in: webhooks of every source, and a health check. Counts in the namespace what it throttles. */
export function addDoor(
  scope: Construct,
  ingest: IFunction,
  { metricNamespace }: { metricNamespace: string },
): HttpApi {
  const construct = new Construct(scope, "Door");
  const api = new HttpApi(construct, "Api", {
    createDefaultStage: false,
    description: "Webhooks of joiners and leavers",
  });
  const integration = new HttpLambdaIntegration("Ingest", ingest);
  const webhooks = {
    path: "/webhooks/{source}",
    methods: [HttpMethod.GET, HttpMethod.POST, HttpMethod.OPTIONS],
    integration,
  };
  const health = { path: "/health", methods: [HttpMethod.GET], integration };
  for (const route of [...api.addRoutes(webhooks), ...api.addRoutes(health)]) {
    Validations.of(route).acknowledge({
      id: "AwsSolutions-APIG4",
      reason:
        "Senders sign requests or carry a shared secret, which ingest checks on the raw bytes; /health tells nothing.",
    });
  }
  const logs = addAccessLog(construct, metricNamespace);
  new HttpStage(construct, "Stage", {
    httpApi: api,
    stageName: "$default",
    autoDeploy: true,
    throttle,
    accessLogSettings: { destination: new LogGroupLogDestination(logs), format: accessLogFormat },
  });
  return api;
}

function addAccessLog(scope: Construct, metricNamespace: string): LogGroup {
  const logs = new LogGroup(scope, "AccessLog", {
    retention: RetentionDays.THREE_MONTHS,
    removalPolicy: RemovalPolicy.DESTROY,
  });
  logs.addMetricFilter("Throttled", {
    filterPattern: FilterPattern.stringValue("$.status", "=", "429"),
    metricNamespace,
    metricName: metricNames.throttled,
    metricValue: "1",
  });
  return logs;
}
