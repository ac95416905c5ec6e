/* What every page shares: one send per form, drafts, confirmation, toasts, keys, htmx manners. No inline handlers anywhere (CSP). */
(function () {
  "use strict";
  var textBlock = document.getElementById("ui-text");
  var TEXT = textBlock ? JSON.parse(textBlock.textContent) : {};
  var gg = (window.gg = { text: function (key, n) { return (TEXT[key] || key).replace("{n}", n); } });

  function on(type, selector, handle) {
    document.addEventListener(type, function (event) {
      var hit = event.target instanceof Element && event.target.closest(selector);
      if (hit) handle(hit, event);
    });
  }
  function all(selector, within) { return Array.prototype.slice.call((within || document).querySelectorAll(selector)); }

  /* ---- the menu is longer than a screen: it opens at the page that one is on ---- */
  (function () {
    var nav = document.querySelector(".shell-nav"), here = nav && nav.querySelector(".nav-entry.is-current");
    if (!here) return;
    var entry = here.getBoundingClientRect(), frame = nav.getBoundingClientRect();
    if (entry.bottom > frame.bottom - 60) nav.scrollTop += entry.top - frame.top - nav.clientHeight / 2;
  })();

  /* ---- toasts ---- */
  gg.toast = function (text, tone, action) {
    var box = document.getElementById("toasts");
    if (!box || !text) return;
    var item = document.createElement("div");
    item.className = "toast-item is-" + (tone || "info");
    item.setAttribute("role", tone === "error" ? "alert" : "status");
    var words = document.createElement("div");
    words.textContent = text;
    item.appendChild(words);
    var button = document.createElement("button");
    button.type = "button";
    button.textContent = action ? action.label : gg.text("close");
    button.addEventListener("click", function () { item.remove(); if (action) action.run(); });
    item.appendChild(button);
    box.appendChild(item);
    setTimeout(function () { item.remove(); }, tone === "error" ? 12000 : 6000);
  };
  document.addEventListener("gg:toast", function (event) { gg.toast(event.detail.text, event.detail.tone); });

  /* ---- ask before a step that cannot be taken back ---- */
  function ask(hit, yes) {
    var dialog = document.getElementById("ask");
    if (!dialog || !dialog.showModal) { if (window.confirm(hit.dataset.confirm)) yes(); return; }
    var more = dialog.querySelector("[data-ask-more]");
    dialog.querySelector("[data-ask-title]").textContent = hit.dataset.confirm;
    more.textContent = hit.dataset.confirmMore || "";
    more.hidden = !more.textContent;
    dialog.classList.toggle("is-danger", hit.dataset.confirmTone === "danger");
    dialog.returnValue = "no";
    dialog.onclose = function () { if (dialog.returnValue === "yes") yes(); };
    dialog.showModal();
  }
  function confirmed(event) {
    var button = event.submitter;
    var hit = button && button.dataset.confirm ? button : event.target.dataset.confirm ? event.target : null;
    if (!hit || event.target.dataset.sure) return true;
    event.preventDefault();
    event.stopImmediatePropagation();
    ask(hit, function () {
      event.target.dataset.sure = "1";
      event.target.requestSubmit(button || undefined);
      delete event.target.dataset.sure;
    });
    return false;
  }

  /* ---- one send per form ---- */
  function guard(event) {
    var form = event.target;
    if (form.dataset.offline && gg.takesOver) return; // offline.js keeps it on the phone first
    if (event.defaultPrevented || form.method === "get" || "plain" in form.dataset || form.matches("[hx-post],[hx-put],[hx-patch],[hx-delete]")) return;
    if (form.dataset.sending) { event.preventDefault(); return; }
    if (!navigator.onLine) {
      event.preventDefault();
      gg.toast(gg.text("offline"), "warning");
      return;
    }
    form.dataset.sending = "1";
    form.classList.add("is-sending");
    document.documentElement.classList.add("is-loading");
    setTimeout(function () { release(form); }, 30000);
  }
  gg.release = release;
  gg.ask = ask;
  function release(form) {
    delete form.dataset.sending;
    form.classList.remove("is-sending");
    document.documentElement.classList.remove("is-loading");
  }
  document.addEventListener("submit", function (event) {
    if (event.target.method !== "dialog" && confirmed(event)) guard(event);
  }, true);
  window.addEventListener("pageshow", function () { all("form[data-sending]").forEach(release); });
  on("click", "a[data-confirm]", function (link, event) {
    event.preventDefault();
    ask(link, function () { location.href = link.href; });
  });

  /* ---- drafts: what was typed stays on this device until it was sent ---- */
  function draftKey(form) { return "gg.draft." + form.dataset.draft; }
  function draftFields(form) {
    return all("input[name],textarea[name],select[name]", form).filter(function (field) {
      return ["file", "password", "submit"].indexOf(field.type) < 0 && ["csrfmiddlewaretoken", "version", "next"].indexOf(field.name) < 0;
    });
  }
  /* A page that was only opened is no draft: a position found by itself, or an address taken from it, is somewhere else tomorrow. */
  function worthKeeping(form) {
    return draftFields(form).some(function (field) {
      if (field.type === "checkbox") return field.checked !== field.defaultChecked;
      if (field.type === "hidden" || !field.matches("input,textarea")) return false;
      return field.value.trim() && field.value !== field.defaultValue && field.dataset.filled !== field.value;
    }) || !!form.querySelector("[data-photo-list] img");
  }
  function saveDraft(form) {
    if (!worthKeeping(form)) { forgetWords(form); return; }
    var values = {};
    draftFields(form).forEach(function (field) {
      if ((field.type === "checkbox" || field.type === "radio") && !field.checked) return;
      values[field.name] = field.value;
    });
    try { localStorage.setItem(draftKey(form), JSON.stringify(values)); } catch (e) { /* storage full or closed */ }
  }
  function forgetWords(form) { try { localStorage.removeItem(draftKey(form)); } catch (e) { /* nothing kept */ } }
  function dropDraft(form) {
    forgetWords(form);
    var key = draftKey(form);
    gg.shelf(function (photos) { photos.delete(IDBKeyRange.bound(key + "/", key + "/\uffff")); });
  }
  /* the photos of a draft: `work` gets the store, at once or never */
  gg.shelf = function (work) {
    if (!window.indexedDB) return;
    var opening = indexedDB.open("gg-drafts", 1);
    opening.onupgradeneeded = function () { opening.result.createObjectStore("photos"); };
    opening.onsuccess = function () {
      var base = opening.result, step = base.transaction("photos", "readwrite");
      step.oncomplete = step.onabort = function () { base.close(); };
      try { work(step.objectStore("photos")); } catch (e) { /* a browser that keeps no files: the words are kept */ }
    };
  };
  gg.draftKey = draftKey;
  gg.dropDraft = dropDraft;
  gg.saveDraft = saveDraft;
  gg.draftBack = function (form) {
    if (form.dataset.draftSaid) return;
    form.dataset.draftSaid = "1";
    gg.toast(gg.text("draftBack"), "info", { label: gg.text("draftDrop"), run: function () { dropDraft(form); form.reset(); location.replace(location.href.split("#")[0]); } });
  };
  function bringBack(form) {
    var values;
    try { values = JSON.parse(localStorage.getItem(draftKey(form)) || "null"); } catch (e) { values = null; }
    if (!values || form.querySelector(".is-invalid,.invalid-feedback")) return;
    var changed = false;
    form.dataset.broughtBack = "1";
    draftFields(form).forEach(function (field) {
      if (!(field.name in values)) return;
      if (field.type === "checkbox" || field.type === "radio") { field.checked = field.value === values[field.name]; return; }
      if (field.value !== values[field.name] && field.type !== "hidden") changed = true;
      field.value = values[field.name];
      field.dispatchEvent(new Event("change", { bubbles: true }));
    });
    if (changed) gg.draftBack(form);
  }
  gg.uuid = uuid;
  function uuid() {
    if (crypto.randomUUID) return crypto.randomUUID();
    var bytes = crypto.getRandomValues(new Uint8Array(16));
    bytes[6] = (bytes[6] & 15) | 64; bytes[8] = (bytes[8] & 63) | 128;
    var hex = Array.prototype.map.call(bytes, function (b) { return (b + 256).toString(16).slice(1); }).join("");
    return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
  }
  function startDraft(form) {
    if (form.dataset.draftOn) return;
    form.dataset.draftOn = "1";
    bringBack(form);
    all("[data-draft-id],.data-draft-id", form).forEach(function (field) { if (!field.value) field.value = uuid(); });
    var timer;
    form.addEventListener("input", function () { clearTimeout(timer); timer = setTimeout(function () { if (!form.dataset.sent) saveDraft(form); }, 400); });
    form.addEventListener("change", function () { if (!form.dataset.sent) saveDraft(form); });
  }
  /* A page that follows a successful send says which draft is done: <meta name="draft-done" content="key"> or [data-draft-done]. */
  all("[data-draft-done]").forEach(function (mark) { dropDraft({ dataset: { draft: mark.dataset.draftDone } }); });

  /* ---- network ---- */
  function showNetwork() { all("[data-offline-bar]").forEach(function (bar) { bar.hidden = navigator.onLine; }); }
  window.addEventListener("online", function () {
    showNetwork();
    all(".toast-item.is-error").forEach(function (item) { item.remove(); });
    gg.toast(gg.text("online"), "success");
  });
  window.addEventListener("offline", showNetwork);

  /* ---- small manners ---- */
  on("click", "[data-open-nav]", function (button) {
    var open = document.body.classList.toggle("nav-open");
    button.setAttribute("aria-expanded", String(open));
  });
  document.addEventListener("click", function (event) {
    all("details[data-menu][open]").forEach(function (menu) { if (!menu.contains(event.target)) menu.open = false; });
    if (document.body.classList.contains("nav-open") && !event.target.closest(".shell-nav,[data-open-nav]")) document.body.classList.remove("nav-open");
  });
  on("click", "[data-row-href]", function (row, event) {
    if (event.target.closest("a,button,input,label,select")) return;
    if (event.ctrlKey || event.metaKey) window.open(row.dataset.rowHref); else location.href = row.dataset.rowHref;
  });
  on("click", "[data-copy]", function (button) {
    if (navigator.clipboard) navigator.clipboard.writeText(button.dataset.copy).then(function () { gg.toast(gg.text("copied"), "success"); });
  });
  on("click", "[data-print]", function () { window.print(); });
  on("change", "[data-check-all]", function (box) {
    all('input[type=checkbox][name="' + box.dataset.checkAll + '"]').forEach(function (one) { one.checked = box.checked; });
    countBulk();
  });
  on("change", "input[type=checkbox][name]", countBulk);
  function countBulk() {
    all("[data-bulk]").forEach(function (bar) {
      var n = all('input[type=checkbox][name="' + bar.dataset.bulk + '"]:checked').length;
      bar.hidden = n === 0;
      all("[data-bulk-count]", bar).forEach(function (place) { place.textContent = n; });
    });
  }
  on("click", "[data-password-eye]", function (button) {
    var input = document.querySelector(button.dataset.passwordEye);
    if (!input) return;
    input.type = input.type === "password" ? "text" : "password";
    button.setAttribute("aria-pressed", String(input.type === "text"));
  });
  document.addEventListener("keyup", function (event) {
    if (!event.getModifierState || !(event.target instanceof HTMLInputElement) || event.target.type !== "password") return;
    all("[data-caps]").forEach(function (hint) { hint.hidden = !event.getModifierState("CapsLock"); });
  });
  on("change", "[data-submit-on-change]", function (field) { field.form.requestSubmit(); });

  /* ---- keys ---- */
  function showKeys() {
    var dialog = document.getElementById("keys");
    if (!dialog || dialog.open) return;
    var body = dialog.querySelector("[data-keys]");
    all("[data-page-key]", body).forEach(function (row) { row.remove(); });
    all("[data-key][data-key-help]").forEach(function (hit) {
      var row = body.insertRow();
      row.dataset.pageKey = "1";
      row.insertCell().appendChild(document.createElement("kbd")).textContent = hit.dataset.key;
      row.insertCell().textContent = hit.dataset.keyHelp;
    });
    dialog.showModal();
  }
  on("click", "[data-show-keys]", showKeys);
  document.addEventListener("keydown", function (event) {
    var field = event.target;
    if (event.key === "Escape") all("details[data-menu][open]").forEach(function (menu) { menu.open = false; });
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && field.form) { event.preventDefault(); field.form.requestSubmit(); return; }
    if (event.ctrlKey || event.metaKey || event.altKey || field.closest("input,textarea,select,dialog,[contenteditable]")) return;
    if (event.key === "?" || event.key === "？") { event.preventDefault(); showKeys(); return; }
    var hit = all("[data-key]").filter(function (one) { return one.dataset.key === event.key && !one.disabled && one.offsetParent; })[0];
    if (!hit) return;
    event.preventDefault();
    if (hit.matches("input,textarea,select")) hit.focus(); else hit.click();
  });

  /* ---- htmx: an answer that is a whole page is not put into a part of one ---- */
  function isPage(answer) { return /^\s*<!doctype html/i.test(answer || ""); }
  function saidIn(page) {
    var parsed = new DOMParser().parseFromString(page, "text/html");
    var words = parsed.querySelector("[data-error-text]") || parsed.querySelector("h1");
    return words ? words.textContent.trim() : gg.text("failed");
  }
  document.addEventListener("htmx:beforeSwap", function (event) {
    var detail = event.detail, status = detail.xhr.status;
    if (detail.xhr.responseURL && new URL(detail.xhr.responseURL).pathname.indexOf("/login") >= 0) {
      detail.shouldSwap = false;
      location.href = detail.xhr.responseURL;
    } else if ([400, 409, 422].indexOf(status) >= 0 && !isPage(detail.xhr.response)) {
      detail.shouldSwap = true;
      detail.isError = false;
    }
  });
  document.addEventListener("htmx:responseError", function (event) {
    var xhr = event.detail.xhr;
    if (isPage(xhr.response)) gg.toast(saidIn(xhr.response), "error");
    else gg.toast(gg.text(xhr.status === 403 || xhr.status === 404 ? "forbidden" : xhr.status === 429 ? "busy" : "failed"), "error");
  });
  function lost(event) {
    if (event.detail.elt && event.detail.elt.classList.contains("unread-slot")) return;
    gg.toast(gg.text(navigator.onLine ? "failed" : "offline"), "error");
  }
  document.addEventListener("htmx:sendError", lost);
  /* a slow line: the button says how much has gone */
  gg.share = share;
  function share(form, words) {
    var button = form.matches && form.matches("form[data-draft]") && form.querySelector("button:not([type=button])");
    if (button && words) button.dataset.sentShare = words; else if (button) delete button.dataset.sentShare;
  }
  document.addEventListener("htmx:xhr:progress", function (event) {
    if (event.detail.lengthComputable && event.detail.loaded < event.detail.total) share(event.target, gg.text("sending", Math.round(100 * event.detail.loaded / event.detail.total) + "%"));
  });
  /* what was sent is no draft, and the way back does not show it as if it were unsent */
  document.addEventListener("htmx:afterRequest", function (event) {
    var form = event.target;
    share(form, "");
    if (!form.matches("form[data-draft]") || !event.detail.xhr.getResponseHeader("HX-Redirect")) return;
    form.dataset.sent = "1";
    dropDraft(form);
    form.reset();
  });
  document.addEventListener("htmx:timeout", lost);
  document.addEventListener("htmx:confirm", function (event) {
    var hit = event.target;
    if (!hit.dataset || !hit.dataset.confirm || hit.tagName === "FORM") return;
    event.preventDefault();
    ask(hit, function () { event.detail.issueRequest(true); });
  });

  function begin(within) {
    all("form[data-draft]", within).forEach(startDraft);
    all("[data-toast]", within).forEach(function (mark) { gg.toast(mark.dataset.toast, mark.dataset.toastTone); mark.removeAttribute("data-toast"); });
    var first = within.querySelector("[data-focus]");
    if (first) first.focus();
    countBulk();
    document.dispatchEvent(new CustomEvent("gg:begin", { detail: within }));
  }
  document.addEventListener("htmx:load", function (event) { if (event.detail.elt !== document.body) begin(event.detail.elt.parentNode || document); });
  begin(document);
  showNetwork();
})();
