/** Where a value lies between two others, in percent of the way; on the way's ends when it lies beyond. Pure. */
export function percentAlong(value: number, from: number, to: number): number {
  const share = to === from ? 0 : (value - from) / (to - from);
  return Math.round(Math.min(1, Math.max(0, share)) * 10_000) / 100;
}
