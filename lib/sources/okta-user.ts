import * as z from "zod/mini";
import { emailSchema, takesAway } from "../lifecycle/event.ts";
import type { Access, SourcePerson } from "./directory.ts";
import type { OktaOptions } from "./okta.ts";

const text = z.nullish(z.string());

/** The part of an Okta user that is used. */
export const oktaUserSchema = z.object({
  id: z.string(),
  status: z.string(),
  profile: z.object({ login: text, email: text, displayName: text, firstName: text, lastName: text, department: text }),
});
export type OktaUser = z.infer<typeof oktaUserSchema>;

/** A user as a person. The login is the address where it is one: it is what event hooks name people by. */
export function personOf(user: OktaUser, options: Pick<OktaOptions, "kinds">): SourcePerson {
  const { login, email, displayName, firstName, lastName, department } = user.profile;
  const name = displayName || [firstName, lastName].filter(Boolean).join(" ");
  return {
    externalId: user.id,
    email: (emailSchema.safeParse(login).success ? login : email) ?? undefined,
    ...(name !== "" && { name }),
    ...(department && { department }),
    access: accessOf(user, options),
  };
}

/**
 * Whether an account is one of somebody who is still there; a locked one or one with an expired password is. A suspended
 * one too, unless the configuration says that suspending is leaving, at once or in two steps: it is meant to be taken back.
 */
function accessOf({ status }: OktaUser, { kinds }: Pick<OktaOptions, "kinds">): Access {
  if (status === "DEPROVISIONED") return "inactive";
  if (status === "STAGED") return "pending";
  const suspending = kinds["user.lifecycle.suspend"];
  const isLeaving = suspending !== undefined && suspending !== "ignore" && takesAway(suspending);
  return status === "SUSPENDED" && isLeaving ? "inactive" : "active";
}
