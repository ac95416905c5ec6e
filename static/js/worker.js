/* The service worker: the frame from the phone, pages from the net; without a net the empty forms that were kept, else the page of
   what waits. Keeps a page only when the server says so (X-Keep-Offline): no list, no case, no name. `GG` is written by the server. */
(function () {
  "use strict";
  var FILES = "gg-files-" + GG.version, PAGES = "gg-pages", SLOW = 5000, NAMED = /\.[0-9a-f]{12}\.\w+$/;
  self.ggQueue.state = GG.state;
  self.ggQueue.login = GG.ends[0];

  self.addEventListener("install", function (event) {
    event.waitUntil(caches.open(FILES).then(function (store) {
      return Promise.all(GG.files.map(function (url) { return store.add(url).catch(function () { /* fetched when it is asked for */ }); }));
    }).then(function () { return self.skipWaiting(); }));
  });
  /* files of an older version stay until the pages that were drawn with them have been fetched anew (offline.js) */
  self.addEventListener("activate", function (event) { event.waitUntil(self.clients.claim()); });
  /* `claim` passes over a page that is still loading: it asks for itself when it runs (offline.js) */
  self.addEventListener("message", function (event) { if (event.data === "gg-claim") event.waitUntil(self.clients.claim()); });

  /* a file whose name carries its content never changes; any other is asked for, and kept for the time without a net */
  function file(request) {
    return caches.match(request).then(function (kept) {
      if (kept && NAMED.test(new URL(request.url).pathname)) return kept;
      return fetch(request).catch(function (error) {
        if (kept) return kept;
        throw error;
      });
    });
  }
  function keep(url, answer) {
    if (!answer.ok || answer.redirected || !answer.headers.get("X-Keep-Offline")) return answer;
    var copy = answer.clone();
    caches.open(PAGES).then(function (store) { return store.put(url.pathname + url.search, copy); }).catch(function () { /* full: the net is there */ });
    return answer;
  }
  function kept(url) {
    return caches.open(PAGES).then(function (store) {
      return [url.pathname + url.search, url.pathname, GG.waiting].reduce(function (before, address) {
        return before.then(function (page) { return page || store.match(address); });
      }, Promise.resolve());
    });
  }
  function page(request) {
    var url = new URL(request.url);
    return new Promise(function (yes, no) {
      var late = setTimeout(function () {
        caches.open(PAGES).then(function (store) { return store.match(url.pathname + url.search); }).then(function (found) { if (found) yes(found); });
      }, SLOW);
      fetch(request).then(function (answer) { clearTimeout(late); yes(keep(url, answer)); }, function (error) {
        clearTimeout(late);
        kept(url).then(function (found) { if (found) yes(found); else no(error); }, no);
      });
    });
  }

  self.addEventListener("fetch", function (event) {
    var request = event.request, url = new URL(request.url);
    if (url.origin !== self.location.origin) return;
    if (request.method === "POST" && GG.ends.indexOf(url.pathname) >= 0) event.waitUntil(caches.delete(PAGES));
    if (request.method !== "GET") return;
    if (url.pathname.indexOf(GG.static) === 0) event.respondWith(file(request));
    else if (request.mode === "navigate") event.respondWith(page(request));
  });

  /* the browser says that the net is back, perhaps while no window is open */
  self.addEventListener("sync", function (event) {
    if (event.tag !== "gg-queue") return;
    event.waitUntil(self.ggQueue.flush().then(function (results) { if (results.offline) throw new Error("still no network"); }));
  });
})();
