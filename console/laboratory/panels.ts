import { html } from "hono/html";
import { sources } from "../../lib/sources/index.ts";
import { toldKinds } from "../../local/hooks.ts";
import type { Desk } from "../desk.ts";
import { badge } from "../markup/badge.ts";
import { choice, form, input } from "../markup/form.ts";
import type { Markup } from "../markup/markup.ts";
import { personLink } from "../markup/person-link.ts";
import { table } from "../markup/table.ts";
import { duration, moment } from "../markup/times.ts";
import { faults, moves } from "./experiments.ts";
import type { LaboratoryState } from "./laboratory.ts";

/** The view that these are parts of. */
export const tryItPath = "/try-it";

/** Sends a hook as one of the sources. */
export function sendForm(desk: Desk): Markup {
  const same = (values: readonly string[]) => values.map((value) => [value, value] as const);
  return form(
    desk,
    `${tryItPath}/send`,
    html`<div class="fields">
      ${choice("send-source", "source", "Source", same(Object.keys(sources)), "okta")}
      ${choice("send-kind", "kind", "What happens", same(toldKinds), "joiner")}
      ${input("send-email", "email", "Address", { value: "ada@example.com", required: true })}
      ${input("send-name", "name", "Name", { placeholder: "Ada Lovelace" })}</div>
      <div class="buttons"><button type="submit">Send</button></div>`,
  );
}

/** Breaks and mends the fake Arize, and moves its clock. */
export function fakeForms(desk: Desk): Markup {
  const faultChoices = Object.entries(faults).map(([name, { label }]) => [name, label] as const);
  const moveButtons = Object.entries(moves).map(
    ([name, { label }]) => html`<button type="submit" name="by" value="${name}" class="light">${label}</button>`,
  );
  return html`${form(
    desk,
    `${tryItPath}/fault`,
    html`${choice("fault", "fault", "What goes wrong", [...faultChoices, ["none", "Nothing: mend it"]])}<button type="submit">Do it</button>`,
    "form row",
  )}
  ${form(desk, `${tryItPath}/clock`, html`<span>Move its clock by</span>${moveButtons}`, "inline")}
  ${form(desk, `${tryItPath}/sweep`, html`<span>Renew what expired</span><button type="submit" class="light">Run the hourly sweep</button>`, "inline")}`;
}

export function fakeState({ faults: active, clock }: LaboratoryState): Markup {
  const ahead = Date.parse(clock) - Date.now();
  const broken = active.map(({ route, times, ...how }) => `${JSON.stringify(how)} on ${route}, ${times ?? "all"} more`);
  return html`<dl class="facts">
    <dt>Its clock</dt><dd>${moment(clock)}${ahead > 60_000 ? html`, <b>${duration(ahead)} ahead</b>` : ""}</dd>
    <dt>Going wrong</dt><dd>${broken.length === 0 ? badge("nothing", "good") : broken.map((one) => html`<p>${badge("fault", "bad")} <code>${one}</code></p>`)}</dd>
  </dl>`;
}

export function usersTable(desk: Desk, { users: all }: LaboratoryState, hashOf: (email: string) => string): Markup {
  const rows = all
    .toReversed()
    .slice(0, 20)
    .map(({ email, name, status }) => [
      personLink(hashOf(email), desk.people, email),
      name,
      badge(status === "inactive" ? "deleted" : status),
      status === "invited"
        ? form(
            desk,
            `${tryItPath}/accept`,
            html`<input type="hidden" name="email" value="${email}" /><button type="submit" class="light">Accept the invitation<span class="unseen"> of ${email}</span></button>`,
            "inline",
          )
        : "",
    ]);
  return table("Users of the fake Arize", ["Person", "Name", "Status", "Do"], rows, {
    nothing: "Nobody yet.",
    narrow: "words",
  });
}
