import { constants, createHmac, generateKeyPairSync, privateDecrypt } from "node:crypto";
import { describe, expect, it, vi } from "vitest";
import { Rejected } from "../../../lib/errors.ts";
import { gusto } from "../../../lib/sources/gusto.ts";
import { webhook } from "../../support/sign.ts";
import { workbench } from "../../support/workbench.ts";

const receivedAt = new Date("2026-10-05T08:40:00Z");
const token = "4c1f3a6e-0000-4000-8000-000000000001";
const options = (input: unknown = {}) => gusto.options.parse(input);

const event = (changes: object = {}) => ({
  uuid: "e0e00000-0000-4000-8000-000000000001",
  event_type: "employee.terminated_effective",
  resource_type: "Company",
  resource_uuid: "c0c00000-0000-4000-8000-000000000001",
  entity_type: "Employee",
  entity_uuid: "ada00000-0000-4000-8000-000000000001",
  timestamp: 1_790_000_000,
  ...changes,
});
const normalize = (body: unknown, input?: unknown) =>
  gusto.normalize(webhook({ headers: {}, body: JSON.stringify(body) }, receivedAt), options(input));

describe("gusto's verify", () => {
  const body = JSON.stringify(event());
  const signed = (signature: string) => webhook({ headers: { "x-gusto-signature": signature }, body });

  it("takes HMAC-SHA256 of the body in hex, keyed with the verification token", () => {
    const signature = createHmac("sha256", token).update(body).digest("hex");
    expect(gusto.verify(signed(signature), [token]).toString()).toBe(body);
    expect(() => gusto.verify(signed(signature.toUpperCase()), [token])).toThrow(Rejected);
  });

  it("takes no other encoding of it", () => {
    const signature = createHmac("sha256", token).update(body).digest("base64");
    expect(() => gusto.verify(signed(signature), [token])).toThrow(new Rejected(401, "signature does not match"));
  });
});

describe("what gusto tells", () => {
  it("is who, by id, what and when", () => {
    expect(normalize(event())).toStrictEqual({
      events: [
        {
          id: "gusto:e0e00000-0000-4000-8000-000000000001",
          source: "gusto",
          kind: "leaver",
          attempt: 0,
          occurredAt: "2026-09-21T14:13:20.000Z",
          receivedAt: "2026-10-05T08:40:00.000Z",
          person: { externalId: "ada00000-0000-4000-8000-000000000001" },
        },
      ],
      ignored: [],
      bad: [],
    });
  });

  it.each([
    ["employee.created", "changed"],
    ["employee.onboarded", "changed"],
    ["employee.updated", "changed"],
    ["employee.terminated", undefined],
    ["employee.terminated_effective", "leaver"],
    ["employee.termination_effective", "leaver"],
    ["employee.termination_cancelled", undefined],
    ["employee.rehired", undefined],
    ["employee.rehire_effective", "reinstate"],
    ["employee.rehire_cancelled", undefined],
    ["employee.deleted", "leaver"],
    ["contractor.updated", undefined],
    ["company.provisioned", undefined],
    ["constructor", undefined],
  ])("%s means %s", (event_type, kind) => {
    const { events, ignored, bad } = normalize(event({ event_type }));
    expect(events.map((each) => each.kind)).toEqual(kind === undefined ? [] : [kind]);
    expect(ignored).toEqual(kind === undefined ? [event_type] : []);
    expect(bad).toEqual([]);
  });

  it("can be said in the configuration", () => {
    const kinds = { "employee.terminated": "changed" };
    expect(normalize(event({ event_type: "employee.terminated" }), { kinds }).events).toMatchObject([
      { kind: "changed" },
    ]);
  });

  it.each([
    [{ entity_uuid: undefined }, "entity_uuid: expected string"],
    [{ entity_uuid: "" }, "person.externalId: at least 1"],
    [{ uuid: "two words" }, "uuid: malformed"],
    [{ timestamp: "2026-10-05T08:40:00Z" }, "timestamp: expected number"],
    [{ timestamp: 1_790_000_000_000 }, "timestamp: at most 99999999999"],
  ])("%j is bad, and acknowledged", (changes, problem) => {
    const { events, bad } = normalize(event(changes));
    expect(events).toEqual([]);
    expect(bad).toMatchObject([{ problem }]);
  });

  it("is rejected when it is no event at all", () => {
    expect(() => normalize({ verification_token: token })).toThrow(new Rejected(400, "event_type: expected string"));
  });
});

const { publicKey, privateKey } = generateKeyPairSync("rsa", {
  modulusLength: 2048,
  publicKeyEncoding: { type: "spki", format: "pem" },
  privateKeyEncoding: { type: "pkcs8", format: "pem" },
});
const verification = { verification_token: token, webhook_subscription_uuid: "5b5c0000-0000-4000-8000-000000000001" };

describe("gusto's handshake", () => {
  const handshake = (body: unknown, enrolling: string | undefined = publicKey, headers = {}) =>
    gusto.handshake(webhook({ headers, body: JSON.stringify(body) }), options({ enrolling }));

  it("tells the token to whoever holds the private key", () => {
    const { status, body, sealed = "" } = handshake(verification) ?? {};
    expect({ status, body }).toEqual({ status: 200, body: undefined });
    expect(decrypt(sealed)).toBe(token);
  });

  it("is there only while the source is enrolling", () => {
    expect(gusto.handshake(webhook({ headers: {}, body: JSON.stringify(verification) }), options())).toBeUndefined();
  });

  it.each([
    {},
    [],
    null,
    { verification_token: 7 },
    { verification_token: "two words" },
    { verification_token: "x".repeat(129) },
  ])("is not %j", (body) => {
    expect(handshake(body)).toBeUndefined();
  });

  it("is nothing that is signed, and nothing but a POST", () => {
    expect(handshake(verification, publicKey, { "x-gusto-signature": "00" })).toBeUndefined();
    const request = webhook({ headers: {}, body: JSON.stringify(verification) });
    expect(gusto.handshake({ ...request, method: "GET" }, options({ enrolling: publicKey }))).toBeUndefined();
  });

  it.each([
    ["no key", "yes"],
    ["a private key", privateKey.replace("PRIVATE", "PUBLIC")],
    [
      "a short key",
      generateKeyPairSync("rsa", { modulusLength: 1024 }).publicKey.export({ type: "spki", format: "pem" }),
    ],
    ["a key that cannot encrypt", generateKeyPairSync("ed25519").publicKey.export({ type: "spki", format: "pem" })],
  ])("does not begin with %s", (_, enrolling) => {
    expect(gusto.options.safeParse({ enrolling }).success).toBe(false);
  });

  it("leaves the token sealed in the log, and nothing in the reply or on the queue", async () => {
    const bench = await workbench({ config: { sources: { gusto: { enrolling: publicKey } } } });
    const write = vi.spyOn(process.stdout, "write");
    const request = { path: "/webhooks/gusto", headers: { "content-type": "application/json" } };
    const answer = await bench.ingest({ ...request, body: JSON.stringify(verification) });
    expect(answer).toMatchObject({ statusCode: 200, body: "" });
    const lines = write.mock.calls.map(([line]) => String(line));
    expect(lines.join()).not.toContain(token);
    const { sealed } = JSON.parse(lines.find((line) => line.includes("sealed")) ?? "{}");
    expect(decrypt(sealed)).toBe(token);
    expect(await bench.take("changes")).toEqual([]);
  });
});

function decrypt(sealed: string): string {
  const padding = { padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: "sha256" };
  return privateDecrypt({ key: privateKey, ...padding }, Buffer.from(sealed, "base64")).toString();
}
