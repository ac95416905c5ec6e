/* The analysis page: a chart as a picture. Heat and bands are drawn by chart.js. */
(function () {
  "use strict";
  var gg = window.gg;

  function save(blob, name) {
    var link = document.createElement("a"), address = URL.createObjectURL(blob);
    link.href = address;
    link.download = name + ".png";
    document.body.appendChild(link);
    link.click();
    link.remove();
    setTimeout(function () { URL.revokeObjectURL(address); }, 1000);
  }
  function blobOf(address) {
    var bytes = atob(address.split(",")[1]), array = new Uint8Array(bytes.length);
    for (var i = 0; i < bytes.length; i += 1) array[i] = bytes.charCodeAt(i);
    return new Blob([array], { type: "image/png" });
  }
  /* Charts on the page are SVG; the picture is drawn anew on a canvas, with its title, on the page's ground. */
  function picture(box) {
    var card = box.closest("[data-chart-card]"), data = JSON.parse(document.getElementById(box.dataset.chart).textContent);
    var place = document.createElement("div"), ground = getComputedStyle(card).backgroundColor;
    place.style.cssText = "position:fixed;left:-9999px;top:0;width:1000px;height:" + Math.max(460, box.clientHeight) + "px";
    document.body.appendChild(place);
    var chart = echarts.init(place, null, { renderer: "canvas", devicePixelRatio: 2 }), option = gg.chart.describe(data);
    var title = card.querySelector(".card-title").textContent, more = card.querySelector(".card-subtitle").textContent;
    option.title = { text: title, subtext: more, left: 8, top: 4, textStyle: { color: option.textStyle.color, fontSize: 16 } };
    if (option.grid) option.grid.top = (option.grid.top || 0) + 56;
    if (option.legend) option.legend.top = 28;
    chart.setOption(option);
    save(blobOf(chart.getDataURL({ type: "png", pixelRatio: 2, backgroundColor: ground })), title);
    chart.dispose();
    place.remove();
  }
  document.addEventListener("click", function (event) {
    var button = event.target.closest("[data-chart-picture]");
    if (button && window.echarts) picture(document.getElementById(button.dataset.chartPicture));
  });
})();
