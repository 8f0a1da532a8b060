import { createServer } from "node:http";
import { setTimeout as delay } from "node:timers/promises";
import { listenOn } from "../local/listen.ts";

/** An Arize with very many people, who are made up as they are asked for; and at the same address a ledger that knows nobody. */
export interface LargeAccount {
  url: string;
  /** Has so many users from now on, and starts counting its calls anew. */
  become(users: number): void;
  calls(): number;
  close(): void;
}

const amzJson = "application/x-amz-json-1.0";

/** @param perUser the share of users whose invitation is open; only those are listed here */
export async function startLargeAccount(options: { latencyMs: number; perUser: number }): Promise<LargeAccount> {
  let open = 0;
  let calls = 0;
  const server = createServer(async (request, response) => {
    if (request.method === "OPTIONS") return void response.writeHead(204).end();
    if (request.method === "POST") return void response.writeHead(200, { "content-type": amzJson }).end("{}");
    calls++;
    await delay(options.latencyMs);
    const { searchParams } = new URL(request.url ?? "", "http://127.0.0.1");
    const limit = Number(searchParams.get("limit"));
    const body = page(Number(searchParams.get("cursor") ?? 0), limit, open);
    response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(body));
  });
  return {
    url: `http://127.0.0.1:${await listenOn(server, 0)}`,
    become: (users) => {
      open = Math.round(users * options.perUser);
      calls = 0;
    },
    calls: () => calls,
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}

function page(start: number, limit: number, total: number) {
  const end = Math.min(total, start + limit);
  const users = Array.from({ length: end - start }, (_, n) => user(start + n));
  const has_more = end < total;
  return { users, pagination: { limit, has_more, ...(has_more && { next_cursor: String(end) }) } };
}

// Invited, and not long ago: nothing is to be done about any of them.
function user(n: number) {
  return {
    id: Buffer.from(`User:${n}`).toString("base64"),
    name: `Invented Person ${n}`,
    email: `person${n}@example.com`,
    created_at: new Date().toISOString(),
    status: "INVITED",
    role: { type: "PREDEFINED", name: "MEMBER" },
    is_developer: true,
  };
}
