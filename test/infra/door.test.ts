import { describe, expect, it } from "vitest";
import { propertiesOf, resourcesOf, templateOf } from "../support/template.ts";

const template = templateOf();

describe("the door", () => {
  it("has four routes and no catch-all", () => {
    const keys = [...resourcesOf(template, "AWS::ApiGatewayV2::Route").values()].map(
      ({ Properties }) => Properties.RouteKey,
    );
    expect(keys.sort()).toEqual([
      "GET /health",
      "GET /webhooks/{source}",
      "OPTIONS /webhooks/{source}",
      "POST /webhooks/{source}",
    ]);
    template.hasResourceProperties("AWS::ApiGatewayV2::Integration", { PayloadFormatVersion: "2.0" });
  });

  it("throttles far above what sources send", () => {
    template.hasResourceProperties("AWS::ApiGatewayV2::Stage", {
      StageName: "$default",
      AutoDeploy: true,
      DefaultRouteSettings: { ThrottlingRateLimit: 200, ThrottlingBurstLimit: 400 },
    });
  });

  it("logs who came and what they were told, and nothing that they said", () => {
    const { AccessLogSettings } = propertiesOf(template, "AWS::ApiGatewayV2::Stage", "DoorStage");
    const fields: Record<string, string> = JSON.parse(Object(AccessLogSettings).Format);
    expect(Object.keys(fields).sort()).toEqual([
      "at",
      "bytes",
      "integrationError",
      "ip",
      "ms",
      "requestId",
      "route",
      "status",
    ]);
    expect(JSON.stringify(fields)).not.toMatch(/body|header|querystring|authorizer|path/i);
  });

  it("counts what it throttles beside the functions' own metrics", () => {
    template.hasResourceProperties("AWS::Logs::MetricFilter", {
      FilterPattern: '{ $.status = "429" }',
      MetricTransformations: [
        { MetricName: "WebhookThrottled", MetricNamespace: "ArizeUserLifecycle-Prod", MetricValue: "1" },
      ],
    });
  });
});
