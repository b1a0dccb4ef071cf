/* What the customer's window shows: sent to it, nothing else of this page is seen there. */
import { points, pointsOf, money } from "./figures.js";
import { t } from "./words.js";

const channel = new BroadcastChannel("regulars-till-display");
let last = { hello: t("welcome"), figure: "", more: "" };

function show(told) {
  last = { hello: "", figure: "", more: "", ...told };
  channel.postMessage(last);
}

channel.addEventListener("message", (event) => { if (event.data === "what") channel.postMessage(last); });

export const showWelcome = () => show({ hello: t("welcome") });

export function showMember(member) {
  const pays = member.spendable?.[0];
  show({
    hello: member.name ? t("hello", { name: member.name.split(" ")[0] }) : t("welcome"),
    more: pays ? t("balance", { points: points(pays.balance, pays.currency) }) : "",
  });
}

export function showQuote(quote, member) {
  const earned = pointsOf(quote.earned_if_nothing_spent);
  show({
    hello: member?.name ? t("hello", { name: member.name.split(" ")[0] }) : t("to_pay"),
    figure: money(quote.left_minor ?? quote.due_minor),
    more: earned && member ? t("will_earn", { points: earned }) : "",
  });
}

export function showDone(answer) {
  const earned = pointsOf(answer.earned);
  show({ hello: t("thanks"), figure: earned ? t("earned_plus", { points: earned }) : "", more: earned ? t("earned_display", { points: earned }) : "" });
}
