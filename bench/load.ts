import { once } from "node:events";
import { Agent, request } from "node:http";
import { oktaHook, oktaRequest } from "../local/signed-requests.ts";

/** People of whom the events of a load tell in turn: enough for all that are worked side by side. */
const people = 200;
const eventsAHook = 20;
const senders = 4;

/** Sends so many events to the door as Okta does, twenty a hook, each person's in order. @throws Error when one is refused */
export async function sendLoad(door: string, events: number, secret: string): Promise<void> {
  const agent = new Agent({ keepAlive: true, maxSockets: senders });
  const mine = (sender: number) => Array.from({ length: people / senders }, (_, n) => n * senders + sender);
  const send = async (sender: number) => {
    const own = mine(sender);
    for (let sent = 0; sent < events / senders; sent += eventsAHook) {
      const count = Math.min(eventsAHook, events / senders - sent);
      const hook = oktaHook(...Array.from({ length: count }, (_, n) => eventOf(own, sent + n)));
      await sendHook(door, JSON.stringify(hook), secret, agent);
    }
  };
  await Promise.all(Array.from({ length: senders }, (_, sender) => send(sender)));
  agent.destroy();
}

// Each joins, and is then called something else again and again.
function eventOf(own: readonly number[], n: number) {
  const turn = Math.floor(n / own.length);
  const email = `person${own[n % own.length]}@example.com`;
  const eventType = turn === 0 ? "user.lifecycle.activate" : "user.account.update_profile";
  return { eventType, email, name: `Person of turn ${turn}` };
}

/** Sends one hook as Okta does. @throws Error when it is refused */
export async function sendHook(door: string, body: string, secret: string, agent?: Agent): Promise<void> {
  const { path, headers } = oktaRequest({ secret, eventType: "", email: "" });
  const outgoing = request(new URL(path, door), { method: "POST", headers, ...(agent && { agent }) }).end(body);
  const [answer] = await once(outgoing, "response");
  answer.resume();
  await once(answer, "end");
  if (answer.statusCode !== 200) throw new Error(`the door answered ${answer.statusCode}`);
}
