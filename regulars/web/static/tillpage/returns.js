/* Taking goods back: a receipt by its number, which lines and how many. */
import { call, fresh, NoNetwork, Problem } from "./api.js";
import { $, closeDialogs, fault, h, openDialog, shown } from "./dom.js";
import { money, pointsOf } from "./figures.js";
import { keepReceipt } from "./keeping.js";
import { newNumber, sent } from "./queue.js";
import { say } from "./result.js";
import { state } from "./state.js";
import { t } from "./words.js";

let sale = null;

export function startReturns() {
  $("return-button").addEventListener("click", () => openReturn(""));
  $("find-sale").addEventListener("submit", (event) => { event.preventDefault(); find($("return-number").value.trim()); });
  $("return-form").addEventListener("submit", (event) => { event.preventDefault(); takeBack(); });
}

/** Open the dialog; with a number the receipt is looked up at once. */
export function openReturn(number) {
  if (!state.online) { say("refused", t("no_network")); return; }
  sale = null;
  shown($("return-form"), false);
  fault("return-error", "");
  $("return-number").value = number;
  openDialog("return-dialog");
  $("return-number").focus();
  if (number) find(number);
}

async function find(number) {
  fault("return-error", "");
  try {
    sale = await call("GET", `/receipts/${encodeURIComponent(number)}`);
    draw();
  } catch (refused) {
    shown($("return-form"), false);
    if (!(refused instanceof Problem || refused instanceof NoNetwork)) throw refused;
    fault("return-error", refused instanceof Problem ? refused.message : t("no_network"));
  }
}

function draw() {
  $("return-lines").replaceChildren(...sale.lines.map((line, place) => {
    const id = `return-line-${place}`;
    const name = line.sku && line.sku !== "amount" ? line.sku : t("line", { number: line.id });
    return h("div", { className: "row between" },
      h("label", { className: "choice grow", htmlFor: id }, h("input", { type: "checkbox", id, checked: sale.lines.length === 1, value: line.id }), h("span", {}, name)),
      h("span", { className: "num" }, money(line.due_minor)));
  }));
  shown($("return-form"), true);
  $("return-lines").querySelector("input").focus();
}

async function takeBack() {
  const chosen = [...$("return-lines").querySelectorAll("input:checked")].map((box) => box.value);
  if (!chosen.length) { fault("return-error", t("choose_lines")); return; }
  fault("return-error", "");
  const body = { sale: { receipt_id: sale.receipt_id, till: sale.till }, occurred_at: new Date().toISOString() };
  if (chosen.length < sale.lines.length) body.lines = chosen.map((id) => ({ id, quantity: quantityOf(id) }));
  const record = {
    id: newNumber("R"), kind: "return", at: new Date().toISOString(), once: fresh(), shift: state.shift.id,
    cashier: state.cashier.code, state: "waiting", offline: false, body, of: sale.receipt_id, total: 0, who: "",
  };
  await keepReceipt(record);
  try {
    done(await sent(record));
  } catch (refused) {
    if (!(refused instanceof Problem || refused instanceof NoNetwork)) throw refused;
    fault("return-error", refused instanceof Problem ? refused.message : t("return_unknown"));
  }
}

const quantityOf = (id) => sale.lines.find((line) => line.id === id).quantity;

function done(answer) {
  closeDialogs();
  const taken = pointsOf(answer.points_taken_back);
  const given = pointsOf(answer.points_restored);
  const text = [t("refund", { money: money(answer.refund_minor) }), taken && t("taken_back", { points: taken }), given && t("given_back", { points: given })];
  say(answer.replayed ? "already" : "done", t("done_return"), { text: text.filter(Boolean).join(" · ") });
  $("text").focus();
}
