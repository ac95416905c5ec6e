/* Maps of grids on Leaflet. Reads data attributes of [data-map]; see templates/parts/map_box.html and place_input.html. */
(function () {
  "use strict";
  var gg = window.gg, HOME = [34.75, 113.65];

  /* few … many open cases; the same as .load-0 … .load-4 of app.css */
  var LIGHT = ["#f4f7fa", "#cfe0f3", "#93b9e3", "#4f88c9", "#1d4f91"], DARK = ["#202b37", "#29435f", "#2f628f", "#3f86c6", "#7cbcf5"];

  function step(open) { return open > 10 ? 4 : open > 5 ? 3 : open > 2 ? 2 : open > 0 ? 1 : 0; }
  function dark() { return document.documentElement.dataset.bsTheme === "dark"; }
  function gridStyle(feature) {
    var data = feature.properties || {}, late = data.overdue > 0;
    if (!("open" in data)) return plainStyle();
    return { color: late ? (dark() ? "#ff8f8f" : "#c22f2f") : dark() ? "#8aa3c0" : "#6f86a3", weight: late ? 2 : 1, fillColor: (dark() ? DARK : LIGHT)[step(data.open)], fillOpacity: 0.85 };
  }
  function plainStyle() { return { color: dark() ? "#8aa3c0" : "#6f86a3", weight: 1, fillColor: "#2f7bd6", fillOpacity: 0.06 }; }
  function words(data) {
    var text = [data.name || data.title || data.number || ""];
    if ("open" in data) text.push(data.open + " " + gg.text("cases") + (data.overdue ? " · " + data.overdue + " " + gg.text("overdue") : ""));
    var box = document.createElement("div");
    text.forEach(function (line, index) {
      var row = box.appendChild(document.createElement("div"));
      row.textContent = line;
      if (!index) row.style.fontWeight = "600";
    });
    return box;
  }
  function pin(tone) { return L.divIcon({ className: "", html: '<div class="map-pin pin-' + (tone || "primary") + '"></div>', iconSize: [28, 28], iconAnchor: [14, 32] }); }

  function polygons(map, collection) {
    var picking = map.getContainer().hasAttribute("data-map-pick"), style = picking ? plainStyle : gridStyle;
    var layer = L.geoJSON(collection, {
      style: style,
      filter: function (feature) { return feature.geometry && /Polygon/.test(feature.geometry.type); },
      onEachFeature: function (feature, shape) {
        var data = feature.properties || {};
        if (picking) return;
        shape.bindTooltip(words(data), { sticky: true });
        shape.on("mouseover", function () { shape.setStyle({ weight: 3 }); });
        shape.on("mouseout", function () { shape.setStyle(style(feature)); });
        if (data.url) shape.on("click", function () { location.href = data.url; });
      },
    }).addTo(map);
    document.addEventListener("gg:look", function () { layer.setStyle(style); });
    if (!picking) names(map, layer);
    return layer;
  }
  /* A name is shown where it fits into its grid: a street shows no names, a community shows all. */
  function names(map, layer) {
    var labels = [];
    layer.eachLayer(function (shape) {
      var name = shape.feature.properties.name;
      if (name && shape.getBounds) labels.push(label(shape, name));
    });
    function place() {
      labels.forEach(function (one) {
        var box = one.shape.getBounds();
        var wide = map.latLngToLayerPoint(box.getNorthEast()).x - map.latLngToLayerPoint(box.getSouthWest()).x;
        if (wide > one.width) one.tooltip.addTo(map); else one.tooltip.remove();
      });
    }
    map.on("zoomend", place);
    map.whenReady(place);
  }
  function label(shape, name) {
    var text = document.createElement("span");
    text.textContent = name;
    var tooltip = L.tooltip({ permanent: true, direction: "center", className: "map-label", interactive: false });
    return { shape: shape, width: name.length * 12.5, tooltip: tooltip.setLatLng(shape.getBounds().getCenter()).setContent(text) };
  }
  function points(map, collection) {
    var clusters = L.markerClusterGroup
      ? L.markerClusterGroup({ showCoverageOnHover: false, maxClusterRadius: 46, chunkedLoading: true, iconCreateFunction: clusterIcon })
      : L.layerGroup();
    L.geoJSON(collection, {
      filter: function (feature) { return feature.geometry && feature.geometry.type === "Point"; },
      pointToLayer: function (feature, at) {
        var data = feature.properties;
        if (data.count) return L.marker(at, { icon: heap(data.count, data.overdue > 0), title: data.count + " " + gg.text("cases") });
        return L.marker(at, { icon: pin(feature.properties.tone), title: feature.properties.title || feature.properties.number, alt: feature.properties.number || "" });
      },
      onEachFeature: function (feature, marker) {
        if (!feature.properties.count) marker.bindTooltip(words(feature.properties));
        else marker.on("click", function () { map.setView(marker.getLatLng(), map.getZoom() + 2); });
        if (feature.properties.url) marker.on("click", function () { location.href = feature.properties.url; });
      },
    }).eachLayer(function (one) { clusters.addLayer(one); });
    return clusters.addTo(map);
  }
  function clusterIcon(cluster) {
    var children = cluster.getAllChildMarkers().map(function (one) { return (one.feature && one.feature.properties) || {}; });
    var late = children.some(function (data) { return data.tone === "danger"; });
    return heap(children.reduce(function (sum, data) { return sum + (data.count || 1); }, 0), late);
  }
  function heap(count, late) {
    return L.divIcon({ className: "", iconSize: [36, 36], html: '<div class="map-cluster' + (late ? " is-late" : "") + '">' + count + "</div>" });
  }
  /* More cases than points come as cells: each move of the map asks for its own section, finer and finer. */
  function follow(map, box, url) {
    var asked = 0;
    map.on("moveend", function () {
      var mine = (asked += 1), at = map.getBounds();
      var section = [at.getWest(), at.getSouth(), at.getEast(), at.getNorth()].map(function (n) { return n.toFixed(5); }).join(",");
      fetchJson(url + (url.indexOf("?") < 0 ? "?" : "&") + "bbox=" + section).then(function (collection) {
        if (mine !== asked) return;
        map.removeLayer(box.ggPoints);
        box.ggPoints = points(map, collection);
      }).catch(function () { /* the section is too wide: the cells of before stay */ });
    });
  }
  function heat(map, collection) {
    if (!L.heatLayer) return null;
    return L.heatLayer(collection.features.map(function (f) { return [f.geometry.coordinates[1], f.geometry.coordinates[0], (f.properties && (f.properties.weight || f.properties.count)) || 1]; }), { radius: 22, blur: 18, maxZoom: 17 });
  }
  function fetchJson(url) {
    return fetch(url, { headers: { Accept: "application/geo+json, application/json" }, credentials: "same-origin" }).then(function (answer) {
      if (!answer.ok) throw new Error(String(answer.status));
      return answer.json();
    });
  }
  function say(box, key) {
    var old = box.querySelector(".map-message");
    if (old) old.remove();
    if (key) box.appendChild(Object.assign(document.createElement("div"), { className: "map-message", textContent: gg.text(key) }));
  }
  function fit(map, layer) {
    var bounds = layer.getBounds ? layer.getBounds() : null;
    if (bounds && bounds.isValid()) map.fitBounds(bounds, { padding: [12, 12], maxZoom: 17 });
  }
  /* A tile server of the office's own or Tianditu; several layers are parted by "|". None on a closed network. */
  function tiles(map, box) {
    (box.dataset.tiles || "").split("|").filter(Boolean).forEach(function (url) {
      L.tileLayer(url, { maxZoom: 18, subdomains: "01234567", attribution: box.dataset.tilesBy || "" }).addTo(map);
    });
  }

  /* Draws one [data-map]; the map is kept on the element as `ggMap` and announced by the event gg:map. */
  function start(box) {
    if (box.ggMap || !window.L) return;
    var map = (box.ggMap = L.map(box, { zoomControl: false, maxZoom: 18, minZoom: 8, zoomSnap: 0.5, attributionControl: false, tap: true }).setView(HOME, 12));
    var ready = Promise.resolve();
    tiles(map, box);
    L.control.zoom({ zoomInTitle: gg.text("zoomIn"), zoomOutTitle: gg.text("zoomOut") }).addTo(map);
    L.control.scale({ imperial: false }).addTo(map);
    if (box.dataset.json) fit(map, polygons(map, JSON.parse(document.getElementById(box.dataset.json).textContent)));
    if (box.dataset.geojson) {
      ready = fetchJson(box.dataset.geojson).then(function (collection) {
        box.ggGrids = polygons(map, collection);
        if (!box.dataset.marker) fit(map, box.ggGrids);
      }).catch(function () { say(box, "failed"); });
    }
    if (box.dataset.points) {
      ready.then(function () { return fetchJson(box.dataset.points); }).then(function (collection) {
        box.ggPoints = points(map, collection);
        if (collection.cells) follow(map, box, box.dataset.points);
        box.ggHeat = heat(map, collection);
        if (!box.dataset.geojson) fit(map, box.ggPoints);
        box.dispatchEvent(new CustomEvent("gg:points", { bubbles: true }));
      }).catch(function () { say(box, "failed"); });
    }
    if (box.dataset.marker) {
      var place = box.dataset.marker.split(",").map(Number);
      L.marker([place[1], place[0]], { icon: pin("danger") }).addTo(map);
      map.setView([place[1], place[0]], 16);
    }
    box.dispatchEvent(new CustomEvent("gg:map", { bubbles: true, detail: map }));
    if (window.ResizeObserver) new ResizeObserver(function () { map.invalidateSize(); }).observe(box);
  }

  /* ---- choose a place: the device's own, or a tap ---- */
  function startPlace(group) {
    if (group.dataset.on) return;
    group.dataset.on = "1";
    var lon = document.querySelector(group.dataset.lon), lat = document.querySelector(group.dataset.lat);
    var box = group.querySelector("[data-map-pick]"), text = group.querySelector("[data-place-text]"), marker = null;
    function put(at, words) {
      lon.value = at.lng.toFixed(6);
      lat.value = at.lat.toFixed(6);
      if (text) text.textContent = words || gg.text("placeSet");
      if (box && box.ggMap) {
        if (!marker) {
          marker = L.marker(at, { icon: pin("danger"), draggable: true }).addTo(box.ggMap);
          marker.on("dragend", function () { put(marker.getLatLng()); });
        }
        marker.setLatLng(at);
      }
      lat.dispatchEvent(new Event("change", { bubbles: true }));
    }
    function locate() {
      if (!navigator.geolocation) { text.textContent = gg.text("noPlace"); return; }
      text.textContent = gg.text("locating");
      navigator.geolocation.getCurrentPosition(function (found) {
        var at = L.latLng(found.coords.latitude, found.coords.longitude);
        put(at, gg.text("located", Math.round(found.coords.accuracy)));
        if (box.ggMap) box.ggMap.setView(at, 17);
      }, function () { text.textContent = gg.text("noPlace"); }, { enableHighAccuracy: true, timeout: 10000, maximumAge: 60000 });
    }
    var button = group.querySelector("[data-locate]");
    if (button) button.addEventListener("click", locate);
    if (box && box.ggMap) {
      box.ggMap.on("click", function (event) { put(event.latlng); });
      if (lon.value && lat.value) { put(L.latLng(Number(lat.value), Number(lon.value)), gg.text("placeKept")); box.ggMap.setView([lat.value, lon.value], 16); }
      else if (group.hasAttribute("data-locate-now")) locate();
    }
  }

  function begin(within) {
    Array.prototype.forEach.call(within.querySelectorAll("[data-map]"), start);
    Array.prototype.forEach.call(within.querySelectorAll("[data-place]"), startPlace);
  }
  gg.map = { pin: pin, points: points, polygons: polygons, names: names, heat: heat, fetchJson: fetchJson, fit: fit };
  document.addEventListener("gg:begin", function (event) { begin(event.detail); });
  begin(document);
})();
