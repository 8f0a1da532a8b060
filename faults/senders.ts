import { localSecrets, secretIds } from "../local/environment.ts";
import { oktaHook, type SignedRequest, standardRequest } from "../local/signed-requests.ts";
import type { Fact } from "./people.ts";
import type { Delivery } from "./plan.ts";

const oktaTypes: Partial<Record<Fact["kind"], string>> = {
  joiner: "user.lifecycle.activate",
  mover: "user.account.update_profile",
  leaver: "user.lifecycle.deactivate",
};
const standardTypes: Record<Fact["kind"], string> = {
  joiner: "person.joined",
  mover: "person.moved",
  leaver: "person.left",
  reinstate: "person.reinstated",
  "invitation.resend": "invitation.resend",
  "password.reset": "password.reset",
};

/** The id under which the ledger knows an event. */
export function ledgerId({ source, id }: Pick<Fact, "source" | "id">): string {
  return `${source}:${id}`;
}

/** The request that a source makes of these. Only Okta's carries several. @param firstSentAt epoch milliseconds */
export function requestFor(deliveries: readonly [Delivery, ...Delivery[]], firstSentAt: number): SignedRequest {
  const [{ fact, person }] = deliveries;
  if (fact.source === "okta") return oktaRequestFor(deliveries);
  const { kind, id, name, at, effectiveAfterMs } = fact;
  const data = {
    email: person.email,
    ...(name !== undefined && { name }),
    ...(effectiveAfterMs !== undefined && { effectiveAt: new Date(firstSentAt + effectiveAfterMs).toISOString() }),
  };
  const secret = localSecrets[secretIds.standard];
  return standardRequest({ type: standardTypes[kind], data, secret, id, timestamp: new Date(at).toISOString() });
}

function oktaRequestFor(deliveries: readonly Delivery[]): SignedRequest {
  const events = deliveries.map(({ fact, person }) => ({
    eventType: oktaTypes[fact.kind] ?? "unknown",
    email: person.email,
    name: fact.name ?? person.name,
    uuid: fact.id,
    published: new Date(fact.at).toISOString(),
  }));
  const headers = { "content-type": "application/json", authorization: localSecrets[secretIds.okta] };
  return { path: "/webhooks/okta", headers, body: JSON.stringify(oktaHook(...events)) };
}
