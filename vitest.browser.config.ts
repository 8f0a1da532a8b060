import { defineConfig } from "vitest/config";

/** What needs a Chromium; `npm test` does without. */
export default defineConfig({
  test: {
    include: ["test/browser/**/*.browser.ts"],
    pool: "forks",
    testTimeout: 120_000,
    hookTimeout: 120_000,
  },
});
