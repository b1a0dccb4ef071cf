/* The switch of notices on this device: the browser is asked, then the server is told where they go. */
const place = document.getElementById("push");
const box = document.getElementById("push-switch");
const says = document.getElementById("push-says");

function say(name) {
  says.textContent = name ? place.dataset[name] : "";
}

async function post(url, body = {}) {
  const answer = await fetch(url, {
    method: "POST", body: JSON.stringify(body),
    headers: { "Content-Type": "application/json", Accept: "application/json", "X-CSRFToken": document.querySelector("meta[name=csrf]").content },
  });
  if (!answer.ok) throw new Error(answer.status);
  return answer.json();
}

function keyBytes() {
  const raw = atob(place.dataset.key.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(raw, (one) => one.charCodeAt(0));
}

async function browser() {
  await navigator.serviceWorker.register("/app/worker.js", { scope: "/app/" });
  return (await navigator.serviceWorker.ready).pushManager;
}

async function switchOn() {
  if (await Notification.requestPermission() !== "granted") { say("denied"); return false; }
  const manager = await browser();
  await (await manager.getSubscription())?.unsubscribe(); // it may be of another key
  const made = await manager.subscribe({ userVisibleOnly: true, applicationServerKey: keyBytes() });
  await post(place.dataset.onUrl, made.toJSON());
  return true;
}

async function switchOff() {
  await post(place.dataset.offUrl);
  await (await (await browser()).getSubscription())?.unsubscribe();
  return false;
}

async function change() {
  box.disabled = true;
  say("");
  const wanted = box.checked;
  try {
    box.checked = await (wanted ? switchOn() : switchOff());
  } catch {
    box.checked = !wanted;
    say("failed");
  }
  box.disabled = false;
}

async function start() {
  if (!("serviceWorker" in navigator && "PushManager" in window && "Notification" in window)) { say("missing"); return; }
  if (Notification.permission === "denied") { say("denied"); return; }
  const held = await (await browser()).getSubscription().catch(() => null);
  box.checked = place.dataset.on === "yes" && held !== null;
  if (place.dataset.on === "yes" && held === null) await post(place.dataset.offUrl).catch(() => {});
  box.disabled = false;
  box.addEventListener("change", change);
}

if (place) start();
