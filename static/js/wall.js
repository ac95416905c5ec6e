/* The wall screen: asks for new numbers every 30 seconds, says when they are old, and draws everything as SVG. */
(function () {
  "use strict";
  var wall = document.querySelector("[data-wall]"), say = document.querySelector("[data-wall-words]").dataset, NS = "http://www.w3.org/2000/svg";
  var every = Number(wall.dataset.every) * 1000, lastGood = Date.now(), shown = {}, mark = "", shape = null, timer = 0, waiting = every;

  function find(name) { return wall.querySelector("[data-" + name + "]"); }
  function svg(name, attributes, parent, text) {
    var node = document.createElementNS(NS, name);
    Object.keys(attributes || {}).forEach(function (key) { node.setAttribute(key, attributes[key]); });
    if (text !== undefined) node.textContent = text;
    return parent ? parent.appendChild(node) : node;
  }
  function html(name, text, parent, className) {
    var node = document.createElement(name);
    if (text !== undefined) node.textContent = text;
    if (className) node.className = className;
    return parent ? parent.appendChild(node) : node;
  }
  function two(n) { return (n < 10 ? "0" : "") + n; }
  function clock(at, seconds) { return two(at.getHours()) + ":" + two(at.getMinutes()) + (seconds ? ":" + two(at.getSeconds()) : ""); }

  /* ---- numbers, rates, categories, events ---- */
  function numbers(data) {
    var now = { reported: data.today.reported, completed: data.today.completed, open: data.open, overdue: data.overdue };
    Object.keys(now).forEach(function (name) {
      var node = wall.querySelector('[data-number="' + name + '"]'), changed = name in shown && shown[name] !== now[name];
      node.textContent = now[name].toLocaleString("en");
      node.classList.toggle("is-long", now[name] > 9999);
      node.parentNode.classList.remove("is-new");
      if (changed) { void node.offsetWidth; node.parentNode.classList.add("is-new"); }
    });
    shown = now;
  }
  function rates(list) {
    var place = find("rates"), round = 2 * Math.PI * 42;
    place.textContent = "";
    list.forEach(function (one) {
      var box = html("div", undefined, place, "wall-ring" + (one.value !== null && one.value < 0.8 ? " is-low" : ""));
      var ring = svg("svg", { viewBox: "0 0 100 100", "aria-hidden": "true" }, box);
      svg("circle", { class: "track", cx: 50, cy: 50, r: 42, fill: "none", "stroke-width": 9 }, ring);
      if (one.value) svg("circle", { class: "arc", cx: 50, cy: 50, r: 42, fill: "none", "stroke-width": 9, transform: "rotate(-90 50 50)", "stroke-dasharray": (round * one.value).toFixed(1) + " " + round.toFixed(1) }, ring);
      svg("text", { x: 50, y: 57 }, ring, one.value === null ? "—" : (one.value * 100).toFixed(1) + "%");
      html("span", one.label, box);
      html("small", one.above.toLocaleString("en") + " / " + one.below.toLocaleString("en"), box, "num");
    });
  }
  function categories(list) {
    var place = find("categories"), most = list.length ? list[0].count : 1;
    place.textContent = "";
    list.forEach(function (one) {
      var row = html("li", undefined, place);
      html("span", one.name, row);
      html("b", one.count.toLocaleString("en"), row, "num");
      var bar = html("i", undefined, row);
      requestAnimationFrame(function () { bar.style.width = Math.max(2, (one.count / most) * 100) + "%"; });
    });
  }
  var known = null;
  function events(list) {
    var place = find("events"), before = known;
    place.textContent = "";
    known = {};
    list.forEach(function (one) {
      var key = one.at + one.title + one.move, row = html("li", undefined, place, "is-" + one.tone + (before && !before[key] ? " is-fresh" : ""));
      known[key] = true;
      html("b", one.move, row);
      html("span", one.title, row);
      html("time", "", row).dateTime = one.at;
      html("small", [one.category, one.place].filter(Boolean).join(" · "), row);
    });
    if (!list.length) html("li", say.nothing, place);
    ages();
  }
  function ages() {
    find("events").querySelectorAll("time").forEach(function (node) {
      var minutes = Math.max(0, Math.floor((Date.now() - new Date(node.dateTime)) / 60000));
      node.textContent = minutes < 1 ? say.now : minutes < 60 ? say.minutes.replace("{n}", minutes) : say.hours.replace("{n}", Math.floor(minutes / 60));
    });
  }

  /* ---- trend ---- */
  function trend(data) {
    var place = find("trend"), wide = Math.max(240, place.clientWidth), high = Math.max(120, place.clientHeight);
    var left = Math.max(34, wide * 0.1), bottom = Math.max(22, high * 0.06), top = 8, most = Math.max.apply(null, data.reported.concat(data.completed, [4])), step = nice(most / 3);
    most = Math.ceil(most / step) * step;
    function x(i) { return left + (i * (wide - left - 6)) / (data.days.length - 1); }
    function y(v) { return top + (1 - v / most) * (high - top - bottom); }
    function way(values) { return values.map(function (v, i) { return (i ? "L" : "M") + x(i).toFixed(1) + " " + y(v).toFixed(1); }).join(""); }
    place.textContent = "";
    var root = svg("svg", { viewBox: "0 0 " + wide + " " + high, "aria-hidden": "true" }, place), fade = svg("linearGradient", { id: "wall-fade", x1: 0, y1: 0, x2: 0, y2: 1 }, svg("defs", {}, root));
    svg("stop", { offset: 0, "stop-color": "#38c6ff", "stop-opacity": 0.45 }, fade);
    svg("stop", { offset: 1, "stop-color": "#38c6ff", "stop-opacity": 0 }, fade);
    for (var v = 0; v <= most; v += step) {
      svg("line", { class: "grid", x1: left, x2: wide - 6, y1: y(v), y2: y(v) }, root);
      svg("text", { x: left - 6, y: y(v) + 4, "text-anchor": "end" }, root, v);
    }
    data.days.forEach(function (day, i) { if ((data.days.length - 1 - i) % 7 === 0) svg("text", { x: x(i), y: high - 4, "text-anchor": i === data.days.length - 1 ? "end" : "middle" }, root, day); });
    svg("path", { class: "area", d: way(data.reported) + "L" + x(data.days.length - 1) + " " + y(0) + "L" + x(0) + " " + y(0) + "Z" }, root);
    svg("path", { class: "done", d: way(data.completed) }, root);
    svg("path", { class: "new", d: way(data.reported) }, root);
  }
  function nice(value) {
    var ten = Math.pow(10, Math.floor(Math.log(value) / Math.LN10)), part = value / ten;
    return Math.max(1, (part <= 1 ? 1 : part <= 2 ? 2 : part <= 5 ? 5 : 10) * ten);
  }

  /* ---- map: our own boundaries, no tiles ---- */
  function rings(geometry) { return geometry.type === "Polygon" ? [geometry.coordinates] : geometry.coordinates; }
  function draw(collection) {
    var place = wall.querySelector("[data-map-place]"), box = [180, 90, -180, -90];
    collection.features.forEach(function (one) { rings(one.geometry).forEach(function (part) { part[0].forEach(function (at) {
      box = [Math.min(box[0], at[0]), Math.min(box[1], at[1]), Math.max(box[2], at[0]), Math.max(box[3], at[1])];
    }); }); });
    if (box[0] > box[2]) return;
    var flat = Math.cos(((box[1] + box[3]) / 2) * Math.PI / 180), size = 1000 / Math.max((box[2] - box[0]) * flat, box[3] - box[1]);
    function at(lon, lat) { return [(lon - box[0]) * flat * size, (box[3] - lat) * size]; }
    function path(geometry) {
      return rings(geometry).map(function (part) { return part.map(function (ring) {
        return ring.map(function (point, i) { var p = at(point[0], point[1]); return (i ? "L" : "M") + p[0].toFixed(1) + " " + p[1].toFixed(1); }).join("") + "Z";
      }).join(""); }).join("");
    }
    var wide = (box[2] - box[0]) * flat * size, high = (box[3] - box[1]) * size;
    var root = svg("svg", { viewBox: [-12, -12, wide + 24, high + 24].join(" "), role: "img" }), layers = ["shadow", "areas", "borders", "dots", "names"].map(function () { return svg("g", {}, root); });
    var lowest = Math.max.apply(null, collection.features.map(function (one) { return one.properties.level; })), areas = {};
    collection.features.forEach(function (one) {
      var d = path(one.geometry);
      if (one.properties.level === lowest) { areas[one.properties.code] = svg("path", { class: "area load-a", d: d }, layers[1]); svg("title", {}, areas[one.properties.code], one.properties.name); }
      else { svg("path", { class: "shadow", d: d }, layers[0]); svg("path", { class: "border", d: d }, layers[2]); name(one, layers[4]); }
    });
    function name(one, layer) {
      var mid = [0, 0], part = rings(one.geometry).sort(function (a, b) { return b[0].length - a[0].length; })[0][0];
      var low = [180, 90], top = [-180, -90];
      part.forEach(function (p) { low = [Math.min(low[0], p[0]), Math.min(low[1], p[1])]; top = [Math.max(top[0], p[0]), Math.max(top[1], p[1])]; });
      mid = at((low[0] + top[0]) / 2, (low[1] + top[1]) / 2);
      svg("text", { x: mid[0].toFixed(1), y: mid[1].toFixed(1), "font-size": 21 }, layer, one.properties.name.replace(/社区$/, ""));
    }
    place.textContent = "";
    place.appendChild(root);
    shape = { areas: areas, dots: layers[3], at: at };
  }
  function step(open) { return open > 10 ? "e" : open > 5 ? "d" : open > 2 ? "c" : open > 0 ? "b" : "a"; }
  function colours(data) {
    if (!shape) return;
    Object.keys(shape.areas).forEach(function (code) {
      var load = data.grids[code] || [0, 0];
      shape.areas[code].setAttribute("class", "area load-" + step(load[0]) + (load[1] ? " is-late" : ""));
    });
    shape.dots.textContent = "";
    var pings = 0;
    data.dots.forEach(function (one) {
      var p = shape.at(one[0], one[1]);
      svg("circle", { class: "dot" + (one[2] ? " is-late" : ""), cx: p[0].toFixed(1), cy: p[1].toFixed(1), r: one[2] ? 4.2 : 3 }, shape.dots);
      if (one[2] && (pings += 1) <= 40) svg("circle", { class: "ring", cx: p[0].toFixed(1), cy: p[1].toFixed(1), r: 9 }, shape.dots);
    });
  }

  /* ---- keeping up ---- */
  var present = null;
  function show(data) {
    present = data;
    numbers(data);
    rates(data.rates);
    categories(data.categories);
    events(data.events);
    trend(data.trend);
    colours(data);
  }
  function fresh() {
    lastGood = Date.now();
    waiting = every;
    find("fresh-text").textContent = say.updated + " " + clock(new Date(), true);
    age();
  }
  function age(login) {
    var late = Date.now() - lastGood > 3 * every || login, note = find("stale");
    wall.classList.toggle("is-stale", Boolean(late));
    note.hidden = !late;
    if (late) note.textContent = login ? say.login : say.stale.replace("{time}", clock(new Date(lastGood)));
  }
  var gone = false;
  function ask() {
    clearTimeout(timer);
    var control = new AbortController(), end = setTimeout(function () { control.abort(); }, 15000);
    fetch(wall.dataset.url, { credentials: "same-origin", cache: "no-store", redirect: "manual", signal: control.signal, headers: mark ? { "If-None-Match": mark } : {} }).then(function (answer) {
      gone = answer.type === "opaqueredirect" || answer.status === 401 || answer.status === 403;
      if (answer.status === 304) return null;
      if (!answer.ok) throw new Error(String(answer.status));
      mark = answer.headers.get("ETag") || "";
      return answer.json();
    }).then(function (data) { if (data) show(data); fresh(); }).catch(function () {
      waiting = Math.min(waiting * 1.5, 120000); // a server that is down is not asked more often
      age(gone);
    }).finally(function () { clearTimeout(end); timer = setTimeout(ask, waiting); });
  }
  function shapes() {
    fetch(wall.dataset.shapes, { credentials: "same-origin" }).then(function (answer) { if (!answer.ok) throw new Error(); return answer.json(); })
      .then(function (collection) { draw(collection); if (present) colours(present); }).catch(function () { setTimeout(shapes, 10000); });
  }
  function tick() {
    find("clock").textContent = clock(new Date(), true);
    age(gone && Date.now() - lastGood > every);
  }
  function full() { if (document.fullscreenElement) document.exitFullscreen(); else if (wall.requestFullscreen) document.documentElement.requestFullscreen().catch(function () {}); }
  document.addEventListener("keydown", function (event) { if ((event.key === "f" || event.key === "F") && !event.ctrlKey && !event.metaKey && !event.altKey) full(); });
  document.addEventListener("fullscreenchange", function () { wall.classList.toggle("is-full", Boolean(document.fullscreenElement)); });
  find("full").addEventListener("click", full);
  window.addEventListener("resize", function () { if (present) trend(present.trend); });
  window.addEventListener("online", ask);
  document.addEventListener("visibilitychange", function () { if (!document.hidden) ask(); });
  setInterval(tick, 1000);
  setInterval(ages, 20000);
  setInterval(function () { if (new Date().getHours() === 4 && performance.now() > 3600000 && Date.now() - lastGood < 2 * every) location.reload(); }, 3600000); // once a night: a new day, new versions
  show(JSON.parse(document.getElementById("wall-first").textContent));
  fresh();
  shapes();
  timer = setTimeout(ask, every);
})();
