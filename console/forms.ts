import type { Context } from "hono";
import { HTTPException } from "hono/http-exception";
import * as z from "zod/mini";
import { describeFailure } from "../ops/failure.ts";
import type { Desk } from "./desk.ts";
import { isToken } from "./guard.ts";
import type { Notice } from "./notices.ts";

const field = z.string().check(z.maxLength(4_000));
const formSchema = z.record(
  z.string(),
  z.union([
    field,
    z.pipe(
      z.array(field),
      z.transform((all) => all.at(-1) ?? ""),
    ),
  ]),
);

/** What a form said, by the names of its fields; empty fields are left out. */
export type Fields = Readonly<Record<string, string | undefined>>;

/** Reads a form. @throws HTTPException 403 when no page of this process made it, 400 when it is none */
export async function readFields(context: Context, { token }: Pick<Desk, "token">): Promise<Fields> {
  const parsed = formSchema.safeParse(await context.req.parseBody().catch(() => undefined));
  if (!parsed.success) throw new HTTPException(400, { message: "That is no form of the console's." });
  const { token: given, ...fields } = parsed.data;
  if (given === undefined) throw new HTTPException(403, { message: "This form has no token of the console's." });
  if (!isToken(given, token))
    throw new HTTPException(403, { message: "This page is from before the console was restarted: load it again." });
  const said = Object.entries(fields).map(([name, value]) => [name, value.trim()] as const);
  return Object.fromEntries(said.filter(([, value]) => value !== ""));
}

/**
 * Does what a form asks for, and answers with the page to go on with, which says what came of it. A failure is said there too.
 * @param path of the next page, its query included
 */
export async function answer(
  context: Context,
  { notices, monitor }: Pick<Desk, "notices" | "monitor">,
  path: string,
  act: () => Promise<Notice | undefined>,
): Promise<Response> {
  const notice = await act().catch((error: unknown): Notice => ({ tone: "bad", text: describeFailure(error) }));
  await monitor.look();
  if (notice === undefined) return context.redirect(path, 303);
  const told = `told=${notices.add(notice)}`;
  return context.redirect(`${path}${path.includes("?") ? "&" : "?"}${told}`, 303);
}
