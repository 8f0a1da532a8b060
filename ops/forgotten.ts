/** What was erased, by sort, and what is left. */
export interface Forgotten {
  erased: { history: number; waiting: number; idsAtSources: number; deadLetters: number };
  /** Other addresses of the same person: they are forgotten one by one. */
  otherAddresses: string[];
  /** What no command can erase at once. */
  remains: readonly { what: string; until: string }[];
}

/** Stays for a while, whatever a command does. */
export const remains = [
  { what: "messages about them on the queues", until: "they are worked, 14 days at most: forget them once more then" },
  { what: "backups of the ledger", until: "35 days have passed" },
  { what: "log lines with ids and a hash, and no address", until: "3 months have passed" },
  { what: "their deleted record at Arize", until: "Arize erases it: ask there" },
] as const;

/** What was forgotten, in lines for people. */
export function describeForgotten({ erased, otherAddresses: others, remains: left }: Forgotten): string[] {
  const { history, waiting, idsAtSources, deadLetters } = erased;
  return [
    `Erased: ${history} lines of history, ${waiting} waiting events, ${idsAtSources} ids at sources, ${deadLetters} dead letters.`,
    "What stays for ever: a hash, and that whoever it stands for is gone.",
    ...others.map((email) => `The same person is known as ${email}: forget that address too.`),
    ...left.map(({ what, until }) => `What stays for a while: ${what}, until ${until}.`),
  ];
}
