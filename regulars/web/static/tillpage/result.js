/* The full-width word on what became of it: green, amber, purple or red; it clears itself. */
import { $, h, icon } from "./dom.js";

const PICTURES = { done: "circle-check", already: "history", data: "edit", refused: "circle-x" };
const LASTS_MS = { done: 7000, already: 9000, data: 60000, refused: 20000 };
let timer = 0;

/** Show `title`, with a smaller text and buttons ({ text, does }). */
export function say(kind, title, { text = "", actions = [] } = {}) {
  clearTimeout(timer);
  const buttons = actions.map(({ text: label, does }) =>
    h("button", { type: "button", className: "button button-lg", onclick: () => { quiet(); does(); } }, label));
  $("result").replaceChildren(h("div", { className: `result result-${kind}`, role: kind === "refused" ? "alert" : "status" },
    icon(PICTURES[kind]), h("div", {}, h("div", {}, title), text ? h("small", {}, text) : ""),
    buttons.length ? h("div", { className: "buttons" }, ...buttons) : ""));
  $("result").scrollIntoView({ block: "nearest" });
  timer = setTimeout(quiet, LASTS_MS[kind]);
}

export function quiet() {
  clearTimeout(timer);
  $("result").replaceChildren();
}
