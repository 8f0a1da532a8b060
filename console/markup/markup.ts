import type { html } from "hono/html";

/** A piece of a page, with everything in it escaped that was not written here. */
export type Markup = ReturnType<typeof html>;
