/* The receipts of this shift, their totals, one of them as a slip; and what waits for the network. */
import { endShift } from "./cashier.js";
import { $, closeDialogs, fact, h, icon, openDialog, shown } from "./dom.js";
import { clock, money, pointsOf } from "./figures.js";
import { forgetBefore, keepReceipt, receiptsSince } from "./keeping.js";
import { flush, pending } from "./queue.js";
import { openReturn } from "./returns.js";
import { hear, state } from "./state.js";
import { counted, t } from "./words.js";

const SHOWN_MAX = 30;
const KEPT_FOR_MS = 45 * 24 * 3600 * 1000;
let slipped = null;

export function startShift() {
  hear("receipts", drawReceipts);
  hear("queue", drawQueue);
  hear("online", drawOnline);
  $("shift-button").addEventListener("click", openTotals);
  $("cashier-button").addEventListener("click", openTotals);
  $("shift-close").addEventListener("click", () => { closeDialogs(); endShift(); });
  $("receipt-return").addEventListener("click", () => { closeDialogs(); openReturn(slipped.id); });
  $("receipt-print").addEventListener("click", () => window.print());
  $("queue-button").addEventListener("click", openQueue);
  $("queue-send").addEventListener("click", async () => { await flush(); await openQueue(); });
  drawOnline();
}

/** Draw all of it for a shift that begins or goes on. */
export async function drawShift() {
  await forgetBefore(new Date(Date.now() - KEPT_FOR_MS).toISOString());
  await drawReceipts();
  await drawQueue();
}

async function ofShift() {
  if (!state.shift) return [];
  const all = await receiptsSince(state.shift.opened_at);
  return all.filter((one) => one.shift === state.shift.id && one.state !== "dropped");
}

async function drawReceipts() {
  const receipts = (await ofShift()).reverse().slice(0, SHOWN_MAX);
  $("receipts").replaceChildren(...receipts.map((one) =>
    h("li", {}, h("button", { type: "button", className: "list-row", onclick: () => openSlip(one) }, ...rowOf(one)))));
}

function rowOf(one) {
  const [earned, spent] = movesOf(one);
  const state_ = one.state === "done" ? "" : t(one.state === "refused" ? "queue_refused" : "queue_waits");
  const title = one.kind === "return" ? t("returned_of", { number: one.of }) : one.who || t("nobody");
  return [
    icon(pictureOf(one)),
    h("span", { className: "grow" }, h("span", { className: "truncate" }, title), h("span", {}, [clock(one.at), state_ || one.id].join(" · "))),
    h("span", { className: "till-amounts" }, h("strong", {}, money(amountOf(one))), h("span", { className: "muted sm block" }, [earned && t("earned_plus", { points: earned }), spent && t("spent_minus", { points: spent })].filter(Boolean).join(" "))),
  ];
}

function pictureOf(one) {
  if (one.state === "refused") return "circle-x";
  if (one.state !== "done") return "clock";
  return one.kind === "return" ? "arrow-back-up" : "circle-check";
}

function amountOf(one) {
  if (one.kind === "return") return -(one.answer?.refund_minor ?? 0);
  return one.answer?.left_minor ?? one.total;
}

function movesOf(one) {
  if (!one.answer) return ["", ""];
  if (one.kind === "return") return [pointsOf(one.answer.points_restored), pointsOf(one.answer.points_taken_back)];
  return [pointsOf(one.answer.earned), pointsOf(sum(one.answer.payments, (pay) => [[pay.currency, pay.amount]]))];
}

/** Amounts by currency of many things. */
function sum(things, amounts) {
  const found = {};
  for (const thing of things) for (const [code, n] of amounts(thing)) found[code] = (found[code] ?? 0) + n;
  return found;
}

async function openTotals() {
  const all = await ofShift();
  const sales = all.filter((one) => one.kind === "receipt" && one.state !== "refused");
  const returns = all.filter((one) => one.kind === "return" && one.state === "done");
  const answered = sales.filter((one) => one.answer);
  const money_ = (list) => money(list.reduce((total, one) => total + Math.abs(amountOf(one)), 0));
  const points_ = (list, amounts) => pointsOf(sum(list, amounts)) || "–";
  $("shift-totals").replaceChildren(
    fact(t("since"), clock(state.shift.opened_at)),
    fact(counted("receipts", sales.length), money_(sales)),
    fact(counted("returns", returns.length), money_(returns)),
    fact(t("with_member"), String(sales.filter((one) => one.body.member).length)),
    fact(t("earned_name"), points_(answered, (one) => Object.entries(one.answer.earned))),
    fact(t("spent_name"), points_(answered, (one) => one.answer.payments.map((pay) => [pay.currency, pay.amount]))),
    fact(t("queue_waits"), String(all.filter((one) => one.state === "waiting").length)),
  );
  openDialog("shift-dialog");
}

function openSlip(one) {
  slipped = one;
  const { answer } = one;
  const rows = answer?.lines?.map((line) => h("div", { className: "row" }, h("span", {}, t("line", { number: line.id })), h("span", { className: "num" }, line.due_minor === undefined ? line.quantity : money(line.due_minor)))) ?? [];
  const reasons = answer?.awards?.map((award) => h("div", { className: "row muted sm" }, h("span", {}, award.reason.text))) ?? [];
  const [earned, spent] = movesOf(one);
  const totals = [fact(t("to_pay"), money(amountOf(one))), earned && fact(t("earned_name"), earned), spent && fact(t("spent_name"), spent)];
  $("receipt-slip").replaceChildren(h("div", { className: "till-slip" },
    h("strong", {}, `${state.till.store.title} · ${state.till.till.title}`),
    h("div", { className: "muted sm" }, `${new Date(one.at).toLocaleString(document.documentElement.lang)} · ${one.id}`),
    one.who ? h("div", {}, one.who) : "", ...rows, h("dl", { className: "facts" }, ...totals.filter(Boolean)), ...reasons,
    one.problem ? h("p", { className: "text-bad" }, one.problem.text) : ""));
  shown($("receipt-return"), one.kind === "receipt" && one.state === "done");
  openDialog("receipt-dialog");
}

async function drawQueue() {
  const { waiting, refused } = await pending();
  const count = waiting.length + refused.length;
  shown($("queue-button"), count > 0);
  $("queue-text").textContent = waiting.length ? counted("waiting", waiting.length) : t("queue_refused");
}

async function openQueue() {
  const { waiting, refused } = await pending();
  const row = (one, words, kind) => h("li", {}, h("div", { className: "list-row" }, icon(kind),
    h("span", { className: "grow" }, h("span", {}, one.who || t("nobody")), h("span", {}, `${clock(one.at)} · ${words}`)),
    h("strong", { className: "num" }, money(one.total))));
  $("queue-list").replaceChildren(...waiting.map((one) => row(one, t("queue_waits"), "clock")), ...refused.map((one) => row(one, one.problem.text, "circle-x")));
  if (!waiting.length && !refused.length) $("queue-list").replaceChildren(h("li", {}, h("p", { className: "list-row muted" }, t("queue_done"))));
  openDialog("queue-dialog");
  // What was refused has been read now; it stays in the list of the shift.
  for (const one of refused) await keepReceipt({ ...one, seen: true });
  await drawQueue();
}

function drawOnline() {
  shown($("offline"), !state.online);
  $("offline-text").textContent = t("offline_since");
}
