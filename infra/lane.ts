import { Duration, Stack } from "aws-cdk-lib";
import { ArnPrincipal, Effect, type IRole, PolicyStatement, StarPrincipal } from "aws-cdk-lib/aws-iam";
import { EventSourceMapping, type IFunction } from "aws-cdk-lib/aws-lambda";
import { DeduplicationScope, FifoThroughputLimit, Queue, QueueEncryption, type QueueProps } from "aws-cdk-lib/aws-sqs";
import { Construct } from "constructs";
import type { Lane } from "../lib/queue.ts";

export interface LaneQueues {
  lane: Lane;
  queue: Queue;
  deadLetters: Queue;
}

/** Six times the worker's timeout of 60 s, as Lambda asks for; longer than the lease that a crashed worker leaves. */
export const visibilityTimeout = Duration.seconds(360);

/**
 * With waits of up to 15 minutes an outage of 24 hours costs a message about 230 receives, lost leases some more: it must
 * not be given up for that. Age parks it after four days; this many receives only catches what nobody thought of.
 */
export const maxReceiveCount = 1000;

/** A FIFO queue in high-throughput mode, its groups being people, and its dead-letter queue. */
export function addLane(scope: Construct, lane: Lane, options: { names: string | undefined }): LaneQueues {
  const construct = new Construct(scope, lane === "leavers" ? "Leavers" : "Changes");
  const named = (name: string) => (options.names === undefined ? {} : { queueName: `${options.names}-${name}.fifo` });
  const common: QueueProps = {
    fifo: true,
    encryption: QueueEncryption.SQS_MANAGED,
    enforceSSL: true,
    retentionPeriod: Duration.days(14),
  };
  const deadLetters = new Queue(construct, "DeadLetters", { ...common, ...named(`${lane}-dlq`) });
  const queue = new Queue(construct, "Queue", {
    ...common,
    ...named(lane),
    deduplicationScope: DeduplicationScope.MESSAGE_GROUP,
    fifoThroughputLimit: FifoThroughputLimit.PER_MESSAGE_GROUP_ID,
    visibilityTimeout,
    deadLetterQueue: { queue: deadLetters, maxReceiveCount },
  });
  return { lane, queue, deadLetters };
}

/** Feeds a lane to the worker, at most `maxConcurrency` batches at a time, so that one lane never takes it all. */
export function feed(worker: IFunction, { queue }: LaneQueues, maxConcurrency: number): void {
  new EventSourceMapping(queue, "Source", {
    target: worker,
    eventSourceArn: queue.queueArn,
    batchSize: 10,
    reportBatchItemFailures: true,
    maxConcurrency,
  });
}

/**
 * Names who may send: whoever can is able to have people deleted. Inside the account a policy of IAM can allow it as well,
 * unless operators' roles are listed; then everybody else is denied.
 */
export function nameSenders(queue: Queue, senders: readonly IRole[], operatorRoleArns: readonly string[]): void {
  const names = [...senders.map(({ roleArn }) => roleArn), ...operatorRoleArns];
  const actions = ["sqs:SendMessage"];
  const resources = [queue.queueArn];
  const principals = names.map((arn) => new ArnPrincipal(arn));
  queue.addToResourcePolicy(new PolicyStatement({ sid: "Senders", actions, resources, principals }));
  if (operatorRoleArns.length === 0) return;
  queue.addToResourcePolicy(
    new PolicyStatement({
      sid: "NobodyElse",
      effect: Effect.DENY,
      actions,
      resources,
      principals: [new StarPrincipal()],
      conditions: { ArnNotEquals: { "aws:PrincipalArn": names } },
    }),
  );
}

/** What the queues' names start with. */
export function namesOf(scope: Construct, explicit: boolean): string | undefined {
  return explicit ? Stack.of(scope).stackName : undefined;
}
