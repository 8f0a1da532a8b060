import { afterEach, expect } from "vitest";
import { hearErrors, hearOutput, leaks } from "./silence.ts";

/** Runs before each test file: a test fails when the code named a person, a secret or a payload where it must not. */
hearOutput();
hearErrors();
afterEach(() => {
  expect(leaks()).toEqual([]);
});
