/* Charts on ECharts. [data-chart] names a JSON block; see templates/parts/chart_box.html for what it holds. */
(function () {
  "use strict";
  var gg = window.gg, charts = [];
  var TONES = { primary: "#2f7bd6", success: "#2a9d62", warning: "#e09a2b", danger: "#d64545", info: "#2aa3b5", secondary: "#8a97a8" };
  var ORDER = ["#2f7bd6", "#e09a2b", "#2a9d62", "#8a6fc0", "#2aa3b5", "#d64545", "#8a97a8"];

  function colour(name) { return getComputedStyle(document.documentElement).getPropertyValue(name).trim(); }
  function look() { return { words: colour("--tblr-body-color") || "#333", faint: colour("--tone-secondary") || "#666", deep: document.documentElement.dataset.bsTheme === "dark" ? ["#202b37", "#29435f", "#2f628f", "#3f86c6", "#7cbcf5"] : ["#eef2f7", "#93b9e3", "#2f7bd6", "#143c72"], line: colour("--tblr-border-color") || "#ddd", ground: colour("--tblr-bg-surface") || "#fff" }; }

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
  /* Hours across, weekdays down; the deeper the colour, the more. */
  function heat(data, is) {
    var cells = [], order, most;
    data.series.forEach(function (row, y) { row.values.forEach(function (value, x) { cells.push([x, y, value]); }); });
    order = cells.map(function (cell) { return cell[2]; }).sort(function (a, b) { return a - b; });
    most = Math.max(1, order[Math.floor(order.length * 0.98) - 1]); // one hour out of the common run does not fade all others
    var axis = { axisTick: { show: false }, axisLine: { show: false }, axisLabel: { color: is.faint }, splitArea: { show: false } };
    return {
      grid: { left: 8, right: 8, top: 8, bottom: 44, containLabel: true }, legend: { show: false },
      tooltip: { trigger: "item", confine: true, backgroundColor: is.ground, borderColor: is.line, textStyle: { color: is.words },
        formatter: function (hit) { return data.series[hit.value[1]].name + " " + data.labels[hit.value[0]] + ":00 · " + hit.value[2]; } },
      xAxis: Object.assign({ type: "category", data: data.labels }, axis),
      yAxis: Object.assign({ type: "category", inverse: true, data: data.series.map(function (row) { return row.name; }) }, axis),
      visualMap: { min: 0, max: most, calculable: false, orient: "horizontal", left: "center", bottom: 0, itemHeight: 160, itemWidth: 10, text: ["≥ " + most, "0"],
        textStyle: { color: is.faint }, inRange: { color: is.deep } },
      series: [{ type: "heatmap", data: cells, itemStyle: { borderColor: is.ground, borderWidth: 2, borderRadius: 3 }, emphasis: { itemStyle: { borderColor: is.words } } }],
    };
  }
  /* A band between two rows: the lower one stacked unseen, the space between filled. The reader still sees the true values. */
  function banded(option, data) {
    var lower = data.series.filter(function (row) { return row.band === "lower"; })[0];
    if (!lower) return option;
    data.series.forEach(function (row, i) {
      if (!row.band) return;
      Object.assign(option.series[i], {
        stack: "band", lineStyle: { opacity: 0 }, showSymbol: false, symbol: "none", areaStyle: row.band === "upper" ? { color: TONES.secondary, opacity: 0.22 } : null,
        data: row.values.map(function (value, at) { return value === null || row.band === "lower" ? value : value - lower.values[at]; }),
        tooltip: { valueFormatter: function (_value, at) { return at === undefined || row.values[at] === null ? "-" : row.values[at]; } },
      });
    });
    option.legend = { data: data.series.filter(function (row) { return !row.band; }).map(function (row) { return row.name; }) };
    return option;
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
    var common = {
      color: ORDER, animation: false, textStyle: { fontFamily: getComputedStyle(document.body).fontFamily, color: is.words },
      tooltip: { trigger: data.kind === "pie" ? "item" : "axis", confine: true, backgroundColor: is.ground, borderColor: is.line, textStyle: { color: is.words }, axisPointer: { type: data.kind === "line" ? "line" : "shadow" } },
      legend: { show: data.kind !== "pie" && data.series.length > 1, top: 0, right: 8, textStyle: { color: is.faint }, itemHeight: 9, itemWidth: 14 },
    };
    var own = data.kind === "pie" ? pie(data, is) : data.kind === "heat" ? heat(data, is) : banded(bars(data, is), data);
    if (own.legend) own.legend = Object.assign({}, common.legend, own.legend);
    return Object.assign(common, own);
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
  /* The server wrote the table and showed it, for readers without scripts; now the chart comes first. */
  function plain(card) {
    var button = card.querySelector("[data-chart-switch]");
    card.removeAttribute("data-chart-plain");
    card.classList.remove("show-table");
    if (!button) return;
    button.setAttribute("aria-pressed", "false");
    button.querySelector("span").textContent = gg.text("table");
  }
  function start(box) {
    if (box.ggChart || !window.echarts) return;
    var data = JSON.parse(document.getElementById(box.dataset.chart).textContent);
    var card = box.closest("[data-chart-card]"), place = card && card.querySelector("[data-chart-table]");
    if (place && !place.firstElementChild) place.appendChild(table(data));
    if (card && card.hasAttribute("data-chart-plain")) plain(card);
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
