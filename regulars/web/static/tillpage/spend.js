/* Paying with points: how many, and the member's word for it. */
import { call, fresh, NoNetwork, Problem } from "./api.js";
import { $, closeDialogs, fault, openDialog, shown } from "./dom.js";
import { money, parsedPoints, points, typed } from "./figures.js";
import { adopt, finish, quoted } from "./sale.js";
import { state } from "./state.js";
import { t } from "./words.js";

const AGREED_FOR_MS = 5 * 60 * 1000;
let option = null;

export function startSpending() {
  $("spend").addEventListener("click", openSpending);
  $("spend-form").addEventListener("submit", (event) => { event.preventDefault(); spend(); });
}

function openSpending() {
  option = quoted?.answer.spendable.find((one) => one.most > 0) ?? null;
  if (!option) return;
  const agreed = Date.now() < state.agreedUntil;
  $("spend-most").textContent = t("spend_most", { points: points(option.most, option.currency), money: money(option.worth_minor) });
  $("spend-amount").value = typed(option.most, option.currency);
  $("spend-digits").value = "";
  $("spend-digits").required = !agreed;
  shown($("spend-digits-field"), !agreed);
  shown($("spend-confirmed"), agreed);
  $("spend-confirmed").textContent = t("spend_confirmed");
  fault("spend-error", "");
  openDialog("spend-dialog");
  (agreed ? $("spend-amount") : $("spend-digits")).focus();
}

async function spend() {
  const amount = parsedPoints($("spend-amount").value, option.currency);
  if (!amount || amount > option.most || amount < option.least) { fault("spend-error", t("amount_wrong")); return; }
  try {
    if (Date.now() >= state.agreedUntil) {
      await call("POST", `/members/${state.member.id}/agreement`, { digits: $("spend-digits").value.trim() });
      state.agreedUntil = Date.now() + AGREED_FOR_MS;
    }
    const body = { ...quoted.body, occurred_at: new Date().toISOString(), pay: { [option.currency]: amount }, hold: true };
    const answer = await call("POST", "/quotes", body, { once: fresh() });
    const { pay, hold, ...bought } = body;
    adopt(bought, answer);
    closeDialogs();
    await finish({ ...bought, quote: answer.quote }, { total: answer.left_minor, spends: true });
  } catch (refused) {
    if (!(refused instanceof Problem || refused instanceof NoNetwork)) throw refused;
    fault("spend-error", refused instanceof Problem ? refused.message : t("no_network"));
  }
}
