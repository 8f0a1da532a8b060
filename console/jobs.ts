import { describeFailure } from "../ops/failure.ts";

/** Something that may take minutes, such as a dry run over a large account: started by a form, shown by later pages. */
export interface Job<Result> {
  startedAt: Date;
  /** `undefined` while it runs. */
  endedAt?: Date;
  result?: Result;
  /** Why there is no result. */
  problem?: string;
}

/** The last job of each name. One that runs is not started again beside itself. */
export class Jobs<Result> {
  readonly #jobs = new Map<string, Job<Result>>();
  readonly #onEnd: () => void;

  constructor(onEnd: () => void) {
    this.#onEnd = onEnd;
  }

  get(name: string): Job<Result> | undefined {
    return this.#jobs.get(name);
  }

  /** @returns false when it is running already */
  start(name: string, work: () => Promise<Result>): boolean {
    const last = this.#jobs.get(name);
    if (last !== undefined && last.endedAt === undefined) return false;
    const job: Job<Result> = { startedAt: new Date() };
    this.#jobs.set(name, job);
    work()
      .then(
        (result) => {
          job.result = result;
        },
        (error: unknown) => {
          job.problem = describeFailure(error);
        },
      )
      .finally(() => {
        job.endedAt = new Date();
        this.#onEnd();
      });
    return true;
  }
}
