import * as fc from "fast-check";

/** Puts something else in one place of a document, chosen by a number. */
export function mutate(document: unknown, place: number, replacement: unknown): unknown {
  let left = place % count(document);
  const walk = (value: unknown): unknown => {
    if (left-- === 0) return replacement;
    if (Array.isArray(value)) return value.map(walk);
    if (value === null || typeof value !== "object") return value;
    return Object.fromEntries(Object.entries(value).map(([key, child]) => [key, walk(child)]));
  };
  return walk(document);
}

function count(value: unknown): number {
  if (value === null || typeof value !== "object") return 1;
  return Object.values(value).reduce((sum: number, child) => sum + count(child), 1);
}

const odd = ["__proto__", "constructor", "9999-12-31T23:59:59-23:59", "a@b.example", "\u0000", "x".repeat(400)];

/** Bodies that are like these, but for one place: a value where they are JSON, a stretch of text where they are not. */
export function mutated(bodies: readonly string[]): fc.Arbitrary<string> {
  const replacement = fc.oneof(fc.jsonValue(), fc.constantFrom(...odd));
  return fc.tuple(fc.constantFrom(...bodies), fc.nat(), replacement).map(([body, place, value]) => {
    const start = place % (body.length + 1);
    if (!body.startsWith("{")) return body.slice(0, start) + JSON.stringify(value) + body.slice(start + 5);
    return JSON.stringify(mutate(JSON.parse(body), place, value));
  });
}
