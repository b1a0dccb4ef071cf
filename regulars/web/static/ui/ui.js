/* Behaviour that every page has: dialogs, menus, tabs, toasts, typed confirmation, forms sent once.
   Pages ask for it by data attributes; nothing here knows a page. */
import { startCharts } from "./charts.js";

const busyClass = "aria-busy";

/** Open the dialog or drawer with this id. */
export function open(id) {
  const dialog = document.getElementById(id);
  if (dialog && !dialog.open) {
    dialog.showModal();
    const first = dialog.querySelector("[autofocus], input:not([type=hidden]), select, textarea");
    if (first) first.focus();
  }
}

/** Say `text` in a toast of a kind: good, bad, warn or info. What is bad stays until it is closed. */
export function toast(text, kind = "good") {
  const box = document.querySelector("[data-toasts]");
  const model = document.querySelector(`template[data-toast="${kind}"]`);
  if (!box || !model) return;
  const made = model.content.firstElementChild.cloneNode(true);
  made.querySelector("p").textContent = text;
  box.append(made);
  expire(made);
}

function expire(made) {
  if (made.dataset.kind === "bad") return;
  let timer = setTimeout(() => made.remove(), 6000);
  made.addEventListener("pointerenter", () => clearTimeout(timer));
  made.addEventListener("focusin", () => clearTimeout(timer));
  made.addEventListener("pointerleave", () => { timer = setTimeout(() => made.remove(), 2500); });
}

document.addEventListener("click", (event) => {
  const target = event.target.closest("[data-opens], [data-closes], [data-dismiss], [data-copies], [data-reveals]");
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    if (!menu.contains(event.target)) menu.open = false;
  }
  if (event.target instanceof HTMLDialogElement && event.target.dataset.light !== "no") {
    const box = event.target.getBoundingClientRect();
    const outside = event.clientX < box.left || event.clientX > box.right || event.clientY < box.top || event.clientY > box.bottom;
    if (outside && event.clientX) event.target.close();
  }
  if (!target) return;
  if (target.dataset.opens) { event.preventDefault(); open(target.dataset.opens); }
  if ("closes" in target.dataset) { event.preventDefault(); target.closest("dialog")?.close(); }
  if ("dismiss" in target.dataset) target.closest(target.dataset.dismiss || ".toast, .alert")?.remove();
  if (target.dataset.copies) copy(target);
  if (target.dataset.reveals) reveal(target);
});

async function copy(button) {
  const source = document.getElementById(button.dataset.copies);
  await navigator.clipboard.writeText(source.value ?? source.textContent.trim());
  toast(button.dataset.copied ?? "", "good");
}

function reveal(button) {
  const input = document.getElementById(button.dataset.reveals);
  const shown = input.type === "text";
  input.type = shown ? "password" : "text";
  button.setAttribute("aria-pressed", String(!shown));
}

document.addEventListener("keydown", (event) => {
  const typing = event.target.closest("input, textarea, select, [contenteditable]");
  if (event.key === "Escape") {
    const menu = event.target.closest("details.menu[open]");
    if (menu) { menu.open = false; menu.querySelector("summary").focus(); }
  }
  if (event.key === "/" && !typing && !event.ctrlKey && !event.metaKey) {
    const search = document.querySelector("[data-search]");
    if (search) { event.preventDefault(); search.focus(); search.select?.(); }
  }
  if (event.target.matches?.("[role=tab]")) walkTabs(event);
});

/* Tabs within a page: role=tablist with buttons role=tab aria-controls. Links need none of this. */
document.addEventListener("click", (event) => {
  const tab = event.target.closest("[role=tab]");
  if (tab) select(tab);
});

function select(tab) {
  for (const other of tab.closest("[role=tablist]").querySelectorAll("[role=tab]")) {
    const chosen = other === tab;
    other.setAttribute("aria-selected", String(chosen));
    other.tabIndex = chosen ? 0 : -1;
    document.getElementById(other.getAttribute("aria-controls")).hidden = !chosen;
  }
}

function walkTabs(event) {
  const tabs = [...event.target.closest("[role=tablist]").querySelectorAll("[role=tab]")];
  const at = tabs.indexOf(event.target);
  const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: tabs.length - 1 }[event.key];
  if (to === undefined) return;
  event.preventDefault();
  const tab = tabs[(to + tabs.length) % tabs.length];
  select(tab);
  tab.focus();
}

/* Typed confirmation: the button works once the asked-for word is typed. */
document.addEventListener("input", (event) => {
  const typed = event.target.closest("[data-must-equal]");
  if (typed) {
    const same = typed.value.trim().toLowerCase() === typed.dataset.mustEqual.trim().toLowerCase();
    typed.form.querySelector("[type=submit]").disabled = !same;
  }
  const range = event.target.closest("input[type=range][data-shows]");
  if (range) document.getElementById(range.dataset.shows).textContent = range.value;
});

/* A form is sent once; its button shows that it is on its way. */
document.addEventListener("submit", (event) => {
  if (event.defaultPrevented || event.target.method === "dialog" || event.target.dataset.again === "yes") return;
  if (event.target.dataset.sent) { event.preventDefault(); return; }
  event.target.dataset.sent = "1";
  event.submitter?.setAttribute(busyClass, "true");
});
window.addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
  for (const button of document.querySelectorAll("button[aria-busy=true]")) button.removeAttribute(busyClass);
});
document.addEventListener("change", (event) => {
  if (event.target.closest("[data-submits]")) event.target.form.requestSubmit();
});

/* htmx carries the CSRF token in a header; what it cannot do is said in a toast. */
document.addEventListener("htmx:configRequest", (event) => {
  event.detail.headers["X-CSRFToken"] = document.querySelector("meta[name=csrf]")?.content ?? "";
});
document.addEventListener("toast", (event) => toast(event.detail.text, event.detail.kind));
for (const name of ["htmx:sendError", "htmx:responseError", "htmx:timeout"]) {
  document.addEventListener(name, () => toast(document.querySelector("[data-toasts]")?.dataset.failed ?? "", "bad"));
}
document.addEventListener("htmx:afterSettle", () => start(document));

function start(within) {
  for (const made of within.querySelectorAll("[data-toasts] > .toast:not([data-timed])")) {
    made.dataset.timed = "1";
    expire(made);
  }
  for (const dialog of within.querySelectorAll("dialog[data-open-now]")) {
    delete dialog.dataset.openNow;
    open(dialog.id);
  }
  startCharts(within);
}
start(document);
