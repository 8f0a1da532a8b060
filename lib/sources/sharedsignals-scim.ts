import * as z from "zod/mini";
import { describeIssues } from "../issues.ts";
import { emailSchema, type LifecycleEvent, personSchema } from "../lifecycle/event.ts";
import { firstName } from "./name.ts";

const text = z.catch(z.optional(z.string()), undefined);
const enterprise = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";

// Some senders write it as text. What is neither yes nor no is an error: it must not pass for "still active".
const flag = z.union([
  z.boolean(),
  z.pipe(
    z.string().check(z.regex(/^(true|false)$/i)),
    z.transform((word) => word.toLowerCase() === "true"),
  ),
]);
const userSchema = z.object({
  active: z.optional(flag),
  userName: text,
  displayName: text,
  title: z.catch(personSchema.shape.title, undefined),
  name: z.catch(z.optional(z.object({ formatted: text, givenName: text, familyName: text })), undefined),
  emails: z.catch(z.array(z.object({ value: text, type: text, primary: z.optional(z.unknown()) })), []),
  [enterprise]: z.catch(
    z.optional(z.object({ department: z.catch(personSchema.shape.department, undefined) })),
    undefined,
  ),
});
type ScimUser = z.infer<typeof userSchema>;

const patchSchema = z.object({ Operations: z.array(z.unknown()) });
const operationSchema = z.object({ op: z.string(), path: z.optional(z.string()), value: z.unknown() });

/** What an event's data says of a person, as far as it is used. */
export interface ScimData {
  person: Pick<LifecycleEvent["person"], "email" | "name" | "department" | "title">;
  active?: boolean | undefined;
}

/** Reads the `data` of a SCIM event (RFC 9967, 2.4): a user's representation, the operations of a patch, or nothing at all. */
export function readScimUser(data: unknown): ScimData | { problem: string } {
  const patch = patchSchema.safeParse(data);
  const result = userSchema.safeParse(patch.success ? valuesOf(patch.data.Operations) : (data ?? {}));
  if (!result.success) return { problem: `data ${describeIssues(result.error)}` };
  const email = emailSchema.safeParse(mainAddress(result.data));
  const { name: parts, displayName, title } = result.data;
  const name = firstName(parts?.formatted, [parts?.givenName, parts?.familyName], displayName);
  const department = result.data[enterprise]?.department;
  return {
    active: result.data.active,
    person: {
      ...(email.success && { email: email.data }),
      ...(name && { name }),
      ...(department !== undefined && { department }),
      ...(title !== undefined && { title }),
    },
  };
}

/** The whole attributes that a patch sets. Those within others stay unread: they change nothing at Arize. */
function valuesOf(operations: readonly unknown[]): Record<string, unknown> {
  const values = operations.flatMap((operation): [string, unknown][] => {
    const { op, path, value } = operationSchema.safeParse(operation).data ?? { op: "" };
    if (!/^(add|replace)$/i.test(op)) return [];
    return path === undefined ? Object.entries(Object(value)) : [[path, value]];
  });
  return Object.fromEntries(values);
}

function mainAddress({ emails, userName }: ScimUser): string | undefined {
  const main =
    emails.find(({ primary }) => primary === true) ?? emails.find(({ type }) => type === "work") ?? emails[0];
  return main?.value ?? userName;
}
