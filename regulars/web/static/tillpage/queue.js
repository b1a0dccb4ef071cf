/* Receipts are written down here before they are sent, so that none is lost or done twice. */
import { call, fresh, NoNetwork, Problem } from "./api.js";
import { keepReceipt, receiptsIn } from "./keeping.js";
import { state, tell } from "./state.js";

const AT_ONCE = 100;
const PATIENCE_MS = 60_000; // nobody stands and waits for a batch
let busy = null;

/** A number that no other receipt of this till has. */
export function newNumber(prefix) {
  const now = new Date();
  const two = (number) => String(number).padStart(2, "0");
  const day = `${now.getFullYear()}${two(now.getMonth() + 1)}${two(now.getDate())}`;
  const letters = Array.from(crypto.getRandomValues(new Uint8Array(3)), (n) => "abcdefghjkmnpqrstuvwxyz23456789"[n % 31]).join("");
  return `${prefix}${day}-${two(now.getHours())}${two(now.getMinutes())}${two(now.getSeconds())}-${letters}`;
}

/** A receipt to be sent, written down. `offline` says that it was taken without a network. */
export async function written(body, about) {
  const receipt = {
    id: newNumber(""), kind: "receipt", at: new Date().toISOString(), once: fresh(), shift: state.shift.id,
    cashier: state.cashier.code, state: "waiting", offline: false, body, ...about,
  };
  await keepReceipt(receipt);
  return receipt;
}

/** Send one now. Throws NoNetwork (it waits then) and Problem (it is refused, or `stays` for another try). */
export async function sent(receipt, { stays = () => false } = {}) {
  try {
    const path = receipt.kind === "return" ? "returns" : "receipts";
    const answer = await call("PUT", `/${path}/${receipt.id}`, receipt.body, { once: receipt.once });
    await settled(receipt, answer);
    return answer;
  } catch (refused) {
    if (refused instanceof NoNetwork) {
      receipt.offline = true;
      await keepReceipt(receipt);
      tell("queue");
    } else if (refused instanceof Problem && !stays(refused)) {
      await refuse(receipt, refused);
    }
    throw refused;
  }
}

async function settled(receipt, answer) {
  receipt.state = "done";
  receipt.answer = answer;
  // Whose it was is in the books now: a card or phone has no business on the device any more.
  if (receipt.body.member && !receipt.body.member.id) receipt.body = { ...receipt.body, member: {} };
  await keepReceipt(receipt);
  tell("receipts");
  tell("queue");
}

async function refuse(receipt, problem) {
  receipt.state = "refused";
  receipt.problem = { code: problem.code, text: problem.message };
  await keepReceipt(receipt);
  tell("receipts");
  tell("queue");
}

/** Send all that waits, in its order; whether nothing waits any more. */
export function flush() {
  busy ??= sendAll().finally(() => { busy = null; });
  return busy;
}

async function sendAll() {
  const waiting = (await receiptsIn("waiting")).filter((one) => one.offline).sort((a, b) => a.at.localeCompare(b.at));
  for (let start = 0; start < waiting.length; start += AT_ONCE) {
    const part = waiting.slice(start, start + AT_ONCE);
    const items = part.map((one) => ({ kind: one.kind, [`${one.kind}_id`]: one.id, ...one.body }));
    let told;
    try {
      told = await call("POST", "/receipts/batch", { items }, { once: `batch-${part[0].id}-${part.length}`, patience: PATIENCE_MS });
    } catch (failed) {
      if (failed instanceof NoNetwork) return false;
      throw failed;
    }
    for (const [place, item] of told.items.entries()) {
      const receipt = part[place];
      if (item.answer) await settled(receipt, { ...item.answer, replayed: item.replayed });
      else if (![429, 500, 503].includes(item.status)) {
        await refuse(receipt, { code: item.problem.code, message: item.problem.detail });
      }
    }
  }
  return true;
}

/** Of all that was ever taken without a network here: what still waits, and what was refused. */
export async function pending() {
  const waiting = (await receiptsIn("waiting")).filter((one) => one.offline);
  const refused = (await receiptsIn("refused")).filter((one) => one.offline && !one.seen);
  return { waiting, refused };
}
