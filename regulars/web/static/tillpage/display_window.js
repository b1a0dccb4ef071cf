/* The customer's window: shows what the till page sends. */
const channel = new BroadcastChannel("regulars-till-display");
channel.addEventListener("message", ({ data }) => {
  if (typeof data !== "object" || data === null) return;
  for (const name of ["hello", "figure", "more"]) document.getElementById(name).textContent = String(data[name] ?? "");
});
channel.postMessage("what");
