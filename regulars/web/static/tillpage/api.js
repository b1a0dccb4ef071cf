/* Talking to /till/v1 as this till. */
import { state, tell } from "./state.js";
import { language } from "./words.js";

const PATIENCE_MS = 8000;

/** What the API refused, with its code and sentence. */
export class Problem extends Error {
  constructor(status, body) {
    super(body?.detail ?? `HTTP ${status}`);
    this.status = status;
    this.code = body?.code ?? "";
    this.body = body ?? {};
  }
}

/** Nobody answered: whether it was done is not known. */
export class NoNetwork extends Error {}

/** An answer's body. `once` is the idempotency key of what has an effect. Throws Problem, NoNetwork. */
export async function call(method, path, body, { once, key = state.key, patience = PATIENCE_MS } = {}) {
  const headers = { Authorization: `Bearer ${key}`, "Accept-Language": language };
  if (body !== undefined) headers["Content-Type"] = "application/json";
  if (once) headers["Idempotency-Key"] = once;
  let answer;
  try {
    answer = await fetch(`/till/v1${path}`, {
      method, headers, body: body === undefined ? undefined : JSON.stringify(body),
      signal: AbortSignal.timeout(patience), cache: "no-store", credentials: "omit",
    });
  } catch {
    online(false);
    throw new NoNetwork();
  }
  if ([502, 503, 504].includes(answer.status)) {
    online(false);
    throw new NoNetwork();
  }
  online(true);
  const told = await answer.json().catch(() => null);
  if (!answer.ok) throw new Problem(answer.status, told);
  return { ...told, replayed: answer.headers.get("Idempotent-Replayed") === "true" };
}

function online(is) {
  if (state.online === is) return;
  state.online = is;
  tell("online", is);
}

/** A key for something that is to be done once. */
export function fresh() {
  return crypto.randomUUID();
}
