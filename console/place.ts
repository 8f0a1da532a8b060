import type { Target } from "../ops/connection.ts";

/** Which stack the console looks at, for its header: whoever decides something there must not mistake one for another. */
export interface Place {
  isLocal: boolean;
  /** The stack's name, or what was given to find it. */
  name: string;
  mode: string;
  /** Whether the deployed mode is another than that of the configuration at hand. */
  isOtherMode: boolean;
  account?: string;
  region?: string;
  /** As given to `cdk deploy -c stage=`; left out where the stack's name does not tell. */
  stage?: string;
}

/** Tells it from the stack's own outputs, whatever the operator's credentials are for. Nothing is asked. */
export async function placeOf({
  where,
  environment,
  config,
  mode,
  sqs,
  isOnAws,
  metricNamespace,
}: Target): Promise<Place> {
  const about = { mode, isOtherMode: mode !== config.mode };
  if (!isOnAws) return { ...about, isLocal: true, name: where };
  const [, , , arnRegion, arnAccount] = environment.ARIZE_SECRET_ID.split(":");
  const account = arnAccount || new URL(environment.LEAVERS_QUEUE_URL).pathname.match(/\/(\d{12})\//)?.[1];
  const region = arnRegion || (await sqs.config.region());
  const name = metricNamespace ?? where;
  const stage = name.match(/^ArizeUserLifecycle-(\w+)$/)?.[1]?.toLowerCase();
  return { ...about, isLocal: false, name, region, ...(account && { account }), ...(stage && { stage }) };
}
