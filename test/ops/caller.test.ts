import { userInfo } from "node:os";
import { beforeEach, expect, test } from "vitest";
import { callerOf } from "../../ops/caller.ts";
import { serve } from "../support/fake-arize.ts";

const arn = "arn:aws:sts::123456789012:assumed-role/Operators/cy";
beforeEach(() => {
  Object.assign(process.env, { AWS_REGION: "us-east-1", AWS_ACCESS_KEY_ID: "local", AWS_SECRET_ACCESS_KEY: "local" });
});

test("on AWS somebody is the principal of their credentials, whatever name they give", async () => {
  const result = `<GetCallerIdentityResult><Arn>${arn}</Arn></GetCallerIdentityResult>`;
  const xml = `<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">${result}</GetCallerIdentityResponse>`;
  process.env.AWS_ENDPOINT_URL_STS = await serve((_request, response) =>
    response.setHeader("content-type", "text/xml").end(xml),
  );
  expect(await callerOf({ isOnAws: true, isEmulated: false }, "Cy")).toEqual({ by: `Cy (${arn})`, principal: arn });
});

test("on AWS nobody is whom AWS does not name", async () => {
  process.env.AWS_ENDPOINT_URL_STS = await serve((_request, response) => response.writeHead(500).end());
  await expect(callerOf({ isOnAws: true, isEmulated: false }, "Cy")).rejects.toThrow("AWS does not say who you are");
});

test("where an emulator stands for AWS and cannot be asked, they are the name that they give", async () => {
  process.env.AWS_ENDPOINT_URL_STS = await serve((_request, response) => response.writeHead(500).end());
  expect(await callerOf({ isOnAws: true, isEmulated: true }, "Cy")).toEqual({ by: "Cy", principal: "Cy" });
  expect((await callerOf({ isOnAws: false, isEmulated: true })).by).toBe(userInfo().username);
});
