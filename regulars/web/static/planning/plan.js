/* Sliders and numbers follow each other; a range widens with its number; errors stand beside their fields. */
const form = document.getElementById("assumptions");
const outcome = document.getElementById("outcome");
const comma = document.documentElement.lang === "ru";
let opened = [];

function read(text) {
  return Number(text.replace(/[\s\u00a0]/g, "").replace(",", ".").replace("−", "-"));
}

function write(value) {
  const text = String(Number(value.toPrecision(3)));
  return comma ? text.replace(".", ",") : text;
}

/* A likely value beyond its range takes the end of the range with it. */
function widen(row, value) {
  const [low, high] = ["low", "high"].map((end) => row.querySelector(`[name$=":${end}"]`));
  if (low?.value && value < read(low.value)) low.value = write(value);
  if (high?.value && value > read(high.value)) high.value = write(value);
}

form.addEventListener("input", (event) => {
  const row = event.target.closest("[data-field]");
  if (!row) return;
  if (event.target.dataset.moves) {
    const number = document.getElementById(event.target.dataset.moves);
    number.value = write(Number(event.target.value));
    widen(row, read(number.value));
  } else if (event.target.name.endsWith(":likely")) {
    const slider = row.querySelector("[data-moves]");
    const value = read(event.target.value);
    if (slider && Number.isFinite(value)) slider.value = String(value);
  }
});

/* Tables that were opened stay open when the figures change. */
document.addEventListener("htmx:beforeSwap", (event) => {
  if (event.target !== outcome) return;
  opened = [...outcome.querySelectorAll(".chart details[open]")].map((one) => one.parentElement.querySelector("[data-chart]").id);
});

document.addEventListener("htmx:afterSettle", () => {
  for (const id of opened) {
    const table = document.getElementById(id)?.parentElement.querySelector("details");
    if (table) table.open = true;
  }
  opened = [];
  tellErrors();
});

function tellErrors() {
  for (const old of form.querySelectorAll(".plan-error")) old.remove();
  for (const input of form.querySelectorAll("[aria-invalid]")) {
    input.removeAttribute("aria-invalid");
    input.removeAttribute("aria-describedby");
  }
  for (const told of outcome.querySelectorAll("[data-wrong]")) {
    const name = told.dataset.wrong;
    const input = name && (form.elements[`${name}:likely`] ?? form.elements[name]);
    if (!input) continue;
    const text = document.createElement("div");
    text.className = "plan-error";
    text.id = `${input.id}-error`;
    text.textContent = told.dataset.text;
    input.closest(".plan-row").append(text);
    input.setAttribute("aria-invalid", "true");
    input.setAttribute("aria-describedby", text.id);
  }
}

tellErrors();
