/* A new member in twenty seconds: a phone or a card, a name, two ticks. */
import { call, fresh, NoNetwork, Problem } from "./api.js";
import { $, closeDialogs, fault, openDialog } from "./dom.js";
import { pointsOf } from "./figures.js";
import { identify } from "./member.js";
import { say } from "./result.js";
import { state } from "./state.js";
import { t } from "./words.js";

let once = "";

export function startEnrolment() {
  $("enrol-button").addEventListener("click", () => openEnrolment({}));
  $("enrol-form").addEventListener("submit", (event) => { event.preventDefault(); enrol(); });
}

/** Open the form with what is known: { phone } or { card }. */
export function openEnrolment(known) {
  if (!state.online) { say("refused", t("no_network_enrol")); return; }
  $("enrol-form").reset();
  $("enrol-phone").value = known.phone ?? "";
  $("enrol-card").value = known.card ?? state.card ?? "";
  fault("enrol-error", "");
  once = fresh();
  openDialog("enrol-dialog");
  (known.phone ? $("enrol-name") : $("enrol-phone")).focus();
}

async function enrol() {
  const value = (id) => $(id).value.trim();
  const body = {
    given_name: value("enrol-name"),
    consents: [...$("enrol-consents").querySelectorAll("input")].map((box) => (
      { purpose: box.dataset.purpose, given: box.checked, text_version: box.dataset.version })),
  };
  for (const name of ["phone", "card", "birthday"]) if (value(`enrol-${name}`)) body[name] = value(`enrol-${name}`);
  if (!body.phone && !body.card) { fault("enrol-error", t("enrol_needs")); $("enrol-phone").focus(); return; }
  try {
    const made = await call("POST", "/members", body, { once });
    closeDialogs();
    state.card = null;
    await identify(body.card ?? body.phone);
    const welcome = pointsOf(made.sign_up ? sums(made.sign_up.awards) : {});
    say("done", t("done_enrol", { name: body.given_name }), { text: welcome ? t("earned_plus", { points: welcome }) : "" });
  } catch (refused) {
    if (!(refused instanceof Problem || refused instanceof NoNetwork)) throw refused;
    // Another body under the same key would be refused: what was mended is a new request.
    once = fresh();
    fault("enrol-error", refused instanceof Problem ? refused.message : t("no_network_enrol"));
  }
}

function sums(awards) {
  const found = {};
  for (const award of awards) found[award.currency] = (found[award.currency] ?? 0) + award.amount;
  return found;
}
