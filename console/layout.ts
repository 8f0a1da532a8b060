import { html } from "hono/html";
import type { Desk } from "./desk.ts";
import type { Markup } from "./markup/markup.ts";
import type { Place } from "./place.ts";

type View = "flow" | "people" | "attention" | "reconcile" | "try-it";

export interface Page {
  title: string;
  /** Which of the views it belongs to, if to any. */
  view?: View;
  body: Markup;
  /** Whose history the page is to be loaded anew for. */
  person?: string;
  /** The id of a notice. */
  told?: string | undefined;
}

/** A whole page: where one is, the views, what came of the last form, and the view itself. */
export async function layout(desk: Desk, { title, view, body, person, told }: Page) {
  const { monitor, notices, place } = desk;
  const reading = await monitor.reading();
  const waiting = (reading?.held.length ?? 0) + (reading?.parked.length ?? 0);
  const notice = notices.find(told);
  const live = person === undefined ? "/live" : `/live?person=${person}`;
  return html`<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <title>${title} · ${place.isLocal ? "local" : place.name}</title>
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <meta name="color-scheme" content="light dark" />
    <link rel="icon" href="/assets/icon.svg" type="image/svg+xml" />
    <link rel="stylesheet" href="/assets/console.css" />
    <script type="module" src="/assets/live.js"></script>
  </head>
  <body data-live-from="${live}">
    <a class="skip" href="#main">Skip to the content</a>
    <header class="top">
      ${placeBanner(place)}
      <nav aria-label="Views">${views(desk).map(([path, name, label]) => navLink(path, label, name === view, name === "attention" ? waiting : 0))}</nav>
    </header>
    <main id="main" tabindex="-1">
      <div id="problem" data-live>${monitor.problem ? html`<p class="notice bad" role="alert">The stack does not answer: ${monitor.problem}</p>` : ""}</div>
      ${notice ? html`<p class="notice ${notice.tone}" role="status">${notice.text}</p>` : ""}
      ${body}
    </main>
    <footer class="foot">
      <p>arize-user-lifecycle · this page is served by your own machine, with your own rights</p>
      <p id="pulse" class="pulse">Reload for what is new</p>
    </footer>
  </body>
</html>`;
}

function views({ laboratory }: Desk): [path: string, view: View, label: string][] {
  return [
    ["/", "flow", "Flow"],
    ["/people", "people", "People"],
    ["/attention", "attention", "Attention"],
    ["/reconcile", "reconcile", "Reconcile"],
    ...(laboratory ? [["/try-it", "try-it", "Try it"] satisfies [string, View, string]] : []),
  ];
}

function navLink(path: string, label: string, isCurrent: boolean, waiting: number): Markup {
  const id = `nav-${label.toLowerCase().replace(" ", "-")}`;
  const count =
    waiting > 0 ? html` <span class="count-badge">${waiting}<span class="unseen"> waiting</span></span>` : "";
  return html`<a id="${id}" data-live href="${path}" ${isCurrent ? html`aria-current="page"` : ""}>${label}${count}</a>`;
}

/** Who decides something has to see where: a laptop, or which account, region and stage. */
function placeBanner({ isLocal, name, account, region, stage, mode, isOtherMode }: Place): Markup {
  const odd = isOtherMode ? html` <span class="odd">while this configuration says another</span>` : "";
  const said = html`<p class="mode">mode <strong>${mode}</strong>${odd}</p>`;
  if (isLocal)
    return html`<div class="place local"><p class="where"><strong>local</strong></p><p class="name">${name}</p>${said}</div>`;
  return html`<div class="place aws">
    <p class="where"><span class="cloud">AWS</span> <strong>${account ?? "unknown account"}</strong> <span>${region ?? ""}</span> <strong class="stage-name">${stage ?? name}</strong></p>
    ${stage ? html`<p class="name">${name}</p>` : ""}${said}
  </div>`;
}
