/** What the first of two people is told. @param what in the plural, such as `events` */
export function proposed(count: number, what: string): string {
  return `Proposed for ${count} ${what}. Within a day somebody else has to run the same command; nothing was done yet.`;
}
