import { onTestFinished } from "vitest";
import { ApiException } from "../../lib/http/errors.ts";
import type { ApiAccess } from "../../lib/sources/directory.ts";
import { type FakeSources, type FakeSourcesOptions, startFakeSources } from "../../local/fake-sources/server.ts";
import { apiSecrets, type ReadableSource } from "../../local/source-api-secrets.ts";

/** The sources' own APIs for the length of one test; two people a page unless told otherwise. */
export async function fakeSources(options: Partial<FakeSourcesOptions> = {}): Promise<FakeSources> {
  const sources = await startFakeSources({ port: 0, pageSize: 2, ...options });
  onTestFinished(() => sources.close());
  return sources;
}

/** How a source behind a URL is reached, with the credential that its stand-in knows unless told otherwise. */
export function accessTo(source: ReadableSource, baseUrl: string, secret: string = apiSecrets[source]): ApiAccess {
  return { baseUrl, secret: async () => secret };
}

/** What a request failed with. @throws Error when it did not, or with something else */
export async function failureOf(work: Promise<unknown>): Promise<ApiException> {
  const error = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (error instanceof ApiException) return error;
  throw new Error("expected an ApiException", { cause: error });
}

export const ada = { email: "ada@example.com", name: "Ada Lovelace", active: true, department: "Research" };
