import { expect, test } from "vitest";
import { RetryLater } from "../../lib/errors.ts";
import { describeFailure } from "../../ops/failure.ts";

function failure(name: string, message: string): Error {
  return Object.assign(new Error(message), { name });
}

test.each([
  [failure("CredentialsProviderError", "Could not load credentials from any providers"), "no AWS credentials"],
  [failure("ValidationError", "Stack with id Nope does not exist"), "there is no such stack"],
  [failure("Error", "Region is missing"), "set AWS_REGION"],
  [failure("AccessDeniedException", "User is not authorized to perform dynamodb:Query"), "may not do this"],
  [failure("Error", "ENOENT: no such file or directory, open 'roster.csv'"), "there is no such file"],
  [failure("Error", "EISDIR: illegal operation on a directory, read"), "that is a folder"],
  [failure("QueueDoesNotExist", "The specified queue does not exist."), "the queue is not there"],
])("says what to do about %s", (error, advice) => {
  expect(describeFailure(error)).toContain(advice);
  expect(describeFailure(new RetryLater("ledger_unavailable", { cause: error }))).toContain(advice);
});

test("says what is known of anything else", () => {
  expect(describeFailure(new Error("no such thing"))).toBe("no such thing");
  expect(describeFailure("odd")).toBe("odd");
  const refused = new AggregateError([failure("Error", "connect ECONNREFUSED 127.0.0.1:1")]);
  expect(describeFailure(refused)).toContain("no connection");
});
