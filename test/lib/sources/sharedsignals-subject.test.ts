import { describe, expect, it } from "vitest";
import { readSubject } from "../../../lib/sources/sharedsignals-subject.ts";

const email = "ada@example.com";
const iss = "https://transmitter.example.com";

describe("readSubject", () => {
  it.each([
    ["an address", { format: "email", email: "Ada@Example.com" }, { email }],
    ["issuer and subject", { format: "iss_sub", iss, sub: "7" }, { externalId: "7" }],
    ["something opaque", { format: "opaque", id: "7" }, { externalId: "7" }],
    ["a SCIM path", { format: "scim", uri: "/Users/2b2f", externalId: "ada" }, { externalId: "2b2f" }],
    ["a SCIM address", { format: "scim", uri: "https://idp.example.com/scim/v2/Users/2b2f" }, { externalId: "2b2f" }],
    [
      "aliases",
      {
        format: "aliases",
        identifiers: [
          { format: "iss_sub", iss, sub: "7" },
          { format: "email", email },
        ],
      },
      { email, externalId: "7" },
    ],
    [
      "a complex subject",
      { format: "complex", user: { format: "iss_sub", iss, sub: "7" }, session: { format: "opaque", id: "s1" } },
      { externalId: "7" },
    ],
    ["a complex subject of drafts", { user: { format: "email", email } }, { email }],
    ["RISC's first form", { subject_type: "iss-sub", iss, sub: "7" }, { externalId: "7" }],
    [
      "its claims of an ID token",
      { subject_type: "id_token_claims", iss, sub: "7", email },
      { email, externalId: "7" },
    ],
  ])("understands %s", (_, subject, person) => {
    expect(readSubject(subject)).toEqual(person);
  });

  it.each([{ format: "scim", uri: "/Groups/7" }, { format: "scim", uri: "/Users/7/roles/1" }, { format: "scim" }])(
    "sees that %j is no user",
    (subject) => {
      expect(readSubject(subject)).toBe("not a user");
    },
  );

  it.each([
    undefined,
    null,
    7,
    "ada@example.com",
    [],
    {},
    { format: "email", email: "ada" },
    { format: "phone_number", phone_number: "+12065550100" },
    { format: "complex", session: { format: "opaque", id: "s1" } },
    { format: "aliases", identifiers: "7" },
    { format: "uri", uri: "https://idp.example.com/Users/7" },
  ])("finds nobody in %j", (subject) => {
    expect(readSubject(subject)).toEqual({});
  });
});
