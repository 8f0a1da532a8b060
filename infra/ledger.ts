import { RemovalPolicy } from "aws-cdk-lib";
import { AttributeType, BillingMode, type ITable, Table, TableEncryption } from "aws-cdk-lib/aws-dynamodb";
import type { Construct } from "constructs";

/**
 * The ledger's table, or the restored one that is named. What it knows about removals cannot be had from anywhere else, so it outlives the stack, cannot be
 * deleted by mistake, and can be restored to any second of the last 35 days.
 */
export function addLedger(scope: Construct, restored: string | undefined): ITable {
  if (restored !== undefined) return Table.fromTableName(scope, "RestoredLedger", restored);
  return new Table(scope, "Ledger", {
    partitionKey: { name: "pk", type: AttributeType.STRING },
    sortKey: { name: "sk", type: AttributeType.STRING },
    billingMode: BillingMode.PAY_PER_REQUEST,
    encryption: TableEncryption.AWS_MANAGED,
    timeToLiveAttribute: "ttl",
    pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
    deletionProtection: true,
    removalPolicy: RemovalPolicy.RETAIN,
  });
}
