import { userInfo } from "node:os";
import { GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import type { Target } from "./connection.ts";

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
 * beside it; an emulator may have no STS.
 */
export async function callerOf({ isOnAws }: Pick<Target, "isOnAws">, name = userName()): Promise<Caller> {
  const arn = isOnAws ? await askSts() : undefined;
  return arn === undefined ? { by: name, principal: name } : { by: `${name} (${arn})`, principal: arn };
}

async function askSts(): Promise<string | undefined> {
  const client = new STSClient({ maxAttempts: 1 });
  const options = { abortSignal: AbortSignal.timeout(patienceMs) };
  const answer = client.send(new GetCallerIdentityCommand({}), options);
  return answer.then(({ Arn }) => Arn).catch(() => undefined);
}
