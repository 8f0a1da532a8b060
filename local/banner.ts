import { consolePort, localSecrets, secretIds, urlOf } from "./environment.ts";
import { standardRequest } from "./signed-requests.ts";
import { sourceSecretIds } from "./source-secrets.ts";
import type { Stack } from "./stack.ts";

/** What a person wants to know once everything runs: where it listens, with what secrets, what to try. */
export function banner(
  stack: Pick<Stack, "urls">,
  about: { live: boolean; portBase: number; mode: string; dataDir: string | undefined; seconds: string },
): string {
  const { urls } = stack;
  const where: [string, string][] = [
    ["console", `${urlOf(consolePort(about.portBase))}/   (look, decide, try things out)`],
    ["webhooks", `${urls.door}/webhooks/<source>   (and ${urls.door}/health)`],
    ["Arize", about.live ? "THE REAL SERVICE, with the key in ARIZE_API_KEY" : `${urls.arize}   (a fake)`],
    ["SQS", urls.sqs],
    ["DynamoDB", urls.dynamodb],
    ["secrets", urls.secrets],
    [
      "people",
      about.live
        ? "the sources' own APIs, where configured"
        : `${urls.sources}/_people/<source>/<id>   (what sources answer)`,
    ],
    ["data", about.dataDir ?? "in memory, gone when this ends (keep it with --data DIR)"],
  ];
  const secrets = Object.entries(sourceSecretIds).map(([name, id]): [string, string] => [name, localSecrets[id]]);
  return [
    `Running in mode "${about.mode}" after ${about.seconds} s. Ctrl-C ends it.`,
    "",
    ...table(where),
    "",
    "Sources and the secrets of their webhooks, on this machine only:",
    ...table(secrets),
    "",
    "Invite somebody (this signature is valid for five minutes; `npm run send` makes fresh ones):",
    "",
    curl(urls.door),
    "",
  ].join("\n");
}

function table(rows: [string, string][]): string[] {
  const width = Math.max(...rows.map(([name]) => name.length));
  return rows.map(([name, value]) => `  ${name.padEnd(width)} ${value}`);
}

function curl(door: string): string {
  const data = { email: "ada.example@example.com", name: "Ada Example" };
  const request = standardRequest({ type: "person.joined", data, secret: localSecrets[secretIds.standard] });
  const headers = Object.entries(request.headers).map(([name, value]) => `  -H ${quoted(`${name}: ${value}`)}`);
  return [`curl -i ${door}${request.path}`, ...headers, `  -d ${quoted(request.body)}`].join(" \\\n");
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
