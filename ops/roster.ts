import { createReadStream } from "node:fs";
import { CsvError, parse } from "csv-parse";
import * as z from "zod/mini";
import { describeIssues } from "../lib/issues.ts";
import { emailSchema, nameSchema } from "../lib/lifecycle/event.ts";

const empty = z.literal("");
const orNothing = <Schema extends z.ZodMiniType>(schema: Schema) => z.optional(z.union([empty, schema]));

/** One line of a roster: who works there, by HR's account. Columns that are not named here are left unread. */
const lineSchema = z.object({
  email: emailSchema,
  name: orNothing(nameSchema),
  /** A predefined role's name or a custom role's id. */
  role: orNothing(z.string().check(z.maxLength(255))),
  is_developer: orNothing(z.enum(["true", "false", "yes", "no"])),
  department: orNothing(z.string().check(z.maxLength(255))),
  title: orNothing(z.string().check(z.maxLength(255))),
  /** Separated by semicolons. */
  groups: z.optional(z.string()),
  status: orNothing(z.enum(["active", "inactive"])),
});

export interface RosterLine {
  line: number;
  email: string;
  name?: string | undefined;
  role?: string | undefined;
  isDeveloper?: boolean | undefined;
  department?: string | undefined;
  title?: string | undefined;
  groups: string[];
  /** Whether they work there; those of whom the roster does not say do. */
  isActive: boolean;
}

/** A line that cannot be read, and why; never what it holds. */
export interface UnreadableLine {
  line: number;
  problem: string;
}

const recordSchema = z.object({
  record: z.record(z.string(), z.string()),
  info: z.object({ lines: z.number(), error: z.nullish(z.unknown()) }),
});
/** A quote that nobody closes must not take the rest of the file into memory. */
const longestRecord = 64 * 1024;

/**
 * Reads a roster line by line, whatever its length, holding a few lines at a time. The first line names the columns; `email`
 * has to be among them. What is no CSV ends the reading, since nothing behind it can be told apart any more.
 * @throws Error when the file cannot be read, has no such column, or names nobody: a roster that was cut off to nothing must not
 * be taken for one of which everybody is missing
 */
export async function* readRoster(file: string): AsyncGenerator<RosterLine | UnreadableLine, void> {
  const parser = parse({
    bom: true,
    columns: (names: string[]) => columnsOf(names, file),
    info: true,
    trim: true,
    skip_empty_lines: true,
    relax_column_count: true,
    max_record_size: longestRecord,
  });
  createReadStream(file)
    .on("error", (error) => parser.destroy(error))
    .pipe(parser);
  let last = 1;
  try {
    for await (const parsed of parser) {
      const line = toLine(parsed);
      last = line.line;
      yield line;
    }
    if (last === 1) throw new Error(`${file} names nobody`);
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    yield {
      line: last + 1,
      problem: `${problems[error.code] ?? `not CSV (${error.code})`}; nothing behind it was read`,
    };
  }
}

function columnsOf(names: string[], file: string): string[] {
  // What a spreadsheet saves as its own format, or as UTF-16, is full of them.
  if (names.some((name) => name.includes("\0") || name.includes("\uFFFD")))
    throw new Error(`${file} is no text in UTF-8: save it as CSV`);
  const columns = names.map((name) =>
    name
      .trim()
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, "_"),
  );
  if (!columns.includes("email")) throw new Error(`${file}: line 1 names no column "email"`);
  return columns;
}

function toLine(parsed: unknown): RosterLine | UnreadableLine {
  const { record, info } = recordSchema.parse(parsed);
  const line = info.lines;
  if (info.error != null) return { line, problem: "more or fewer fields than line 1 names" };
  const read = lineSchema.safeParse(record);
  if (!read.success) return { line, problem: describeIssues(read.error) };
  const { email, name, role, is_developer: developer, department, title, groups = "", status } = read.data;
  return {
    line,
    email,
    name: name || undefined,
    role: role || undefined,
    isDeveloper: developer ? developer === "true" || developer === "yes" : undefined,
    department: department || undefined,
    title: title || undefined,
    groups: groups
      .split(";")
      .map((group) => group.trim())
      .filter((group) => group !== ""),
    isActive: status !== "inactive",
  };
}

// The library's own messages quote the line.
const problems: Partial<Record<string, string>> = {
  CSV_QUOTE_NOT_CLOSED: "a quote that is never closed",
  CSV_MAX_RECORD_SIZE: "longer than 64 KB: is a quote not closed?",
  INVALID_OPENING_QUOTE: "a quote in the middle of a field",
  CSV_INVALID_CLOSING_QUOTE: "text after a closing quote",
  CSV_NON_TRIMABLE_CHAR_AFTER_CLOSING_QUOTE: "text after a closing quote",
};
