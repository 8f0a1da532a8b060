import { createHmac, generateKeyPairSync, randomBytes } from "node:crypto";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Rejected } from "../../../lib/errors.ts";
import {
  ed25519Matches,
  type HmacScheme,
  type SignatureScheme,
  verifyHmac,
  verifyToken,
} from "../../../lib/sources/signature.ts";
import type { WebhookRequest } from "../../../lib/sources/source.ts";
import { signV1a, webhook } from "../../support/sign.ts";

const at = new Date("2026-10-05T08:30:00Z");
const seconds = String(at.getTime() / 1000);
const millis = String(at.getTime());
const body = '{"id":"evt_1","name":"Zoë"}';
const base64Key = randomBytes(32).toString("base64");

const hmac = (digest: string, key: string | Buffer, content: string) => createHmac(digest, key).update(content);
const fiveMinutes = { unit: "s", toleranceMs: 300_000 } as const;

/** The schemes of providers there are, each with a request signed by hand in that provider's way. */
const providers: Record<string, { scheme: HmacScheme; secret: string; headers: Record<string, string> }> = {
  finch: {
    scheme: {
      signature: { header: "finch-signature", separator: " ", prefix: "v1," },
      id: { header: "finch-event-id" },
      timestamp: { header: "finch-timestamp", window: fiveMinutes },
      signed: ["id", ".", "timestamp", ".", "body"],
      digest: "sha256",
      encoding: "base64",
      key: "base64",
    },
    secret: base64Key,
    headers: {
      "finch-event-id": "evt_1",
      "finch-timestamp": seconds,
      "finch-signature": `v1,${hmac("sha256", Buffer.from(base64Key, "base64"), `evt_1.${seconds}.${body}`).digest("base64")}`,
    },
  },
  workos: {
    scheme: {
      signature: { header: "workos-signature", separator: ",", prefix: "v1=" },
      timestamp: {
        header: "workos-signature",
        separator: ",",
        prefix: "t=",
        window: { unit: "ms", toleranceMs: 180_000 },
      },
      signed: ["timestamp", ".", "body"],
      digest: "sha256",
      encoding: "hex",
      key: "utf8",
    },
    secret: "an invented secret",
    headers: {
      "workos-signature": `t=${millis}, v1=${hmac("sha256", "an invented secret", `${millis}.${body}`).digest("hex")}`,
    },
  },
  bamboohr: {
    scheme: {
      signature: { header: "x-bamboohr-signature" },
      timestamp: { header: "x-bamboohr-timestamp" },
      signed: ["body", "timestamp"],
      digest: "sha256",
      encoding: "hex",
      key: "utf8",
    },
    secret: "an invented key",
    headers: {
      "x-bamboohr-timestamp": "1658248023",
      "x-bamboohr-signature": hmac("sha256", "an invented key", `${body}1658248023`).digest("hex"),
    },
  },
  hibob: {
    scheme: {
      signature: { header: "bob-signature" },
      signed: ["body"],
      digest: "sha512",
      encoding: "base64",
      key: "utf8",
    },
    secret: "an invented secret",
    headers: { "bob-signature": hmac("sha512", "an invented secret", body).digest("base64") },
  },
  deel: {
    scheme: {
      signature: { header: "x-deel-signature" },
      signed: ["method", "body"],
      digest: "sha256",
      encoding: "hex",
      key: "utf8",
    },
    secret: "an invented secret",
    headers: { "x-deel-signature": hmac("sha256", "an invented secret", `POST${body}`).digest("hex") },
  },
};
const [finch, workos] = [providers.finch, providers.workos];
if (!finch || !workos) throw new Error("the table above has them");

const rejected = (reason: string) => new Rejected(401, reason);
const flipped = (bytes: Buffer, position: number, mask: number) => {
  const copy = Buffer.from(bytes);
  copy[position % copy.length] = (copy[position % copy.length] ?? 0) ^ mask;
  return copy;
};

describe.each(Object.entries(providers))("verifyHmac as %s signs", (_, { scheme, secret, headers }) => {
  it("accepts the genuine request, during a rotation too", () => {
    for (const secrets of [[secret], ["b3RoZXI=", secret], [secret, "b3RoZXI="], ["", "!", secret]]) {
      expect(() => verifyHmac(scheme, webhook({ headers, body }, at), secrets)).not.toThrow();
    }
  });

  it.each([[[]], [[""]], [["b3RoZXI="]], [["", " "]]])("accepts nothing with the secrets %j", (secrets) => {
    expect(() => verifyHmac(scheme, webhook({ headers, body }, at), secrets)).toThrow(
      rejected("signature does not match"),
    );
  });

  it("fails when any bit of the body is another", () => {
    fc.assert(
      fc.property(fc.nat(), fc.integer({ min: 0, max: 7 }), (position, bit) => {
        const request = webhook({ headers, body: flipped(Buffer.from(body), position, 1 << bit) }, at);
        expect(() => verifyHmac(scheme, request, [secret])).toThrow(Rejected);
      }),
    );
  });

  it("fails when any character of the signature is another", () => {
    const { header, prefix = "" } = scheme.signature;
    const value = headers[header] ?? "";
    const start = prefix ? value.indexOf(prefix) + prefix.length : 0;
    fc.assert(
      fc.property(fc.nat(value.length - start - 1), fc.constantFrom(..."abcXYZ019+/=-. "), (offset, character) => {
        const position = start + offset;
        fc.pre(value[position] !== character);
        const changed = `${value.slice(0, position)}${character}${value.slice(position + 1)}`;
        const request = webhook({ headers: { ...headers, [header]: changed }, body }, at);
        expect(() => verifyHmac(scheme, request, [secret])).toThrow(Rejected);
      }),
    );
  });

  it("says which header is missing", () => {
    for (const header of Object.keys(headers)) {
      const request = webhook({ headers: { ...headers, [header]: "" }, body }, at);
      expect(() => verifyHmac(scheme, request, [secret])).toThrow(rejected(`${header} is missing`));
    }
  });
});

describe("the timestamp", () => {
  const received = (offsetMs: number) => webhook({ headers: finch.headers, body }, new Date(at.getTime() + offsetMs));

  it.each([-300_000, 0, 300_000])("is accepted %i ms off", (offset) => {
    expect(() => verifyHmac(finch.scheme, received(offset), [finch.secret])).not.toThrow();
  });

  it.each([-300_001, 300_001])("is rejected %i ms off", (offset) => {
    expect(() => verifyHmac(finch.scheme, received(offset), [finch.secret])).toThrow(
      rejected("timestamp is more than 5 minutes off"),
    );
  });

  it("counts in the provider's unit", () => {
    const late = webhook({ headers: workos.headers, body }, new Date(at.getTime() + 180_001));
    expect(() => verifyHmac(workos.scheme, late, [workos.secret])).toThrow(
      rejected("timestamp is more than 3 minutes off"),
    );
  });

  it.each(["soon", "-1", "1e9", "0x10", "1614265330.5", "9".repeat(16)])("is malformed as %j", (timestamp) => {
    const request = webhook({ headers: { ...finch.headers, "finch-timestamp": timestamp }, body }, at);
    expect(() => verifyHmac(finch.scheme, request, [finch.secret])).toThrow(rejected("timestamp is malformed"));
  });
});

describe("a key in base64", () => {
  const scheme: HmacScheme = { ...finch.scheme, keyPrefix: "whsec_" };

  it("is the same with and without its prefix", () => {
    for (const secret of [base64Key, `whsec_${base64Key}`]) {
      expect(() => verifyHmac(scheme, webhook({ headers: finch.headers, body }, at), [secret])).not.toThrow();
    }
  });

  it.each([`whpk_${base64Key}`, `whsk_${base64Key}`, `${base64Key}\n`, `whsec_whsec_${base64Key}`, "whsec_"])(
    "matches nothing when it is not one: %j",
    (secret) => {
      const key = Buffer.from(secret, "base64");
      const signature = `v1,${hmac("sha256", key, `evt_1.${seconds}.${body}`).digest("base64")}`;
      const request = webhook({ headers: { ...finch.headers, "finch-signature": signature }, body }, at);
      expect(() => verifyHmac(scheme, request, [secret])).toThrow(rejected("signature does not match"));
    },
  );
});

describe("ed25519Matches", () => {
  const scheme: SignatureScheme = {
    ...finch.scheme,
    signature: { header: "finch-signature", separator: " ", prefix: "v1a," },
  };
  const { publicKey, privateKey } = generateKeyPairSync("ed25519");
  const known = `whpk_${publicKey.export({ type: "spki", format: "der" }).subarray(-32).toString("base64")}`;
  const signature = signV1a(body, privateKey, "evt_1", Number(seconds));
  const signed = (value: string, content: string | Buffer = body): WebhookRequest =>
    webhook({ headers: { ...finch.headers, "finch-signature": value }, body: content }, at);

  it("finds the one signature and the one key that fit", () => {
    const other = `whpk_${randomBytes(32).toString("base64")}`;
    expect(ed25519Matches(scheme, signed(`v1,abc v1a,abc ${signature}`), [other, base64Key, known])).toBe(true);
  });

  it.each([[[]], [[""]], [["whpk_"]], [["whpk_YWJj"]], [[known.slice(5)]], [[base64Key]]])(
    "matches nothing with %j",
    (secrets) => {
      expect(ed25519Matches(scheme, signed(signature), secrets)).toBe(false);
    },
  );

  it("fails when any bit of the body is another", () => {
    fc.assert(
      fc.property(fc.nat(), fc.integer({ min: 0, max: 7 }), (position, bit) => {
        expect(ed25519Matches(scheme, signed(signature, flipped(Buffer.from(body), position, 1 << bit)), [known])).toBe(
          false,
        );
      }),
    );
  });

  it("fails when any character of the signature is another", () => {
    fc.assert(
      fc.property(fc.nat(signature.length - 1), fc.constantFrom(..."abcXYZ019+/=-. "), (position, character) => {
        fc.pre(signature[position] !== character);
        const changed = `${signature.slice(0, position)}${character}${signature.slice(position + 1)}`;
        expect(ed25519Matches(scheme, signed(changed), [known])).toBe(false);
      }),
    );
  });
});

describe("verifyToken", () => {
  const carrying = (token: string) => webhook({ headers: { authorization: token }, body: "" });

  it("accepts any of the secrets, whole", () => {
    expect(() => verifyToken("authorization", carrying("new"), ["old", "new"])).not.toThrow();
    expect(() => verifyToken("authorization", carrying("old"), ["old", "new"])).not.toThrow();
  });

  it.each(["ol", "oldd", "Old", "old ", "old,new", "constructor"])("rejects %j", (token) => {
    expect(() => verifyToken("authorization", carrying(token), ["old", "new"])).toThrow(
      rejected("the secret header does not match"),
    );
  });

  it("accepts nothing without a secret", () => {
    for (const secrets of [[], [""]]) {
      expect(() => verifyToken("authorization", carrying("x"), secrets)).toThrow(Rejected);
      expect(() => verifyToken("authorization", carrying(""), secrets)).toThrow(
        rejected("the secret header is missing"),
      );
      expect(() => verifyToken("x-secret", carrying("x"), secrets)).toThrow(rejected("the secret header is missing"));
    }
  });
});
