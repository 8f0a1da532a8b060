import { html } from "hono/html";
import type { Desk } from "../desk.ts";
import type { Markup } from "./markup.ts";

/** A form that changes something: it works without JavaScript, and carries what proves that this process made it. */
export function form({ token }: Pick<Desk, "token">, action: string, content: Markup, className = "form"): Markup {
  return html`<form method="post" action="${action}" class="${className}">
    <input type="hidden" name="token" value="${token}" />${content}
  </form>`;
}

export interface InputOptions {
  type?: "text" | "email";
  value?: string | undefined;
  required?: boolean;
  hint?: string;
  placeholder?: string;
  autocomplete?: "off" | "name";
}

/** A text field under its label. `id` has to be the page's only one of that name. */
export function input(id: string, name: string, label: string, options: InputOptions = {}): Markup {
  const { type = "text", value = "", required = false, hint, placeholder = "", autocomplete = "off" } = options;
  return html`<div class="field">
    <label for="${id}">${label}</label>
    <input id="${id}" name="${name}" type="${type}" value="${value}" placeholder="${placeholder}" maxlength="2000"
      autocomplete="${autocomplete}" ${required ? html`required` : ""} ${hint ? html`aria-describedby="${id}-hint"` : ""} />
    ${hint ? html`<p class="hint" id="${id}-hint">${hint}</p>` : ""}
  </div>`;
}

/** A choice under its label. @param choices value and what is shown */
export function choice(
  id: string,
  name: string,
  label: string,
  choices: readonly (readonly [string, string])[],
  chosen = "",
): Markup {
  const options = choices.map(
    ([value, shown]) => html`<option value="${value}" ${value === chosen ? html`selected` : ""}>${shown}</option>`,
  );
  return html`<div class="field"><label for="${id}">${label}</label><select id="${id}" name="${name}">${options}</select></div>`;
}
