import { UsersClient } from "../../lib/arize/users-client.ts";
import { localSecrets, secretIds } from "../../local/environment.ts";
import { bundleBench, bundleOurs } from "../build.ts";
import { coldStart } from "../cold-start.ts";
import type { Group } from "../group.ts";
import { openLaboratory } from "../laboratory.ts";
import { type LargeAccount, startLargeAccount } from "../large-account.ts";
import { atMost, median } from "../row.ts";

const rounds = 3;
/** How many of the account's users have an open invitation. */
const openShare = 0.05;

/** Row 11: the invitations sweep of a large account. */
export const sweep: Group = async ({ folder, progress }) => {
  const [child, reconcile] = [await bundleBench("child", folder), await bundleOurs("reconcile", folder)];
  const laboratory = await openLaboratory(folder);
  const account = await startLargeAccount({ latencyMs: 100, perUser: openShare });
  const environment = {
    ...laboratory.environment,
    ARIZE_BASE_URL: account.url,
    AWS_ENDPOINT_URL_DYNAMODB: account.url,
  };
  const walls: number[] = [];
  const peaks: number[] = [];
  let extraCalls = 0;
  for (let round = 1; round <= rounds; round++) {
    const measure = async (users: number) => {
      progress(`sweep of ${users} users, round ${round} of ${rounds}`);
      account.become(users);
      const swept = await coldStart(child.file, reconcile.file, { mode: "invitations" }, { folder, environment });
      extraCalls += account.calls() - Math.ceil((users * openShare) / 100);
      return swept;
    };
    const [small, large] = [await measure(100_000), await measure(400_000)];
    peaks.push(large.peak / small.peak);
    walls.push(large.invokeMs / (Math.ceil((400_000 * openShare) / 100) * (await roundTrip(account))));
  }
  account.close();
  await laboratory.close();
  return [
    atMost(0, "more than ceil(M/100)", "11 list calls of the invitations sweep", [extraCalls]),
    atMost(1.08, "x calls x round trip", "11 wall of the sweep, 20,000 invitations of 400,000 users", walls),
    atMost(1.1, "x that at 100,000", "11 peak memory of the sweep at 400,000 users", peaks),
  ];
};

/** What one call for a page takes, from this machine, over a connection that stands; the median in milliseconds. */
async function roundTrip(account: LargeAccount): Promise<number> {
  const key = localSecrets[secretIds.arize];
  const client = new UsersClient({ baseUrl: account.url, token: async () => key });
  const taken: number[] = [];
  for (let call = 0; call < 20; call++) {
    const start = performance.now();
    await client.list({ status: ["invited", "expired"], limit: 100 });
    taken.push(performance.now() - start);
  }
  client.close();
  return median(taken.slice(1));
}
