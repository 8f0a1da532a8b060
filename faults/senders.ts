import { localSecrets, secretIds, urlOf } from "../local/environment.ts";
import { oktaHook, type SignedRequest, standardRequest } from "../local/signed-requests.ts";
import { loadFixture } from "../test/fixtures/load-source.ts";
import { type Fact, type Hinter, isHinter } from "./people.ts";
import type { Delivery } from "./plan.ts";

type Words = Readonly<Partial<Record<Fact["kind"], string>>>;
const oktaTypes: Words = {
  joiner: "user.lifecycle.activate",
  mover: "user.account.update_profile",
  leaver: "user.lifecycle.deactivate",
};
const workosTypes: Words = { joiner: "dsync.user.created", mover: "dsync.user.updated", leaver: "dsync.user.deleted" };
const standardTypes: Words = {
  joiner: "person.joined",
  mover: "person.moved",
  leaver: "person.left",
  reinstate: "person.reinstated",
  "invitation.resend": "invitation.resend",
  "password.reset": "password.reset",
};

/** The id under which the ledger knows an event. Of a hint nobody outside knows it, as it is made of content and arrival. */
export function ledgerId({ source, id }: Pick<Fact, "source" | "id">): string {
  return `${source}:${id}`;
}

/** The request that a source makes of these. Only Okta's carries several. @param firstSentAt epoch milliseconds */
export async function requestFor(
  deliveries: readonly [Delivery, ...Delivery[]],
  firstSentAt: number,
): Promise<SignedRequest> {
  const [{ fact, person }] = deliveries;
  if (fact.source === "okta") return oktaRequestFor(deliveries);
  if (fact.source === "standard") return standardRequestFor(deliveries[0], firstSentAt);
  const { hook, idOf, seal } = await loadFixture(fact.source);
  const externalId = idOf(person.email);
  const body = isHinter(fact.source)
    ? (hook({ kind: fact.kind, email: person.email, externalId }) ?? "")
    : workosBody(deliveries[0], externalId);
  const sealed = await seal(body, { secret: localSecrets[secretIds[fact.source]], at: new Date() });
  return { path: `/webhooks/${fact.source}`, headers: sealed.headers, body: sealed.body };
}

/** Sets what a source that only hints says when it is asked about this person, from now on. */
export async function setTruth({ fact, person }: Delivery, source: Hinter, sourcesPort: number): Promise<void> {
  const { idOf } = await loadFixture(source);
  const truth = {
    email: person.email,
    name: fact.name ?? person.name,
    active: fact.kind !== "leaver" || fact.isMistaken === true,
  };
  const url = `${urlOf(sourcesPort)}/_people/${source}/${encodeURIComponent(idOf(person.email))}`;
  const response = await fetch(url, { method: "PUT", body: JSON.stringify(truth) });
  if (!response.ok) throw new Error(`the stand-in of ${source} does not take a person: ${response.status}`);
}

function standardRequestFor({ fact, person }: Delivery, firstSentAt: number): SignedRequest {
  const { kind, id, name, at, effectiveAfterMs } = fact;
  const data = {
    email: person.email,
    ...(name !== undefined && { name }),
    ...(effectiveAfterMs !== undefined && { effectiveAt: new Date(firstSentAt + effectiveAfterMs).toISOString() }),
  };
  const secret = localSecrets[secretIds.standard];
  return standardRequest({ type: standardTypes[kind] ?? "", data, secret, id, timestamp: new Date(at).toISOString() });
}

function workosBody({ fact, person }: Delivery, externalId: string): string {
  const [first_name, ...last] = (fact.name ?? person.name).split(" ");
  return JSON.stringify({
    id: fact.id,
    event: workosTypes[fact.kind],
    created_at: new Date(fact.at).toISOString(),
    data: {
      id: externalId,
      email: person.email,
      first_name,
      last_name: last.join(" "),
      state: fact.kind === "leaver" ? "inactive" : "active",
    },
  });
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
