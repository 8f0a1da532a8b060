import { createServer } from "node:http";
import * as jose from "jose";
import { describe, expect, it, onTestFinished } from "vitest";
import { keySet } from "../../../lib/sources/sharedsignals-keys.ts";
import { listenOn } from "../../../local/listen.ts";
import { jwkSet } from "../../../local/sharedsignals-key.ts";

/** Finds the key of this id for an EdDSA token. */
const find = async (kid: string, secret: string) =>
  keySet(jose, secret)({ alg: "EdDSA", kid }, { payload: "", signature: "" });
const noKey = expect.objectContaining({ code: "ERR_JWKS_NO_MATCHING_KEY" });

/** A transmitter that publishes its keys, or answers with something else. */
async function transmitter(answer: () => { status?: number; body: string; location?: string }) {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(request.url ?? "");
    const { status = 200, body, location } = answer();
    response.writeHead(status, { "content-type": "application/jwk-set+json", ...(location && { location }) }).end(body);
  });
  const port = await listenOn(server, 0);
  onTestFinished(() => new Promise((resolve) => server.close(() => resolve())));
  return { address: `http://127.0.0.1:${port}/jwks`, asked, server };
}

describe("keySet", () => {
  it.each(["", "{}", "[]", "no JSON", '{"keys":7}', "http://elsewhere.example.org/jwks", "ftp://127.0.0.1/jwks"])(
    "finds none in %j",
    async (line) => {
      await expect(find("k", line)).rejects.toThrow(noKey);
    },
  );

  it("reads published keys once, and not again for invented ones", async () => {
    const { address, asked } = await transmitter(() => ({ body: jwkSet("k") }));
    await expect(find("k", address)).resolves.toBeDefined();
    await expect(find("k", address)).resolves.toBeDefined();
    for (const kid of ["invented1", "invented2"]) await expect(find(kid, address)).rejects.toThrow(noKey);
    expect(asked).toEqual(["/jwks"]);
  });

  it.each([
    ["an error", { status: 500, body: "" }],
    ["no key set", { body: "{}" }],
    ["no JSON", { body: "<html>" }],
    ["another address", { status: 302, body: "", location: "http://127.0.0.1:1/" }],
  ])("cannot tell while the answer is %s, and asks again", async (_, answer) => {
    let isDown = true;
    const { address } = await transmitter(() => (isDown ? answer : { body: jwkSet("k") }));
    await expect(find("k", address)).rejects.toThrow(expect.objectContaining({ reason: "jwks_unavailable" }));
    isDown = false;
    await expect(find("k", address)).resolves.toBeDefined();
  });

  it("cannot tell while nobody answers", async () => {
    await expect(find("k", "http://127.0.0.1:1/jwks")).rejects.toThrow(expect.objectContaining({ name: "RetryLater" }));
  });
});
