/* Charts by ECharts from the JSON they carry; colours are the page's own, figures come ready to read. */
let library = null;
const drawn = new Map();

/** Draw every chart within an element that is not drawn yet. The library comes only if there is one. */
export async function startCharts(within) {
  const found = [...within.querySelectorAll("[data-chart]:not([data-drawn])")];
  if (!found.length) return;
  for (const [canvas, { chart }] of drawn) {
    if (canvas.isConnected) continue;
    chart.dispose();
    drawn.delete(canvas);
  }
  for (const canvas of found) canvas.dataset.drawn = "1";
  library ??= import("../vendor/echarts.esm.min.js");
  const echarts = await library;
  for (const canvas of found) {
    const data = JSON.parse(canvas.dataset.chart);
    data.still = canvas.closest("[data-still]") !== null;
    const chart = echarts.init(canvas, null, { renderer: "svg" });
    drawn.set(canvas, { chart, data });
    chart.setOption(optionOf(data));
    new ResizeObserver(() => chart.resize()).observe(canvas);
    canvas.dispatchEvent(new CustomEvent("drawn", { bubbles: true }));
  }
}

/* The theme may change under the page's feet. */
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
  for (const { chart, data } of drawn.values()) chart.setOption(optionOf(data), true);
});

function token(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
}

function compact(value) {
  const language = document.documentElement.lang;
  return new Intl.NumberFormat(language, { notation: "compact", maximumFractionDigits: 1 }).format(value);
}

function family() {
  return getComputedStyle(document.body).fontFamily;
}

function axisText() {
  return { color: token("faint"), fontFamily: family(), fontSize: 12 };
}

function optionOf(data) {
  return data.kind === "heat" ? heat(data) : cartesian(data);
}

function cartesian(data) {
  const across = data.kind === "bars-across";
  const names = {
    type: "category", data: data.labels, axisTick: { show: false }, axisLine: { lineStyle: { color: token("line") } },
    axisLabel: { ...axisText(), hideOverlap: true, ...(across ? { width: 140, overflow: "truncate" } : {}) }, inverse: across,
    boundaryGap: data.kind.startsWith("bar") || data.kind === "stack",
  };
  const values = {
    type: "value", axisLabel: { ...axisText(), hideOverlap: true, formatter: (value) => compact(value / (data.scale ?? 1)) + (data.suffix ?? "") },
    splitLine: { lineStyle: { color: token("line") } }, splitNumber: 4, min: data.min, max: data.max,
  };
  return {
    animation: !data.still && !matchMedia("(prefers-reduced-motion: reduce)").matches, animationDuration: 350,
    textStyle: { fontFamily: family() },
    grid: { left: 2, right: 14, top: 12, bottom: 6, outerBoundsMode: "same", outerBoundsContain: "axisLabel" },
    xAxis: across ? values : names, yAxis: across ? names : values,
    tooltip: tooltip(data, across ? "shadow" : "line"),
    series: data.series.flatMap((series, place) => seriesOf(data, series, place)),
  };
}

function seriesOf(data, series, place) {
  const colour = token(`series-${series.colour ?? (place % 6) + 1}`);
  const bars = data.kind.startsWith("bar") || data.kind === "stack";
  if (series.low) return band(data, series, colour);
  const common = { name: series.name, data: series.values, itemStyle: { color: colour }, emphasis: { focus: "none" } };
  if (bars && series.line !== true) {
    const stacked = data.kind === "stack";
    return [{
      ...common, type: "bar", stack: stacked ? "all" : undefined, barMaxWidth: 34, barGap: "15%",
      itemStyle: { color: colour, borderRadius: stacked ? 0 : data.kind === "bars-across" ? [0, 3, 3, 0] : [3, 3, 0, 0] },
    }];
  }
  return [{
    ...common, type: "line", symbol: "none", smooth: 0.15, connectNulls: false,
    lineStyle: { color: colour, width: 2, type: series.dashed ? [5, 4] : "solid" },
    areaStyle: data.kind === "area" ? { color: colour, opacity: 0.1 } : undefined,
  }];
}

/* A range between two lines: the lower one unseen, the difference filled on top of it. */
function band(data, series, colour) {
  const line = { type: "line", symbol: "none", stack: `band ${series.name}`, stackStrategy: "all", lineStyle: { opacity: 0 }, silent: true };
  const width = series.high.map((high, at) => (high === null ? null : high - series.low[at]));
  return [
    { ...line, name: series.name, data: series.low },
    { ...line, name: series.name, data: width, areaStyle: { color: colour, opacity: 0.16 } },
  ];
}

function tooltip(data, pointer) {
  return {
    trigger: "axis", ...plainTip(),
    axisPointer: { type: pointer, lineStyle: { color: token("line-strong") }, shadowStyle: { color: token("hover"), opacity: 0.6 } },
    formatter: (points) => tip(data, points[0].dataIndex),
  };
}

/* The box is ours: the library's own is left without any looks. */
function plainTip() {
  return { confine: true, borderWidth: 0, padding: 0, backgroundColor: "transparent", extraCssText: "box-shadow: none" };
}

function tipBox() {
  const box = document.createElement("div");
  box.className = "chart-tip-box";
  return box;
}

function tip(data, at) {
  const box = tipBox();
  const title = document.createElement("b");
  title.textContent = data.labels[at];
  box.append(title);
  for (const series of data.series) {
    const line = document.createElement("div");
    line.textContent = `${series.name}: ${series.shown?.[at] ?? "–"}`;
    box.append(line);
  }
  return box;
}

function heat(data) {
  const known = data.series.flatMap((series) => series.values).filter((value) => value !== null);
  const [low, high] = [Math.min(...known), Math.max(...known)];
  const cells = data.series.flatMap((series, row) => series.values.map((value, column) => ({
    value: [column, row, value ?? "-"],
    label: { color: value > low + (high - low) * 0.55 ? token("on-accent") : token("text") },
  })));
  return {
    animation: false, textStyle: { fontFamily: family() },
    grid: { left: 2, right: 2, top: 4, bottom: 6, outerBoundsMode: "same", outerBoundsContain: "axisLabel" },
    xAxis: { type: "category", data: data.labels, axisTick: { show: false }, axisLine: { show: false }, axisLabel: axisText() },
    yAxis: { type: "category", data: data.series.map((series) => series.name), inverse: true, axisTick: { show: false }, axisLine: { show: false }, axisLabel: axisText() },
    visualMap: { show: false, min: low, max: high, inRange: { color: [token("accent-soft"), token("accent")] } },
    tooltip: { ...plainTip(), formatter: (point) => cellTip(data, point.value) },
    series: [{
      type: "heatmap", data: cells, label: { show: true, fontSize: 12, fontFamily: family(), formatter: (point) => data.series[point.value[1]].shown?.[point.value[0]] ?? "" },
      itemStyle: { borderColor: token("surface"), borderWidth: 2, borderRadius: 3 },
    }],
  };
}

function cellTip(data, [column, row]) {
  const box = tipBox();
  box.textContent = `${data.series[row].name} · ${data.labels[column]}: ${data.series[row].shown?.[column] ?? "–"}`;
  return box;
}
