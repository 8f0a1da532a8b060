import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { localEnvironment, localSecrets, portsFrom, secretIds } from "../../local/environment.ts";
import { PortTaken } from "../../local/listen.ts";
import { writeRunFile } from "../../local/run-file.ts";
import { oktaHook, standardRequest } from "../../local/signed-requests.ts";
import { type Stack, startStack } from "../../local/stack.ts";
import { connectLocal } from "../../ops/connection.ts";
import { reportPerson } from "../../ops/person.ts";
import { dismiss, listShelf } from "../../ops/shelves.ts";
import { testConfig } from "../support/workbench.ts";

/** The commands as operators type them, in processes of their own, against a running stack. */
const folder = mkdtempSync(join(tmpdir(), "ops-"));
const config = join(folder, "config.mjs");
const roles = [{ when: { department: "Labeling" }, role: "annotator", inviteMode: "none" }];
/** Whose leavers are held and spend nothing of the budget, which is one deletion in all. */
const kept = ["una", "vic", "wes"].map((name) => `${name}@example.com`);
const onePerDay = {
  protectedEmails: ["root@example.com", ...kept],
  guards: { twoPeopleAbove: 2, deletions: { perHour: 1, perDay: 1, shareOfUsers: 0, floor: 1 } },
};
let stack: Stack;
let base: number;
let runFile: { remove(): void };

beforeAll(async () => {
  writeFileSync(config, `export default ${JSON.stringify({ ...testConfig, ...onePerDay, roles })};`);
  stack = await startOnSomePorts();
  runFile = writeRunFile(base, localEnvironment({ ports: portsFrom(base), config }));
});
afterAll(async () => {
  runFile?.remove();
  await stack?.close();
  rmSync(folder, { recursive: true });
});

// As `npm run ops` has it: a process starts in half the time.
const compileCache = { NODE_COMPILE_CACHE: fileURLToPath(new URL("../../node_modules/.cache/node", import.meta.url)) };

/** The commands find the stack by the first of six ports in a row, so these have to be free together. */
async function startOnSomePorts(): Promise<Stack> {
  for (let attempt = 0; attempt < 20; attempt++) {
    base = 20_000 + Math.floor(Math.random() * 20_000);
    try {
      return await startStack({ ports: portsFrom(base), config, schedules: [] });
    } catch (error) {
      if (!(error instanceof PortTaken)) throw error;
    }
  }
  throw new Error("no free ports");
}

interface Ran {
  code: number;
  out: string;
  err: string;
}

function run(program: string, ...args: string[]): Promise<Ran> {
  return runWith(process.env, program, ...args, "--port-base", String(base));
}
function runWith(env: NodeJS.ProcessEnv, program: string, ...args: string[]): Promise<Ran> {
  const file = fileURLToPath(new URL(`../../${program}`, import.meta.url));
  return new Promise((resolve) => {
    execFile(process.execPath, [file, ...args], { env: { ...env, ...compileCache } }, (error, out, err) => {
      resolve({ code: typeof error?.code === "number" ? error.code : 0, out, err });
    });
  });
}
const ops = (...args: string[]) => run("ops/ops.ts", ...args);
const send = (...args: string[]) => run("local/send.ts", ...args);
const json = async (...args: string[]): Promise<Record<string, string>[]> =>
  JSON.parse((await ops("--json", ...args)).out);
/** Not by a process of its own: this one asks again and again. */
const history = async (email: string) => (await reportPerson(await connectLocal(base), email)).history;

/** Puts somebody into the fake Arize. */
async function seed(email: string, status: string): Promise<void> {
  await fetch(`${stack.urls.arize}/_fake/users`, { method: "POST", body: JSON.stringify({ email, status }) });
}

describe("an operator", { timeout: 120_000 }, () => {
  it("sends, sees a leaver held, releases them, and reads their history", async () => {
    const joined = ["ada", "grace"].map((name) => send("joiner", `${name}@example.com`, "--name", name));
    for (const { out } of await Promise.all(joined)) expect(out).toContain(": invited");
    expect((await send("leaver", "grace@example.com", "--source", "okta")).out).toContain(": removed");
    expect((await send("leaver", "ada@example.com")).out).toContain(": held (deletion_budget)");

    const [held] = await json("held", "list");
    expect(held).toMatchObject({ kind: "leaver", person: "ada@example.com", reason: "deletion_budget" });
    const release = ["held", "release", held?.id ?? "", "--note", "HR confirmed"];
    const [list, status, refused] = await Promise.all([ops("held", "list"), ops("status"), ops(...release)]);
    expect(list.out).toContain("ada@example.com");
    expect(status.out).toMatch(new RegExp(`held: +1 since .* see: npm run ops -- --port-base ${base} held list`));
    expect(refused).toMatchObject({ code: 1, err: expect.stringMatching(/for ever(.|\n)*--yes/) });
    expect(await ops(...release, "--yes")).toMatchObject({ code: 0 });
    const outcomes = async () => (await history("ada@example.com")).map(({ outcome }) => outcome);
    await expect.poll(outcomes, { timeout: 20_000 }).toEqual(["invited", "held", "released", "removed"]);
    const { out, code } = await ops("person", "ada@example.com");
    expect(code).toBe(0);
    expect(out).toMatch(/^Out since .*: removed after a leaver from standard .*: 404, request /);
    expect((await ops("held", "list")).out).toBe("Nothing is held.\n");
  });

  it("redrives what was parked, and gives it up", async () => {
    await seed("back@example.com", "inactive");
    expect((await send("joiner", "back@example.com")).out).toContain(": parked (blocked_forever)");
    const [parked] = await json("parked", "list");
    expect(parked).toMatchObject({ reason: "blocked_forever", person: "back@example.com" });
    expect(await ops("parked", "redrive", parked?.id ?? "")).toMatchObject({ code: 0 });
    const statuses = async () => (await listShelf(await connectLocal(base), "PARKED")).map(({ status }) => status);
    await expect.poll(statuses, { timeout: 20_000 }).toEqual(["waiting"]);
    const dismiss = ["parked", "dismiss", parked?.id ?? "", "--note", "another address"];
    expect(await ops(...dismiss)).toMatchObject({ code: 1, err: expect.stringContaining("--yes") });
    expect(await ops(...dismiss, "--yes")).toMatchObject({ code: 0 });
    expect(await json("parked", "list")).toEqual([]);
  });

  it("sends events in their own name and waits for what comes of them, a leaver only when they mean it", async () => {
    const [refused, refusedToo, sent, queued, nobody] = await Promise.all([
      ops("send", "leaver", "ruth@example.com"),
      ops("send", "suspend", "ruth@example.com"),
      ops("send", "leaver", "joan@example.com", "--yes", "--by", "Cy"),
      ops("send", "joiner", "kim@example.com", "--timeout", "0"),
      ops("send", "joiner", "nobody"),
    ]);
    expect(refused).toMatchObject({ code: 1, err: expect.stringMatching(/for ever(.|\n)*--yes/) });
    expect(refusedToo).toMatchObject({ code: 1, err: expect.stringMatching(/72 hours(.|\n)*for ever(.|\n)*--yes/) });
    expect(sent.out).toMatch(/^leaver joan@example.com: none \(already_absent: .*\) after \d+ ms, event operator:/);
    expect(await history("joan@example.com")).toMatchObject([
      { outcome: "asked", by: "Cy" },
      { outcome: "none", reason: "already_absent" },
    ]);
    expect(queued.out).toMatch(/ is on the queue\.\n$/);
    expect(nobody).toMatchObject({ code: 2, err: "error: that is no email address\n" });
  });

  it("does everything that the Users API can, reading there and changing through the queue", async () => {
    const lee = "lee@example.com";
    expect((await ops("users", "invite", lee, "--name", "Lee", "--role", "annotator")).out).toContain(": invited");
    expect(await json("users", "list", "--email", "lee@", "--status", "invited")).toMatchObject([
      { email: lee, role: "annotator" },
    ]);
    expect((await ops("users", "resend", lee)).out).toContain(": resent");
    await fetch(`${stack.urls.arize}/_fake/verify`, { method: "POST", body: JSON.stringify({ email: lee }) });
    expect((await ops("users", "update", lee, "--name", "Lee Liu", "--developer")).out).toContain(": updated");
    const user = JSON.parse((await ops("--json", "users", "get", lee)).out);
    expect(user).toMatchObject({ name: "Lee Liu", developer: "yes", status: "active" });
    expect(JSON.parse((await ops("--json", "users", "get", user.id)).out)).toEqual(user);
    expect((await ops("users", "reset-password", lee)).out).toContain(": reset_sent");
    await seed("gone@example.com", "inactive");
    expect(await ops("users", "invite", "gone@example.com")).toMatchObject({
      code: 3,
      out: expect.stringContaining("parked (blocked_forever: they were deleted at Arize before"),
    });
    const [parked] = await json("parked", "list");
    const [nobody] = await Promise.all([
      ops("users", "get", "nobody@example.com"),
      ops("parked", "dismiss", parked?.id ?? "", "--note", "gone for good", "--yes"),
    ]);
    expect(nobody).toMatchObject({ code: 1, err: expect.stringContaining("nobody like that") });
  });

  it("works with outputs and endpoints alone, from a file or as flags", async () => {
    const {
      LEAVERS_QUEUE_URL,
      CHANGES_QUEUE_URL,
      LEAVERS_DLQ_URL,
      CHANGES_DLQ_URL,
      LEDGER_TABLE_NAME,
      ARIZE_SECRET_ID,
      IDENTITY_SECRET_ID,
      ARIZE_BASE_URL,
    } = stack.environment;
    const outputs: Record<string, string | undefined> = {
      LeaversQueueUrl: LEAVERS_QUEUE_URL,
      ChangesQueueUrl: CHANGES_QUEUE_URL,
      LeaversDeadLettersUrl: LEAVERS_DLQ_URL,
      ChangesDeadLettersUrl: CHANGES_DLQ_URL,
      LedgerTableName: LEDGER_TABLE_NAME,
      ArizeSecretArn: ARIZE_SECRET_ID,
      IdentitySecretArn: IDENTITY_SECRET_ID,
      ArizeBaseUrl: ARIZE_BASE_URL,
      IngestUrl: stack.urls.door,
    };
    await seed("pat@example.com", "active");
    const file = join(folder, "outputs.json");
    writeFileSync(file, JSON.stringify({ "Stack-Test": outputs }));
    const { env } = process;
    // What an operator has who knows nothing of this machine's stack but where its services listen.
    const names = [
      "AWS_REGION",
      "AWS_ACCESS_KEY_ID",
      "AWS_SECRET_ACCESS_KEY",
      "AWS_ENDPOINT_URL_SQS",
      "AWS_ENDPOINT_URL_DYNAMODB",
      "AWS_ENDPOINT_URL_SECRETS_MANAGER",
    ];
    const endpoints = Object.fromEntries(names.map((name) => [name, stack.environment[name]]));
    const elsewhere = (...args: string[]) => runWith({ PATH: env.PATH, ...endpoints }, "ops/ops.ts", ...args);
    const flags = Object.entries(outputs).flatMap(([name, value = ""]) => [`--${name}`, value]);
    const [status, person, updated, incomplete, nowhere] = await Promise.all([
      elsewhere("--outputs", file, "status", "--json"),
      elsewhere("person", "pat@example.com", "--outputs", file, "--stack", "Stack-Test"),
      elsewhere("users", "update", "pat@example.com", "--name", "Pat", ...flags),
      elsewhere("status", ...flags.slice(2)),
      elsewhere("status", "--outputs", join(folder, "nowhere.json")),
    ]);
    expect(status).toMatchObject({ code: 0, out: expect.stringContaining('"lanes"') });
    expect(person.out).toMatch(/^Not out: active at Arize/);
    expect(updated.out).toContain(": updated");
    expect(incomplete).toMatchObject({
      code: 1,
      err: expect.stringContaining("lacks an output: LeaversQueueUrl"),
    });
    expect(nowhere).toMatchObject({ code: 1, err: expect.stringContaining("ENOENT") });
  });

  it("looks at all of it", async () => {
    const [status, doctor, due, stranger] = await Promise.all([
      ops("status"),
      ops("doctor"),
      ops("due", "list"),
      ops("person", "stranger@example.com"),
    ]);
    expect(status.out).toMatch(/^stack: .*\nmode: +act\nleavers: +0 queued/);
    expect(doctor.code).toBe(0);
    expect(due.out).toBe("Nothing waits for its day.\n");
    expect(stranger).toMatchObject({
      code: 1,
      out: expect.stringContaining("No event about this address ever arrived"),
    });
  });

  it("compares a roster, and names the lines that it cannot read", async () => {
    const roster = join(folder, "roster.csv");
    writeFileSync(roster, "email,name\nmo@example.com,Mo\nno address,No\n");
    const [shown, applied, missing] = await Promise.all([
      ops("import", roster),
      ops("import", roster, "--apply", "--yes"),
      ops("import", join(folder, "missing.csv")),
    ]);
    expect(shown).toMatchObject({
      code: 3,
      out: expect.stringContaining("unreadable\tline 3\t\temail: malformed"),
    });
    expect(applied).toMatchObject({ code: 1, err: expect.stringContaining("nothing was queued") });
    expect(missing).toMatchObject({ code: 1, err: expect.stringContaining("ENOENT") });
    writeFileSync(roster, "email,name\nmo@example.com,Mo\n");
    expect((await ops("import", roster, "--apply")).err).toContain("--yes");
    expect(await ops("import", roster, "--apply", "--yes")).toMatchObject({
      code: 0,
      err: expect.stringContaining("1 events are on the queue"),
    });
    await expect
      .poll(async () => (await history("mo@example.com")).at(-1), { timeout: 20_000 })
      .toMatchObject({ outcome: "invited" });
    const plan = await json("import", roster);
    expect(plan.every(({ difference }) => difference === "not_in_roster" || difference === "admin_without_owner")).toBe(
      true,
    );
  });

  it("replays nothing where there is nothing, and needs a period that is one", async () => {
    expect((await ops("replay", "--from", "2020-01-01", "--to", "2020-01-02", "--dry-run")).out).toContain(
      "Nothing of that period",
    );
    expect(await ops("replay", "--from", "yesterday", "--to", "2020-01-02")).toMatchObject({ code: 2 });
    expect(await ops("replay", "--from", "2020-01-02", "--to", "2020-01-01")).toMatchObject({ code: 2 });
    expect(await ops("evidence", "--from", "2020-01-02", "--to", "2020-01-02")).toMatchObject({ code: 2 });
  });

  it("writes evidence that verifies, and no more after a byte was changed", async () => {
    const [out, key] = [join(folder, "bundle"), join(folder, "key.pem")];
    await ops("send", "leaver", "zoe@example.com", "--yes");
    const written = await ops(
      "evidence",
      "--from",
      "2020-01-01",
      "--to",
      "2100-01-01",
      "--out",
      out,
      "--signing-key",
      key,
    );
    expect(written).toMatchObject({ code: 0, out: expect.stringMatching(/^Tells of [1-9]\d* leavers?: /) });
    const verify = () => ops("evidence", "verify", out, "--key", join(out, "public-key.pem"));
    const [verified, keyless, endless] = await Promise.all([
      verify(),
      ops("evidence", "verify", out, "--key", join(out, "evidence.csv")),
      ops("evidence", "--from", "2020-01-01"),
    ]);
    expect(verified).toMatchObject({ code: 0, out: `${out} is as it was signed.\n` });
    expect(keyless).toMatchObject({ code: 1, err: expect.stringContaining("holds no public key") });
    expect(endless).toMatchObject({ code: 2 });
    writeFileSync(join(out, "evidence.csv"), "");
    expect(await verify()).toMatchObject({ code: 3, err: "does not verify: evidence.csv was changed\n" });
  });

  it("gives up a message that is no event, when they mean it", async () => {
    expect((await ops("malformed", "list")).out).toBe("No message is malformed.\n");
    expect(await ops("malformed", "dismiss", "nothing")).toMatchObject({
      code: 1,
      err: expect.stringContaining("--yes"),
    });
    expect(await ops("malformed", "dismiss", "nothing", "--yes")).toMatchObject({
      code: 1,
      err: expect.stringContaining("no malformed message nothing"),
    });
  });

  it("decides about several at once", async () => {
    expect(await ops("held", "release")).toMatchObject({ code: 2, err: expect.stringContaining("--all") });
    const all = ["held", "release", "--all", "--reason", "last_admin", "--yes"];
    expect(await json(...all, "--note", "a test")).toEqual({ done: 0 });
    const [several, one, blank] = await Promise.all([
      ops(...all),
      ops("parked", "dismiss", "some", "--yes"),
      ops(...all, "--note", " "),
    ]);
    for (const told of [several, one, blank])
      expect(told).toMatchObject({ code: 2, err: expect.stringContaining("say why with --note") });
  });

  it("forgets somebody who is gone, when they mean it", async () => {
    await ops("send", "leaver", "kay@example.com", "--yes");
    const outcomes = async () => (await history("kay@example.com")).map(({ outcome }) => outcome);
    expect(await outcomes()).toEqual(["asked", "none"]);
    expect(await ops("person", "forget", "kay@example.com")).toMatchObject({
      code: 1,
      err: expect.stringContaining("--yes"),
    });
    const { out, code } = await ops("person", "forget", "kay@example.com", "--yes", "--by", "the privacy team");
    expect(code).toBe(0);
    expect(out).toMatch(/^Erased: 2 lines of history.*\n.*hash.*\n.*queues/);
    expect(await history("kay@example.com")).toMatchObject([{ outcome: "forgotten", by: "the privacy team" }]);
    const again = await ops("--json", "person", "forget", "kay@example.com", "--yes");
    expect(JSON.parse(again.out)).toMatchObject({ erased: { history: 1 }, remains: expect.any(Array) });
  });

  it("accepts a restored ledger", async () => {
    expect(await ops("ledger", "accept")).toMatchObject({ code: 1, err: expect.stringContaining("--yes") });
    expect(await ops("ledger", "accept", "--yes")).toMatchObject({ code: 0, out: "The ledger counts as complete.\n" });
  });

  it("looks at what the sweeps would do", async () => {
    const { out, code } = await ops("reconcile", "--dry-run");
    expect(code).toBe(0);
    expect(out).toMatch(
      /invitations: looked at \d+, queued 0\n.*\ndue: looked at 0, queued 0\n.*\nfull: looked at \d+/,
    );
  });

  it("has a webhook explained, and nothing changes", async () => {
    const file = join(folder, "payload.json");
    const data = { email: "noa@example.com", name: "Noa", department: "labeling" };
    const secret = localSecrets[secretIds.standard];
    const { headers, body } = standardRequest({ type: "person.joined", data, secret, id: "msg_noa" });
    writeFileSync(file, body);
    const arguments_ = Object.entries(headers).flatMap(([name, value]) => ["--header", `${name}:${value}`]);
    const before = await (await fetch(`${stack.urls.arize}/_fake/users`)).text();

    const signed = await ops("--json", "explain", file, "--source", "standard", ...arguments_);
    expect(signed.code).toBe(0);
    expect(JSON.parse(signed.out)).toMatchObject({
      door: ["verified"],
      events: [
        {
          event: "standard:msg_noa",
          kind: "joiner",
          person: "noa@example.com",
          rule: "1 department Labeling",
          outcome: "would_create",
          reason: "role annotator, invite mode none",
        },
      ],
    });
    const unsigned = await ops("explain", file, "--source", "standard");
    expect(unsigned).toMatchObject({ code: 0, out: expect.stringMatching(/^standard: not verified: .*--header\n/) });
    expect(unsigned.out).toContain("would_create");
    writeFileSync(file, body.replace("noa@", "joe@"));
    expect(await ops("explain", file, "--source", "standard", ...arguments_)).toMatchObject({
      code: 3,
      out: expect.stringContaining("not verified, answered 401: signature does not match"),
    });

    expect(await (await fetch(`${stack.urls.arize}/_fake/users`)).text()).toBe(before);
    expect(await history("noa@example.com")).toEqual([]);
  });

  it("has a leaver explained, guards and all", async () => {
    await fetch(`${stack.urls.arize}/_fake/users`, { method: "POST", body: '{"email":"root@example.com"}' });
    const file = join(folder, "hook.json");
    const leaver = (email: string) => ({ eventType: "user.lifecycle.deactivate", email, uuid: `uuid-${email}` });
    writeFileSync(file, JSON.stringify(oktaHook(leaver("root@example.com"), leaver("sam@elsewhere.example"))));
    const explained = await ops("--json", "explain", file, "--source", "okta");
    const [root, stranger] = JSON.parse(explained.out).events;
    expect(root).toMatchObject({ action: "delete", outcome: "would_hold", reason: "protected_email" });
    expect(stranger).toMatchObject({ outcome: "ignored", reason: "outside_managed_domains" });
    const body = JSON.stringify({ data: {} });
    writeFileSync(file, body);
    expect(await ops("explain", file, "--source", "okta")).toMatchObject({
      code: 3,
      out: expect.stringContaining("turned away with 400: data.events: expected array"),
    });
    expect(await ops("explain", file, "--source", "nobody")).toMatchObject({ code: 3 });
    expect(await ops("explain", join(folder, "nothing"), "--source", "okta")).toMatchObject({ code: 1 });
    expect(await ops("explain", file)).toMatchObject({ code: 2 });
  });

  it("needs a second one to import more than a few leavers", async () => {
    for (const email of kept) await seed(email, "active");
    const roster = join(folder, "left.csv");
    writeFileSync(roster, `email,status\n${kept.map((email) => `${email},inactive`).join("\n")}\n`);
    const apply = (by: string) => ops("import", roster, "--apply", "--yes", "--by", by);
    for (const by of ["Cy", "Cy"]) {
      expect(await apply(by)).toMatchObject({ code: 3, err: expect.stringContaining("Proposed for 3 leavers") });
    }
    expect(await history("una@example.com")).toEqual([]);
    expect(await apply("Di")).toMatchObject({ code: 0, err: expect.stringContaining("3 events are on the queue") });
    const asked = (await history("una@example.com")).find(({ outcome }) => outcome === "asked");
    expect(asked).toMatchObject({ by: "Di, proposed by Cy" });

    const connection = await connectLocal(base);
    const held = async () => (await listShelf(connection, "HELD")).filter(({ reason }) => reason === "protected_email");
    await expect.poll(async () => (await held()).length, { timeout: 20_000 }).toBe(3);
    for (const { id } of await held()) await dismiss(connection, "HELD", String(id), { by: "Di", note: "a test" });
  });

  it("is told what is wrong", async () => {
    const told = await Promise.all([
      ops("held", "release", "nobody", "--note", "a test"),
      ops("statsu"),
      ops("release", "nobody"),
      ops("reconcile"),
      ops("reconcile", "--now", "--mode", "full", "--accept-shrink"),
      send("joiner"),
      send("joiner", "nobody"),
      ops("--help"),
      ops("--port-base", "0", "held", "list"),
      ops("person", "forget", "nobody", "--yes"),
    ]);
    expect(told).toMatchObject([
      { code: 1, err: expect.stringContaining("nothing is held") },
      { code: 2, err: expect.stringContaining("Did you mean status?") },
      { code: 2, err: expect.stringContaining("Did you mean held release?") },
      { code: 2, err: expect.stringContaining("--dry-run") },
      { code: 1, err: expect.stringContaining("--yes") },
      { code: 2 },
      { code: 1, out: expect.stringContaining("data.email: malformed") },
      { code: 0, out: expect.stringContaining("Usage: npm run ops --") },
      { code: 2 },
      { code: 2, err: "error: that is no email address\n" },
    ]);
  });

  it("is told when nothing runs there", async () => {
    const file = fileURLToPath(new URL("../../ops/ops.ts", import.meta.url));
    const args = [file, "held", "list", "--port-base", String(base + 5_000)];
    const err = await new Promise((resolve) => execFile(process.execPath, args, (_, __, text) => resolve(text)));
    expect(err).toBe(`error: nothing answers at port base ${base + 5_000}: is npm start running there?\n`);
  });
});
