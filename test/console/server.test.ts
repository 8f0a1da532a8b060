import { request } from "node:http";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { type TestConsole, testConsole } from "../support/console.ts";
import { eventOf, workbench } from "../support/workbench.ts";

const views = ["/", "/people", "/attention", "/reconcile"];

async function quietConsole(): Promise<TestConsole> {
  await workbench();
  return testConsole();
}

/** `fetch` sets the Host header itself. */
function statusFor({ port }: TestConsole, host: string, path = "/"): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    request({ host: "127.0.0.1", port, path, headers: { host } }, (response) => {
      response.resume();
      resolve(response.statusCode);
    })
      .on("error", reject)
      .end();
  });
}

describe("every page", () => {
  it.each(views)("%s lets nothing run, load or frame that is not the console's, and is kept nowhere", async (path) => {
    const { get } = await quietConsole();
    const { status, headers, text } = await get(path);
    expect(status).toBe(200);
    const policy = headers.get("content-security-policy") ?? "";
    expect(policy.split("; ")).toEqual(
      expect.arrayContaining(["default-src 'none'", "script-src 'self'", "style-src 'self'", "frame-ancestors 'none'"]),
    );
    expect(policy).not.toContain("unsafe");
    expect(headers.get("x-frame-options")).toBe("DENY");
    expect(headers.get("cache-control")).toBe("no-store");
    expect(text).not.toMatch(/<script(?![^>]* src=)|<style|\sstyle=|\son[a-z]+=|https?:\/\/(?!127)/);
  });

  it("is one that exists", async () => {
    const { get } = await quietConsole();
    for (const path of ["/nothing", "/people/nobody", "/try-it", "/assets/../console.ts", "/attention/one"])
      expect((await get(path)).status, path).toBe(404);
  });

  it("tells what is wrong when the stack does not answer, and does not take that for nothing", async () => {
    await workbench();
    const { get } = await testConsole({ LeaversQueueUrl: "http://127.0.0.1/000000000000/elsewhere.fifo" });
    const { status, text } = await get("/");
    expect(status).toBe(200);
    expect(text).toContain("The stack does not answer: the queue is not there");
    expect(text).toContain('data-count="held"><a href="/attention?shelf=held" aria-label="? held: look at them">?<');
  });
});

describe("requests from elsewhere", () => {
  it("are turned away unless they are for this machine's own name", async () => {
    const running = await quietConsole();
    const { port } = running;
    for (const host of [`127.0.0.1:${port}`, `localhost:${port}`]) expect(await statusFor(running, host)).toBe(200);
    const others = [
      "evil.example",
      `evil.example:${port}`,
      "127.0.0.1",
      `127.0.0.1:${port + 1}`,
      `127.0.0.1.nip.example:${port}`,
    ];
    for (const host of others) expect(await statusFor(running, host), host).toBe(421);
    expect(await statusFor(running, "evil.example", "/live")).toBe(421);
  });

  const email = { email: "ada@example.com" };
  it.each([
    ["another page", { origin: "http://evil.example" }],
    ["another port", { origin: "http://127.0.0.1:1" }],
    ["a page without a name", { origin: "null" }],
    ["another site, as the browser says", { "sec-fetch-site": "cross-site" }],
    ["another port, as the browser says", { "sec-fetch-site": "same-site" }],
  ])("change nothing when %s sends them, even with the token", async (_, headers) => {
    const { post } = await quietConsole();
    expect((await post("/people", email, headers)).status).toBe(403);
  });

  it("change nothing when nobody says where they come from", async () => {
    const { url, desk } = await quietConsole();
    const body = new URLSearchParams({ ...email, token: desk.token });
    expect((await fetch(`${url}people`, { method: "POST", body })).status).toBe(403);
  });

  it.each(["", "another"])("change nothing with the token '%s'", async (token) => {
    const { post } = await quietConsole();
    for (const path of [
      "/people",
      "/attention/one",
      "/attention/all",
      "/attention/rehearse",
      "/reconcile/sweep",
      "/reconcile/renewals",
    ]) {
      const { status, text } = await post(path, { ...email, token });
      expect(status, path).toBe(403);
      expect(text).toContain("load it again");
    }
  });

  it("change nothing when they are no form, or too much", async () => {
    const { url, post } = await quietConsole();
    const headers = { origin: new URL(url).origin, "content-type": "application/json" };
    expect((await fetch(`${url}people`, { method: "POST", headers, body: "{}" })).status).toBe(403);
    expect((await post("/people", { email: "a".repeat(100_000) })).status).toBe(413);
  });
});

it("shows what senders say as text", async () => {
  const hostile = `"><img src=x onerror=alert(1)>'&`;
  const bench = await workbench({
    config: { guards: { deletions: { perHour: 0, perDay: 0, shareOfUsers: 0, floor: 0 } } },
  });
  await bench.deliver([eventOf("joiner", "ada@example.com")]);
  await bench.deliver([eventOf("leaver", "ada@example.com", { id: `standard:${hostile}` })]);
  const { get, connection } = await testConsole();
  const pages = [
    "/",
    "/attention",
    `/attention?reason=${encodeURIComponent(hostile)}`,
    `/people/${connection.identity.person("ada@example.com")}`,
  ];
  for (const page of pages) {
    const { text, status } = await get(page);
    expect(status).toBe(200);
    expect(text).not.toContain("<img");
  }
  expect((await get("/attention")).text).toContain("standard:&quot;&gt;&lt;img src=x onerror=alert(1)&gt;");
});

it("writes nothing about requests anywhere", async () => {
  const { get, post } = await quietConsole();
  onTestFinished(() => void vi.restoreAllMocks());
  const written = vi.spyOn(process.stdout, "write");
  const complained = vi.spyOn(process.stderr, "write");
  await post("/people", { email: "ada@example.com" });
  await get("/people");
  expect(written).not.toHaveBeenCalled();
  expect(complained).not.toHaveBeenCalled();
});

it("says in its header which account, region, stage and mode it looks at", async () => {
  await workbench();
  const { get } = await testConsole({ MetricNamespace: "ArizeUserLifecycle-Prod", DeployedMode: "observe" });
  const { text } = await get("/");
  expect(text).toMatch(
    /AWS<\/span> <strong>000000000000<\/strong> <span>us-east-1<\/span> <strong class="stage-name">prod</,
  );
  expect(text).toContain("mode <strong>observe</strong>");
  expect(text).toContain("while this configuration says another");
});
