import type { SourceName } from "../lib/sources/index.ts";
import { loadFixture } from "../test/fixtures/load-source.ts";
import type { ToldKind } from "../test/fixtures/sources/fixture.ts";
import { localSecrets, secretIds } from "./environment.ts";
import { type SignedRequest, standardRequest } from "./signed-requests.ts";
import { apiSecrets } from "./source-api-secrets.ts";

/** What can be said, and how `standard` says it, which alone has a word for everything in `Said`. */
const standardTypes = {
  joiner: "person.joined",
  mover: "person.moved",
  leaver: "person.left",
  reinstate: "person.reinstated",
  suspend: "person.suspended",
  changed: undefined,
  "invitation.resend": "invitation.resend",
  "password.reset": "password.reset",
} as const satisfies Record<ToldKind, string | undefined>;

export const toldKinds = Object.keys(standardTypes);

export function isToldKind(text: string | undefined): text is ToldKind {
  return text !== undefined && Object.hasOwn(standardTypes, text);
}

/** What may be said about the person besides their address. */
export interface Said {
  name?: string;
  role?: string;
  developer?: boolean;
  /** Their id at the source; made from the address unless given. */
  externalId?: string;
  /** ISO 8601. */
  effectiveAt?: string;
}

/** A hook that is ready to be sent, and the id by which it may name the person instead of the address. */
export interface Hook {
  request: SignedRequest;
  externalId: string | undefined;
}

/** Makes a hook as the source sends it, signed with the laptop's secret. @throws Error when the source has no word for it */
export function makeHook(kind: ToldKind, email: string, source: SourceName, said: Said): Promise<Hook> | Hook {
  return source === "standard" ? asStandard(kind, email, said) : asProvider(kind, email, source, said);
}

/**
 * Tells the stand-in of the source's API what fits the hook, and sends the hook to the door.
 * @throws TypeError when nothing answers at the door
 */
export async function sendHook(
  { request, externalId }: Hook,
  about: { kind: ToldKind; email: string; source: SourceName; name?: string },
  urls: { door: string; sources: string },
): Promise<Response> {
  await tellSource(about, externalId, urls.sources);
  const { path, headers, body } = request;
  return fetch(urls.door + path, { method: "POST", headers, body });
}

/**
 * What the source itself will say of the person when it is asked: it is asked before somebody is removed, and most hooks
 * name them by an id only.
 */
async function tellSource(
  { kind, email, source, name = email.slice(0, email.lastIndexOf("@")) }: Parameters<typeof sendHook>[1],
  externalId: string | undefined,
  sourcesUrl: string,
): Promise<void> {
  if (!(source in apiSecrets) || externalId === undefined || kind === "changed") return;
  const url = `${sourcesUrl}/_people/${source}/${encodeURIComponent(externalId)}`;
  const body = JSON.stringify({ email, name, active: kind !== "leaver" });
  // With the real Arize the sources are the real ones, and there is nothing to tell.
  await fetch(url, { method: "PUT", body }).catch(() => {});
}

function asStandard(kind: ToldKind, email: string, said: Said): Hook {
  const { name, role, developer: isDeveloper, externalId, effectiveAt } = said;
  const type = standardTypes[kind];
  if (type === undefined) throw new Error(`standard has no word for ${kind}; name another --source`);
  const data = { email, name, role, isDeveloper, externalId, effectiveAt };
  return { request: standardRequest({ type, data, secret: localSecrets[secretIds.standard] }), externalId };
}

/** What the source's fixture makes of it: the same hooks that the tests run the source through. */
async function asProvider(
  kind: ToldKind,
  email: string,
  source: SourceName,
  { name, externalId, role, developer, effectiveAt }: Said,
): Promise<Hook> {
  const unsaid = [role, developer, effectiveAt].some((option) => option !== undefined);
  if (unsaid) throw new Error(`hooks of ${source} say nothing of roles, developer permission or dates to come`);
  const fixture = await loadFixture(source);
  const id = externalId ?? fixture.idOf(email);
  const told = fixture.hook({ kind, email, externalId: id, ...(name !== undefined && { name }) });
  if (told === undefined) throw new Error(`${source} has no word for ${kind}; use --source standard`);
  const secret = localSecrets[secretIds[source]];
  const { headers, body, query } = await fixture.seal(told, { secret, at: new Date() });
  const path = `/webhooks/${source}${query ? `?${new URLSearchParams(query)}` : ""}`;
  return { request: { path, headers, body }, externalId: id };
}
