/** An operator asked for something in a way that cannot be meant: exit code 2. */
export class WrongUse extends Error {
  override readonly name = "WrongUse";
}

const advice: readonly [RegExp, string][] = [
  [
    /CredentialsProviderError|Could not load credentials|Token is expired|SSO session/i,
    "no AWS credentials: sign in (aws sso login) or set AWS_PROFILE",
  ],
  [
    /ExpiredToken|InvalidClientTokenId|UnrecognizedClient|SignatureDoesNotMatch/,
    "AWS does not accept these credentials: sign in again, or look at AWS_PROFILE",
  ],
  [/Region is missing/, "no AWS region: set AWS_REGION"],
  [
    /Stack with id .* does not exist/,
    "there is no such stack in this account and region: look at --stack, AWS_PROFILE and AWS_REGION",
  ],
  [/AccessDenied|is not authorized to perform/, "your AWS credentials may not do this"],
  [
    /QueueDoesNotExist|NonExistentQueue/,
    "the queue is not there: are these the outputs of a stack in this account and region?",
  ],
  [
    /ResourceNotFoundException/,
    "the table or function is not there: are these the outputs of a stack in this account and region?",
  ],
  [/ENOENT: no such file/, "there is no such file or folder"],
  [/EISDIR/, "that is a folder, and a file is wanted"],
  [/ENOTDIR/, "that is a file, and a folder is wanted"],
  [/EACCES|EPERM/, "that file may not be read or written"],
  [/ECONNREFUSED|ENOTFOUND|EAI_AGAIN|TimeoutError/, "no connection: look at the network and at AWS_ENDPOINT_URL"],
];

/** Says what went wrong, and where it is known what to do about it. Never a stack trace. */
export function describeFailure(error: unknown): string {
  const chain = causesOf(error);
  const told = chain.map(({ name, message }) => `${name}: ${message}`).join("\n");
  const hint = advice.find(([pattern]) => pattern.test(told))?.[1];
  const [first] = chain;
  const message = first?.message || first?.name || String(error);
  return hint === undefined ? message : `${hint} (${message})`;
}

function causesOf(error: unknown): Error[] {
  const chain: Error[] = [];
  for (let each = error; each instanceof Error && chain.length < 8; each = each.cause) {
    chain.push(each);
    // A refused connection to localhost fails once for each of its addresses.
    if (each instanceof AggregateError) chain.push(...each.errors.filter((one) => one instanceof Error));
  }
  return chain;
}
