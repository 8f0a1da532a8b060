import * as z from "zod/mini";
import { daySchema, type Kind, personSchema, roleSchema } from "../lifecycle/event.ts";
import { utcSchema } from "./utc.ts";

/** The types of event and what they mean. */
export const standardTypes = {
  "person.joined": "joiner",
  "person.moved": "mover",
  "person.left": "leaver",
  "person.reinstated": "reinstate",
  "person.suspended": "suspend",
  "invitation.resend": "invitation.resend",
  "password.reset": "password.reset",
} as const satisfies Record<string, Kind>;

const predefinedRole = z
  .string()
  .register(z.globalRegistry, { enum: ["admin", "member", "annotator"], description: "In any letter case." });
const customRole = z.object({ type: z.literal("custom"), id: z.string().check(z.minLength(1), z.maxLength(255)) });
const anyCaseRole = z.pipe(
  z.union([predefinedRole, customRole]),
  z.pipe(
    z.transform((role: string | z.infer<typeof customRole>) => (typeof role === "string" ? role.toLowerCase() : role)),
    roleSchema,
  ),
);

const { email, externalId, name, isDeveloper, groups, department, title, timeZone } = personSchema.shape;

/**
 * Whom the event is about, and what is to be true of them. Unknown fields are errors: a misspelt `effectiveAt` would turn
 * a last day next year into a deletion today.
 */
const dataSchema = z
  .strictObject({
    email,
    externalId,
    name,
    role: z.optional(anyCaseRole),
    isDeveloper,
    groups,
    department,
    title,
    /** A moment, or a day: a last day then ends, and any other begins, where the person lives. */
    effectiveAt: z.optional(z.union([utcSchema, daySchema])),
    timeZone,
  })
  .check(
    z.refine((data) => data.email !== undefined || data.externalId !== undefined, {
      params: { problem: "needs an email or an externalId" },
    }),
  )
  .register(z.globalRegistry, {
    description: "At least one of email and externalId says who it is about.",
    anyOf: [{ required: ["email"] }, { required: ["externalId"] }],
  });

/** What an event says besides its type, which `kinds` in the configuration may extend. */
export const standardContentSchema = z.strictObject({
  type: z.optional(z.string()),
  timestamp: utcSchema,
  data: dataSchema,
});

/** The whole body; published as JSON Schema in `docs/standard-event.schema.json`. */
export const standardEventSchema = z.strictObject({
  ...standardContentSchema.shape,
  type: z.enum(Object.keys(standardTypes) as (keyof typeof standardTypes)[]),
});
