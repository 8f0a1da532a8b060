import { CfnOutput, Duration, Stack, type StackProps } from "aws-cdk-lib";
import type { Construct } from "constructs";
import { environmentSchema, type LifecycleConfig } from "../lib/config.ts";
import { addAlarms, addAlarmTopic } from "./alarms.ts";
import { addDashboard } from "./dashboard.ts";
import { addDoor } from "./door.ts";
import { environmentOf } from "./environment.ts";
import { addEvidenceKey, letSign } from "./evidence-key.ts";
import { type HouseFunction, houseFunction } from "./house-function.ts";
import { addLane, feed, nameSenders, namesOf } from "./lane.ts";
import { addLedger } from "./ledger.ts";
import { type FunctionName, permissionsOf, type Resources } from "./permissions.ts";
import { addSchedules } from "./schedules.ts";
import { addSecrets } from "./secrets.ts";
import type { Settings } from "./settings.ts";

export interface LifecycleStackProps extends StackProps {
  config: LifecycleConfig;
  settings: Settings;
}

/** Longer than the worker's 60 s, so that its lease covers all of a run; shorter than the visibility timeout of 360 s. */
export const lease = Duration.seconds(90);

/** Everything, in one stack: the ways in, the two lanes, the worker, the ledger, the secrets, and who watches over them. */
export class LifecycleStack extends Stack {
  constructor(scope: Construct, id: string, { config, settings, ...props }: LifecycleStackProps) {
    super(scope, id, props);
    const metricNamespace = this.stackName;
    const names = namesOf(this, settings.explicitQueueNames);
    const resources: Resources = {
      leavers: addLane(this, "leavers", { names }),
      changes: addLane(this, "changes", { names }),
      ledger: addLedger(this, settings.ledgerTableName),
      secrets: addSecrets(this, config),
    };
    const functions = addFunctions(this, resources, settings, metricNamespace);
    const { ingest, provision, reconcile, deadLetters } = mapLambdas(functions);
    const { lambda: signEvidence } = functions.signEvidence;
    const evidenceKey = addEvidenceKey(this);
    letSign(evidenceKey, functions.signEvidence.role);
    signEvidence.addEnvironment("EVIDENCE_KEY_ID", evidenceKey.keyArn);
    // Neither lane takes all of the other's concurrency, and both are little enough for Arize's rate limit.
    feed(provision, resources.leavers, 5);
    feed(provision, resources.changes, 10);
    nameAllSenders(resources, functions, settings.senderRoleArns);
    const api = addDoor(this, ingest, { metricNamespace });
    // By the API's id: emulators of CloudFormation know no attributes of an HTTP API.
    const webhooksUrl = `https://${api.apiId}.execute-api.${this.region}.${this.urlSuffix}`;
    // Only here: ingest's own environment cannot name the API that ingest is a part of.
    functions.reconcile.lambda.addEnvironment("WEBHOOKS_URL", webhooksUrl);
    addSchedules(this, { reconcile, deadLetters }, { subscribes: resources.secrets.told.length > 0 });
    const topic = addAlarmTopic(this, settings.alarmEmail);
    const watched = { ...resources, metricNamespace, functions: mapLambdas(functions), api };
    addAlarms(this, watched, topic);
    addDashboard(this, watched);
    addOutputs(this, {
      IngestUrl: webhooksUrl,
      LeaversQueueUrl: resources.leavers.queue.queueUrl,
      ChangesQueueUrl: resources.changes.queue.queueUrl,
      LedgerTableName: resources.ledger.tableName,
      ArizeSecretArn: resources.secrets.arize,
      AlarmTopicArn: topic.topicArn,
      // What the operator's command line needs besides: it knows a stack by nothing else.
      DeployedMode: config.mode,
      ArizeBaseUrl: settings.arizeBaseUrl ?? environmentSchema.shape.ARIZE_BASE_URL.parse(undefined),
      ArizeEnumCase: settings.arizeEnumCase ?? environmentSchema.shape.ARIZE_ENUM_CASE.parse(undefined),
      SourceSecretIds: this.toJsonString(resources.secrets.sources),
      SourceApiSecretIds: this.toJsonString(resources.secrets.apis),
      MetricNamespace: metricNamespace,
      SignEvidenceFunctionName: signEvidence.functionName,
      LeaversDeadLettersUrl: resources.leavers.deadLetters.queueUrl,
      ChangesDeadLettersUrl: resources.changes.deadLetters.queueUrl,
      IdentitySecretArn: resources.secrets.identity,
      ReconcileFunctionName: reconcile.functionName,
    });
  }
}

type Functions = Record<FunctionName, HouseFunction>;

function addFunctions(scope: Construct, resources: Resources, settings: Settings, metricNamespace: string): Functions {
  const environment = environmentOf(resources, settings, { metricNamespace, lease });
  const add = (
    name: FunctionName,
    id: string,
    props: { file: string; timeout: Duration; memorySize: number; description: string },
  ) => houseFunction(scope, id, { ...props, environment, settings, statements: permissionsOf(name, resources) });
  return {
    // Okta waits for 3 s. A cold start is mostly loading code, and CPU comes with memory.
    ingest: add("ingest", "Ingest", {
      file: "ingest.ts",
      description: "Takes webhooks and queues their events",
      timeout: Duration.seconds(10),
      memorySize: 1024,
    }),
    // Ten people side by side, each a few calls of at most 10 s: a call that starts late still ends in time.
    provision: add("provision", "Provision", {
      file: "provision.ts",
      description: "Applies queued events to Arize",
      timeout: Duration.seconds(60),
      memorySize: 768,
    }),
    // As long as Lambda allows; a sweep that needs longer writes down where it is.
    reconcile: add("reconcile", "Reconcile", {
      file: "reconcile.ts",
      description: "Catches what events missed",
      timeout: Duration.minutes(15),
      memorySize: 512,
    }),
    // Shorter than its schedule of a minute, and than the minute for which it hides what it looks at.
    deadLetters: add("deadLetters", "DeadLetters", {
      file: "dead-letters.ts",
      description: "Lists in the ledger what SQS gave up",
      timeout: Duration.seconds(50),
      memorySize: 512,
    }),
    // It reads the whole ledger, and keeps what it finds in memory.
    signEvidence: add("signEvidence", "SignEvidence", {
      file: "sign-evidence.ts",
      description: "Makes evidence from the ledger and signs it",
      timeout: Duration.minutes(15),
      memorySize: 1024,
    }),
  };
}

function mapLambdas({ ingest, provision, reconcile, deadLetters }: Functions) {
  return {
    ingest: ingest.lambda,
    provision: provision.lambda,
    reconcile: reconcile.lambda,
    deadLetters: deadLetters.lambda,
  };
}

function nameAllSenders({ leavers, changes }: Resources, functions: Functions, operatorRoleArns: string[]): void {
  const { ingest, provision, reconcile } = functions;
  // The worker too: what follows from an event, a placement or a compensation, is an event of its own.
  for (const { queue } of [leavers, changes]) {
    nameSenders(queue, [ingest.role, reconcile.role, provision.role], operatorRoleArns);
  }
  nameSenders(leavers.deadLetters, [provision.role], operatorRoleArns);
  nameSenders(changes.deadLetters, [provision.role], operatorRoleArns);
}

function addOutputs(scope: Construct, outputs: Record<string, string>): void {
  for (const [name, value] of Object.entries(outputs)) new CfnOutput(scope, name, { value });
}
