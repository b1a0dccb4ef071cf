/* The colour can be picked or typed: each follows the other. */
const typed = document.getElementById("id_accent");
const picker = document.getElementById("picker");

picker.addEventListener("input", () => {
  typed.value = picker.value;
});
typed.addEventListener("input", () => {
  if (/^#?[0-9a-f]{6}$/i.test(typed.value)) picker.value = `#${typed.value.replace("#", "").toLowerCase()}`;
});
