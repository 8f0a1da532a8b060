/**
 * Keeps a page up to date: when the server says that something changed, the page is fetched again and what differs in its
 * `data-live` regions takes the place of what was there. Without this module the pages work all the same, by reloading.
 */

const pulse = document.querySelector("#pulse");
const clock = new Intl.DateTimeFormat("en-GB", { timeStyle: "medium" });

/** @param {string} text */
function say(text) {
  if (pulse !== null) pulse.textContent = text;
}

/**
 * Whether somebody is at work in a region, so that it must be left alone for now: typing, ticking, reading what they opened.
 * @param {Element} region
 */
function isBusy(region) {
  if (region.contains(document.activeElement) || region.querySelector("details[open]") !== null) return true;
  const selection = document.getSelection();
  if (selection !== null && !selection.isCollapsed && region.contains(selection.anchorNode)) return true;
  return [...region.querySelectorAll("input")].some(
    (input) => input.checked !== input.defaultChecked || input.value !== input.defaultValue,
  );
}

/**
 * Lets numbers that moved be seen.
 * @param {Element} region
 * @param {Map<string, string | null>} before
 */
function showMoves(region, before) {
  for (const number of region.querySelectorAll("[data-count]")) {
    const known = before.get(number.getAttribute("data-count") ?? "");
    if (known !== undefined && known !== number.textContent) number.classList.add("moved");
  }
}

/**
 * @param {Element} region
 * @param {Element} next
 */
function replace(region, next) {
  if (region.innerHTML === next.innerHTML || isBusy(region)) return;
  const counts = [...region.querySelectorAll("[data-count]")];
  const before = new Map(counts.map((number) => [number.getAttribute("data-count") ?? "", number.textContent]));
  region.replaceChildren(...next.childNodes);
  showMoves(region, before);
}

async function refresh() {
  const response = await fetch(location.href, { headers: { accept: "text/html" } });
  if (!response.ok) throw new Error(`answered ${response.status}`);
  const page = new DOMParser().parseFromString(await response.text(), "text/html");
  for (const region of document.querySelectorAll("[data-live]")) {
    const next = page.getElementById(region.id);
    if (next !== null) replace(region, next);
  }
  say(`Live, updated ${clock.format(new Date())}`);
}

let isRunning = false;
let isWanted = false;

/** One after the other; however many changes come meanwhile, one more suffices. */
async function refreshSoon() {
  isWanted = true;
  if (isRunning) return;
  isRunning = true;
  while (isWanted) {
    isWanted = false;
    await refresh().catch(() => say("No connection to the console"));
    await new Promise((resolve) => setTimeout(resolve, 300));
  }
  isRunning = false;
}

const from = document.body.getAttribute("data-live-from");
if (from !== null) {
  const events = new EventSource(from);
  events.addEventListener("change", refreshSoon);
  events.addEventListener("error", () => say("No connection to the console; trying again"));
  // A page that is left must not keep its connection: browsers have six for a host.
  addEventListener("pagehide", () => events.close());
  addEventListener("pageshow", (event) => event.persisted && location.reload());
}
