/* What waits to be sent, on this phone (IndexedDB), and the one way it is sent: oldest first, with the id that makes a repeat harmless.
   Used by the pages and by the service worker. */
(function (root) {
  "use strict";
  var BASE = "gg-queue", STORE = "entries", PATIENCE = 120000, queue = (root.ggQueue = { state: "", login: "/login/" });

  /* ---- the store ---- */
  function open() {
    return new Promise(function (yes, no) {
      if (!root.indexedDB) { no(new Error("no store")); return; }
      var asked = root.indexedDB.open(BASE, 1);
      asked.onupgradeneeded = function () { asked.result.createObjectStore(STORE, { keyPath: "id" }); };
      asked.onsuccess = function () { yes(asked.result); };
      asked.onerror = function () { no(asked.error); };
    });
  }
  function work(mode, step) {
    return open().then(function (base) {
      return new Promise(function (yes, no) {
        var deal = base.transaction(STORE, mode, mode === "readwrite" ? { durability: "strict" } : undefined);
        var asked = step(deal.objectStore(STORE));
        deal.oncomplete = function () { base.close(); yes(asked && asked.result); };
        deal.onabort = deal.onerror = function () { base.close(); no(deal.error); };
      });
    });
  }
  queue.get = function (id) { return work("readonly", function (store) { return store.get(id); }); };
  queue.all = function () {
    return work("readonly", function (store) { return store.getAll(); }).then(function (rows) {
      return rows.sort(function (a, b) { return a.made - b.made; });
    });
  };
  queue.put = function (entry) { return work("readwrite", function (store) { return store.put(entry); }).then(tell); };
  queue.drop = function (id) { return work("readwrite", function (store) { return store.delete(id); }).then(tell); };

  /* other windows and the worker draw anew when something changed */
  var channel = root.BroadcastChannel ? new root.BroadcastChannel(BASE) : null;
  queue.changed = function () {};
  if (channel) channel.onmessage = function () { queue.changed(); };
  function tell(value) {
    if (channel) channel.postMessage("changed");
    queue.changed();
    return value;
  }

  /* one sender at a time, whichever window or worker it is; an old browser without locks is guarded by the server's unique ids alone */
  var last = Promise.resolve();
  function alone(step) {
    if (root.navigator.locks) return root.navigator.locks.request(BASE, step);
    last = last.then(step, step);
    return last;
  }

  /* ---- sending ---- */
  function bodyOf(entry) {
    var body = new FormData();
    entry.fields.forEach(function (pair) { body.append(pair[0], pair[1]); });
    entry.files.forEach(function (one) { body.append(one.field, one.file, one.name); });
    return body;
  }
  /* An XMLHttpRequest can say how much has gone; a worker has only fetch. Gives {status, url, json}. */
  function post(entry, token, progress) {
    var headers = { Accept: "application/json", "X-CSRFToken": token };
    if (!root.XMLHttpRequest) {
      return root.fetch(entry.url, { method: "POST", body: bodyOf(entry), headers: headers, credentials: "same-origin" }).then(function (answer) {
        return answer.text().then(function (text) { return read(answer.status, answer.url, text, answer.headers.get("Retry-After")); });
      });
    }
    return new Promise(function (yes, no) {
      var call = new root.XMLHttpRequest();
      call.open("POST", entry.url);
      Object.keys(headers).forEach(function (name) { call.setRequestHeader(name, headers[name]); });
      call.timeout = PATIENCE;
      call.upload.onprogress = function (event) { if (progress && event.lengthComputable) progress(event.loaded / event.total); };
      call.onload = function () { yes(read(call.status, call.responseURL, call.responseText, call.getResponseHeader("Retry-After"))); };
      call.onerror = call.ontimeout = call.onabort = function () { no(new Error("no network")); };
      call.send(bodyOf(entry));
    });
  }
  function read(status, url, text, again) {
    var json = null;
    try { json = JSON.parse(text); } catch (e) { /* a page */ }
    return { status: status, url: url, json: json, again: !!again };
  }
  function pathOf(url) { return new URL(url, root.location.href).pathname; }

  /* What an answer means for an entry: sent, refused (a person corrects), conflict (a person chooses), login, later. */
  function meaning(entry, answer) {
    var moved = answer.url && pathOf(answer.url) !== pathOf(entry.url);
    if (answer.status === 401 || (moved && pathOf(answer.url) === queue.login)) return "login";
    if (answer.status < 300) return answer.json || moved || answer.status === 204 ? "sent" : "later";
    if (answer.status === 409 && answer.json && "kept" in answer.json) return "conflict";
    if (answer.again || answer.status === 408 || answer.status === 429 || answer.status >= 500) return "later";
    return "refused";
  }
  function settle(entry, answer) {
    var means = meaning(entry, answer), json = answer.json || {};
    var result = { id: entry.id, means: means, url: json.url || answer.url, said: json.said || json.detail || "", errors: json.errors || {} };
    if (means === "sent") return queue.drop(entry.id).then(function () { return result; });
    if (means === "login") return Promise.resolve(result);
    if (means === "later") {
      entry.tries = (entry.tries || 0) + 1;
      entry.next = Date.now() + Math.min(900000, 5000 * Math.pow(2, entry.tries));
    } else {
      entry.state = means;
      entry.errors = result.errors;
      entry.kept = json.kept || "";
      entry.keptUrl = json.url || "";
    }
    entry.said = result.said;
    return queue.put(entry).then(function () { return result; });
  }

  /* Gives {user, token, pages, version} as the server sees it now; rejects without a network. */
  queue.whoami = function () {
    return root.fetch(queue.state, { credentials: "same-origin", cache: "no-store", headers: { Accept: "application/json" } }).then(function (answer) {
      if (!answer.ok) throw new Error("no answer");
      return answer.json();
    });
  };
  function turn(entries, who, wish, results) {
    var held = [];
    return entries.reduce(function (before, entry) {
      return before.then(function () {
        var named = entry.fields.some(function (pair) { return held.indexOf(pair[1]) >= 0; });
        var now = entry.id === wish.id || wish.now || !entry.next || entry.next <= Date.now();
        if (entry.state !== "waiting" || named || !now || results.login) { held.push(entry.id); return null; }
        return queue.get(entry.id).then(function (still) {
          if (!still) return null;
          return post(entry, who.token, entry.id === wish.id ? wish.progress : null).then(function (answer) { return settle(entry, answer); }).then(function (result) {
            results.done[entry.id] = result;
            if (result.means !== "sent") held.push(entry.id);
            if (result.means === "login") results.login = true;
          });
        });
      });
    }, Promise.resolve()).then(function () { return results; });
  }
  /* Sends what is due of whoever is signed in. `wish`: {id, progress} of an entry that somebody looks at, or {now: true}.
     Gives {done: {id: result}, login, offline}; never rejects. */
  queue.flush = function (wish) {
    var results = { done: {}, login: false, offline: false };
    return alone(function () {
      return queue.all().then(function (entries) {
        if (!entries.length) return results;
        return queue.whoami().then(function (who) {
          results.user = who.user;
          if (!who.user) { results.login = true; return results; }
          return turn(entries.filter(function (one) { return one.user === who.user; }), who, wish || {}, results);
        });
      }).catch(function () { results.offline = true; return results; });
    });
  };
})(self);
