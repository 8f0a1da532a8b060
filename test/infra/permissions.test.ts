import { describe, expect, it } from "vitest";
import { resourcesOf, templateOf } from "../support/template.ts";

const template = templateOf();
const rolesOf = (of: typeof template) => resourcesOf(of, "AWS::IAM::Role");
const roles = rolesOf(template);

interface Statement {
  Effect: string;
  Action: string | string[];
  Resource: unknown;
}

const list = <Item>(one: Item | Item[]): Item[] => (Array.isArray(one) ? one : [one]);

/** `action resource`, one a pair, with logical ids in the place of ARNs. */
function grantsOf(name: string, roles = rolesOf(template)): string[] {
  const [, role] = [...roles].find(([id]) => id.startsWith(`${name}Role`)) ?? [];
  const policies: { PolicyDocument: { Statement: Statement[] } }[] = Object(role?.Properties).Policies;
  return policies
    .flatMap(({ PolicyDocument }) => PolicyDocument.Statement)
    .flatMap(({ Action, Resource }) =>
      list(Action).flatMap((action) => list(Resource).map((resource) => `${action} ${nameOf(resource)}`)),
    )
    .sort();
}

function nameOf(resource: unknown): string {
  const { Ref, "Fn::GetAtt": attribute } = Object(resource);
  return String(Ref ?? attribute?.[0] ?? resource).replace(/[0-9A-F]{8}$/, "");
}

const logs = (name: string) => [`logs:CreateLogStream ${name}Logs`, `logs:PutLogEvents ${name}Logs`];
const on = (resource: string, ...actions: string[]) => actions.map((action) => `${action} ${resource}`);
const secret = (name: string) => `secretsmanager:GetSecretValue Secrets${name}`;
const work = ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:ChangeMessageVisibility"];
const look = ["sqs:ReceiveMessage", "sqs:ChangeMessageVisibility", "sqs:DeleteMessage"];
const send = "sqs:SendMessage";

const table: [string, string[]][] = [
  [
    "Ingest",
    [
      ...on("LeaversQueue", send),
      ...on("ChangesQueue", send),
      secret("Identity"),
      secret("SourceOkta"),
      secret("SourceStandard"),
    ],
  ],
  [
    "Provision",
    [
      ...on("LeaversQueue", ...work, send),
      ...on("ChangesQueue", ...work, send),
      ...on("LeaversDeadLetters", send),
      ...on("ChangesDeadLetters", send),
      ...on("Ledger", "dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:UpdateItem", "dynamodb:DeleteItem"),
      secret("Identity"),
      secret("Arize"),
    ],
  ],
  [
    "Reconcile",
    [
      ...on("LeaversQueue", send),
      ...on("ChangesQueue", send),
      ...on(
        "Ledger",
        "dynamodb:GetItem",
        "dynamodb:BatchGetItem",
        "dynamodb:Query",
        "dynamodb:PutItem",
        "dynamodb:UpdateItem",
        "dynamodb:DeleteItem",
      ),
      secret("Identity"),
      secret("Arize"),
    ],
  ],
  [
    "DeadLetters",
    [
      ...on("LeaversDeadLetters", ...look),
      ...on("ChangesDeadLetters", ...look),
      ...on("Ledger", "dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:DeleteItem"),
      secret("Identity"),
    ],
  ],
  ["SignEvidence", [...on("Ledger", "dynamodb:Query", "dynamodb:Scan"), secret("Identity"), secret("Arize")]],
];

describe("permissions", () => {
  it.each(table)("of %s are exactly these", (name, grants) => {
    expect(grantsOf(name)).toEqual([...logs(name), ...grants].sort());
  });

  it("come from nowhere else: no managed policy, no policy attached from outside, nobody but Lambda", () => {
    expect(roles.size).toBe(table.length);
    template.resourceCountIs("AWS::IAM::Policy", 0);
    template.resourceCountIs("AWS::IAM::ManagedPolicy", 0);
    for (const { Properties } of roles.values()) {
      expect(Properties).not.toHaveProperty("ManagedPolicyArns");
      expect(JSON.stringify(Properties.AssumeRolePolicyDocument)).toContain('"Service":"lambda.amazonaws.com"');
    }
  });

  it("of those who ask the sources include the credentials of the sources that can be read, and only then", () => {
    const sources = {
      okta: { everyone: true, api: { baseUrl: "https://example.okta.com" } },
      entra: { api: { tenantId: "t", clientId: "c" } },
      bamboohr: {},
    };
    const reading = rolesOf(templateOf({}, { sources }));
    const added = (name: string) => {
      const before = grantsOf(
        name,
        rolesOf(templateOf({}, { sources: { okta: { everyone: true }, entra: {}, bamboohr: {} } })),
      );
      return grantsOf(name, reading).filter((grant) => !before.includes(grant));
    };
    expect(added("Provision")).toEqual([secret("ApiEntra"), secret("ApiOkta")]);
    // Entra is told with each subscription what its notifications have to carry.
    expect(added("Reconcile")).toEqual([secret("ApiEntra"), secret("ApiOkta"), secret("SourceEntra")]);
    expect([...added("Ingest"), ...added("DeadLetters")]).toEqual([]);
  });

  it("name every resource", () => {
    expect(table.flatMap(([name]) => grantsOf(name)).filter((grant) => grant.includes("*"))).toEqual([]);
  });

  it("let a function join a network only when there is one", () => {
    const template = templateOf({ subnetIds: "subnet-0123456789abcdef0", securityGroupIds: "sg-0123456789abcdef0" });
    const joining = [...resourcesOf(template, "AWS::IAM::Role").values()].filter((role) =>
      JSON.stringify(role).includes("ec2:CreateNetworkInterface"),
    );
    expect(joining).toHaveLength(table.length);
    expect(JSON.stringify([...roles.values()])).not.toContain("ec2:");
  });
});
