import * as z from "zod/mini";
import { ApiException } from "../http/errors.ts";
import type { CallOptions } from "../http/transport.ts";
import type { finchApi } from "./api-options.ts";
import type { Access, ApiAccess, Directory } from "./directory.ts";
import { DirectoryClient } from "./directory-client.ts";

const text = z.nullish(z.string());
/** Answers come in batches, each with a status of its own: 202 while Finch still fetches the data from the employer. */
const batchSchema = z.object({ responses: z.array(z.object({ code: z.number(), body: z.unknown() })) });
const individualSchema = z.object({
  first_name: text,
  preferred_name: text,
  last_name: text,
  emails: z.nullish(z.array(z.object({ data: text, type: text }))),
});
const employmentSchema = z.object({
  is_active: z.nullish(z.boolean()),
  employment_status: text,
  department: z.nullish(z.object({ name: text })),
});
const left = ["terminated", "retired", "deceased"];

/**
 * Finch's API: `POST /employer/individual` for who somebody is and `POST /employer/employment` for whether they work there;
 * neither changes anything. The credential is the connection's access token.
 */
export function openFinch(api: z.infer<typeof finchApi>, access: ApiAccess): Directory {
  const { secret: token, baseUrl = api.baseUrl } = access;
  const headers = { "finch-api-version": "2020-09-17" };
  const client = new DirectoryClient({ baseUrl, token, headers, isGone: () => false });
  return {
    async lookup(externalId, call) {
      const employment = await ask(client, "/employer/employment", employmentSchema, externalId, call);
      const individual = await ask(client, "/employer/individual", individualSchema, externalId, call);
      if (employment === undefined || individual === undefined) return undefined;
      return {
        externalId,
        ...identityOf(individual),
        department: employment.department?.name ?? undefined,
        access: accessOf(employment),
      };
    },
  };
}

async function ask<T>(
  client: DirectoryClient,
  path: string,
  schema: z.ZodMiniType<T>,
  individual_id: string,
  call: CallOptions | undefined,
): Promise<T | undefined> {
  const body = { requests: [{ individual_id }] };
  const { value } = await client.read(batchSchema, { path, target: path, body, ...call });
  const [answer] = value.responses;
  if (answer?.code === 404) return undefined;
  const result = schema.safeParse(answer?.body);
  if (answer?.code === 200 && result.success) return result.data;
  const title = answer?.code === 200 ? "Answer cannot be read" : "No answer for this person";
  const failure = { method: "POST", path, kind: "server", ambiguous: false, title } as const;
  throw new ApiException({ ...failure, status: answer?.code });
}

function accessOf({ is_active, employment_status }: z.infer<typeof employmentSchema>): Access {
  if (left.includes(employment_status ?? "")) return "inactive";
  if (is_active !== false) return "active";
  return ["prehire", "onboarding"].includes(employment_status ?? "") ? "pending" : "inactive";
}

function identityOf({ first_name, preferred_name, last_name, emails }: z.infer<typeof individualSchema>) {
  const name = [preferred_name || first_name, last_name].filter(Boolean).join(" ");
  const work = emails?.find(({ type }) => type === "work") ?? emails?.find(({ type }) => type !== "personal");
  return { email: work?.data ?? undefined, name: name || undefined };
}
