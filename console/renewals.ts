import type { User } from "../lib/arize/schemas.ts";
import type { LifecycleConfig } from "../lib/config.ts";
import { readStates } from "../lib/ledger/runs.ts";
import type { State } from "../lib/ledger/state.ts";
import { pages } from "../lib/lifecycle/calls/pages.ts";
import { planInvitation } from "../lib/lifecycle/sweeps/reconcile.ts";
import { readingArize } from "../ops/arize.ts";
import type { Connection } from "../ops/connection.ts";
import type { Row } from "../ops/print.ts";
import type { Found } from "./desk.ts";

const listingMs = 15 * 60_000;

const next = {
  renew: "renewed",
  remind: "reminded",
  abandoned: "nothing more: reported as abandoned",
} as const satisfies Record<string, string>;

/** Every open invitation at Arize, how often it was renewed and how many renewals are left. @throws RetryLater, Refused */
export async function readRenewals(connection: Connection): Promise<Found> {
  const { table, identity, config } = connection;
  const rows: Row[] = [];
  await readingArize(
    connection,
    async (calls) => {
      for await (const { users } of pages(calls, { status: ["invited", "expired"] })) {
        const hashes = users.map(({ email }) => identity.person(email));
        const states = await readStates(table, hashes);
        rows.push(...users.map((user, index) => toRow(user, states.get(hashes[index] ?? ""), config)));
      }
    },
    listingMs,
  );
  return { summary: `${rows.length} open invitations`, nothing: "No invitation is open.", rows };
}

function toRow(user: User, state: State | undefined, config: LifecycleConfig): Row {
  const { renewals = 0, invitedAt } = state ?? {};
  const wants = planInvitation(user, state, Date.now(), config)?.wants;
  return {
    person: user.email,
    status: user.status,
    invited: invitedAt ?? user.createdAt?.toISOString(),
    renewed: renewals,
    left: Math.max(0, config.invitations.maxRenewals - renewals),
    "next sweep": wants === "renew" || wants === "remind" || wants === "abandoned" ? next[wants] : "nothing yet",
  };
}
