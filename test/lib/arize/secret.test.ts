import { format, inspect } from "node:util";
import { expect, test } from "vitest";
import { Secret } from "../../../lib/arize/secret.ts";

const password = "correct-horse-battery";
const secret = new Secret(password);

test.each([
  ["String()", () => String(secret)],
  ["a template", () => `${secret}`],
  ["concatenation", () => `x${[secret].join()}`],
  ["JSON", () => JSON.stringify({ deep: [secret] })],
  ["inspect", () => inspect({ deep: { er: secret } }, { depth: 9, showHidden: true })],
  ["console formats", () => format("%s %o %O %j", secret, secret, secret, secret)],
  ["an error's cause", () => inspect(new Error("failed", { cause: secret }))],
  ["entries", () => JSON.stringify([Object.entries(secret), { ...secret }]) + secret.toString()],
])("%s shows that something is there and not what", (_name, show) => {
  expect(show()).not.toContain(password);
  expect(show()).toContain("[REDACTED]");
});

test("reveal gives the value", () => {
  expect(secret.reveal()).toBe(password);
});
