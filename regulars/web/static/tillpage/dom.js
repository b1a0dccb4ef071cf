/* Making and finding elements. Texts go in as text, never as markup. */
export const $ = (id) => document.getElementById(id);

/** An element with properties (class, data…, on…, aria-…) and children (elements or texts). */
export function h(tag, properties = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
    else if (name in made && name !== "list") made[name] = value;
    else made.setAttribute(name, value === true ? "" : value);
  }
  made.append(...children.filter((child) => child !== null && child !== undefined && child !== ""));
  return made;
}

/** A drawing that the page brought along. */
export function icon(name) {
  return document.querySelector(`template[data-icon="${name}"]`).content.firstElementChild.cloneNode(true);
}

export function shown(element, visible) {
  element.hidden = !visible;
}

/** Say what is wrong beside a field, or take it back with "". */
export function fault(id, text) {
  const place = $(id);
  place.textContent = text;
  place.hidden = !text;
}

/** A row of a list of facts. */
export function fact(name, value) {
  return h("div", {}, h("dt", {}, name), h("dd", { className: "num" }, value));
}

export function openDialog(id) {
  const dialog = $(id);
  if (!dialog.open) dialog.showModal();
}

export function closeDialogs() {
  for (const dialog of document.querySelectorAll("dialog[open]")) dialog.close();
}
