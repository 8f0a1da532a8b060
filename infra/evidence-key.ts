import { RemovalPolicy } from "aws-cdk-lib";
import { AccountRootPrincipal, ArnPrincipal, type IRole, PolicyDocument, PolicyStatement } from "aws-cdk-lib/aws-iam";
import { Key, KeySpec, KeyUsage } from "aws-cdk-lib/aws-kms";
import type { Construct } from "constructs";

/** All that IAM policies of the account may allow: whatever administers the key, and its public half. Signing is not among it. */
const administration = [
  "kms:CancelKeyDeletion",
  "kms:DescribeKey",
  "kms:DisableKey",
  "kms:EnableKey",
  "kms:GetKeyPolicy",
  "kms:GetPublicKey",
  "kms:ListGrants",
  "kms:ListKeyPolicies",
  "kms:ListResourceTags",
  "kms:PutKeyPolicy",
  "kms:RevokeGrant",
  "kms:ScheduleKeyDeletion",
  "kms:TagResource",
  "kms:UntagResource",
  "kms:UpdateKeyDescription",
];

/**
 * The key that evidence is signed with, ECDSA over P-256. Its policy lets nobody sign but the role that `letSign` names; who wants
 * another has to change the policy, which CloudTrail shows. It outlives the stack.
 */
export function addEvidenceKey(scope: Construct): Key {
  const administer = new PolicyStatement({
    sid: "AdministerWithoutSigning",
    actions: administration,
    principals: [new AccountRootPrincipal()],
    resources: ["*"],
  });
  return new Key(scope, "EvidenceKey", {
    description: "Signs evidence of removals",
    keySpec: KeySpec.ECC_NIST_P256,
    keyUsage: KeyUsage.SIGN_VERIFY,
    policy: new PolicyDocument({ statements: [administer] }),
    removalPolicy: RemovalPolicy.RETAIN,
  });
}

/** Lets a role sign. */
export function letSign(key: Key, { roleArn }: IRole): void {
  key.addToResourcePolicy(
    new PolicyStatement({
      sid: "SignEvidence",
      actions: ["kms:Sign", "kms:GetPublicKey"],
      principals: [new ArnPrincipal(roleArn)],
      resources: ["*"],
    }),
  );
}
