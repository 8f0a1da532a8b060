import { createHash, timingSafeEqual } from "node:crypto";
import type { MiddlewareHandler } from "hono";
import { bodyLimit } from "hono/body-limit";
import { secureHeaders } from "hono/secure-headers";

/** What stands between the console and whatever else a browser on this machine has open. */

/** More than any form of the console holds. */
const longestBody = 64 * 1024;

/** Nothing inline, nothing from elsewhere, in nobody's frame. */
export const headers: MiddlewareHandler = secureHeaders({
  contentSecurityPolicy: {
    defaultSrc: ["'none'"],
    scriptSrc: ["'self'"],
    styleSrc: ["'self'"],
    imgSrc: ["'self'"],
    connectSrc: ["'self'"],
    formAction: ["'self'"],
    baseUri: ["'none'"],
    frameAncestors: ["'none'"],
  },
  xFrameOptions: "DENY",
  // With `no-referrer` browsers would not say either that a form is from here.
  referrerPolicy: "same-origin",
  // It is served over http on loopback only.
  strictTransportSecurity: false,
});

/** What pages say about people stays in no cache. */
export const noStore: MiddlewareHandler = async (context, next) => {
  await next();
  context.header("Cache-Control", "no-store");
};

/** Turns away requests for another host: a name of somebody else's that leads to 127.0.0.1 must not read anything here. */
export function onlyLoopback(port: () => number): MiddlewareHandler {
  return async (context, next) => {
    const host = context.req.header("host");
    if (host !== `127.0.0.1:${port()}` && host !== `localhost:${port()}`)
      return context.text("This console answers to 127.0.0.1 and localhost only.\n", 421);
    await next();
  };
}

/** Turns away whatever wants to change something and does not come from a page of the console's own. */
export const onlyOwnPages: MiddlewareHandler = async (context, next) => {
  const { method } = context.req;
  if (method === "GET" || method === "HEAD") return next();
  const origin = context.req.header("origin");
  const site = context.req.header("sec-fetch-site");
  const isOwn = origin === undefined ? site === "same-origin" : origin === `http://${context.req.header("host")}`;
  if (!isOwn || (site !== undefined && site !== "same-origin"))
    return context.text("This has to come from a page of the console.\n", 403);
  return next();
};

export const onlySmall: MiddlewareHandler = bodyLimit({
  maxSize: longestBody,
  onError: (context) => context.text("That is too much.\n", 413),
});

/** Whether a form came from a page that this very process made. */
export function isToken(given: string, token: string): boolean {
  const digest = (text: string) => createHash("sha256").update(text).digest();
  return timingSafeEqual(digest(given), digest(token));
}
