/* Who stands at the till: found by whatever was scanned or typed, shown as a strip. */
import { call, fresh, NoNetwork, Problem } from "./api.js";
import { showMember, showWelcome } from "./display.js";
import { $, h, icon, shown } from "./dom.js";
import { money, points, tierTitle } from "./figures.js";
import { quiet, say } from "./result.js";
import { state, tell } from "./state.js";
import { t } from "./words.js";

const AGREED_FOR_MS = 5 * 60 * 1000;
const CODE = /^RQ1[A-Z2-7]{32}$/i;
let ask = () => {};

/** `enrol(known)` opens the form for somebody new. */
export function startMembers({ enrol }) {
  ask = enrol;
  $("ask").addEventListener("submit", (event) => {
    event.preventDefault();
    const text = $("text").value.trim();
    if (text) identify(text);
  });
}

/** Find out who `text` means; says what it found. */
export async function identify(text) {
  $("text").value = "";
  shown($("candidates"), false);
  quiet();
  try {
    const found = await call("POST", "/identify", { text });
    if (found.member) take(found.member, found.by);
    else choose(found.candidates);
  } catch (refused) {
    if (refused instanceof NoNetwork) offline(text);
    else if (refused instanceof Problem) refuse(refused, text);
    else throw refused;
  }
}

async function identifyById(id) {
  shown($("candidates"), false);
  try {
    const found = await call("POST", "/identify", { member: { id } });
    take(found.member, found.by);
  } catch (refused) {
    say("refused", refused instanceof Problem ? refused.message : t("no_network"));
  }
}

function take(member, by) {
  state.member = member;
  state.agreedUntil = by === "code" ? Date.now() + AGREED_FOR_MS : 0;
  showMember(member);
  strip();
  tell("member");
  $("amount").focus();
}

function offline(text) {
  const plain = text.replace(/[\s().-]/g, "");
  if (CODE.test(text)) return say("refused", t("no_network_code"));
  const phone = /^(\+\d{7,15}|[78]9\d{9}|9\d{9})$/.test(plain);
  if (!phone && !/^[0-9A-Z]{4,32}$/i.test(plain)) return say("refused", t("unknown_offline"));
  state.member = { offline: true, key: phone ? { phone: plain } : { card: plain }, shown: `•••${plain.slice(-4)}` };
  state.agreedUntil = 0;
  strip();
  tell("member");
  return $("amount").focus();
}

function refuse(refused, text) {
  const isPhone = /^[+\d][\d\s().-]{6,}$/.test(text);
  if (refused.code === "card.not_activated") {
    state.card = text;
    const actions = [{ text: t("enrol_action"), does: () => ask({ card: text }) }];
    if (state.member && !state.member.offline) actions.push({ text: t("give_action"), does: giveCard });
    return say("data", t("data_card"), { actions });
  }
  if (refused.status === 404 && !CODE.test(text)) {
    const known = isPhone ? { phone: text } : {};
    return say("data", t("data_member"), { actions: [{ text: t("enrol_action"), does: () => ask(known) }] });
  }
  return say(refused.status === 409 && refused.code === "member_code.used" ? "already" : "refused", refused.message);
}

function choose(candidates) {
  say("data", t("data_several"));
  $("candidates").replaceChildren(...candidates.map((one) =>
    h("button", { type: "button", className: "list-row", onclick: () => { quiet(); identifyById(one.id); } },
      icon("user"), h("span", { className: "grow" }, h("span", {}, one.name || t("no_name")), h("span", {}, one.contact)))));
  shown($("candidates"), true);
  $("candidates").firstElementChild?.focus();
}

/** Give the scanned card, which is nobody's, to the member who is here. */
async function giveCard() {
  const card = state.card;
  try {
    await call("POST", `/members/${state.member.id}/cards`, { card }, { once: fresh() });
    state.card = null;
    say("done", t("done_card"));
  } catch (refused) {
    say("refused", refused instanceof Problem ? refused.message : t("no_network"));
  }
  strip();
}

/** Nobody is at the till any more. */
export function letGo() {
  state.member = null;
  state.agreedUntil = 0;
  state.card = null;
  shown($("candidates"), false);
  showWelcome();
  strip();
  tell("member");
}

/** Draw the strip anew. */
export function strip() {
  const { member } = state;
  const place = $("member");
  shown(place, Boolean(member));
  if (!member) return;
  if (member.offline) {
    place.replaceChildren(h("div", { className: "grow" }, h("div", { className: "name" }, member.shown),
      h("div", { className: "muted" }, t("unverified", { text: Object.keys(member.key)[0] === "card" ? t("kind_card") : t("kind_phone") }))), closing());
    return;
  }
  const about = [member.tier ? h("span", { className: "badge badge-accent" }, tierTitle(member.tier)) : "",
    member.is_staff ? h("span", { className: "badge badge-warn" }, t("staff")) : ""];
  const more = member.next_tier && member.missing_to_next_tier
    ? t("next_tier", { money: money(member.missing_to_next_tier), tier: tierTitle(member.next_tier) }) : member.contact;
  const held = member.spendable.filter((one, place) => one.balance || member.spendable.length === 1 || (!place && member.spendable.every(({ balance }) => !balance)));
  const pays = held.map((one) => h("div", { className: "member-figure" },
    t("spendable", { points: points(one.balance, one.currency), money: money(one.worth_minor) })));
  const below = member.spendable.some((one) => one.balance < 0);
  const card = state.card
    ? h("button", { type: "button", className: "button", onclick: giveCard }, t("give_card", { card: `•••${state.card.slice(-4)}` })) : "";
  place.replaceChildren(
    h("div", { className: "grow" }, h("div", { className: "row" }, h("span", { className: "name" }, member.name || t("no_name")), ...about),
      h("div", { className: "muted sm" }, more)),
    h("div", {}, ...pays, below ? h("div", { className: "text-bad sm" }, t("negative")) : ""), card, closing());
}

function closing() {
  return h("button", { type: "button", className: "button button-quiet button-icon", "aria-label": t("let_go"), onclick: () => { letGo(); $("text").focus(); } }, icon("x"));
}
