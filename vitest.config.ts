import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    setupFiles: ["test/support/silence.setup.ts"],
    // Files run in child processes of their own: each sets the environment that its handlers read at cold start.
    pool: "forks",
    sequence: { shuffle: true },
    testTimeout: 20_000,
    hookTimeout: 30_000,
  },
});
