import { exportJWK, generateKeyPair, type JWTPayload, SignJWT } from "jose";
import { describe, expect, it } from "vitest";
import { SetRejected, verifySet } from "../../../lib/sources/sharedsignals-token.ts";
import { jwkSet } from "../../../local/sharedsignals-key.ts";
import { audience, byEmail, claims, issuer, risc, token } from "../../fixtures/sources/sharedsignals.ts";
import { webhook } from "../../support/sign.ts";

const key = "a-transmitters-key";
const receivedAt = new Date();
const now = Math.floor(receivedAt.getTime() / 1000);
const content = (more: object = {}) => claims(`${risc}account-purged`, {}, byEmail("ada@example.com"), more);
const text = (more: object = {}) => JSON.stringify(content(more));

const verify = (body: string, secrets: readonly string[] = [jwkSet(key)]) =>
  verifySet(webhook({ headers: {}, body }, receivedAt), secrets, { issuer, audience });

describe("verifySet", () => {
  it("returns the claims as they were signed", async () => {
    const body = text();
    expect((await verify(token(body, key))).toString()).toBe(body);
    expect((await verify(`${token(body, key)}\r\n`)).toString()).toBe(body);
  });

  it.each([
    ["one of several receivers", { aud: ["https://elsewhere.example.org", audience] }, {}],
    ["the only receiver", { aud: audience }, {}],
    ["a type in full", {}, { typ: "application/secevent+jwt" }],
    ["an age of days", { iat: now - 3 * 86_400 }, {}],
    ["a clock that is 4 minutes fast", { iat: now + 240 }, {}],
  ])("takes %s", async (_, more, header) => {
    await expect(verify(token(text(more), key, header))).resolves.toBeInstanceOf(Buffer);
  });

  it.each([
    ["another issuer", { iss: "https://elsewhere.example.org" }, {}, 401, "invalid_issuer"],
    ["no issuer", { iss: undefined }, {}, 401, "invalid_issuer"],
    ["another receiver", { aud: [] }, {}, 401, "invalid_audience"],
    ["no receiver", { aud: undefined }, {}, 401, "invalid_audience"],
    ["no id", { jti: undefined }, {}, 400, "invalid_request"],
    ["no time", { iat: undefined }, {}, 400, "invalid_request"],
    ["a time that is none", { iat: "now" }, {}, 400, "invalid_request"],
    ["a time to come", { iat: now + 360 }, {}, 400, "invalid_request"],
    ["an end that has passed", { exp: now - 360 }, {}, 400, "invalid_request"],
    ["no events", { events: undefined }, {}, 400, "invalid_request"],
    ["the type of another token", {}, { typ: "JWT" }, 400, "invalid_request"],
    ["no type", {}, { typ: undefined }, 400, "invalid_request"],
    ["a key that is not known", {}, { kid: "another" }, 401, "invalid_key"],
    ["no algorithm", {}, { alg: "none" }, 401, "invalid_key"],
    ["a shared key's algorithm", {}, { alg: "HS256" }, 401, "invalid_key"],
    ["another key's algorithm", {}, { alg: "RS256" }, 401, "invalid_key"],
    ["an extension that must be understood", {}, { crit: ["exp"] }, 401, "invalid_key"],
  ])("turns away %s", async (_, more, header, status, err) => {
    await expect(verify(token(text(more), key, header))).rejects.toThrow(expect.objectContaining({ status, err }));
  });

  it.each(["", "{}", "a.b.c", "..", "é.é.é", token("[]", key), token("no JSON", key)])(
    "turns away %j",
    async (body) => {
      await expect(verify(body)).rejects.toThrow(expect.objectContaining({ status: 401, err: "invalid_request" }));
    },
  );

  describe("while keys are rotated", () => {
    /** A set in one line of these keys, all of one id, or of none. */
    const set = (kid: string | undefined, ...texts: string[]) => {
      const keys = texts.flatMap((each) => JSON.parse(jwkSet(each)).keys);
      return JSON.stringify({ keys: keys.map((each) => ({ ...each, kid })) });
    };
    const [fresh, old, address] = ["a-new-key", key, "http://127.0.0.1:1/jwks"];

    it.each([undefined, "same"])("takes a token of either key, both of the id %s", async (kid) => {
      for (const each of [fresh, old]) {
        const body = token(text(), each, { kid });
        await expect(verify(body, [set(kid, fresh), set(kid, old)])).resolves.toBeInstanceOf(Buffer);
        await expect(verify(body, ["no set", set(kid, fresh, old)])).resolves.toBeInstanceOf(Buffer);
      }
      const forged = verify(token(text(), "a-forged-key", { kid }), [
        set(kid, fresh),
        set(kid, old),
        set(kid, fresh, old),
      ]);
      await expect(forged).rejects.toThrow(expect.objectContaining({ err: "authentication_failed" }));
    });

    it("cannot tell while one line's address does not answer, unless another line has the key", async () => {
      await expect(verify(token(text(), old), [address, jwkSet(old)])).resolves.toBeInstanceOf(Buffer);
      const unknown = verify(token(text(), fresh), [address, jwkSet(old)]);
      await expect(unknown).rejects.toThrow(expect.objectContaining({ reason: "jwks_unavailable" }));
    });

    it("says what is wrong with what a known key has signed", async () => {
      const body = token(text({ aud: [] }), old);
      const wrong = verify(body, [jwkSet(old), address]);
      await expect(wrong).rejects.toThrow(expect.objectContaining({ err: "invalid_audience" }));
    });
  });

  it("takes one spelling of a signature", async () => {
    const [start = "", last = ""] = token(text(), key).split(/(?=.$)/);
    const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    const other = alphabet[alphabet.indexOf(last) ^ 1];
    await expect(verify(start + other)).rejects.toThrow(SetRejected);
  });

  it("tells a shared key from a public one even where both are in the set", async () => {
    const shared = Buffer.from("a shared key that somebody put beside the public ones");
    const secret = JSON.stringify({ keys: [{ kty: "oct", kid: "shared", k: shared.toString("base64url") }] });
    const forged = await new SignJWT(Object(content()))
      .setProtectedHeader({ alg: "HS256", typ: "secevent+jwt", kid: "shared" })
      .sign(shared);
    await expect(verify(forged, [secret])).rejects.toThrow(expect.objectContaining({ err: "invalid_key" }));
  });

  it.each(["RS256", "PS384", "ES256", "ES512"])("takes %s", async (alg) => {
    const { publicKey, privateKey } = await generateKeyPair(alg);
    const payload: JWTPayload = Object(content());
    const body = await new SignJWT(payload).setProtectedHeader({ alg, typ: "secevent+jwt", kid: "k" }).sign(privateKey);
    const secret = JSON.stringify({ keys: [{ kid: "k", ...(await exportJWK(publicKey)) }] });
    await expect(verify(body, [secret])).resolves.toBeInstanceOf(Buffer);
  });
});
