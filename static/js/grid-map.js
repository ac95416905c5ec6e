/* The grid map page: boundaries of one level with popups, and the layers of other pages over them. Needs map.js before it. */
(function () {
  "use strict";
  var gg = window.gg, box = document.querySelector("[data-grid-map]");
  if (!box || !box.ggMap || !gg.map) return;
  var map = box.ggMap, words = box.dataset, shapes = {};

  function line(parent, text, strong) {
    var row = parent.appendChild(document.createElement("div"));
    row.textContent = text;
    if (strong) row.className = "fw-bold";
    return row;
  }
  function link(parent, text, href) {
    var one = parent.appendChild(document.createElement("a"));
    one.textContent = text;
    one.href = href;
    one.className = "me-3";
  }
  function popup(data) {
    var body = document.createElement("div");
    line(body, data.name, true);
    line(body, words.wordLeader + ": " + (data.leader || words.wordVacant));
    if (data.households) line(body, words.wordHouseholds + ": " + data.households);
    var links = body.appendChild(document.createElement("div"));
    link(links, words.wordDetails, words.detail + data.code + "/");
    if (data.level < 6 && data.kind === "territorial") link(links, words.wordBelow, "?under=" + data.code);
    return body;
  }
  function look(data) {
    var dark = document.documentElement.dataset.bsTheme === "dark", special = data.kind === "dedicated";
    return { color: special ? "#8250c4" : dark ? "#8aa3c0" : "#4f6f96", weight: special ? 2 : 1.2, dashArray: special ? "4 3" : data.leader ? null : "2 4",
      fillColor: data.leader ? "#1d5fae" : "#c22f2f", fillOpacity: data.leader ? 0.08 : 0.16 };
  }
  function draw(collection) {
    var layer = L.geoJSON(collection, {
      style: function (feature) { return look(feature.properties); },
      onEachFeature: function (feature, shape) {
        shapes[feature.properties.code] = shape;
        shape.bindPopup(popup(feature.properties));
        shape.bindTooltip(document.createTextNode(feature.properties.name).textContent.replace(/[<&]/g, ""), { sticky: true });
        shape.on("mouseover", function () { shape.setStyle({ weight: 3 }); });
        shape.on("mouseout", function () { shape.setStyle(look(feature.properties)); });
      },
    }).addTo(map);
    gg.map.fit(map, layer);
    gg.map.names(map, layer);
  }
  /* Cases are drawn at once; counts of care wait in the same box of layers until somebody ticks them. */
  var choices = null;
  function offer(layer, name) {
    if (!choices) choices = L.control.layers(null, null, { collapsed: false }).addTo(map);
    choices.addOverlay(layer, name);
  }
  function over(url) {
    gg.map.fetchJson(url).then(function (collection) {
      if (collection.kind === "care") { offer(gg.map.care(collection), collection.title); return; }
      if (collection.kind === "service_points") { offer(gg.map.points(map, collection), collection.title); return; }
      var heat = gg.map.heat(map, collection);
      offer(gg.map.points(map, collection), words.wordCases);
      if (heat) offer(heat, words.wordHeat);
    }).catch(function () { /* the boundaries stay useful */ });
  }
  gg.map.fetchJson(words.layer).then(function (collection) {
    draw(collection);
    JSON.parse(document.getElementById("grid-map-layers").textContent).forEach(over);
  }).catch(function () {
    box.appendChild(Object.assign(document.createElement("div"), { className: "map-message", textContent: words.wordFailed }));
  });

  document.addEventListener("mouseover", function (event) {
    var one = event.target.closest && event.target.closest("[data-grid-code]"), shape = one && shapes[one.dataset.gridCode];
    if (shape) shape.setStyle({ weight: 4 });
  });
  document.addEventListener("mouseout", function (event) {
    var one = event.target.closest && event.target.closest("[data-grid-code]"), shape = one && shapes[one.dataset.gridCode];
    if (shape) shape.setStyle(look(shape.feature.properties));
  });
})();
