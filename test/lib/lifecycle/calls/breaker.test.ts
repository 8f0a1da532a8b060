import { describe, expect, it } from "vitest";
import { Breaker } from "../../../../lib/lifecycle/calls/breaker.ts";

const up = async () => "answer";
const down = async () => {
  throw new Error("down");
};
const refused = async () => {
  throw new TypeError("refused");
};
const unasked = async () => {
  throw new RangeError("failed before it got there");
};

function breaker() {
  const clock = { now: 0 };
  let opened = 0;
  const made = new Breaker({
    judge: (error) => (error instanceof TypeError ? "up" : error instanceof RangeError ? "unknown" : "down"),
    onOpen: () => opened++,
    now: () => clock.now,
  });
  const times = async (count: number, call: () => Promise<unknown>) => {
    for (let n = 0; n < count; n++) await made.run(call).catch(() => undefined);
  };
  return { made, clock, times, opened: () => opened };
}
const open = { name: "RetryLater", reason: "breaker_open" };

describe("the breaker", () => {
  it("opens when most of the last calls failed, and then answers without calling", async () => {
    const { made, times, opened } = breaker();
    await times(8, up);
    await times(11, down);
    await expect(made.run(up)).resolves.toBe("answer");
    await times(1, down);
    expect(opened()).toBe(1);
    let called = false;
    await expect(
      made.run(async () => {
        called = true;
      }),
    ).rejects.toMatchObject(open);
    expect(called).toBe(false);
    expect(() => made.check()).toThrow(expect.objectContaining(open));
  });

  it("stays closed over refusals and over a minority of failures", async () => {
    const { made, times, opened } = breaker();
    await times(100, refused);
    for (let n = 0; n < 30; n++) {
      await times(1, down);
      await times(1, up);
    }
    expect(opened()).toBe(0);
    expect(() => made.check()).not.toThrow();
  });

  it("lets one probe through after the pause, closes when it is answered, and pauses longer when not", async () => {
    const { made, clock, times, opened } = breaker();
    await times(20, down);
    clock.now = 5_000;
    const probe = Promise.withResolvers<string>();
    const probing = made.run(() => probe.promise);
    await expect(made.run(up)).rejects.toMatchObject(open);
    probe.reject(new Error("down"));
    await expect(probing).rejects.toThrow("down");
    expect(opened()).toBe(2);
    clock.now += 9_999;
    await expect(made.run(up)).rejects.toMatchObject(open);
    clock.now += 1;
    await expect(made.run(up)).resolves.toBe("answer");
    await expect(made.run(up)).resolves.toBe("answer");
  });

  it("counts nothing that failed on the way, for or against", async () => {
    const { made, times, opened } = breaker();
    await times(100, unasked);
    expect(opened()).toBe(0);
    await times(8, up);
    await times(11, down);
    await times(50, unasked);
    expect(opened()).toBe(0);
    await times(1, down);
    expect(opened()).toBe(1);
    await expect(made.run(up)).rejects.toMatchObject(open);
  });

  it("learns nothing from a probe that failed on the way, and lets the next one through at once", async () => {
    const { made, clock, times, opened } = breaker();
    await times(20, down);
    clock.now = 5_000;
    await expect(made.run(unasked)).rejects.toThrow(RangeError);
    const probe = Promise.withResolvers<string>();
    const probing = made.run(() => probe.promise);
    await expect(made.run(up)).rejects.toMatchObject(open);
    probe.reject(new Error("down"));
    await expect(probing).rejects.toThrow("down");
    expect(opened()).toBe(2);
    clock.now += 9_999;
    await expect(made.run(up)).rejects.toMatchObject(open);
    clock.now += 1;
    await expect(made.run(up)).resolves.toBe("answer");
  });

  it("does not take a call that was under way for the probe", async () => {
    const { made, clock, times } = breaker();
    const late = Promise.withResolvers<string>();
    const underWay = made.run(() => late.promise);
    await times(20, down);
    clock.now = 5_000;
    late.resolve("late");
    await underWay;
    const probe = Promise.withResolvers<string>();
    const probing = made.run(() => probe.promise);
    await expect(made.run(up)).rejects.toMatchObject(open);
    probe.resolve("answer");
    await expect(probing).resolves.toBe("answer");
  });
});
