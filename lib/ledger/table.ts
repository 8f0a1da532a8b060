import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { DynamoDBDocumentClient, QueryCommand, ScanCommand } from "@aws-sdk/lib-dynamodb";
import { RetryLater } from "../errors.ts";

/** The ledger's one table, with what is said about its failures translated once. */
export class LedgerTable {
  readonly name: string;
  readonly #client: DynamoDBDocumentClient;

  constructor(name: string, client: DynamoDBClient = new DynamoDBClient()) {
    this.name = name;
    this.#client = DynamoDBDocumentClient.from(client, { marshallOptions: { removeUndefinedValues: true } });
  }

  /**
   * Runs one request.
   * @throws RetryLater `ledger_unavailable`; a lost condition is not a failure, see `won`
   */
  async run<Answer>(request: (client: DynamoDBDocumentClient) => Promise<Answer>): Promise<Answer> {
    try {
      return await request(this.#client);
    } catch (error) {
      if (isLostCondition(error)) throw error;
      const name = error instanceof Error ? error.name : "unknown";
      throw new RetryLater("ledger_unavailable", { message: `the ledger answered ${name}`, cause: error });
    }
  }

  /** Everything under a key condition, in order, read consistently. @throws as `run` */
  async queryAll(condition: string, values: Record<string, string>): Promise<Record<string, unknown>[]> {
    const items: Record<string, unknown>[] = [];
    let ExclusiveStartKey: Record<string, unknown> | undefined;
    do {
      const query = new QueryCommand({
        TableName: this.name,
        KeyConditionExpression: condition,
        ExpressionAttributeValues: values,
        ExclusiveStartKey,
        ConsistentRead: true,
      });
      const page = await this.run((client) => client.send(query));
      items.push(...(page.Items ?? []));
      ExclusiveStartKey = page.LastEvaluatedKey;
    } while (ExclusiveStartKey);
    return items;
  }

  /**
   * Everything in the table, a page at a time: for what is asked rarely and about everybody, such as evidence.
   * @throws as `run`
   */
  async *scan(): AsyncGenerator<Record<string, unknown>[], void> {
    let ExclusiveStartKey: Record<string, unknown> | undefined;
    do {
      const scan = new ScanCommand({ TableName: this.name, ExclusiveStartKey });
      const page = await this.run((client) => client.send(scan));
      yield page.Items ?? [];
      ExclusiveStartKey = page.LastEvaluatedKey;
    } while (ExclusiveStartKey);
  }

  /** Runs a conditional write: its answer, or `undefined` when its condition did not hold. @throws as `run` */
  async won<Answer>(request: (client: DynamoDBDocumentClient) => Promise<Answer>): Promise<Answer | undefined> {
    try {
      return await this.run(request);
    } catch (error) {
      if (isLostCondition(error)) return undefined;
      throw error;
    }
  }
}

function isLostCondition(error: unknown): boolean {
  return error instanceof Error && error.name === "ConditionalCheckFailedException";
}
