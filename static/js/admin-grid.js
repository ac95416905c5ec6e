/* The boundary of a grid in the admin: zoomed to it, with parent and neighbours behind it to draw along. */
(function () {
  "use strict";
  window.addEventListener("map:init", function (event) {
    var map = event.detail.map, field = document.getElementById("id_boundary"), path = location.pathname;
    if (!field || !/\/grid\/grid\/\d+\/change\/$/.test(path)) return;
    function fit() {
      var value = field.value && JSON.parse(field.value);
      if (value) map.fitBounds(L.geoJSON(value).getBounds(), { padding: [60, 60], maxZoom: 18, animate: false });
    }
    fetch(path.replace(/change\/$/, "neighbours/"), { credentials: "same-origin" }).then(function (answer) {
      return answer.ok ? answer.json() : null;
    }).then(function (collection) {
      if (!collection) return;
      var behind = L.geoJSON(collection, { interactive: false, style: function () { return { color: "#6f86a3", weight: 1.5, dashArray: "4 3", fill: false }; } }).addTo(map);
      behind.eachLayer(function (shape) {
        shape.bindTooltip(document.createTextNode(shape.feature.properties.name).textContent.replace(/[<&]/g, ""), { permanent: true, direction: "center", className: "map-label" });
      });
      // the widget's own zoom is still under way, and its end would undo ours
      setTimeout(function () {
        map.invalidateSize(false);
        if (field.value) fit(); else if (collection.features.length) map.fitBounds(behind.getBounds(), { animate: false });
      }, 500);
    });
  });
})();
