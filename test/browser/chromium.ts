import { accessSync, constants } from "node:fs";

const usual = [
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome-stable",
  "/usr/bin/google-chrome",
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
  "/Applications/Chromium.app/Contents/MacOS/Chromium",
];

/** Where a Chromium is. @throws Error when there is none: tests that need it must not pass for want of it */
export function findChromium(): string {
  const { CHROMIUM } = process.env;
  const found = (CHROMIUM === undefined ? usual : [CHROMIUM]).find(isExecutable);
  if (found !== undefined) return found;
  const where = CHROMIUM === undefined ? "in any of the usual places" : `at ${CHROMIUM}`;
  throw new Error(
    `there is no Chromium ${where}: apt-get install -y --no-install-recommends chromium, or name one in CHROMIUM`,
  );
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
