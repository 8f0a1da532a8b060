import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { type Browser, type BrowserContext, chromium, type Page } from "playwright-core";
import { expect } from "vitest";
import * as z from "zod/mini";
import { findChromium } from "./chromium.ts";

const axeSource = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const violationsSchema = z.array(z.object({ id: z.string(), nodes: z.array(z.string()) }));

/** Starts a Chromium without a window. @throws Error when there is none */
export function startBrowser(): Promise<Browser> {
  // Its own sandbox needs rights that containers and root do not have; it sees nothing but this machine's pages.
  return chromium.launch({ executablePath: findChromium(), args: ["--no-sandbox"] });
}

export interface Look {
  theme: "light" | "dark";
  width: number;
}

/** Everything that a page complained about: errors in its console, failed requests, exceptions. */
export interface Watched {
  page: Page;
  context: BrowserContext;
  complaints: string[];
}

/** Opens a page that is watched. */
export async function openPage(browser: Browser, { theme, width }: Look): Promise<Watched> {
  const context = await browser.newContext({
    colorScheme: theme,
    viewport: { width, height: width < 600 ? 844 : 900 },
    reducedMotion: "reduce",
  });
  context.setDefaultTimeout(20_000);
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on("console", (message) => {
    if (message.type() === "error" || message.type() === "warning") complaints.push(message.text());
  });
  page.on("pageerror", (error) => complaints.push(error.message));
  page.on("requestfailed", (request) => {
    // Whoever leaves a page does not wait for what it was still loading.
    const { errorText = "" } = request.failure() ?? {};
    if (errorText !== "net::ERR_ABORTED") complaints.push(`${request.url()}: ${errorText}`);
  });
  return { page, context, complaints };
}

/** What axe-core finds wrong with the page as it is now, most rules of WCAG 2.2 AA and its best practices among them. */
export async function violations(page: Page): Promise<z.infer<typeof violationsSchema>> {
  await page.evaluate(axeSource);
  const found: unknown = await page.evaluate(
    "axe.run().then(({ violations }) => violations.map(({ id, nodes }) => ({ id, nodes: nodes.map(({ html }) => html) })))",
  );
  return violationsSchema.parse(found);
}

/** Fails when the page is wider than its window. */
export async function expectToFit(page: Page): Promise<void> {
  const widths: unknown = await page.evaluate("[document.documentElement.scrollWidth, innerWidth]");
  const [content = 0, window = 0] = z.array(z.number()).parse(widths);
  expect(content, `the page at ${page.url()} scrolls sideways`).toBeLessThanOrEqual(window);
}
