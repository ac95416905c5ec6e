/* Charts on ECharts. [data-chart] names a JSON block; see templates/parts/chart_box.html for what it holds. */
(function () {
  "use strict";
  var gg = window.gg, charts = [];
  var TONES = { primary: "#2f7bd6", success: "#2a9d62", warning: "#e09a2b", danger: "#d64545", info: "#2aa3b5", secondary: "#8a97a8" };
  var ORDER = ["#2f7bd6", "#e09a2b", "#2a9d62", "#8a6fc0", "#2aa3b5", "#d64545", "#8a97a8"];

  function colour(name) { return getComputedStyle(document.documentElement).getPropertyValue(name).trim(); }
  function look() { return { words: colour("--tblr-body-color") || "#333", faint: colour("--tone-secondary") || "#666", line: colour("--tblr-border-color") || "#ddd", ground: colour("--tblr-bg-surface") || "#fff" }; }

  function pie(data, is) {
    return { series: [{ type: "pie", radius: ["42%", "70%"], label: { color: is.words, formatter: "{b} {c}" }, itemStyle: { borderColor: is.ground, borderWidth: 2 },
      data: data.labels.map(function (label, i) { return { name: label, value: data.series[0].values[i] }; }) }] };
  }
  /* Every bar keeps its name, slanted when there are many; dates on a line may be left out where they would overlap. */
  function nameLabels(data, is) {
    var letters = data.labels.join("").length;
    if (data.kind !== "bar" || letters < 48 || letters < 3.5 * data.labels.length || data.labels.length > 24) return { color: is.faint, hideOverlap: true };
    return { color: is.faint, interval: 0, rotate: 40, fontSize: 11 };
  }
  function bars(data, is) {
    var lying = data.kind === "hbar", line = data.kind === "line";
    var names = { type: "category", data: data.labels, axisTick: { show: false }, axisLine: { lineStyle: { color: is.line } }, axisLabel: nameLabels(data, is), inverse: lying, boundaryGap: !line };
    var numbers = { type: "value", minInterval: data.decimals ? 0 : 1, axisLabel: { color: is.faint }, splitLine: { lineStyle: { color: is.line, type: "dashed" } } };
    return {
      grid: { left: 8, right: line ? 28 : 16, top: data.series.length > 1 ? 36 : 12, bottom: 4, containLabel: true },
      xAxis: lying ? numbers : names, yAxis: lying ? names : numbers,
      series: data.series.map(function (row) {
        return { name: row.name, type: line ? "line" : "bar", data: row.values, stack: data.stack ? "all" : null, barMaxWidth: 22, smooth: false, showSymbol: data.labels.length < 32, symbolSize: 5,
          itemStyle: { color: TONES[row.tone], borderRadius: data.stack || line ? 0 : lying ? [0, 3, 3, 0] : [3, 3, 0, 0] }, lineStyle: { width: 2, type: row.dashed ? "dashed" : "solid" }, areaStyle: row.area ? { opacity: 0.12 } : null,
          label: { show: lying && !data.stack, position: "right", color: is.words } };
      }),
    };
  }
  function describe(data) {
    var is = look();
    return Object.assign({
      color: ORDER, animation: false, textStyle: { fontFamily: getComputedStyle(document.body).fontFamily, color: is.words },
      tooltip: { trigger: data.kind === "pie" ? "item" : "axis", confine: true, backgroundColor: is.ground, borderColor: is.line, textStyle: { color: is.words }, axisPointer: { type: data.kind === "line" ? "line" : "shadow" } },
      legend: { show: data.kind !== "pie" && data.series.length > 1, top: 0, right: 8, textStyle: { color: is.faint }, itemHeight: 9, itemWidth: 14 },
    }, data.kind === "pie" ? pie(data, is) : bars(data, is));
  }

  /* The same numbers as a table: for screen readers, for print, for those who want the figure. */
  function table(data) {
    var node = document.createElement("table"), head = node.createTHead().insertRow(), body = node.createTBody();
    node.className = "table table-sm";
    [""].concat(data.series.map(function (row) { return row.name; })).forEach(function (name, i) {
      var cell = head.appendChild(document.createElement("th"));
      cell.textContent = name;
      if (i) cell.className = "text-end";
    });
    data.labels.forEach(function (label, i) {
      var row = body.insertRow(), name = row.insertCell();
      if (data.links && data.links[i]) Object.assign(name.appendChild(document.createElement("a")), { href: data.links[i], textContent: label });
      else name.textContent = label;
      data.series.forEach(function (one) {
        var cell = row.insertCell();
        cell.className = "num text-end";
        cell.textContent = one.values[i] === null || one.values[i] === undefined ? "—" : one.values[i].toLocaleString();
      });
    });
    return node;
  }
  function start(box) {
    if (box.ggChart || !window.echarts) return;
    var data = JSON.parse(document.getElementById(box.dataset.chart).textContent);
    var card = box.closest("[data-chart-card]"), place = card && card.querySelector("[data-chart-table]");
    if (place) place.appendChild(table(data));
    if (!data.labels.length) { box.classList.add("nothing"); box.textContent = gg.text("noData"); return; }
    var chart = (box.ggChart = echarts.init(box, null, { renderer: "svg" }));
    chart.setOption(describe(data));
    if (data.links) chart.on("click", function (event) { if (data.links[event.dataIndex]) location.href = data.links[event.dataIndex]; });
    if (window.ResizeObserver) new ResizeObserver(function () { chart.resize(); }).observe(box);
    charts.push({ chart: chart, data: data });
  }
  document.addEventListener("click", function (event) {
    var button = event.target.closest("[data-chart-switch]");
    if (!button) return;
    var shown = button.closest("[data-chart-card]").classList.toggle("show-table");
    button.setAttribute("aria-pressed", String(shown));
    button.querySelector("span").textContent = gg.text(shown ? "chart" : "table");
  });
  document.addEventListener("gg:look", function () { charts.forEach(function (one) { one.chart.setOption(describe(one.data)); }); });
  function begin(within) { Array.prototype.forEach.call(within.querySelectorAll("[data-chart]"), start); }
  gg.chart = { describe: describe, start: start };
  document.addEventListener("gg:begin", function (event) { begin(event.detail); });
  begin(document);
})();
