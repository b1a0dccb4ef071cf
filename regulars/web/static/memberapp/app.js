/* The member app: fresh figures as they come, the card, working offline. */
import { setClock, startCard } from "./card.js";

const CALM_MS = 5000;
const EAGER_MS = 1000; // while the card is being shown somebody is at a till
const place = document.getElementById("fresh");
let timer = 0;

async function look() {
  clearTimeout(timer);
  if (document.visibilityState === "visible") await ask().catch(() => offline(true));
  timer = setTimeout(look, document.querySelector("#code-dialog[open]") ? EAGER_MS : CALM_MS);
}

async function ask() {
  const answer = await fetch(place.dataset.url, {
    headers: { "If-None-Match": place.dataset.etag, Accept: "text/html", "HX-Request": "true" }, cache: "no-store", signal: AbortSignal.timeout(8000),
  });
  offline(false);
  await setClock(answer.headers.get("Date"));
  if (answer.status === 401) { location.reload(); return; }
  if (answer.status !== 200) return;
  const before = document.getElementById("balance")?.textContent;
  const last = newest();
  const had = place.contains(document.activeElement) && document.activeElement.id;
  place.dataset.etag = answer.headers.get("ETag") ?? "";
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  place.replaceChildren(...page.body.childNodes);
  if (had) document.getElementById(had)?.focus();
  const now = document.getElementById("balance");
  if (now && before !== undefined && now.textContent !== before) {
    now.classList.add("app-changed");
  }
  // What the till has just booked may ripen later: then the balance stays, and the list tells.
  if (newest() !== last) document.querySelector("#code-dialog[open]")?.close();
}

const newest = () => place.querySelector(".timeline > li")?.textContent ?? "";

function offline(is) {
  const badge = document.getElementById("offline");
  if (!badge || badge.hidden === !is) return;
  badge.hidden = !is;
  if (!is) return;
  const words = JSON.parse(document.getElementById("words").textContent);
  const time = new Intl.DateTimeFormat(document.documentElement.lang, { dateStyle: "medium", timeStyle: "short" }).format(new Date(document.lastModified));
  document.getElementById("offline-text").textContent = words.offline.replace("%(time)s", time);
}

async function start() {
  await startCard();
  if (place) {
    document.addEventListener("visibilitychange", look);
    window.addEventListener("offline", () => offline(true));
    window.addEventListener("online", look);
    new MutationObserver(look).observe(document.getElementById("code-dialog"), { attributeFilter: ["open"] });
    await look();
  }
  if ("serviceWorker" in navigator) await navigator.serviceWorker.register("/app/worker.js", { scope: "/app/" });
}

start();
