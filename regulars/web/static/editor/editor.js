/* The editor's own behaviour: rows dragged to another place, sample baskets, a form that was swapped. */

for (const list of document.querySelectorAll("[data-orders]")) {
  let held = null;
  list.addEventListener("dragstart", (event) => {
    held = event.target.closest("li");
    held?.classList.add("dragged");
    event.dataTransfer.effectAllowed = "move";
    event.dataTransfer.setDragImage(held, 10, 10);
  });
  list.addEventListener("dragover", (event) => {
    const over = event.target.closest("li");
    if (!held || !over) return;
    event.preventDefault();
    for (const row of list.children) row.classList.toggle("over", row === over && row !== held);
  });
  list.addEventListener("dragend", () => {
    for (const row of list.children) row.classList.remove("over", "dragged");
    held = null;
  });
  list.addEventListener("drop", (event) => {
    const over = event.target.closest("li");
    if (!held || !over || over === held) return;
    event.preventDefault();
    const rows = [...list.children];
    const form = held.querySelector(".order-buttons");
    const place = document.createElement("input");
    place.type = "hidden";
    place.name = "place";
    place.value = String(rows.indexOf(over));
    form.append(place);
    form.submit();
  });
}

const form = document.getElementById("try-form");
if (form) {
  form.addEventListener("click", (event) => {
    const button = event.target.closest("[data-sample]");
    if (!button) return;
    for (const each of form.querySelectorAll("[data-sample]")) each.setAttribute("aria-pressed", String(each === button));
    const lines = form.querySelector(`[data-sample-lines="${button.dataset.sample}"]`).content.children;
    [...form.querySelectorAll(".try-line")].forEach((row, place) => {
      const line = lines[place]?.dataset ?? {};
      for (const name of ["price", "quantity", "category"]) {
        row.querySelector(`[name$=".${name}"]`).value = line[name] ?? "";
      }
    });
    window.htmx.trigger(form, "tryagain");
  });
  form.querySelector("[data-try-of]").addEventListener("change", (event) => {
    for (const part of form.querySelectorAll("[data-try]")) part.hidden = part.dataset.try !== event.target.value;
  });
}

const holder = document.getElementById("part-holder");
if (holder) {
  const again = () => form && window.htmx.trigger(form, "tryagain");
  let timer = 0;
  holder.addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(again, 600); });
  document.body.addEventListener("htmx:afterSettle", (event) => {
    if (event.target.id !== "part-form") return;
    window.htmx.trigger(document.getElementById("said"), "refresh");
    again();
  });
}
