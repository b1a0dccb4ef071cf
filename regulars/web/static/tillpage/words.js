/* Sentences of the page in the visitor's language, with their gaps filled. */
const texts = JSON.parse(document.getElementById("words").textContent);
export const language = document.documentElement.lang || "en";
const rules = new Intl.PluralRules(language);
const forms = language === "ru" ? { one: 0, few: 1, many: 2, other: 1 } : { one: 0, other: 1 };

/** The sentence called `name`; gaps are %(gap)s. */
export function t(name, gaps = {}) {
  return filled(texts[name], gaps);
}

/** «3 receipts»: the form that `number` takes; `shown` stands for it in the sentence. */
export function counted(name, number, shown = new Intl.NumberFormat(language).format(number)) {
  return filled(texts[name][forms[rules.select(Math.abs(number))] ?? 1], { count: shown });
}

function filled(text, gaps) {
  return text.replace(/%\((\w+)\)s/g, (whole, gap) => String(gaps[gap] ?? ""));
}
