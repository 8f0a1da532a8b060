import { readFileSync } from "node:fs";
import { createServer, type RequestListener } from "node:http";
import { createServer as createTlsServer } from "node:https";
import { onTestFinished } from "vitest";
import { UsersClient, type UsersClientOptions } from "../../lib/arize/users-client.ts";
import { type FakeArize, type FakeArizeOptions, startFakeArize } from "../../local/fake-arize/server.ts";

export const testKey = "ak-invented-key";

/** A fake of Arize for the length of one test. */
export async function fakeArize(options: Partial<FakeArizeOptions> = {}): Promise<FakeArize> {
  const fake = await startFakeArize({ port: 0, apiKey: testKey, ...options });
  onTestFinished(() => fake.close());
  return fake;
}

/** A client for the length of one test. */
export function usersClient(baseUrl: string, options: Partial<UsersClientOptions> = {}): UsersClient {
  const client = new UsersClient({ baseUrl, token: async () => testKey, ...options });
  onTestFinished(() => client.close());
  return client;
}

/** A hand-written server in Arize's place for the length of one test; its URL. With `tls`, as https://localhost. */
export async function serve(listener: RequestListener, { tls = false } = {}): Promise<string> {
  const server = tls ? createTlsServer({ key: fixture("server.key"), cert: fixture("server.pem") }) : createServer();
  server.on("request", listener);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(async () => {
    const closed = new Promise((resolve) => server.close(resolve));
    server.closeAllConnections();
    await closed;
  });
  const address = server.address();
  if (typeof address !== "object" || address === null) throw new Error("the server has no port");
  return tls ? `https://localhost:${address.port}` : `http://127.0.0.1:${address.port}`;
}

/** The authority that signed the certificate of `serve`, in PEM. */
export function testAuthority(): string {
  return fixture("ca.pem").toString();
}

function fixture(name: string): Buffer {
  return readFileSync(new URL(`../fixtures/tls/${name}`, import.meta.url));
}
