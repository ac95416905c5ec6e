/* Leaflet in the admin: with hashed file names Leaflet cannot find its marker pictures (django-leaflet issues 357, 382), and a map
   without tiles needs a maxZoom. Runs at map:init, because L is not there yet when this file is loaded. */
(function () {
  "use strict";
  var here = document.currentScript ? document.currentScript.src : "";
  var root = here.replace(/js\/admin-map[^/]*\.js.*$/, "");
  window.addEventListener("map:init", function (event) {
    var map = event.detail.map;
    L.Icon.Default.imagePath = root + "leaflet/images/";
    map.options.maxZoom = 18;
    if (!map._loaded) map.setView([34.75, 113.65], 12);
    map.getContainer().style.maxWidth = "100%";
  });
})();
