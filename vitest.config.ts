import { availableParallelism } from "node:os";
import { defineConfig } from "vitest/config";
import { BaseSequencer, type TestSpecification } from "vitest/node";

/** The fault lab takes as long as many other files together: begun last, it would keep everybody waiting. */
class LabFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const isLab = ({ moduleId }: TestSpecification) => moduleId.endsWith("/test/faults/faults.test.ts");
    const sorted = await super.sort(files);
    return [...sorted.filter(isLab), ...sorted.filter((file) => !isLab(file))];
  }
}

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    globalSetup: ["test/support/temporary.setup.ts"],
    setupFiles: ["test/support/silence.setup.ts"],
    // Files run in child processes of their own: each sets the environment that its handlers read at cold start.
    pool: "forks",
    // Two at least, also on two cores, where one is what there would be: much of the time is waiting for emulators.
    maxWorkers: Math.max(2, availableParallelism() - 1),
    sequence: { shuffle: { tests: true }, sequencer: LabFirst },
    testTimeout: 20_000,
    hookTimeout: 30_000,
  },
});
