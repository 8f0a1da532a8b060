import { userInfo } from "node:os";
import { GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import type { Target } from "./connection.ts";
import { describeFailure } from "./failure.ts";

/** Who works at this terminal. */
export interface Caller {
  /** As it is written down: a name, and whom AWS takes them for. */
  by: string;
  /** What tells two people apart: the AWS principal where there is one, else the name. */
  principal: string;
}

const patienceMs = 3_000;

/** What the machine calls the operator; a container may run as somebody without a name. */
export function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return "somebody without a name";
  }
}

/**
 * Tells who the operator is. On AWS the name alone would be anybody's to choose, so the principal of their credentials stands
 * beside it: it is what tells two people apart. Only where emulators stand for AWS may there be no STS.
 * @throws Error on AWS, when STS does not say
 */
export async function callerOf(
  { isOnAws, isEmulated }: Pick<Target, "isOnAws" | "isEmulated">,
  name = userName(),
): Promise<Caller> {
  if (!isOnAws) return { by: name, principal: name };
  try {
    const arn = await askSts();
    return { by: `${name} (${arn})`, principal: arn };
  } catch (cause) {
    if (isEmulated) return { by: name, principal: name };
    throw new Error(`nothing was done: AWS does not say who you are: ${describeFailure(cause)}`);
  }
}

async function askSts(): Promise<string> {
  const client = new STSClient({ maxAttempts: 1 });
  const options = { abortSignal: AbortSignal.timeout(patienceMs) };
  const { Arn } = await client.send(new GetCallerIdentityCommand({}), options);
  if (Arn === undefined) throw new Error("STS names nobody");
  return Arn;
}
