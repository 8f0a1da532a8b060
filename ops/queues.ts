import { GetQueueAttributesCommand, type QueueAttributeName } from "@aws-sdk/client-sqs";
import type { Lane } from "../lib/queue.ts";
import type { Target } from "./connection.ts";

/** What lies on a lane, and on its dead-letter queue. SQS counts approximately. */
export interface LaneCounts {
  lane: Lane;
  queued: number;
  working: number;
  deadLetters: number;
}

/** Counts both lanes. @throws Error when SQS does not answer */
export async function countLanes(target: Target): Promise<LaneCounts[]> {
  const { environment } = target;
  return Promise.all([
    countLane("leavers", environment.LEAVERS_QUEUE_URL, environment.LEAVERS_DLQ_URL, target),
    countLane("changes", environment.CHANGES_QUEUE_URL, environment.CHANGES_DLQ_URL, target),
  ]);
}

async function countLane(lane: Lane, url: string, deadLettersUrl: string, { sqs }: Target): Promise<LaneCounts> {
  const AttributeNames: QueueAttributeName[] = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"];
  const count = async (QueueUrl: string) => {
    const { Attributes = {} } = await sqs.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames }));
    const { ApproximateNumberOfMessages = 0, ApproximateNumberOfMessagesNotVisible = 0 } = Attributes;
    return { visible: Number(ApproximateNumberOfMessages), hidden: Number(ApproximateNumberOfMessagesNotVisible) };
  };
  const [queue, deadLetters] = await Promise.all([count(url), count(deadLettersUrl)]);
  return { lane, queued: queue.visible, working: queue.hidden, deadLetters: deadLetters.visible + deadLetters.hidden };
}
