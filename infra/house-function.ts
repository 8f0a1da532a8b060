import { fileURLToPath } from "node:url";
import { type Duration, RemovalPolicy, Validations } from "aws-cdk-lib";
import { PolicyDocument, PolicyStatement, Role, ServicePrincipal } from "aws-cdk-lib/aws-iam";
import { Architecture, CfnFunction, Runtime } from "aws-cdk-lib/aws-lambda";
import { type BundlingOptions, NodejsFunction, OutputFormat } from "aws-cdk-lib/aws-lambda-nodejs";
import { LogGroup, RetentionDays } from "aws-cdk-lib/aws-logs";
import { Construct } from "constructs";
import { bundle, bundleAliases } from "./bundle.ts";
import { caFileName } from "./environment.ts";
import type { Settings } from "./settings.ts";

export interface HouseFunctionProps {
  /** The file in functions/. */
  file: string;
  description: string;
  timeout: Duration;
  /** In MB; CPU comes with it. */
  memorySize: number;
  environment: Record<string, string>;
  statements: PolicyStatement[];
  settings: Settings;
}

/** A function as they all are here: Node 24 on arm64, one ES module, a role and a log group of its own. */
export function houseFunction(scope: Construct, id: string, props: HouseFunctionProps): HouseFunction {
  const { file, description, timeout, memorySize, environment, settings } = props;
  const construct = new Construct(scope, id);
  const logGroup = new LogGroup(construct, "Logs", {
    retention: RetentionDays.THREE_MONTHS,
    // The audit trail is in the ledger.
    removalPolicy: RemovalPolicy.DESTROY,
  });
  const role = addRole(construct, logGroup, props);
  const lambda = new NodejsFunction(construct, "Function", {
    entry: fileURLToPath(new URL(`../functions/${file}`, import.meta.url)),
    projectRoot: fileURLToPath(new URL("..", import.meta.url)),
    depsLockFilePath: fileURLToPath(new URL("../package-lock.json", import.meta.url)),
    description,
    runtime: Runtime.NODEJS_24_X,
    architecture: Architecture.ARM_64,
    timeout,
    memorySize,
    environment,
    role,
    logGroup,
    awsSdkConnectionReuse: false,
    bundling: bundling(settings),
  });
  joinNetwork(lambda, settings);
  return { lambda, role };
}

export interface HouseFunction {
  lambda: NodejsFunction;
  role: Role;
}

function bundling({ arizeCaFile }: Settings): BundlingOptions {
  const aliases = Object.entries(bundleAliases).map(([from, to]) => [`--alias:${from}`, to]);
  return {
    ...bundle,
    format: OutputFormat.ESM,
    externalModules: [],
    esbuildArgs: Object.fromEntries(aliases),
    // CDK starts esbuild through npx, which would ask the registry for a newer npm.
    environment: { npm_config_update_notifier: "false" },
    ...(arizeCaFile !== undefined && {
      commandHooks: {
        beforeBundling: () => [],
        beforeInstall: () => [],
        afterBundling: (_: string, output: string) => [`cp "${arizeCaFile}" "${output}/${caFileName}"`],
      },
    }),
  };
}

// AWS's own basic execution policy allows writing to every log group of the account.
function addRole(scope: Construct, logGroup: LogGroup, { statements, settings }: HouseFunctionProps): Role {
  const actions = ["logs:CreateLogStream", "logs:PutLogEvents"];
  const writeLogs = new PolicyStatement({ sid: "WriteLogs", actions, resources: [logGroup.logGroupArn] });
  const network = settings.subnetIds.length > 0 ? [networkStatement()] : [];
  const role = new Role(scope, "Role", {
    assumedBy: new ServicePrincipal("lambda.amazonaws.com"),
    inlinePolicies: { Own: new PolicyDocument({ statements: [writeLogs, ...network, ...statements] }) },
  });
  if (network.length > 0) {
    Validations.of(role).acknowledge({
      id: "AwsSolutions-IAM5[Resource::*]",
      reason: "Network interfaces of a function in a VPC: EC2 cannot name them before they exist.",
    });
  }
  return role;
}

function networkStatement(): PolicyStatement {
  return new PolicyStatement({
    sid: "JoinNetwork",
    actions: ["ec2:CreateNetworkInterface", "ec2:DescribeNetworkInterfaces", "ec2:DeleteNetworkInterface"],
    resources: ["*"],
  });
}

// On the resource itself: the construct's own way wants a VPC object, and so a look-up in the account at synth.
function joinNetwork(lambda: NodejsFunction, { subnetIds, securityGroupIds }: Settings): void {
  const resource = lambda.node.defaultChild;
  if (subnetIds.length > 0 && resource instanceof CfnFunction) resource.vpcConfig = { subnetIds, securityGroupIds };
}
