/** How much CPU a piece of work takes compared with another, in this process: both run in turn, for some time each. */
export async function ratios(
  rounds: number,
  work: () => unknown,
  reference: () => unknown,
  { repeats = 400 } = {},
): Promise<number[]> {
  const measured: number[] = [];
  // A tenth more: until the code is compiled the first rounds show something else.
  for (let round = -Math.ceil(rounds / 10); round < rounds; round++) {
    const [ours, theirs] = [await spend(work, repeats), await spend(reference, repeats)];
    if (round >= 0) measured.push(ours / theirs);
  }
  return measured;
}

async function spend(work: () => unknown, repeats: number): Promise<number> {
  const before = process.cpuUsage();
  for (let repeat = 0; repeat < repeats; repeat++) await work();
  const { user, system } = process.cpuUsage(before);
  return user + system;
}
