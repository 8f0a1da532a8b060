import { html } from "hono/html";
import type { KnownPeople } from "../known-people.ts";
import type { Markup } from "./markup.ts";

/** A link to somebody's page: by their address where this process has met it, else by the hash that the ledger has. */
export function personLink(person: string, people: KnownPeople, fallback?: string): Markup {
  const shown = people.emailOf(person) ?? fallback;
  const label =
    shown === undefined ? html`<code title="the ledger keeps a hash only">${person.slice(0, 8)}…</code>` : shown;
  return html`<a class="person" href="/people/${person}">${label}</a>`;
}
