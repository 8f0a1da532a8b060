import { generateKeyPairSync, sign } from "node:crypto";
import type { EvidenceAbout } from "../../lib/evidence/bundle.ts";
import { type EvidenceEntry, toEvidence } from "../../lib/evidence/entry.ts";
import type { Signer } from "../../lib/evidence/signer.ts";
import { entryOf, type TrailEntry } from "../../lib/ledger/trail.ts";
import { at, lifecycleEvent, noon } from "./events.ts";

const proof = { at: at(2_000), method: "GET", path: "/v2/users/{id}", status: 404, requestId: "req-404" };

/** A line of a history: a leaver that was removed two seconds after noon; whatever is given replaces the default. */
export function removedLine(overrides: Partial<TrailEntry> = {}): TrailEntry {
  const event = lifecycleEvent({ id: overrides.event ?? "okta:1", source: "okta", kind: "leaver" });
  const entry = {
    ...entryOf(event, noon + 2_000),
    action: "delete",
    outcome: "removed",
    userId: "VXNlcjox",
    mode: "act",
  };
  return { ...entry, calls: [{ ...proof, status: 200 }, proof], ...overrides };
}

/** Evidence of that; whatever is given replaces the default. */
export function evidenceEntry(overrides: Partial<EvidenceEntry> = {}): EvidenceEntry {
  const entry = toEvidence("hash-of-ann", [removedLine()], 300_000, noon + 60_000);
  if (entry === undefined) throw new Error("no entry");
  return { ...entry, ...overrides };
}

export const about: EvidenceAbout = {
  system: "ArizeUserLifecycle-Test",
  createdAt: at(60_000),
  from: at(-1_000),
  to: at(50_000),
  redacted: false,
  goalMs: 300_000,
};

/** A signer with a key of its own. */
export function testSigner(): Signer & { pem: string } {
  const { privateKey, publicKey } = generateKeyPairSync("ed25519");
  const pem = publicKey.export({ format: "pem", type: "spki" }).toString();
  return {
    algorithm: "Ed25519",
    keyId: "test",
    pem,
    publicKey: async () => pem,
    sign: async (data) => sign(null, data, privateKey),
  };
}
