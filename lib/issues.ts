import type * as z from "zod/mini";

/**
 * Tells what is wrong with some input, by path and rule: `data.email: malformed; data.role: expected one of admin|member`.
 * Never quotes the input: it may be a person's data or a secret.
 */
export function describeIssues(error: z.core.$ZodError): string {
  return error.issues.map((issue) => `${pathOf(issue.path)}: ${problemOf(issue)}`).join("; ");
}

function pathOf(path: readonly PropertyKey[]): string {
  return path.length === 0 ? "(whole)" : path.map(nameOf).join(".");
}

function partOf(issue: z.core.$ZodIssue): string {
  return issue.path.length === 0 ? problemOf(issue) : `${pathOf(issue.path)} ${problemOf(issue)}`;
}

// A record's keys come with the input: what does not look like a field's name may be an address or a name.
function nameOf(key: PropertyKey): string {
  return /^[\w.-]{1,60}$/.test(String(key)) ? String(key) : "?";
}

function problemOf(issue: z.core.$ZodIssue): string {
  switch (issue.code) {
    case "invalid_type":
      return `expected ${issue.expected}`;
    case "invalid_value":
      return `expected one of ${issue.values.map(String).join("|")}`;
    case "too_big":
      return `at most ${issue.maximum}`;
    case "too_small":
      return `at least ${issue.minimum}`;
    case "invalid_format":
      return issue.format === "regex" ? "malformed" : `malformed ${issue.format}`;
    case "unrecognized_keys":
      return `unknown ${issue.keys.map(nameOf).join(", ")}`;
    case "invalid_union":
      return [...new Set(issue.errors.flat().map(partOf))].join(" or ") || "fits none of the accepted forms";
    case "custom":
      return typeof issue.params?.problem === "string" ? issue.params.problem : "not accepted";
    default:
      return issue.code;
  }
}
