// Stands beside the scanning page of a stocktake: without a connection the page opens as it was seen last, with its
// styles and scripts. What was read is not here but with the page itself (stocktake.js); nothing else is kept.
const KEPT = "stocktake";
const PAGE = /\/stocktakes\/\d+\/scan\/$/;
const PARTS = ["style", "script", "font", "image"];

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

const answer = async (request) => {
    const cache = await caches.open(KEPT);
    try {
        const fresh = await fetch(request);
        if (fresh.ok && !fresh.redirected) await cache.put(request, fresh.clone());
        return fresh;
    } catch (lost) {
        const kept = await cache.match(request, { ignoreVary: true });
        if (kept) return kept;
        throw lost;
    }
};

self.addEventListener("fetch", (event) => {
    const { request } = event;
    const url = new URL(request.url);
    const isPage = request.mode === "navigate" && PAGE.test(url.pathname);
    if (request.method !== "GET" || url.origin !== self.location.origin) return;
    if (isPage || PARTS.includes(request.destination)) event.respondWith(answer(request));
});
