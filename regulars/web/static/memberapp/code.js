/* The code of this half minute, computed here: the same as regulars/core/member_code.py. */
export const PERIOD_S = 30;
const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/** A key that the browser lets us use and never read. */
export function sealedKey(secret) {
  const bytes = Uint8Array.from(atob(secret), (letter) => letter.charCodeAt(0));
  return crypto.subtle.importKey("raw", bytes, { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
}

/** The number of the period that a moment (ms) lies in. */
export const periodOf = (ms) => Math.floor(ms / 1000 / PERIOD_S);

/** What is shown in a period: `RQ1`, the device's tag, 80 bits. */
export async function codeOf(key, tag, period) {
  return `RQ1${tag}${letters(await hmac(key, "shown", period))}`;
}

/** Six digits that agree to a spending in that period. */
export async function digitsOf(key, period) {
  const raw = await hmac(key, "agree", period);
  const number = raw.slice(0, 8).reduce((sum, byte) => (sum << 8n) | BigInt(byte), 0n);
  return String(number % 1_000_000n).padStart(6, "0");
}

async function hmac(key, purpose, period) {
  const head = new TextEncoder().encode(`regulars/member-code\0${purpose}\0`);
  const message = new Uint8Array(head.length + 8);
  message.set(head);
  new DataView(message.buffer).setBigUint64(head.length, BigInt(period));
  return new Uint8Array(await crypto.subtle.sign("HMAC", key, message));
}

function letters(raw) {
  let number = raw.slice(0, 10).reduce((sum, byte) => (sum << 8n) | BigInt(byte), 0n);
  let text = "";
  for (let place = 0; place < 16; place += 1) {
    text = ALPHABET[Number(number & 31n)] + text;
    number >>= 5n;
  }
  return text;
}
