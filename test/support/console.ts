import { onTestFinished } from "vitest";
import type { DeskOptions } from "../../console/desk.ts";
import { type RunningConsole, startConsole } from "../../console/server.ts";
import { type Connection, openTarget } from "../../ops/connection.ts";
import type { Outputs } from "../../ops/outputs.ts";
import { outputsHere } from "./operator.ts";

/** A console over a workbench, and a browser without a window. */
export interface TestConsole extends RunningConsole {
  get(path: string, headers?: Record<string, string>): Promise<Answer>;
  /** Sends a form of the console's own. */
  post(path: string, fields: Record<string, string>, headers?: Record<string, string>): Promise<Answer>;
  /** The same, and loads the page that it leads to. */
  submit(path: string, fields: Record<string, string>): Promise<Answer>;
  connection: Connection;
}

export interface Answer {
  status: number;
  headers: Headers;
  /** Where it leads to. */
  location: string;
  text: string;
}

/** Serves the console for the stack that this process's environment names, for the length of one test. */
export async function testConsole(outputs: Outputs = {}, options: DeskOptions = {}): Promise<TestConsole> {
  const target = await openTarget({ portBase: 0, outputs: { ...outputsHere(), ...outputs } });
  const running = await startConsole(target, { port: 0, ...options });
  onTestFinished(() => running.close());
  const { url, desk } = running;
  const origin = new URL(url).origin;
  const send = async (path: string, init: RequestInit): Promise<Answer> => {
    const response = await fetch(origin + path, { redirect: "manual", ...init });
    const { status, headers } = response;
    return { status, headers, location: headers.get("location") ?? "", text: await response.text() };
  };
  const get = (path: string, headers: Record<string, string> = {}) => send(path, { headers });
  const post = (path: string, fields: Record<string, string>, headers: Record<string, string> = {}) =>
    send(path, {
      method: "POST",
      headers: { origin, ...headers },
      body: new URLSearchParams({ token: desk.token, ...fields }),
    });
  const submit = async (path: string, fields: Record<string, string>) => get((await post(path, fields)).location);
  return { ...running, get, post, submit, connection: await desk.connection() };
}
