/* Keeps one page and its files for times without a network. What it keeps is said above, in KEPT.
   Pages are asked for anew each time and taken from here where the network does not answer soon;
   files have addresses that change with their content, so the kept one is always right. */
const CACHE = `${KEPT.name} ${KEPT.version}`;
const PATIENCE_MS = 3000;

self.addEventListener("install", (event) => {
  event.waitUntil(keepAll().then(() => self.skipWaiting()));
});

async function keepAll() {
  const cache = await caches.open(CACHE);
  await cache.addAll(KEPT.files);
  // A page that needs somebody signed in may refuse now: it is kept when it is first seen.
  await Promise.allSettled(KEPT.pages.map((path) => keepPage(cache, path)));
}

async function keepPage(cache, path) {
  const answer = await fetch(path, { credentials: "same-origin", redirect: "error" });
  if (answer.ok) await cache.put(path, answer);
}

self.addEventListener("activate", (event) => {
  event.waitUntil((async () => {
    for (const name of await caches.keys()) {
      if (name.startsWith(`${KEPT.name} `) && name !== CACHE) await caches.delete(name);
    }
    await self.clients.claim();
  })());
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  // Whoever signs out here leaves nothing behind.
  if (request.method === "POST" && url.pathname === KEPT.ends) event.waitUntil(forget());
  if (request.method !== "GET" || url.origin !== self.location.origin) return;
  if (KEPT.pages.includes(url.pathname)) event.respondWith(page(request, url.pathname));
  else if (url.pathname.startsWith(KEPT.version) || url.pathname.startsWith("/design/brand")) {
    event.respondWith(file(request));
  }
});

async function page(request, path) {
  const cache = await caches.open(CACHE);
  const known = await cache.match(path);
  const asked = fetch(request).then(async (answer) => {
    if (answer.ok && !answer.redirected) await cache.put(path, answer.clone());
    return answer;
  });
  if (!known) return asked;
  const patience = new Promise((resolve) => { setTimeout(resolve, PATIENCE_MS); });
  try {
    return (await Promise.race([asked, patience])) ?? known;
  } catch {
    return known;
  }
}

async function file(request) {
  const cache = await caches.open(CACHE);
  const known = await cache.match(request);
  if (known) return known;
  const answer = await fetch(request);
  if (answer.ok) await cache.put(request, answer.clone());
  return answer;
}

async function forget() {
  const cache = await caches.open(CACHE);
  await Promise.all(KEPT.pages.map((path) => cache.delete(path)));
  indexedDB.deleteDatabase(`regulars-${KEPT.name}`);
  await (await self.registration.pushManager?.getSubscription())?.unsubscribe();
}
