import { createPublicKey, generateKeyPairSync, sign } from "node:crypto";
import { json } from "node:stream/consumers";
import { gunzipSync } from "node:zlib";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { verifyBundle } from "../../lib/evidence/verify.ts";
import { serve } from "../support/fake-arize.ts";
import { eventOf, workbench } from "../support/workbench.ts";

const ada = "ada@example.com";

/** The handler, with a key in KMS. */
async function signing() {
  const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  let signed = 0;
  process.env.AWS_ENDPOINT_URL_KMS = await serve(async (request, response) => {
    const { Message } = Object(await json(request));
    if (typeof Message === "string") signed++;
    const PublicKey = publicKey.export({ format: "der", type: "spki" }).toString("base64");
    const Signature = sign("sha256", Buffer.from(String(Message), "base64"), privateKey).toString("base64");
    response.setHeader("content-type", "application/x-amz-json-1.1").end(JSON.stringify({ PublicKey, Signature }));
  });
  process.env.EVIDENCE_KEY_ID = "alias/evidence";
  onTestFinished(() => {
    delete process.env.EVIDENCE_KEY_ID;
    delete process.env.AWS_ENDPOINT_URL_KMS;
  });
  vi.resetModules();
  const { handler } = await import("../../functions/sign-evidence.ts");
  const invoke = async (request: object) => Object(await Reflect.apply(handler, undefined, [request, {}]));
  return { invoke, signed: () => signed, publicKey };
}

function unpacked(files: Record<string, string>): Map<string, Buffer> {
  return new Map(Object.entries(files).map(([name, content]) => [name, gunzipSync(Buffer.from(content, "base64"))]));
}

describe("the function that signs evidence", () => {
  it("signs what it finds in the ledger itself, with the key in KMS", async () => {
    const bench = await workbench();
    bench.fake.seed({ email: ada });
    await bench.deliver([eventOf("leaver", ada)]);
    const { invoke, signed, publicKey } = await signing();
    const { leavers, files } = await invoke({ email: ada });
    const bundle = unpacked(files);
    expect(leavers).toBe(1);
    expect(JSON.parse(String(bundle.get("evidence.json"))).entries).toMatchObject([{ email: ada, outcome: "removed" }]);
    expect(signed()).toBe(1);
    expect(createPublicKey(bundle.get("public-key.pem") ?? "").equals(publicKey)).toBe(true);
    expect(verifyBundle(bundle, publicKey.export({ format: "pem", type: "spki" }))).toEqual([]);
  });

  it("leaves addresses out, and refuses what is no request", async () => {
    const bench = await workbench();
    bench.fake.seed({ email: ada });
    await bench.deliver([eventOf("leaver", ada)]);
    const { invoke } = await signing();
    const { files } = await invoke({ email: ada, redact: true });
    expect([...unpacked(files).values()].join()).not.toContain(ada);
    await expect(invoke({ from: "yesterday" })).rejects.toThrow("not a request for evidence: from: malformed datetime");
  });

  it("says when there is no key to sign with", async () => {
    await workbench();
    const { invoke } = await signing();
    delete process.env.EVIDENCE_KEY_ID;
    await expect(invoke({ email: ada })).rejects.toThrow("there is no key to sign with");
  });
});
