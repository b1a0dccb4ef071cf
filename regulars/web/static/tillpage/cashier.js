/* Who may work here: the till by its key, the cashier by a PIN. Both are asked for once. */
import { call, NoNetwork, Problem } from "./api.js";
import { $, fault, h, shown } from "./dom.js";
import { setSetting, setting } from "./keeping.js";
import { state } from "./state.js";
import { t } from "./words.js";

const ROUNDS = 200_000;
let chosen = null;
let entered = () => {};

/** Ask for what is missing; `ready` is called when a cashier is there. */
export async function startGates(ready) {
  entered = ready;
  $("key-form").addEventListener("submit", (event) => { event.preventDefault(); connect($("key").value.trim()); });
  $("pin-form").addEventListener("submit", (event) => { event.preventDefault(); enter($("pin").value); });
  $("pin-back").addEventListener("click", () => { chosen = null; showCashiers(); });
  $("pin-pad").append(...["1", "2", "3", "4", "5", "6", "7", "8", "9", "", "0", "←"].map(keyOf));
  state.key = await setting("key");
  if (!state.key) { showGate("gate-key"); $("key").focus(); return; }
  state.till = await setting("till");
  await refresh();
  await openShiftAgain();
}

function keyOf(sign) {
  if (!sign) return h("span", {});
  return h("button", {
    type: "button", className: "button", "aria-label": sign === "←" ? t("backspace") : sign,
    onclick: () => { $("pin").value = sign === "←" ? $("pin").value.slice(0, -1) : ($("pin").value + sign).slice(0, 8); },
  }, sign);
}

async function connect(key) {
  fault("key-error", "");
  try {
    state.till = await call("GET", "/till", undefined, { key });
  } catch (refused) {
    const isKey = refused instanceof Problem && [401, 403].includes(refused.status);
    fault("key-error", isKey ? t("key_refused") : refused instanceof Problem ? refused.message : t("no_answer"));
    return;
  }
  state.key = key;
  $("key").value = "";
  await setSetting("key", key);
  await setSetting("till", state.till);
  await refresh();
  showCashiers();
}

/** Ask anew what the programme calls things, and who works here. */
async function refresh() {
  try {
    state.till = await call("GET", "/till");
    await setSetting("till", state.till);
    await setSetting("cashiers", (await call("GET", "/cashiers")).cashiers);
  } catch (refused) {
    if (refused instanceof Problem && refused.status === 401) {
      state.key = null;
      await setSetting("key", null);
      location.reload();
    }
    if (!(refused instanceof NoNetwork || refused instanceof Problem)) throw refused;
  }
}

async function openShiftAgain() {
  const shift = await setting("shift");
  if (shift) begin(shift);
  else showCashiers();
}

export async function showCashiers() {
  const known = (await setting("cashiers")) ?? [];
  $("where").textContent = t("till_of", { store: state.till.store.title, till: state.till.till.title });
  shown($("pin-form"), false);
  shown($("cashiers"), true);
  // A store that keeps no cashiers trusts whoever holds the till's key.
  const people = known.length ? known : [{ code: "", name: t("without_cashier") }];
  $("cashiers").replaceChildren(...people.map((one) =>
    h("button", { type: "button", className: "button", onclick: () => choose(one) }, one.name)));
  showGate("gate-cashier");
  $("cashiers").firstElementChild.focus();
}

function choose(cashier) {
  if (!cashier.code) { open(cashier); return; }
  chosen = cashier;
  $("pin-label").textContent = t("pin_for", { name: cashier.name });
  $("pin").value = "";
  fault("pin-error", "");
  shown($("cashiers"), false);
  shown($("pin-form"), true);
  $("pin").focus();
}

async function enter(pin) {
  fault("pin-error", "");
  try {
    const cashier = await call("POST", "/cashiers/enter", { cashier: chosen.code, pin });
    await remember(cashier.code, pin);
    await open(cashier);
  } catch (refused) {
    if (refused instanceof NoNetwork) {
      if (await remembered(chosen.code, pin)) await open(chosen);
      else fault("pin-error", t("pin_offline"));
    } else if (refused instanceof Problem) fault("pin-error", refused.message);
    else throw refused;
    $("pin").value = "";
    $("pin").focus();
  }
}

async function open(cashier) {
  const shift = { id: crypto.randomUUID(), cashier, opened_at: new Date().toISOString() };
  await setSetting("shift", shift);
  begin(shift);
}

function begin(shift) {
  state.shift = shift;
  state.cashier = shift.cashier;
  $("where").textContent = t("till_of", { store: state.till.store.title, till: state.till.till.title });
  $("cashier-name").textContent = shift.cashier.name;
  shown($("cashier-button"), true);
  shown($("display-button"), true);
  showGate("");
  shown($("work"), true);
  $("text").focus();
  entered();
}

/** The shift is over: the next cashier is asked for. */
export async function endShift() {
  await setSetting("shift", null);
  state.shift = state.cashier = null;
  shown($("work"), false);
  shown($("cashier-button"), false);
  shown($("display-button"), false);
  await refresh();
  await showCashiers();
}

function showGate(id) {
  for (const gate of ["gate-key", "gate-cashier"]) shown($(gate), gate === id);
  if (id) shown($("work"), false);
}

/* A PIN is kept only as what it takes long to try out: for entering without a network, on the device
   where the cashier has entered before. */
async function remember(code, pin) {
  const salt = crypto.getRandomValues(new Uint8Array(16));
  await setSetting(`pin ${code}`, { salt, derived: await derived(pin, salt), tries: 0 });
}

async function remembered(code, pin) {
  const kept = await setting(`pin ${code}`);
  if (!kept || kept.tries >= 5) return false;
  const same = (await derived(pin, kept.salt)).every((byte, place) => byte === kept.derived[place]);
  await setSetting(`pin ${code}`, { ...kept, tries: same ? 0 : kept.tries + 1 });
  return same;
}

async function derived(pin, salt) {
  const base = await crypto.subtle.importKey("raw", new TextEncoder().encode(pin), "PBKDF2", false, ["deriveBits"]);
  return new Uint8Array(await crypto.subtle.deriveBits({ name: "PBKDF2", hash: "SHA-256", salt, iterations: ROUNDS }, base, 256));
}
