/** Finds a circle of any length while remembering one cursor (Brent): the mark moves after 1, 2, 4, 8... pages. */
export function cursorWatch(start: string | undefined): (cursor: string) => boolean {
  let mark = start;
  let steps = 0;
  let reach = 1;
  return (cursor) => {
    if (cursor === mark) return true;
    steps += 1;
    if (steps === reach) {
      mark = cursor;
      steps = 0;
      reach *= 2;
    }
    return false;
  };
}
