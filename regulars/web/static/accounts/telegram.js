/* Telegram's word comes behind the #, which no server sees: send it on as a form. */

const form = document.getElementById("telegram");
form.elements.tgAuthResult.value = new URLSearchParams(location.hash.slice(1)).get("tgAuthResult") ?? "";
history.replaceState(null, "", location.pathname + location.search);
form.submit();
