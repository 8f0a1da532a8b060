import { expect, it } from "vitest";
import { propertiesOf, templateOf } from "../support/template.ts";

const key = propertiesOf(templateOf(), "AWS::KMS::Key", "EvidenceKey");

it("signs, with a curve that openssl and Node can check", () => {
  expect(key).toMatchObject({ KeySpec: "ECC_NIST_P256", KeyUsage: "SIGN_VERIFY" });
});

it("lets one role sign, and nobody else: not operators, and no policy that the account could attach to them", () => {
  const statements: { Sid: string; Action: string | string[]; Principal: { AWS: unknown } }[] = Object(
    key.KeyPolicy,
  ).Statement;
  const signing = statements.filter(({ Action }) =>
    [Action].flat().some((action) => /^kms:(Sign|\*|S\*)$/.test(action)),
  );
  expect(signing).toEqual([
    expect.objectContaining({
      Sid: "SignEvidence",
      Principal: { AWS: { "Fn::GetAtt": [expect.stringContaining("SignEvidenceRole"), "Arn"] } },
    }),
  ]);
  expect(JSON.stringify(statements)).not.toMatch(/kms:\*|kms:CreateGrant/);
});

it("outlives the stack: what it signed is to be verified for years", () => {
  expect(templateOf().toJSON()).toMatchObject({
    Resources: expect.objectContaining(
      Object.fromEntries([
        [
          Object.keys(templateOf().findResources("AWS::KMS::Key"))[0],
          expect.objectContaining({ DeletionPolicy: "Retain" }),
        ],
      ]),
    ),
  });
});
