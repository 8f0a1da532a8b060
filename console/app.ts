import { readFileSync } from "node:fs";
import { Hono } from "hono";
import { html } from "hono/html";
import { HTTPException } from "hono/http-exception";
import { describeFailure, WrongUse } from "../ops/failure.ts";
import type { Desk } from "./desk.ts";
import { headers, noStore, onlyLoopback, onlyOwnPages, onlySmall } from "./guard.ts";
import { layout } from "./layout.ts";
import { liveView } from "./live.ts";
import { attentionView } from "./views/attention.ts";
import { flowView } from "./views/flow.ts";
import { peopleView } from "./views/people.ts";
import { reconcileView } from "./views/reconcile.ts";
import { tryItView } from "./views/try-it.ts";

/** Everything that is served besides the pages. */
const assets: Readonly<Record<string, string>> = {
  "console.css": "text/css; charset=utf-8",
  "live.js": "text/javascript; charset=utf-8",
  "icon.svg": "image/svg+xml",
};

/** The console as a web application. @param port on which it came to listen */
export function consoleApp(desk: Desk, port: () => number): Hono {
  const app = new Hono();
  app.use(headers, noStore, onlyLoopback(port), onlyOwnPages, onlySmall);
  for (const [name, type] of Object.entries(assets)) {
    const content = readFileSync(new URL(`browser/${name}`, import.meta.url), "utf8");
    app.get(`/assets/${name}`, (context) => context.body(content, 200, { "Content-Type": type }));
  }
  app.route("/", flowView(desk));
  app.route("/people", peopleView(desk));
  app.route("/attention", attentionView(desk));
  app.route("/reconcile", reconcileView(desk));
  if (desk.laboratory !== undefined) app.route("/try-it", tryItView(desk, desk.laboratory));
  app.route("/live", liveView(desk));
  app.notFound((context) => {
    const body = html`<h1>There is no such page</h1><p>Go on with <a href="/">the flow</a>.</p>`;
    return context.html(layout(desk, { title: "No such page", body }), 404);
  });
  app.onError((error, context) => {
    const status = error instanceof HTTPException ? error.status : error instanceof WrongUse ? 400 : 502;
    const body = html`<h1>That did not work</h1><p class="notice bad" role="alert">${describeFailure(error)}</p>`;
    return Promise.resolve(layout(desk, { title: "That did not work", body })).then((page) =>
      context.html(page, status),
    );
  });
  return app;
}
