import { expect, it } from "vitest";
import { templateOf } from "../support/template.ts";

it("the ledger outlives mistakes: restorable, protected, retained, encrypted with a key that leaves a trace", () => {
  const template = templateOf();
  template.resourceCountIs("AWS::DynamoDB::Table", 1);
  template.hasResource("AWS::DynamoDB::Table", {
    DeletionPolicy: "Retain",
    UpdateReplacePolicy: "Retain",
    Properties: {
      BillingMode: "PAY_PER_REQUEST",
      DeletionProtectionEnabled: true,
      PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
      SSESpecification: { SSEEnabled: true },
      TimeToLiveSpecification: { AttributeName: "ttl", Enabled: true },
      KeySchema: [
        { AttributeName: "pk", KeyType: "HASH" },
        { AttributeName: "sk", KeyType: "RANGE" },
      ],
    },
  });
  expect(template.toJSON().Resources).not.toHaveProperty("TableName");
});

it("a restored table takes its place, for the functions and for what they may do", () => {
  const template = templateOf({ ledgerTableName: "restored-ledger" });
  template.resourceCountIs("AWS::DynamoDB::Table", 0);
  template.hasOutput("LedgerTableName", { Value: "restored-ledger" });
  expect(JSON.stringify(template.toJSON())).toContain(":table/restored-ledger");
});
