/* Notices: shown when they come, and leading into the app when they are touched. */
self.addEventListener("push", (event) => {
  let told;
  try { told = event.data.json(); } catch { told = null; }
  const title = String(told?.title || KEPT.title);
  // Browsers want something to be shown for every notice, also for one that cannot be read.
  event.waitUntil(self.registration.showNotification(title, {
    body: String(told?.body ?? ""), lang: navigator.language, data: { url: String(told?.url ?? KEPT.scope) },
  }));
});

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil(enter(event.notification.data?.url));
});

async function enter(told) {
  const url = new URL(told ?? KEPT.scope, self.location.origin);
  const ours = url.origin === self.location.origin && url.pathname.startsWith(KEPT.scope);
  for (const open of await self.clients.matchAll({ type: "window", includeUncontrolled: true })) {
    if (new URL(open.url).pathname.startsWith(KEPT.scope)) return open.focus();
  }
  return self.clients.openWindow(ours ? url.href : KEPT.scope);
}
