/* 待发送: what this phone still has to send; a person corrects what was refused and chooses where there are two versions. */
(function () {
  "use strict";
  var gg = window.gg, queue = window.ggQueue, list = document.querySelector("[data-queue-list]");
  if (!list || !queue || !gg.offline) return;
  var here = document.getElementById("gg-offline").dataset.waiting, pattern = document.querySelector("template[data-queue-row]");

  function one(selector, within) { return (within || list).querySelector(selector); }
  function each(selector, within, step) { Array.prototype.forEach.call(within.querySelectorAll(selector), step); }
  function put(row, selector, text) { one(selector, row).textContent = text || ""; }
  function moment(at) { return new Date(at).toLocaleString(document.documentElement.lang, { month: "long", day: "numeric", hour: "2-digit", minute: "2-digit", hour12: false }); }

  function draw(entry) {
    var row = pattern.content.cloneNode(true), wrong = [].concat.apply([], Object.keys(entry.errors || {}).map(function (name) { return entry.errors[name]; }));
    put(row, "[data-title]", entry.title);
    put(row, "[data-words]", entry.state === "conflict" ? "" : entry.words);
    put(row, "[data-mine]", entry.words);
    put(row, "[data-kept]", entry.kept);
    put(row, "[data-made]", moment(entry.made));
    put(row, "[data-photos] .num", String(entry.files.length));
    one("[data-photos]", row).hidden = !entry.files.length;
    put(row, "[data-said]", entry.state === "conflict" ? "" : [entry.said].concat(wrong).filter(Boolean).join(" "));
    one("[data-said]", row).hidden = !one("[data-said]", row).textContent;
    one("[data-kept-link]", row).hidden = !entry.keptUrl;
    one("[data-kept-link]", row).href = entry.keptUrl || "#";
    one("[data-act=correct]", row).href = entry.page + "#queue=" + entry.id;
    each("[data-is]", row, function (part) { part.hidden = part.dataset.is !== entry.state; });
    each("[data-not]", row, function (part) { part.hidden = part.dataset.not === entry.state; });
    each("button[data-act]", row, function (button) { button.addEventListener("click", function () { act(button.dataset.act, entry); }); });
    one("article", row).dataset.id = entry.id;
    return row;
  }
  function drawAll(entries) {
    var own = entries.filter(function (entry) { return entry.user === gg.offline.user; }), rows = one("[data-queue-rows]");
    rows.textContent = "";
    own.forEach(function (entry) { rows.appendChild(draw(entry)); });
    one("[data-queue-head]").hidden = !own.length;
    one("[data-queue-empty]").hidden = own.length > 0;
    one("[data-queue-others]").hidden = own.length === entries.length;
  }

  function act(what, entry) {
    if (what === "drop") queue.drop(entry.id);
    else if (what === "delete") gg.ask({ dataset: { confirm: gg.offline.say("delete"), confirmTone: "danger" } }, function () { queue.drop(entry.id); });
    else send(what === "fresh" ? renewed(entry) : again(entry), entry.id);
  }
  function again(entry) { return Object.assign({}, entry, { state: "waiting", said: "", errors: {}, next: 0 }); }
  /* the same words under an id of their own: the server takes them for another record */
  function renewed(entry) {
    var id = gg.uuid(), fields = entry.fields.map(function (pair) { return [pair[0], pair[1] === entry.id ? id : pair[1]]; });
    return Object.assign(again(entry), { id: id, fields: fields });
  }
  function send(entry, old) {
    queue.put(entry).then(function () { return entry.id === old ? null : queue.drop(old); }).then(function () { return gg.offline.flush(true); });
  }

  one("[data-queue-send]").addEventListener("click", function () { gg.offline.flush(true).then(function (results) { if (results.offline) gg.toast(gg.offline.say("kept"), "info"); }); });
  document.addEventListener("gg:queue", function (event) { drawAll(event.detail); });
  document.addEventListener("gg:flushed", function (event) { one("[data-queue-login]").hidden = !event.detail.login; });
  document.querySelector("[data-not-here]").hidden = location.pathname === here;
  queue.changed();
})();
