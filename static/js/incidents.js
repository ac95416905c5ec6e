/* Case pages: the desk's queue that refreshes itself, buttons that fill a field, what is known of a place. */
(function () {
  "use strict";
  var EVERY = 5000;

  function all(selector, within) { return Array.prototype.slice.call((within || document).querySelectorAll(selector)); }

  /* ---- a button that puts a value into a field ---- */
  document.addEventListener("click", function (event) {
    var button = event.target.closest("[data-set]");
    var field = button && document.querySelector(button.dataset.set);
    if (!field) return;
    field.value = button.dataset.value;
    field.dispatchEvent(new Event("change", { bubbles: true }));
    field.focus();
  });

  /* ---- photos open large over the page; arrow keys turn them, Esc closes; without JavaScript they open in a tab ---- */
  var light = null, shown = [], at = 0;
  function build() {
    light = document.createElement("dialog");
    light.className = "lightbox";
    var image = light.appendChild(document.createElement("img")), words = light.appendChild(document.createElement("p"));
    light.addEventListener("click", function (event) {
      if (event.target !== image || shown.length < 2) light.close();
      else turn(event.offsetX < image.clientWidth / 2 ? -1 : 1);
    });
    light.addEventListener("keydown", function (event) {
      if (event.key === "ArrowLeft") turn(-1);
      if (event.key === "ArrowRight") turn(1);
    });
    light.ggDraw = function () {
      image.src = shown[at].href;
      image.alt = shown[at].textContent.trim();
      words.textContent = (image.alt ? image.alt + " · " : "") + (at + 1) + " / " + shown.length;
    };
    document.body.appendChild(light);
  }
  function turn(by) {
    at = (at + by + shown.length) % shown.length;
    light.ggDraw();
  }
  document.addEventListener("click", function (event) {
    var link = event.target.closest("[data-photos-view] a");
    if (!link || event.ctrlKey || event.metaKey || !window.HTMLDialogElement) return;
    event.preventDefault();
    if (!light) build();
    shown = all("a", link.closest("[data-photos-view]"));
    at = shown.indexOf(link);
    light.ggDraw();
    light.showModal();
  });

  /* ---- a tick that shows what belongs to it ---- */
  function shows(box) {
    var tick = box.querySelector("input[type=checkbox]"), shown = box.querySelector("[data-shown]");
    if (!tick || !shown || box.dataset.on) return;
    box.dataset.on = "1";
    function turn() { shown.hidden = !tick.checked; }
    tick.addEventListener("change", turn);
    turn();
  }

  /* ---- the grid of a place, and the compound and address that go with it ---- */
  function hint(form) {
    if (form.dataset.hintOn) return;
    form.dataset.hintOn = "1";
    var place = form.querySelector("[data-place-found]"), lat = form.elements.lat, lon = form.elements.lon, asked = 0;
    if (!place || !lat || !lon) return;
    form.addEventListener("change", function (event) { if (event.target === lat) ask(); });
    ask();
    function ask() {
      if (!lat.value || !lon.value) return;
      var mine = (asked += 1);
      fetch(form.dataset.placeHint + "?lon=" + encodeURIComponent(lon.value) + "&lat=" + encodeURIComponent(lat.value), { credentials: "same-origin" })
        .then(function (answer) { return answer.ok && answer.status !== 204 ? answer.text() : ""; })
        .then(function (html) { if (mine === asked && html) fill(html); })
        .catch(function () { /* without network the report still goes: the server finds the grid later */ });
    }
    function fill(html) {
      place.innerHTML = html;
      var found = place.querySelector("[data-compound]");
      if (!found) return;
      offer(form.elements.compound, found.dataset.compound);
      offer(form.elements.address, found.dataset.address);
    }
    /* fills an empty field, or one that was filled from the map before and not touched since */
    function offer(field, value) {
      if (!field || (field.value && field.dataset.filled !== field.value)) return;
      field.value = value || "";
      field.dataset.filled = field.value;
    }
  }

  /* the button of a form that stands open is not shown twice; its key then sends the form */
  function moves(box) {
    var form = box.querySelector("[data-form-of]");
    var row = box.querySelector(".move-buttons");
    all("[data-move]", box).forEach(function (button) { button.hidden = !!form && button.dataset.move === form.dataset.formOf; });
    if (row) row.hidden = !row.querySelector("[data-move]:not([hidden]),form");
  }

  /* ---- the desk ---- */
  function ticked(box) { return box.querySelector('input[name="cases"]:checked'); }
  function current() {
    var open = document.getElementById("desk-case");
    return open ? open.dataset.number : "";
  }
  function mark(box) {
    all("[data-number]", box).forEach(function (row) {
      var is = row.dataset.number === current();
      row.classList.toggle("is-current", is);
      var link = row.querySelector("a");
      if (link && is) link.setAttribute("aria-current", "true");
      else if (link) link.removeAttribute("aria-current");
    });
  }
  /* who else has the open case: the queue says it of every row, the case says it at its head */
  function show(box) {
    var row = box.querySelector(".desk-row.is-current [data-present]"), head = document.getElementById("desk-present");
    if (row && head && head.innerHTML !== row.innerHTML) head.innerHTML = row.innerHTML;
  }
  document.addEventListener("change", function (event) {
    var field = event.target.closest("[data-send]");
    if (field && field.form) field.form.requestSubmit();
  });
  /* A queue with ticks stays as it is until they are used or taken away: nothing moves under the pointer. */
  function poll(box) {
    var state = box.querySelector("[data-queue-state]");
    if (!state || document.hidden || !navigator.onLine || ticked(box)) return;
    var url = box.dataset.queue + "?" + state.dataset.links + "&mark=" + encodeURIComponent(state.dataset.mark) + "&case=" + encodeURIComponent(current());
    fetch(url, { credentials: "same-origin", headers: { "HX-Request": "true" } }).then(function (answer) {
      if (answer.status !== 200 || answer.redirected) return "";
      return answer.text();
    }).then(function (html) {
      if (!html || ticked(box) || box.contains(document.activeElement) && document.activeElement.matches("input[name=reason]")) return;
      var scroller = box.closest(".desk-queue") || box, top = scroller.scrollTop;
      box.innerHTML = html;
      scroller.scrollTop = top;
      show(box);
      if (window.htmx) window.htmx.process(box);
      document.dispatchEvent(new CustomEvent("gg:begin", { detail: box }));
      mark(box);
    }).catch(function () { /* the next round tries again */ });
  }

  /* on a narrow screen the case stands below the queue: go there when one was chosen */
  document.addEventListener("htmx:afterSettle", function (event) {
    var open = event.detail.elt;
    if (open && open.id === "desk-case" && window.innerWidth < 768) open.scrollIntoView({ block: "start" });
  });

  function begin(within) {
    all("[data-shows]", within).forEach(shows);
    all("[data-moves]").forEach(moves);
    all("form[data-place-hint]", within).forEach(hint);
    var box = document.getElementById("desk-queue");
    if (!box) return;
    mark(box);
    if (!box.dataset.on) {
      box.dataset.on = "1";
      setInterval(function () { poll(box); }, EVERY);
    }
  }
  document.addEventListener("gg:begin", function (event) { begin(event.detail); });
  begin(document);
})();
