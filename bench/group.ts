import type { Row } from "./row.ts";

/** What a group of rows is given. */
export interface Bench {
  /** A folder of its own, which goes when the bench ends. */
  folder: string;
  /** How often what is compared is run, in turn. */
  rounds: number;
  /** Says what is being done, for the line on the terminal. */
  progress(doing: string): void;
}

/** Rows that are measured together. */
export type Group = (bench: Bench) => Promise<Row[]>;
