/* The purchase: an amount or lines, what they would bring, and taking it. */
import { call, NoNetwork, Problem } from "./api.js";
import { showDone, showQuote } from "./display.js";
import { $, fact, h, icon, shown } from "./dom.js";
import { money, parsedMoney, points, pointsOf } from "./figures.js";
import { keepReceipt } from "./keeping.js";
import { letGo } from "./member.js";
import { sent, written } from "./queue.js";
import { say } from "./result.js";
import { hear, state } from "./state.js";
import { t } from "./words.js";

const PAUSE_MS = 250;
let timer = 0;
let asked = 0; // which quote is the latest
let quoting = null; // the promise of it
export let quoted = null; // { body, answer }

export function startSale() {
  $("amount").addEventListener("input", soon);
  $("amount").addEventListener("keydown", (event) => { if (event.key === "Enter") { event.preventDefault(); take(); } });
  $("add-line").addEventListener("click", addLine);
  $("lines").addEventListener("input", soon);
  $("earn").addEventListener("click", take);
  $("clear").addEventListener("click", () => { clear(); letGo(); $("text").focus(); });
  hear("member", soon);
}

/** The lines as they stand; null where something is missing. */
function lines() {
  const rows = [...$("lines").children];
  if (!rows.length) {
    const amount = parsedMoney($("amount").value);
    return amount && [{ id: "1", sku: "amount", quantity: 1, price_minor: amount }];
  }
  const found = rows.map((row, place) => {
    const [sku, quantity, price] = row.querySelectorAll("input");
    const minor = parsedMoney(price.value);
    const count = quantity.value.trim().replace(",", ".") || "1";
    const sound = minor && /^\d{1,5}(\.\d{1,3})?$/.test(count) && Number(count) > 0;
    return sound ? { id: String(place + 1), sku: sku.value.trim() || "amount", quantity: count, price_minor: minor } : null;
  });
  return found.every(Boolean) ? found : null;
}

/** The receipt as it would be sent now, of the till's own clock; null where it is not whole. */
function receipt() {
  const bought = lines();
  if (!bought) return null;
  const { member } = state;
  const body = { occurred_at: new Date().toISOString(), lines: bought, cashier: state.cashier.code };
  if (member) body.member = member.offline ? member.key : { id: member.id };
  return body;
}

function soon() {
  clearTimeout(timer);
  quoted = null;
  const body = receipt();
  $("earn").disabled = !body;
  shown($("spend"), false);
  if (!body) { draw(null); return; }
  $("earn-text").textContent = t("take", { money: money(total(body)) });
  timer = setTimeout(() => { quoting = quote(body); }, PAUSE_MS);
}

const total = (body) => body.lines.reduce((sum, line) => sum + Math.round(line.price_minor * Number(line.quantity)), 0);

async function quote(body) {
  const number = ++asked;
  if (!state.online) { draw(null); return; }
  try {
    const answer = await call("POST", "/quotes", body);
    if (number !== asked) return;
    quoted = { body, answer };
    draw(answer);
  } catch (refused) {
    if (number !== asked) return;
    draw(null);
    if (refused instanceof Problem) say("refused", refused.message);
  }
}

/** Show a quote that came otherwise, such as a fresh one for one that changed. */
export function adopt(body, answer) {
  asked += 1;
  quoted = { body, answer };
  draw(answer);
}

function draw(answer) {
  shown($("figures"), Boolean(answer));
  shown($("missed"), Boolean(answer?.missed.length));
  if (!answer) $("earn-more").textContent = "";
  if (!answer) return;
  const rows = answer.discounts.map((one) => fact(one.title ?? t("discount"), `−${money(one.amount_minor)}`));
  if (answer.points_minor) rows.push(fact(t("pays", { money: money(answer.points_minor) }), `−${money(answer.points_minor)}`));
  rows.push(fact(t("to_pay"), h("strong", {}, money(answer.left_minor))));
  const earned = pointsOf(answer.earned);
  for (const award of answer.awards) {
    if (award.amount) rows.push(fact(award.reason.text, t("earned_plus", { points: points(award.amount, award.currency) })));
  }
  $("figures").replaceChildren(...rows);
  $("missed").replaceChildren(...answer.missed.slice(0, 3).map((offer) => h("li", {}, offer.text)));
  $("earn-text").textContent = t("take", { money: money(answer.left_minor) });
  $("earn-more").textContent = state.member && earned ? t("earned_plus", { points: earned }) : "";
  shown($("spend"), answer.spendable.some((option) => option.most > 0));
  showQuote(answer, state.member);
}

/** Take the money: commit what was quoted, or keep it for later where there is no network. */
export async function take() {
  clearTimeout(timer);
  const body = receipt();
  if (!body) { say("data", t("data_amount")); $("amount").focus(); return; }
  $("earn").disabled = true;
  const promised = quoted && quoted.answer.member === (state.member?.id ?? null) && Date.parse(quoted.answer.valid_until) > Date.now() + 3000;
  const now = promised ? { ...quoted.body, quote: quoted.answer.quote } : body;
  await finish(now, { total: quoted?.answer.left_minor ?? total(body) });
}

/** Send a receipt and say what became of it. One that spends is sent only while there is a network. */
export async function finish(body, about) {
  const record = await written(body, { total: about.total, who: state.member?.name ?? state.member?.shown ?? "" });
  try {
    const answer = await sent(record, { stays: (problem) => problem.code === "quote.changed" });
    done(answer, record);
  } catch (refused) {
    if (refused instanceof NoNetwork) kept(record, about);
    else if (refused instanceof Problem) await refusedSale(refused, record);
    else throw refused;
  }
}

function done(answer, record) {
  const earned = pointsOf(answer.earned);
  const spent = answer.payments.map((one) => points(one.amount, one.currency)).join(", ");
  let title = earned ? t("done_sale", { points: earned }) : t("done_plain");
  if (spent) title = earned ? t("done_spent", { spent, points: earned }) : t("done_only_spent", { spent });
  finished();
  showDone(answer);
  if (answer.replayed) say("already", t("already"), { text: record.id });
  else say("done", title, { text: [record.who, money(answer.left_minor)].filter(Boolean).join(" · ") });
}

function kept(record, { spends = false }) {
  finished();
  // Whether the points were taken will be known when the network is back: nobody is told «done».
  if (spends) { say("data", t("spend_unknown"), { text: record.id }); return; }
  say("done", t("done_offline"), { text: [record.who, money(record.total)].filter(Boolean).join(" · ") });
}

async function refusedSale(refused, record) {
  if (refused.code !== "quote.changed") {
    $("earn").disabled = false;
    say(refused.status === 422 ? "data" : "refused", refused.message);
    return;
  }
  // Nothing was written under this number: the next try has a new one.
  record.state = "dropped";
  await keepReceipt(record);
  const { quote: token, ...body } = record.body;
  adopt(body, refused.body.quote);
  $("earn").disabled = false;
  say("data", t("changed"), { text: refused.message });
}

function finished() {
  const keep = state.card;
  clear();
  letGo();
  state.card = keep;
  $("text").focus();
}

export function clear() {
  clearTimeout(timer);
  asked += 1;
  quoted = null;
  $("amount").value = "";
  $("lines").replaceChildren();
  shown($("lines"), false);
  shown($("amount-field"), true);
  $("earn").disabled = true;
  $("earn-text").textContent = t("take_plain");
  shown($("spend"), false);
  draw(null);
}

function addLine() {
  const place = $("lines").children.length + 1;
  const field = (name, label, value, mode) => {
    const id = `line-${place}-${name}`;
    return h("div", { className: "field" }, h("label", { htmlFor: id }, label), h("input", { id, value, inputMode: mode, autocomplete: "off", maxLength: 100 }));
  };
  const first = place === 1 ? $("amount").value : "";
  const row = h("div", { className: "till-line" }, field("sku", t("line", { number: place }), "", "text"),
    field("quantity", t("quantity"), "1", "decimal"), field("price", t("price"), first, "decimal"),
    h("button", { type: "button", className: "button button-quiet button-icon", "aria-label": t("remove_line", { number: place }), onclick: () => removeLine(row) }, icon("trash")));
  $("lines").append(row);
  shown($("lines"), true);
  shown($("amount-field"), false);
  row.querySelector("input").focus();
  soon();
}

function removeLine(row) {
  row.remove();
  if (!$("lines").children.length) { shown($("lines"), false); shown($("amount-field"), true); $("amount").focus(); }
  soon();
}
