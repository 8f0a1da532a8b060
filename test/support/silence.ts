import type { SQSClient } from "@aws-sdk/client-sqs";

/**
 * Listens to what the code says where no person, secret or payload may be named: its output (log lines and metrics), the
 * attributes of its messages, and the messages of its errors, also of those that are caught.
 */
export type Place = "output" | "queue attribute" | "error";

/** Invented addresses and names, the secrets of laptop, tests and lab, and what only whole payloads contain. */
const unspeakable = new RegExp(
  [
    "@example\\.|elsewhere\\.example|bücher",
    "Lovelace|Byron|Hopper|Ada King|Ann Lee|Ana Nowak|Person \\d",
    'local-[a-z]+-(secret|key|token|access)|whsec_|ak-invented|invented-identity|Bearer |temporary_password\\\\*"?\\s*[:=]',
    '(target|alternateId|displayName|externalId)\\\\*":|person\\\\*":\\s*\\{',
  ].join("|"),
);

let heard: string[] = [];

/** Looks at something that was said. */
export function hear(place: Place, text: string): void {
  if (unspeakable.test(text)) heard.push(`${place}: ${text}`);
}

/** What was said that must not be, since this was last asked. */
export function leaks(): string[] {
  const found = heard;
  heard = [];
  return found;
}

/** Listens to everything that this process writes. */
export function hearOutput(): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.write = overhear(stream.write, ([text]) => hear("output", String(text)));
  }
}

/** Listens to all that clients of this class send to queues, but for the bodies. */
export function hearQueues(client: typeof SQSClient): void {
  client.prototype.send = overhear(client.prototype.send, ([command]) => hearRequest(Object(command).input));
}

/** Listens to what is asked of SQS, but for the bodies of messages. */
export function hearRequest(input: unknown): void {
  const withoutBody = (key: string, value: unknown) => (key === "MessageBody" ? undefined : value);
  hear("queue attribute", JSON.stringify(input, withoutBody) ?? "");
}

function overhear<Method extends (...args: never[]) => unknown>(method: Method, listen: (args: unknown[]) => void) {
  return new Proxy(method, {
    apply(target, self, args) {
      listen(args);
      return Reflect.apply(target, self, args);
    },
  });
}

/** Listens to every error that the code makes from now on; its modules must not have been loaded yet. */
export function hearErrors(): void {
  const { captureStackTrace } = Error;
  const construct = (target: ErrorConstructor, args: unknown[], newTarget: () => unknown): Error => {
    const error: Error = Reflect.construct(target, args, newTarget);
    // As if nobody listened: without this function, and without the constructors of classes.
    captureStackTrace(error, newTarget === Error ? construct : newTarget);
    const said = error.cause === undefined ? error.message : `${error.message}: ${error.cause}`;
    if (unspeakable.test(said) && isOurs(error)) hear("error", said);
    return error;
  };
  globalThis.Error = new Proxy(Error, { construct });
}

// By where it was made: the errors of tests quote what they like.
function isOurs({ stack = "" }: Error): boolean {
  const [madeAt = ""] = stack.split("\n").filter((line) => /^\s+at /.test(line));
  return /\/(lib|functions)\/[\w/.-]+\.ts/.test(madeAt) && !madeAt.includes("/test/");
}
