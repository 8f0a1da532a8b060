import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { ApiException } from "../../../../lib/http/errors.ts";
import { Pace, type Priority, reserveMs, type Turn } from "../../../../lib/lifecycle/calls/pace.ts";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

/** A turn whose function ends so many milliseconds from now. */
function turn(priority: Priority = "other", lifeMs = 60_000): Turn {
  const end = Date.now() + lifeMs;
  return { priority, remainingMs: () => end - Date.now() };
}

function rateLimited(retryAfterMs?: number): ApiException {
  const failure = { method: "GET", path: "/v2/users", ambiguous: false, status: 429, title: "Rate limit exceeded" };
  return new ApiException({ ...failure, kind: "rate_limited", retryAfterMs });
}

const settle = () => vi.advanceTimersByTimeAsync(0);

/** Calls that are under way until the test lets them end. */
class Calls {
  readonly started: string[] = [];
  readonly #ends = new Map<string, (value: string) => void>();

  make(name: string): () => Promise<string> {
    return () => {
      this.started.push(name);
      const { promise, resolve } = Promise.withResolvers<string>();
      this.#ends.set(name, resolve);
      return promise;
    };
  }

  async end(name: string): Promise<void> {
    this.#ends.get(name)?.(name);
    await settle();
  }
}

/** A pace that has just met a 429 and may go on after `closedMs`. */
async function limitedPace(closedMs: number): Promise<Pace> {
  const pace = new Pace();
  const answers = [() => Promise.reject(rateLimited(closedMs)), () => Promise.resolve("done")];
  void pace.run(turn("other", 3_600_000), async () => answers.shift()?.());
  await settle();
  return pace;
}

describe("while nothing is limited", () => {
  test("every call starts at once", async () => {
    const pace = new Pace();
    const calls = new Calls();
    const results = ["a", "b", "c"].map((name) => pace.run(turn(), calls.make(name)));
    await settle();
    expect(calls.started).toEqual(["a", "b", "c"]);
    for (const name of ["c", "a", "b"]) await calls.end(name);
    expect(await Promise.all(results)).toEqual(["a", "b", "c"]);
  });

  test("failures of any other kind come through as they are", async () => {
    const pace = new Pace();
    const error = new ApiException({ method: "GET", path: "/v2/users", kind: "server", ambiguous: false, title: "x" });
    await expect(pace.run(turn(), () => Promise.reject(error))).rejects.toBe(error);
    await expect(pace.run(turn(), () => Promise.reject(new Error("bug")))).rejects.toThrow("bug");
    await expect(pace.run(turn(), async () => "fine")).resolves.toBe("fine");
  });

  test("readiness takes nobody's place", async () => {
    const pace = new Pace();
    await expect(pace.ready(turn())).resolves.toBeUndefined();
    const calls = new Calls();
    void pace.run(turn(), calls.make("a"));
    await expect(pace.ready(turn())).resolves.toBeUndefined();
    expect(calls.started).toEqual(["a"]);
  });
});

describe("after a 429", () => {
  test("the call is made again when it said, and its answer comes through", async () => {
    const pace = new Pace();
    const startedAt: number[] = [];
    const begun = Date.now();
    const answer = pace.run(turn(), async () => {
      startedAt.push(Date.now() - begun);
      if (startedAt.length < 3) throw rateLimited(5_000);
      return "done";
    });
    await vi.advanceTimersByTimeAsync(10_000);
    expect(await answer).toBe("done");
    expect(startedAt).toEqual([0, 5_000, 10_000]);
  });

  test("without a Retry-After it waits for a second", async () => {
    const pace = new Pace();
    let attempts = 0;
    const answer = pace.run(turn(), async () => {
      attempts++;
      if (attempts === 1) throw rateLimited();
      return "done";
    });
    await vi.advanceTimersByTimeAsync(999);
    expect(attempts).toBe(1);
    await vi.advanceTimersByTimeAsync(1);
    expect(await answer).toBe("done");
  });

  test.each([0, 1, 999])("that said %i ms it waits for a second all the same", async (retryAfterMs) => {
    const pace = new Pace();
    let attempts = 0;
    const answer = pace.run(turn(), async () => {
      attempts++;
      if (attempts === 1) throw rateLimited(retryAfterMs);
      return "done";
    });
    await vi.advanceTimersByTimeAsync(999);
    expect(attempts).toBe(1);
    await vi.advanceTimersByTimeAsync(1);
    expect(await answer).toBe("done");
  });

  test("a timer from before the process was frozen keeps nobody waiting", async () => {
    const pace = await limitedPace(30_000);
    // The clock goes on, and the timer's 30 s are still to run.
    vi.setSystemTime(Date.now() + 40_000);
    let attempts = 0;
    const answer = pace.run(turn("leaver"), async () => {
      attempts++;
      if (attempts === 1) throw rateLimited(2_000);
      return "done";
    });
    await vi.advanceTimersByTimeAsync(1_999);
    expect(attempts).toBe(1);
    await vi.advanceTimersByTimeAsync(1);
    expect(await answer).toBe("done");
  });

  test("nobody starts before the time, and leavers are first when it comes", async () => {
    const pace = await limitedPace(5_000);
    const calls = new Calls();
    for (const name of ["mover 1", "mover 2"]) void pace.run(turn("other"), calls.make(name));
    for (const name of ["leaver 1", "leaver 2"]) void pace.run(turn("leaver"), calls.make(name));
    await vi.advanceTimersByTimeAsync(4_999);
    expect(calls.started).toEqual([]);
    await vi.advanceTimersByTimeAsync(1);
    expect(calls.started).toEqual(["leaver 1"]);
    for (const name of ["leaver 1", "leaver 2", "mover 1", "mover 2"]) {
      expect(calls.started.at(-1)).toBe(name);
      await calls.end(name);
    }
  });

  test("a leaver who comes later still goes before those who wait", async () => {
    const pace = await limitedPace(1_000);
    const calls = new Calls();
    for (const name of ["mover 1", "mover 2"]) void pace.run(turn("other"), calls.make(name));
    await vi.advanceTimersByTimeAsync(1_000);
    expect(calls.started).toEqual(["mover 1"]);
    void pace.run(turn("leaver"), calls.make("leaver"));
    await calls.end("mover 1");
    expect(calls.started).toEqual(["mover 1", "leaver"]);
  });

  test("calls go one by one until ten went well, then side by side again", async () => {
    const pace = await limitedPace(1_000);
    const calls = new Calls();
    const names = Array.from({ length: 14 }, (_, index) => `call ${index + 1}`);
    for (const name of names) void pace.run(turn(), calls.make(name));
    await vi.advanceTimersByTimeAsync(1_000);
    // The call that met the 429 counts as the first of the ten.
    for (let done = 1; done <= 9; done++) {
      expect(calls.started).toHaveLength(done);
      await calls.end(`call ${done}`);
    }
    expect(calls.started).toEqual(names);
  });

  test("another 429 closes it for everybody again", async () => {
    const pace = await limitedPace(1_000);
    const calls = new Calls();
    let attempts = 0;
    const first = pace.run(turn("leaver"), async () => {
      attempts++;
      if (attempts === 1) throw rateLimited(3_000);
      return "done";
    });
    void pace.run(turn(), calls.make("other"));
    await vi.advanceTimersByTimeAsync(1_000);
    expect(attempts).toBe(1);
    await vi.advanceTimersByTimeAsync(2_999);
    expect([attempts, calls.started.length]).toEqual([1, 0]);
    await vi.advanceTimersByTimeAsync(1);
    expect(await first).toBe("done");
    expect(calls.started).toEqual(["other"]);
  });

  test("no answer closes it for longer than a minute", async () => {
    const pace = await limitedPace(86_400_000);
    const calls = new Calls();
    void pace.run(turn("leaver", 3_600_000), calls.make("leaver"));
    await vi.advanceTimersByTimeAsync(59_999);
    expect(calls.started).toEqual([]);
    await vi.advanceTimersByTimeAsync(1);
    expect(calls.started).toEqual(["leaver"]);
    await calls.end("leaver");
  });

  test("a shorter wait does not shorten a longer one", async () => {
    const pace = new Pace();
    const calls = new Calls();
    const failing = (retryAfterMs: number) => {
      const answers = [() => Promise.reject(rateLimited(retryAfterMs)), () => Promise.resolve()];
      return pace.run(turn(), async () => answers.shift()?.());
    };
    const both = Promise.all([failing(9_000), failing(2_000)]);
    await vi.advanceTimersByTimeAsync(3_000);
    void pace.run(turn("leaver"), calls.make("leaver"));
    await vi.advanceTimersByTimeAsync(5_999);
    expect(calls.started).toEqual([]);
    await vi.advanceTimersByTimeAsync(1);
    expect(calls.started).toEqual(["leaver"]);
    await calls.end("leaver");
    await both;
  });

  test("everybody gets through in the end, each once", async () => {
    const pace = new Pace();
    let calls = 0;
    const people = Array.from({ length: 40 }, (_, index) => index);
    const results = Promise.all(
      people.map((person) =>
        pace.run(turn(person % 4 === 0 ? "leaver" : "other", 3_600_000), async () => {
          calls++;
          if (calls % 3 === 0) throw rateLimited(500);
          return person;
        }),
      ),
    );
    await vi.advanceTimersByTimeAsync(600_000);
    expect(await results).toEqual(people);
    expect(vi.getTimerCount()).toBe(0);
  });
});

describe("a wait is bounded by the function's time", () => {
  const leastCallMs = 1_000;
  const refusedAfter = (afterMs: number) => ({ name: "RetryLater", reason: "arize_rate_limited", afterMs });

  test("who cannot wait that long is sent away at once, with how long to wait", async () => {
    const pace = await limitedPace(30_000);
    await expect(pace.run(turn("leaver", 20_000), async () => "never")).rejects.toMatchObject(refusedAfter(30_000));
    await expect(pace.ready(turn("other", 30_000 + leastCallMs + reserveMs))).rejects.toMatchObject(
      refusedAfter(30_000),
    );
    const patient = pace.run(turn("other", 30_001 + leastCallMs + reserveMs), async () => "done");
    await vi.advanceTimersByTimeAsync(30_000);
    await expect(patient).resolves.toBe("done");
  });

  test("a call that met a 429 which it cannot wait out is told so", async () => {
    const pace = new Pace();
    const answer = pace.run(turn("other", 5_000), () => Promise.reject(rateLimited(60_000)));
    await expect(answer).rejects.toMatchObject(refusedAfter(60_000));
  });

  test("who waits behind others gives up in time to write it down, and never starts", async () => {
    const pace = await limitedPace(1_000);
    const calls = new Calls();
    void pace.run(turn("leaver"), calls.make("slow"));
    const behind = pace.run(turn("other", 10_000), calls.make("behind"));
    let gaveUp = false;
    const refused = expect(behind.finally(() => (gaveUp = true))).rejects.toMatchObject(refusedAfter(0));
    await vi.advanceTimersByTimeAsync(10_000 - leastCallMs - reserveMs - 1);
    expect([calls.started, gaveUp]).toEqual([["slow"], false]);
    await vi.advanceTimersByTimeAsync(1);
    expect(gaveUp).toBe(true);
    await refused;
    await calls.end("slow");
    expect(calls.started).toEqual(["slow"]);
  });

  test("without time for a call nothing starts, which is nobody's limit", async () => {
    const outOfTime = { name: "RetryLater", reason: "out_of_time", afterMs: undefined };
    for (const lifeMs of [0, reserveMs, reserveMs + leastCallMs]) {
      await expect(new Pace().run(turn("leaver", lifeMs), async () => "never")).rejects.toMatchObject(outOfTime);
      await expect(new Pace().ready(turn("leaver", lifeMs))).rejects.toMatchObject(outOfTime);
    }
    const justEnough = turn("leaver", reserveMs + leastCallMs + 1);
    await expect(new Pace().run(justEnough, async () => "done")).resolves.toBe("done");
  });

  test("without time for a call while it is limited, the limit is the reason", async () => {
    const pace = await limitedPace(5_000);
    await expect(pace.run(turn("leaver", reserveMs), async () => "never")).rejects.toMatchObject(refusedAfter(5_000));
  });
});
