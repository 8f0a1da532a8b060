import { type Context, Hono } from "hono";
import { html } from "hono/html";
import { isSourceName } from "../../lib/sources/index.ts";
import { isToldKind } from "../../local/hooks.ts";
import { WrongUse } from "../../ops/failure.ts";
import { runReconcile } from "../../ops/reconcile.ts";
import { addressOf } from "../../ops/send.ts";
import type { Desk } from "../desk.ts";
import { answer, type Fields, readFields } from "../forms.ts";
import { faults, moves } from "../laboratory/experiments.ts";
import type { Laboratory } from "../laboratory/laboratory.ts";
import { fakeForms, fakeState, sendForm, tryItPath, usersTable } from "../laboratory/panels.ts";
import { layout } from "../layout.ts";
import { badge } from "../markup/badge.ts";
import type { Markup } from "../markup/markup.ts";
import { personLink } from "../markup/person-link.ts";
import { table } from "../markup/table.ts";
import { duration, moment } from "../markup/times.ts";
import type { Notice } from "../notices.ts";

/** Sends hooks to the stack on this machine, breaks the fake Arize and moves its clock. */
export function tryItView(desk: Desk, laboratory: Laboratory): Hono {
  const act = (work: (fields: Fields) => Promise<Notice>) => async (context: Context) => {
    const fields = await readFields(context, desk);
    return answer(context, desk, tryItPath, () => work(fields));
  };
  return new Hono()
    .get("/", async (context) => {
      const told = context.req.query("told");
      return context.html(layout(desk, { title: "Try it", view: "try-it", told, body: await body(desk, laboratory) }));
    })
    .post(
      "/send",
      act((fields) => send(desk, laboratory, fields)),
    )
    .post(
      "/fault",
      act((fields) => spoil(laboratory, fields)),
    )
    .post(
      "/clock",
      act((fields) => move(laboratory, fields)),
    )
    .post(
      "/accept",
      act((fields) => accept(laboratory, fields)),
    )
    .post(
      "/sweep",
      act(() => sweep(desk)),
    );
}

async function send(desk: Desk, laboratory: Laboratory, fields: Fields): Promise<Notice> {
  const { kind, source } = fields;
  if (!isToldKind(kind) || !isSourceName(source)) throw new WrongUse("choose a source and what happens");
  const email = addressOf(fields.email ?? "");
  const { identity } = await desk.connection();
  desk.people.remember(identity.person(email), email);
  const { status, isOk } = await laboratory.send({ kind, source, email, ...(fields.name && { name: fields.name }) });
  return {
    tone: isOk ? "good" : "bad",
    text: `${source} said that ${email} is a ${kind}; the door answered ${status}.`,
  };
}

async function spoil(laboratory: Laboratory, { fault }: Fields): Promise<Notice> {
  if (fault === "none") {
    await laboratory.mendArize();
    return { tone: "good", text: "Arize is well again." };
  }
  const chosen = faults[fault ?? ""];
  if (chosen === undefined) throw new WrongUse("choose what goes wrong");
  await laboratory.breakArize(chosen.fault);
  return { tone: "wait", text: `Arize from now on: ${chosen.label}.` };
}

async function move(laboratory: Laboratory, { by }: Fields): Promise<Notice> {
  const chosen = moves[by ?? ""];
  if (chosen === undefined) throw new WrongUse("choose how far");
  await laboratory.advance(chosen.ms);
  return { tone: "good", text: `The fake Arize's clock is ${duration(chosen.ms)} further on.` };
}

async function accept(laboratory: Laboratory, { email = "" }: Fields): Promise<Notice> {
  await laboratory.accept(email);
  return { tone: "good", text: `${email} accepted the invitation.` };
}

async function sweep({ target }: Desk): Promise<Notice> {
  const request = { mode: "invitations", dryRun: false, acceptShrink: false };
  const { summary } = await runReconcile(request, target.reconcileFunction);
  return { tone: "good", text: `The hourly sweep ran: ${summary}.` };
}

async function body(desk: Desk, laboratory: Laboratory): Promise<Markup> {
  const [state, activity, { identity }] = await Promise.all([
    laboratory.state(),
    desk.activity.current(),
    desk.connection(),
  ]);
  for (const { email } of state.users) desk.people.remember(identity.person(email), email);
  const recent = activity.recent
    .slice(0, 8)
    .map(({ person, entry }) => [
      moment(entry.finishedAt),
      `${entry.kind} from ${entry.source}`,
      personLink(person, desk.people),
      badge(entry.outcome),
      entry.reason ?? "",
      duration(entry.ms),
    ]);
  return html`<h1>Try it</h1>
    <div class="halves">
      <section class="panel" aria-labelledby="send-title"><h2 id="send-title">Send a hook</h2>
        <p class="hint">Shaped and signed as the source does it, sent to the door of this machine's stack.</p>${sendForm(desk)}</section>
      <section class="panel" aria-labelledby="fake-title"><h2 id="fake-title">The fake Arize</h2>${fakeForms(desk)}
        <div id="fake" data-live>${fakeState(state)}</div></section>
    </div>
    <section class="panel" aria-labelledby="watch-title"><h2 id="watch-title">What came of it</h2>
      <div id="watch" data-live>${table("What happened last", ["When", "Event", "Person", "Outcome", "Reason", "Took"], recent, { nothing: "Nothing has happened yet: send a joiner.", narrow: "words" })}</div></section>
    <section class="panel" aria-labelledby="users-title"><h2 id="users-title">Who the fake Arize has</h2>
      <div id="users" data-live>${usersTable(desk, state, (email) => identity.person(email))}</div></section>`;
}
