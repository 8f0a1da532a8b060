import { describe, expect, test } from "vitest";
import type { Container } from "../../../lib/arize/memberships-client.ts";
import { fakeArize, serve, usersClient } from "../../support/fake-arize.ts";

const idOf = (what: string) => Buffer.from(what).toString("base64");
const research: Container = { type: "organization", id: idOf("Organization:1") };
const vision: Container = { type: "space", id: idOf("Space:1") };

describe("memberships", () => {
  test("come, change their role, and go, a space's with its organization's", async () => {
    const fake = await fakeArize();
    const { memberships } = usersClient(fake.url);
    const { id } = fake.seed({ email: "ana@example.com" });
    const now = () => fake.users().find((user) => user.id === id)?.memberships;
    await memberships.add(research, id, "member");
    await memberships.add(research, id, "read_only");
    await memberships.add(vision, id, { type: "custom", id: idOf("Role:1") });
    expect(now()).toEqual({
      [research.id]: { type: "predefined", name: "read_only" },
      [vision.id]: { type: "custom", id: idOf("Role:1") },
    });
    await memberships.remove(research, id);
    expect(now()).toEqual({});
  });

  test("are refused as documented", async () => {
    const fake = await fakeArize();
    const { memberships } = usersClient(fake.url);
    const { id } = fake.seed({ email: "ana@example.com" });
    const annotator = fake.seed({ email: "bo@example.com", role: "annotator" });
    const kinds: [Promise<void>, string][] = [
      [memberships.add(vision, id, "member"), "invalid"],
      [memberships.add(research, id, "annotator"), "invalid"],
      [memberships.add(research, annotator.id, "member"), "invalid"],
      [memberships.add({ type: "organization", id: "nowhere" }, id, "member"), "not_found"],
      [memberships.add(research, "nobody", "member"), "not_found"],
      [memberships.remove(vision, id), "not_found"],
      [memberships.add(research, id, { type: "custom", id: "nothing" }), "invalid"],
    ];
    for (const [call, kind] of kinds) await expect(call).rejects.toMatchObject({ kind });
    await expect(memberships.add({ type: "space", id: "" }, id, "member")).rejects.toMatchObject({ field: "space" });
  });

  test.each([
    ["upper", { type: "PREDEFINED", name: "READ_ONLY" }],
    ["lower", { type: "predefined", name: "read-only" }],
  ] as const)("are spelled in %s case", async (enumCase, role) => {
    const sent: unknown[] = [];
    const url = await serve(async (request, response) => {
      let body = "";
      for await (const chunk of request) body += chunk;
      sent.push([request.method, request.url, JSON.parse(body)]);
      response.end("{}");
    });
    await usersClient(url, { enumCase }).memberships.add({ type: "space", id: "a/b=" }, "u1", "read_only");
    expect(sent).toEqual([["POST", "/v2/spaces/a%2Fb%3D/users", { user_id: "u1", role }]]);
  });
});
