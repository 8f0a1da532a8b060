import * as z from "zod/mini";
import { emailSchema, type LifecycleEvent, personSchema } from "../lifecycle/event.ts";
import { firstName } from "./name.ts";

const text = z.catch(z.nullish(z.string()), undefined);

/** A directory user as Directory Sync sends them, as far as it is used; what is of an odd shape counts as not said. */
export const workosUserSchema = z.object({
  id: z.string(),
  state: text,
  email: text,
  /** Where the address stood in older events. */
  emails: z.catch(z.nullish(z.array(z.object({ value: text, primary: z.nullish(z.boolean()) }))), undefined),
  name: text,
  first_name: text,
  last_name: text,
  custom_attributes: z.catch(z.nullish(z.object({ department: text, job_title: text })), undefined),
  previous_attributes: z.catch(z.nullish(z.object({ state: text })), undefined),
});
export type WorkosUser = z.infer<typeof workosUserSchema>;

/** The person of an event about them. An address or a name that is none is left out; so is the role, which is one at WorkOS. */
export function personOf(user: WorkosUser): LifecycleEvent["person"] {
  const { emails } = user;
  const address = user.email ?? (emails?.find(({ primary }) => primary) ?? emails?.[0])?.value;
  const email = emailSchema.safeParse(address);
  const name = firstName(user.name, [user.first_name, user.last_name]);
  const department = personSchema.shape.department.safeParse(user.custom_attributes?.department ?? undefined);
  const title = personSchema.shape.title.safeParse(user.custom_attributes?.job_title ?? undefined);
  return {
    externalId: user.id,
    ...(email.success && { email: email.data }),
    ...(name && { name }),
    ...(department.data !== undefined && { department: department.data }),
    ...(title.data !== undefined && { title: title.data }),
  };
}
