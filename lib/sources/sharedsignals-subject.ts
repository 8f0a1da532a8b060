import * as z from "zod/mini";
import { emailSchema } from "../lifecycle/event.ts";

const text = z.catch(z.optional(z.string()), undefined);
const identifierSchema = z.object({ format: text, email: text, sub: text, id: text, uri: text });
const subjectSchema = z.object({
  /** The person in a complex subject, which may name a device or a session beside them. */
  user: z.optional(z.unknown()),
  /** The several names of the `aliases` format. */
  identifiers: z.catch(z.array(z.unknown()), []),
});

/** Whom a token is about, by what was understood of it. */
export interface Subject {
  email?: string;
  externalId?: string;
}

/**
 * Reads a subject identifier (RFC 9493: `email`, `iss_sub`, `opaque`, `aliases`; RFC 9967: `scim`; complex ones of Shared
 * Signals), and the forms of drafts that some transmitters still send, which have the same fields under `subject_type`.
 */
export function readSubject(subject: unknown): Subject | "not a user" {
  const { user, identifiers = [] } = subjectSchema.safeParse(subject).data ?? {};
  const names = [subject, user, ...identifiers].flatMap((each) => identifierSchema.safeParse(each).data ?? []);
  if (names.some(({ format, uri }) => format === "scim" && scimUserId(uri) === undefined)) return "not a user";
  const email = names.map((name) => emailSchema.safeParse(name.email).data).find((found) => found !== undefined);
  const externalId = names
    .map(({ sub, id, format, uri }) => sub ?? id ?? (format === "scim" ? scimUserId(uri) : undefined))
    .find((found) => found !== undefined);
  return { ...(email !== undefined && { email }), ...(externalId !== undefined && { externalId }) };
}

/** The id in a SCIM resource's path, such as `/Users/2819c223`. */
function scimUserId(uri = ""): string | undefined {
  return /(?:^|\/)Users\/([^/]+)$/.exec(uri)?.[1];
}
