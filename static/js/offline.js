/* Daily forms on the phone: each is kept on the phone first and then sent (queue.js), so that a dead network, a killed window or a lost
   answer loses nothing and doubles nothing. Also: the app's worker, the empty forms kept for later, and what a sign-out takes along. */
(function () {
  "use strict";
  var gg = window.gg, queue = window.ggQueue, box = document.getElementById("gg-offline");
  if (!box || !queue || !window.Promise || !window.indexedDB) return;
  var TEXT = JSON.parse(document.getElementById("offline-text").textContent), user = Number(box.dataset.user);
  var PAGES = "gg-pages", FILES = "gg-files-", FRESH = 12 * 3600000, EVERY = 30000, SLOW = 8000;
  gg.takesOver = true;
  queue.state = box.dataset.state;
  queue.login = box.dataset.login;

  function all(selector, within) { return Array.prototype.slice.call((within || document).querySelectorAll(selector)); }
  function say(key, n) { return (TEXT[key] || key).replace("{n}", n); }
  function read(key) { try { return JSON.parse(localStorage.getItem(key) || "null") || {}; } catch (e) { return {}; } }
  function write(key, value) { try { localStorage.setItem(key, JSON.stringify(value)); } catch (e) { /* asked again next time */ } }
  gg.offline = { say: say, user: user, flush: flush, flash: flash };

  /* ---- words for the page that follows ---- */
  function flash(text, tone) { try { sessionStorage.setItem("gg.flash", JSON.stringify([text, tone])); } catch (e) { gg.toast(text, tone); } }
  try {
    var told = JSON.parse(sessionStorage.getItem("gg.flash"));
    sessionStorage.removeItem("gg.flash");
    if (told) gg.toast(told[0], told[1]);
  } catch (e) { /* nothing to say */ }

  /* ---- a form becomes an entry ---- */
  function idField(form) { return form.querySelector("[data-draft-id],.data-draft-id"); }
  function renew(form) { all("[data-draft-id],.data-draft-id", form).forEach(function (field) { field.value = gg.uuid(); }); }
  function wordsOf(form) {
    var marked = form.querySelector("[data-offline-words]");
    if (marked) return (marked.value || marked.textContent || "").trim();
    var typed = all("textarea,input[type=text]", form).filter(function (field) { return field.value.trim(); })[0];
    return typed ? typed.value.trim() : "";
  }
  function entryOf(form, button) {
    var fields = [], files = [], id = idField(form);
    all("[data-offline-at]", form).forEach(function (field) { field.value = new Date().toISOString(); });
    if (!id.value) renew(form);
    new FormData(form).forEach(function (value, name) {
      if (name === "csrfmiddlewaretoken") return;
      if (typeof value === "string") fields.push([name, value]);
      else if (value.size) files.push({ field: name, name: value.name, file: value });
    });
    if (button && button.name) fields.push([button.name, button.value]);
    return {
      id: id.value, kind: form.dataset.offline, title: form.dataset.offlineTitle || document.title.split(" · ")[0], words: wordsOf(form).slice(0, 200),
      url: new URL(button && button.hasAttribute("formaction") ? button.formAction : form.action, location.href).pathname, page: location.pathname, user: user,
      made: Date.now(), state: "waiting", fields: fields, files: files,
    };
  }

  /* ---- sending, as far as the person sees it ---- */
  function busy(form) {
    form.dataset.sending = "1";
    form.classList.add("is-sending");
    document.documentElement.classList.add("is-loading");
  }
  function release(form) {
    gg.share(form, "");
    gg.release(form);
  }
  function done(form) {
    form.dataset.sent = "1";
    if (form.dataset.draft) gg.dropDraft(form);
    form.reset();
  }
  /* the same list again is read anew where it stands: the next door is under the thumb, not forty doors below */
  function goTo(address) {
    var to = new URL(address, location.href);
    if (to.pathname + to.search === location.pathname + location.search) location.reload(); else location.href = address;
  }
  function putAside(form, entry, words) {
    /* a list of small forms that is not kept (visits that are due) stays: its next form is the next door */
    var kept = navigator.serviceWorker && navigator.serviceWorker.controller && (form.dataset.offlineNext || !form.dataset.offlineSame);
    done(form);
    askForSync();
    if (kept) { flash(say(words || "kept"), "success"); goTo(form.dataset.offlineNext || box.dataset.waiting); return; }
    /* without the worker no page opens now: this one stays, empty, for the next record */
    release(form);
    delete form.dataset.sent;
    renew(form);
    all("[name=lon],[name=lat]", form).forEach(function (field) { field.value = ""; });
    gg.toast(say(words || "kept"), "success");
  }
  function follow(form, entry, result) {
    if (!result) { putAside(form, entry); return; }
    if (result.means === "sent") {
      done(form);
      if (result.said && !/[?&]kept=/.test(result.url)) flash(result.said, "success"); // a list looks the same after the tap: say that it counted
      goTo(result.url);
      return;
    }
    if (result.means === "refused") {
      queue.drop(entry.id);
      release(form);
      showErrors(form, result.errors, result.said);
      return;
    }
    done(form);
    if (result.means === "login") { flash(say("signIn", 1), "warning"); goTo(box.dataset.login + "?next=" + encodeURIComponent(box.dataset.waiting)); }
    else if (result.means === "conflict") goTo(box.dataset.waiting);
    else putAside(form, entry);
  }
  function send(form, entry) {
    var slow = setTimeout(function () {
      gg.toast(say("slow"), "info", { label: say("goOn"), run: function () { putAside(form, entry); } });
    }, SLOW);
    queue.flush({ id: entry.id, progress: function (part) { gg.share(form, gg.text("sending", Math.round(100 * part) + "%")); } }).then(function (results) {
      clearTimeout(slow);
      if (form.dataset.sent) return; // the person went on
      var result = results.done[entry.id];
      if (!result && results.login) result = { means: "login" };
      follow(form, entry, result);
    });
  }
  document.addEventListener("submit", function (event) {
    var form = event.target;
    if (event.defaultPrevented || !form.dataset.offline || !idField(form)) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    if (form.dataset.sending) return;
    var entry = entryOf(form, event.submitter);
    busy(form);
    remember(entry);
    queue.put(entry).then(function () {
      if (navigator.onLine) send(form, entry); else putAside(form, entry);
    }, function () {
      release(form);
      if (navigator.onLine) form.submit(); else gg.toast(say("full"), "error");
    });
  }, true);

  /* ---- what is wrong, at its field ---- */
  function line(parent, tag, text, css) {
    var item = parent.appendChild(document.createElement(tag));
    item.textContent = text;
    if (css) item.className = css;
    return item;
  }
  function showErrors(form, errors, said) {
    all(".offline-error", form).forEach(function (old) { old.remove(); });
    all(".is-invalid", form).forEach(function (old) { old.classList.remove("is-invalid"); });
    var note = document.createElement("div"), inner = note.appendChild(document.createElement("div"));
    note.className = "note note-error offline-error";
    note.tabIndex = -1;
    note.setAttribute("role", "alert");
    line(inner, "strong", said || say("wrong"));
    var list = inner.appendChild(document.createElement("ul"));
    Object.keys(errors).forEach(function (name) {
      var field = name !== "__all__" && form.elements[name], control = field && (field.length && !field.tagName ? field[0] : field);
      var holder = control && control.type !== "hidden" && control.closest(".field");
      errors[name].forEach(function (words) { line(list, "li", words); if (holder) line(holder, "div", words, "invalid-feedback d-block offline-error"); });
      if (holder) control.classList.add("is-invalid");
    });
    form.insertBefore(note, form.firstChild);
    note.focus();
  }

  /* ---- forms that name an earlier record of this phone: a finding knows its patrol before the server does ---- */
  function lastKey() { return "gg.last." + user; }
  function remember(entry) {
    var last = read(lastKey());
    last[entry.kind] = { id: entry.id, at: entry.made };
    write(lastKey(), last);
  }
  /* the page may be an old one that names the round of yesterday: what began after it was drawn counts */
  function named(field) {
    var last = read(lastKey())[field.dataset.offlineLast];
    return last && (!field.value || last.at > box.dataset.made * 1000) ? last.id : field.value;
  }
  function prepare(form) {
    if (form.dataset.offlineOn) return;
    form.dataset.offlineOn = "1";
    /* the id in a page that was kept may have been used yesterday */
    if (!form.dataset.broughtBack) renew(form);
    else queue.get(idField(form).value).then(function (entry) { // the window was closed after the send and before the draft was done
      if (entry && location.hash !== "#queue=" + entry.id) { done(form); delete form.dataset.sent; renew(form); }
    });
    ask(form);
    all("[data-offline-last]", form).forEach(function (field) { field.value = named(field); });
  }
  /* a page that was kept knows nothing of what the address asks for: a household, a door */
  function ask(form) {
    new URLSearchParams(location.search).forEach(function (value, name) {
      var field = form.elements[name];
      if (field && field.tagName && !/^(file|checkbox|radio|submit)$/.test(field.type) && !form.dataset.broughtBack) field.value = value;
    });
  }
  window.addEventListener("pageshow", function (event) {
    if (event.persisted) all("form[data-offline][data-sent]").forEach(function (form) { delete form.dataset.sent; release(form); renew(form); });
  });

  /* ---- an entry that was refused comes back into its form ---- */
  function fill(form, entry) {
    all("input[name],textarea[name],select[name]", form).forEach(function (field) {
      if (field.type === "file" || field.name === "csrfmiddlewaretoken") return;
      var values = entry.fields.filter(function (pair) { return pair[0] === field.name; }).map(function (pair) { return pair[1]; });
      if (field.type === "checkbox" || field.type === "radio") field.checked = values.indexOf(field.value) >= 0;
      else if (field.multiple) all("option", field).forEach(function (one) { one.selected = values.indexOf(one.value) >= 0; });
      else if (values.length) field.value = values[0];
      field.dispatchEvent(new Event("change", { bubbles: true }));
    });
    all("input[type=file]", form).forEach(function (input) {
      var bag = new DataTransfer();
      entry.files.forEach(function (one) { if (one.field === input.name) bag.items.add(new File([one.file], one.name, { type: one.file.type })); });
      input.files = bag.files;
      if (bag.files.length) input.dispatchEvent(new Event("change", { bubbles: true }));
    });
    showErrors(form, entry.errors || {}, entry.said);
  }
  function reopen() {
    var wanted = /^#queue=([0-9a-f-]{36})$/.exec(location.hash);
    if (wanted) queue.get(wanted[1]).then(function (entry) {
      var form = entry && entry.user === user && all("form[data-offline]").filter(function (one) { return one.dataset.offline === entry.kind; })[0];
      if (form) fill(form, entry);
    });
  }

  /* ---- what waits, and when it is tried again ---- */
  function mine(entries) { return entries.filter(function (one) { return one.user === user; }); }
  /* a list of small forms (doors): what waits to be sent is not asked again */
  function same(form, entry) {
    return entry.kind === form.dataset.offline && form.dataset.offlineSame.split(" ").every(function (name) {
      return entry.fields.some(function (pair) { return pair[0] === name && pair[1] === form.elements[name].value; });
    });
  }
  function show() {
    queue.all().then(function (entries) {
      var own = mine(entries), stuck = own.filter(function (one) { return one.state !== "waiting"; }).length;
      all("[data-waiting-bar]").forEach(function (bar) {
        bar.hidden = !own.length;
        bar.classList.toggle("is-stuck", stuck > 0);
        bar.querySelector("[data-waiting-words]").textContent = say("waiting", own.length) + (stuck ? " · " + say("decide", stuck) : "");
      });
      all("form[data-offline-same]").forEach(function (form) { form.hidden = own.some(function (one) { return same(form, one); }); });
      document.dispatchEvent(new CustomEvent("gg:queue", { detail: entries }));
    }, function () { /* a private window keeps nothing */ });
  }
  queue.changed = show;
  function flush(now) {
    return queue.flush({ now: now }).then(function (results) {
      var went = Object.keys(results.done).filter(function (id) { return results.done[id].means === "sent"; }).length;
      if (went) gg.toast(say("sentLater", went), "success");
      document.dispatchEvent(new CustomEvent("gg:flushed", { detail: results }));
      return results;
    });
  }
  function tryAgain() {
    if (!navigator.onLine || document.hidden) return;
    queue.all().then(function (entries) { if (mine(entries).some(function (one) { return one.state === "waiting"; })) flush(); }, function () { /* no store */ });
  }
  function askForSync() {
    if (!navigator.serviceWorker) return;
    navigator.serviceWorker.ready.then(function (worker) { if (worker.sync) return worker.sync.register("gg-queue"); }).catch(function () { /* the next page tries */ });
    if (navigator.storage && navigator.storage.persist) navigator.storage.persist();
  }
  window.addEventListener("online", function () { setTimeout(tryAgain, 500); });
  document.addEventListener("visibilitychange", tryAgain);
  setInterval(tryAgain, EVERY);

  /* ---- the worker, and the empty forms for later ---- */
  function warm() {
    var kept = read("gg.kept");
    if (!window.caches || !navigator.onLine || (kept.user === user && Date.now() - kept.at < FRESH)) return null;
    return queue.whoami().then(function (who) {
      if (who.user !== user) return null;
      return (kept.user === user ? Promise.resolve() : caches.delete(PAGES)).then(function () { return caches.open(PAGES); }).then(function (store) {
        return who.pages.reduce(function (before, page) { return before.then(function () { return keep(store, page); }); }, Promise.resolve());
      }).then(caches.keys.bind(caches)).then(function (names) {
        names.forEach(function (name) { if (name.indexOf(FILES) === 0 && name !== FILES + who.version) caches.delete(name); });
        write("gg.kept", { user: user, at: Date.now() });
      });
    });
  }
  function keep(store, page) {
    return fetch(page, { credentials: "same-origin", headers: { Accept: "text/html" } }).then(function (answer) {
      if (answer.status >= 500 || answer.status === 429) throw new Error("not now"); // a page that is gone or forbidden is no reason to wait
      if (answer.ok && !answer.redirected && answer.headers.get("X-Keep-Offline")) return store.put(page, answer);
    });
  }
  function renewed() { write("gg.kept", {}); } // another version: its pages are fetched anew
  /* a page that was on its way while the worker began (or was loaded past it) is not the worker's: it asks to be taken over */
  function takenOver(worker) {
    if (!navigator.serviceWorker.controller && worker.active) worker.active.postMessage("gg-claim");
    return warm();
  }
  var preparing = false, pause = 2000;
  /* whoever stays on one page is made ready there: what failed once is tried again, ever more seldom */
  function makeReady() {
    if (preparing || !navigator.onLine) return;
    preparing = true;
    navigator.serviceWorker.register(box.dataset.worker, { scope: "/" }).then(function (worker) {
      worker.addEventListener("updatefound", renewed);
      return navigator.serviceWorker.ready;
    }).then(takenOver).catch(function () {
      setTimeout(makeReady, pause);
      pause = Math.min(2 * pause, FRESH);
    }).then(function () { preparing = false; });
  }
  if (navigator.serviceWorker) { // none without TLS: the queue works
    window.addEventListener("online", makeReady);
    makeReady();
  }

  /* ---- a sign-out takes along what this phone keeps of the person; it asks first when something was not sent ---- */
  function forget(own) {
    try { ["gg.kept", lastKey()].forEach(function (key) { localStorage.removeItem(key); }); } catch (e) { /* nothing kept */ }
    var steps = own.map(function (one) { return queue.drop(one.id); });
    if (window.caches) steps.push(caches.delete(PAGES));
    return Promise.all(steps);
  }
  document.addEventListener("submit", function (event) {
    var form = event.target;
    if (event.defaultPrevented || form.method !== "post" || new URL(form.action, location.href).pathname !== box.dataset.logout) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    if (!navigator.onLine) { gg.toast(gg.text("offline"), "warning"); return; }
    queue.all().catch(function () { return []; }).then(function (entries) {
      var own = mine(entries);
      function leave() { forget(own).then(function () { form.submit(); }, function () { form.submit(); }); }
      if (!own.length) leave();
      else gg.ask({ dataset: { confirm: say("leave", own.length), confirmMore: say("leaveMore"), confirmTone: "danger" } }, leave);
    });
  }, true);

  function begin(within) { all("form[data-offline]", within).forEach(prepare); }
  document.addEventListener("gg:begin", function (event) { begin(event.detail); });
  begin(document);
  reopen();
  show();
  tryAgain();
})();
