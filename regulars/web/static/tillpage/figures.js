/* Money and points as people read and type them. All amounts are whole minor units. */
import { state } from "./state.js";
import { counted, language } from "./words.js";

const scaleOf = (currency) => state.till.units.currencies[currency] ?? 0;

export function money(minor) {
  const { code, scale } = state.till.units.money;
  const whole = minor % 10 ** scale === 0;
  return new Intl.NumberFormat(language, {
    style: "currency", currency: code, currencyDisplay: "narrowSymbol",
    minimumFractionDigits: whole ? 0 : scale, maximumFractionDigits: scale,
  }).format(minor / 10 ** scale);
}

export function points(minor, currency = mainCurrency()) {
  const value = minor / 10 ** scaleOf(currency);
  const said = new Intl.NumberFormat(language).format(value);
  if (currency === "points" || state.till.currencies.length === 1) return counted("points", value, said);
  const title = state.till.currencies.find((one) => one.code === currency)?.title ?? currency;
  return `${said} · ${title}`;
}

/** «25 points, 3 stamps» of amounts by currency; "" of none. */
export function pointsOf(amounts) {
  return Object.entries(amounts ?? {}).filter(([, n]) => n).map(([code, n]) => points(n, code)).join(", ");
}

/** The currency that pays, else the first. */
export function mainCurrency() {
  const known = state.till.currencies;
  const first = known.find((one) => one.code === "points") ?? known.find((one) => one.pays) ?? known[0];
  return first?.code ?? "points";
}

export const tierTitle = (code) => state.till.tiers.find((tier) => tier.code === code)?.title ?? code;
export const parsedMoney = (text) => parsed(text, state.till.units.money.scale);
export const parsedPoints = (text, currency) => parsed(text, scaleOf(currency));

/** Minor units of «1 234,50», null for what is no amount above nothing. */
function parsed(text, scale) {
  const plain = text.replace(/[\s\u00a0\u202f'’]/g, "").replace(",", ".");
  if (!/^\d{1,9}(\.\d{1,4})?$/.test(plain)) return null;
  const [whole, rest = ""] = plain.split(".");
  if (rest.length > scale && Number(rest.slice(scale))) return null;
  const minor = Number(whole) * 10 ** scale + Number(rest.slice(0, scale).padEnd(scale, "0") || 0);
  return minor > 0 ? minor : null;
}

/** Minor units for an input: «1234,5». */
export function typed(minor, currency) {
  const scale = scaleOf(currency);
  return new Intl.NumberFormat(language, { useGrouping: false, maximumFractionDigits: scale }).format(minor / 10 ** scale);
}

export function clock(at) {
  return new Intl.DateTimeFormat(language, { hour: "2-digit", minute: "2-digit" }).format(new Date(at));
}
