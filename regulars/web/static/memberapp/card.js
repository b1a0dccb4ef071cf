/* The card at the till: a code that changes, drawn on the device; a screen that stays on. */
import encodeQR from "../vendor/qr.js";
import { codeOf, digitsOf, PERIOD_S, periodOf, sealedKey } from "./code.js";
import { keep, kept } from "./keeping.js";

const dialog = document.getElementById("code-dialog");
const words = JSON.parse(document.getElementById("words")?.textContent ?? "{}");
let timer = 0;
let shown = -1;
let light = null;
let ahead = 0; // of the server's clock before ours, in ms

/** Get ready to show codes, and show them while the dialog is open. */
export async function startCard() {
  if (!dialog) return;
  ahead = (await kept("ahead").catch(() => 0)) ?? 0;
  new MutationObserver(() => { if (dialog.open) begin(); else end(); }).observe(dialog, { attributeFilter: ["open"] });
  await device().catch(() => null);
}

/** The server's clock, as an answer told it. */
export async function setClock(date) {
  const told = Date.parse(date ?? "");
  if (!told) return;
  ahead = Math.abs(told - Date.now()) < 2000 ? 0 : told - Date.now();
  await keep("ahead", ahead);
}

/** What codes are computed from: kept here, else asked for once. */
async function device() {
  const { member } = dialog.dataset;
  const known = await kept("device");
  if (known?.member === member) return known;
  if (!crypto.subtle) return null;
  const answer = await fetch(dialog.dataset.device, {
    method: "POST", headers: { "X-CSRFToken": document.querySelector("meta[name=csrf]").content, Accept: "application/json" },
  });
  if (!answer.ok) return null;
  const told = await answer.json();
  const made = { member, tag: told.tag, key: await sealedKey(told.secret) };
  await keep("device", made);
  return made;
}

async function begin() {
  shown = -1;
  light = await navigator.wakeLock?.request("screen").catch(() => null);
  const own = await device().catch(() => null);
  if (!dialog.open) return;
  if (!own) {
    document.getElementById("code-about").textContent = crypto.subtle ? words.not_yet : words.no_codes;
    return;
  }
  clearInterval(timer);
  timer = setInterval(() => tick(own), 500);
  await tick(own);
}

async function tick(own) {
  const now = Date.now() + ahead;
  const period = periodOf(now);
  document.getElementById("code-left").value = PERIOD_S - Math.floor((now / 1000) % PERIOD_S);
  if (period === shown) return;
  shown = period;
  draw(await codeOf(own.key, own.tag, period));
  const digits = await digitsOf(own.key, period);
  document.getElementById("code-digits").textContent = digits;
}

function draw(code) {
  const rows = encodeQR(code, "raw", { ecc: "medium", border: 2 });
  const canvas = document.getElementById("code");
  const side = Math.floor(canvas.width / rows.length);
  const start = Math.floor((canvas.width - side * rows.length) / 2);
  const pen = canvas.getContext("2d");
  pen.fillStyle = "#fff";
  pen.fillRect(0, 0, canvas.width, canvas.height);
  pen.fillStyle = "#000";
  for (const [y, row] of rows.entries()) {
    for (const [x, dark] of row.entries()) if (dark) pen.fillRect(start + x * side, start + y * side, side, side);
  }
  canvas.hidden = false;
  canvas.setAttribute("aria-label", words.code_label);
  canvas.dataset.code = code;
}

function end() {
  clearInterval(timer);
  light?.release();
  light = null;
}
