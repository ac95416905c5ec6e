/* Points of the nine-colour map: one per building, its size from the count, its lines in the tooltip. Counts only. Needs map.js. */
(function () {
  "use strict";
  var gg = window.gg;
  if (!gg || !gg.map || !window.L) return;

  function words(data, legend) {
    var box = document.createElement("div"), head = box.appendChild(document.createElement("div"));
    head.className = "fw-bold";
    head.textContent = data.name + "  " + data.total;
    data.counts.forEach(function (pair) { box.appendChild(document.createElement("div")).textContent = legend[pair[0]][1] + "：" + pair[1]; });
    return box;
  }
  /* The layer of a FeatureCollection of kind "care"; the caller adds it to its map. */
  function layer(collection) {
    return L.geoJSON(collection, {
      pointToLayer: function (feature, at) {
        return L.circleMarker(at, { radius: 5 + Math.min(9, Math.sqrt(feature.properties.size) * 2), color: "#fff", weight: 1.5, fillColor: collection.legend[feature.properties.most][0], fillOpacity: 0.9 });
      },
      onEachFeature: function (feature, marker) {
        marker.bindTooltip(words(feature.properties, collection.legend));
        marker.on("click", function () { location.href = collection.page + feature.properties.code; });
      },
    });
  }
  gg.map.care = layer;
  Array.prototype.forEach.call(document.querySelectorAll("[data-care-map]"), function (box) {
    if (!box.ggMap) return;
    gg.map.fetchJson(box.dataset.careMap).then(function (collection) {
      var drawn = layer(collection).addTo(box.ggMap);
      drawn.bringToFront();
      if (!box.dataset.geojson) gg.map.fit(box.ggMap, drawn);
    }).catch(function () { /* the table shows the same counts */ });
  });
})();
