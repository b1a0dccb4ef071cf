/* The till page: puts its parts together, keeps the focus where it belongs, sends what waits. */
import { startGates } from "./cashier.js";
import { showWelcome } from "./display.js";
import { $ } from "./dom.js";
import { openEnrolment, startEnrolment } from "./enrol.js";
import { keepReceipt, receiptsIn } from "./keeping.js";
import { identify, startMembers } from "./member.js";
import { flush } from "./queue.js";
import { say } from "./result.js";
import { startReturns } from "./returns.js";
import { startSale } from "./sale.js";
import { startScanners } from "./scan.js";
import { drawShift, startShift } from "./shift.js";
import { startSpending } from "./spend.js";
import { state, tell } from "./state.js";
import { t } from "./words.js";

const EVERY_MS = 15_000;

async function start() {
  startMembers({ enrol: openEnrolment });
  startSale();
  startSpending();
  startReturns();
  startEnrolment();
  startShift();
  startScanners((text) => { if (state.shift) identify(text); else if ($("gate-key").hidden === false) $("key").value = text; });
  $("display-button").addEventListener("click", () => window.open("/till/display/", "regulars-display", "popup,width=900,height=600"));
  window.addEventListener("online", sendWaiting);
  window.addEventListener("offline", () => { state.online = false; tell("online"); });
  document.addEventListener("click", keepFocus);
  for (const dialog of document.querySelectorAll("dialog")) dialog.addEventListener("close", () => $("text").focus());
  await takeUpWhatWasLeft();
  await startGates(() => { drawShift(); showWelcome(); sendWaiting(); });
  setInterval(sendWaiting, EVERY_MS);
  if ("serviceWorker" in navigator) await navigator.serviceWorker.register("/till/worker.js", { scope: "/till/" });
}

/** What was being sent when the page went away: by its number it is done once, whatever had come of it. */
async function takeUpWhatWasLeft() {
  for (const receipt of await receiptsIn("waiting")) {
    if (!receipt.offline) await keepReceipt({ ...receipt, offline: true });
  }
}

async function sendWaiting() {
  if (!state.key || !state.shift) return;
  if (await flush()) tell("queue");
}

/** A click beside everything puts the focus back: the next scan or name goes to the one input. */
function keepFocus(event) {
  if (!state.shift || document.querySelector("dialog[open]")) return;
  if (!event.target.closest("button, a, input, select, textarea, label, summary, dialog, [tabindex]:not(main)")) $("text").focus();
}

window.addEventListener("unhandledrejection", () => say("refused", t("fault")));
start();
