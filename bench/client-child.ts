import { UsersClient } from "../lib/arize/users-client.ts";

/**
 * Calls Arize one after another and prints the CPU that one call took, in microseconds:
 * `client-child.mjs ours|fetch <base URL> <key> <calls>`. Both read the whole answer and parse it.
 */
const [mode, baseUrl = "", key = "", calls = ""] = process.argv.slice(2);
const email = "ada@example.com";
const client = new UsersClient({ baseUrl, token: async () => key });

const call = mode === "ours" ? () => client.list({ email, limit: 100 }) : callByFetch;
const warmUps = 30;
for (let done = 0; done < warmUps; done++) await call();
const before = process.cpuUsage();
for (let done = 0; done < Number(calls); done++) await call();
const { user, system } = process.cpuUsage(before);
process.stdout.write(String((user + system) / Number(calls)));
process.exit(0);

async function callByFetch(): Promise<unknown> {
  const url = `${baseUrl}/v2/users?email=${encodeURIComponent(email)}&limit=100`;
  const response = await fetch(url, { headers: { accept: "application/json", authorization: `Bearer ${key}` } });
  return response.json();
}
