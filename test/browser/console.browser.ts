import { mkdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Browser, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { connectLocal } from "../../ops/connection.ts";
import { inventHistory } from "./invented-history.ts";
import { expectToFit, type Look, openPage, startBrowser, violations, type Watched } from "./looking.ts";
import { type RunningConsole, startEverything } from "./running-console.ts";

/** The console as people see it: in a real browser, served by what `npm start` runs. */
const ada = "ada@example.com";
/** Nobody is deleted without an operator. */
const guards = { deletions: { perHour: 0, perDay: 0, shareOfUsers: 0, floor: 0 } };
const looks: Look[] = [
  { theme: "light", width: 1280 },
  { theme: "dark", width: 1280 },
  { theme: "light", width: 390 },
];

let browser: Browser;
let running: RunningConsole;
let watched: Watched;

beforeAll(async () => {
  // First, so that a missing Chromium is all that is complained about.
  browser = await startBrowser();
  running = await startEverything({ guards });
  await inventHistory(await connectLocal(running.portBase), Date.now());
});
afterAll(async () => {
  await browser?.close();
  await running?.close();
});

async function open(look: Look): Promise<Page> {
  watched = await openPage(browser, look);
  return watched.page;
}
afterEach(async () => {
  expect(watched.complaints).toEqual([]);
  await watched.context.close();
});

const row = (page: Page, ...texts: string[]) =>
  texts.reduce((rows, hasText) => rows.filter({ hasText }), page.locator("#watch tr")).first();

async function say(page: Page, kind: string, email: string, source = "okta"): Promise<void> {
  await page.goto(`${running.url}/try-it`);
  await page.getByLabel("Source").selectOption(source);
  await page.getByLabel("What happens").selectOption(kind);
  await page.getByLabel("Address").fill(email);
  await page.getByRole("button", { name: "Send" }).click();
  await page.getByRole("status").filter({ hasText: "the door answered 200" }).waitFor();
}

async function lookUp(page: Page, email: string): Promise<void> {
  await page.goto(`${running.url}/people`);
  await page.getByLabel("Email address").fill(email);
  await page.getByRole("button", { name: "Look up" }).click();
  await page.getByRole("heading", { name: email }).waitFor();
}

it("tells a whole life: hook, invited, expired, renewed, left, held by the budget, released, gone", async () => {
  const page = await open({ theme: "light", width: 1280 });
  await say(page, "joiner", ada);
  // Nobody reloads: the page does so by itself.
  await row(page, ada, "invited").waitFor();

  await page.getByRole("button", { name: "eight days" }).click();
  await page.locator("#users tr", { hasText: ada }).filter({ hasText: "expired" }).waitFor();
  await page.getByRole("button", { name: "Run the hourly sweep" }).click();
  await row(page, ada, "renewed").waitFor();

  await say(page, "leaver", ada);
  await row(page, ada, "held").waitFor();
  await page.getByRole("link", { name: /^Attention/ }).click();
  const held = page.locator(".waiting > li", { hasText: ada });
  await held.getByRole("button", { name: "Rehearse" }).click();
  await held.getByText("would delete").waitFor();

  await held.getByText("Decide", { exact: true }).click();
  await held.getByLabel("Your name").fill("Grace Hopper");
  await held.getByLabel("Note").fill("HR said so");
  await held.getByRole("button", { name: "Release" }).click();
  await page.getByText("this cannot be undone").waitFor();
  await held.getByText("Decide", { exact: true }).click();
  await held.getByLabel("Note").fill("HR said so");
  await held.getByLabel(`type ${ada}`).fill(ada);
  await held.getByRole("button", { name: "Release" }).click();
  await page.getByText(`The leaver of ${ada} is on the queue again.`).waitFor();

  await lookUp(page, ada);
  await page.locator("#answer").getByText("Out", { exact: true }).waitFor();
  expect(page.url()).not.toContain("ada");
  const timeline = await page.locator("#timeline .badge").allInnerTexts();
  expect(timeline).toEqual(["removed", "released", "held", "renewed", "invited"]);
  const text = await page.locator("#timeline").innerText();
  for (const said of ["Grace Hopper", "HR said so", "deletion_budget", "Decided: delete", "calls to Arize"])
    expect(text).toContain(said);
  expect(await page.locator("#states").innerText()).toContain("as expected");
});

it("shows while it is open what somebody else does", async () => {
  const page = await open({ theme: "light", width: 1280 });
  await page.goto(running.url);
  const before = Number(await page.locator("[data-count=webhooks]").innerText());
  const other = await openPage(browser, { theme: "light", width: 1280 });
  await say(other.page, "joiner", "barbara@example.com", "workos");
  await page.locator("[data-count=webhooks]", { hasText: String(before + 1) }).waitFor();
  await page.locator("#recent tr", { hasText: "barbara@example.com" }).waitFor();
  await other.context.close();
});

it("is worked with the keyboard alone", async () => {
  const page = await open({ theme: "light", width: 1280 });
  await page.goto(`${running.url}/people`);
  await page.keyboard.press("Tab");
  expect(await page.evaluate("document.activeElement.textContent")).toBe("Skip to the content");
  await page.keyboard.press("Enter");
  await page.keyboard.press("Tab");
  await page.keyboard.type(ada);
  const outline = await page.evaluate("getComputedStyle(document.activeElement).outlineStyle");
  expect(outline).toBe("solid");
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { name: ada }).waitFor();
});

it("mends what it broke", async () => {
  const page = await open({ theme: "light", width: 1280 });
  await page.goto(`${running.url}/try-it`);
  await page.getByLabel("What goes wrong").selectOption("failing");
  await page.getByRole("button", { name: "Do it" }).click();
  await page.locator("#fake").getByText("fault", { exact: true }).waitFor();
  await page.getByLabel("What goes wrong").selectOption("none");
  await page.getByRole("button", { name: "Do it" }).click();
  await page.locator("#fake").getByText("nothing", { exact: true }).waitFor();
});

/** Every view with something on it. */
const views: Record<string, (page: Page) => Promise<unknown>> = {
  flow: (page) => page.goto(`${running.url}/`),
  people: (page) => page.goto(`${running.url}/people`),
  person: (page) => lookUp(page, ada),
  attention: async (page) => {
    await page.goto(`${running.url}/attention`);
    await page.getByText("Decide about all").click();
    await page.locator(".waiting summary").first().click();
  },
  reconcile: async (page) => {
    await page.goto(`${running.url}/reconcile`);
    await page.getByRole("button", { name: "Dry run of full" }).click();
    await page.locator("#plans").getByText("Dry run: full").waitFor();
    await page.getByRole("button", { name: "List them" }).click();
    await page.locator("#renewals table").waitFor();
  },
  "try-it": (page) => page.goto(`${running.url}/try-it`),
};

describe("each view", () => {
  beforeAll(async () => {
    const { page, context } = await openPage(browser, { theme: "light", width: 1280 });
    for (const name of ["grace", "katherine", "dorothy"]) {
      await say(page, "joiner", `${name}@example.com`, "workos");
      await row(page, `${name}@example.com`, "invited").waitFor();
    }
    for (const name of ["grace", "katherine"]) {
      await say(page, "leaver", `${name}@example.com`, "workos");
      await row(page, `${name}@example.com`, "held").waitFor();
    }
    // Whoever was deleted cannot come back under that address.
    await say(page, "joiner", ada, "workos");
    await row(page, ada, "parked").waitFor();
    await context.close();
  });

  it.each(looks)("fits and is accessible, $theme and $width pixels wide", async (look) => {
    const page = await open(look);
    for (const [name, show] of Object.entries(views)) {
      await show(page);
      expect(await violations(page), name).toEqual([]);
      await expectToFit(page);
      await shoot(page, name, look);
    }
  });
});

/** Of which views the dark and the narrow look are shown too. */
const alsoDark = ["flow", "person"];
const alsoNarrow = ["flow", "attention"];

/** Writes what `docs/` shows, when asked: `npm run screenshots`. */
async function shoot(page: Page, name: string, { theme, width }: Look): Promise<void> {
  if (process.env.SCREENSHOTS === undefined) return;
  if (theme === "dark" && !alsoDark.includes(name)) return;
  if (width < 600 && !alsoNarrow.includes(name)) return;
  const folder = fileURLToPath(new URL("../../docs/screenshots/", import.meta.url));
  mkdirSync(folder, { recursive: true });
  const look = theme === "dark" ? "-dark" : width < 600 ? "-narrow" : "";
  await page.screenshot({ path: `${folder}${name}${look}.png`, fullPage: true });
}
