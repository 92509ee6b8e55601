"use strict";
// Shared by all charts. Names of talkers and streams come from outside: they are only ever drawn on the canvas or set as textContent.
const data = JSON.parse(document.getElementById("data").textContent);
// Okabe and Ito's palette, told apart by colour-blind readers; yellow last, it is weak on white.
const talkerColours = ["#0072b2", "#e69f00", "#009e73", "#cc79a7", "#56b4e9", "#d55e00", "#8c6d1f", "#000000"];
const noneColour = "#c9ced4", inkColour = "#1b2733", softColour = "#5a6875", lineColour = "#d9dfe5";
const senseStyles = [["#d55e00", "solid"], ["#56b4e9", "solid"], ["#009e73", "dashed"], ["#cc79a7", "dotted"], ["#0072b2", "solid"]];
const charts = [];
const colourOf = k => talkerColours[k % talkerColours.length];
const shorten = name => name.length > 18 ? name.slice(0, 17) + "…" : name;
const nameOf = k => shorten(data.talkers[k]);
const axisText = { color: softColour, fontSize: 12 };
const timeAxis = extra => Object.assign({ type: "value", min: 0, max: data.endS, axisLine: { lineStyle: { color: lineColour } }, axisLabel: Object.assign({ formatter: (v, i) => i > 0 && v % 1 !== 0 && v === (extra.max ?? data.endS) ? "" : Number(v.toFixed(2)) + " s" }, axisText), splitLine: { show: false } }, extra);
const valueAxis = extra => Object.assign({ type: "value", axisLabel: axisText, splitLine: { lineStyle: { color: "#eef1f4" } }, nameTextStyle: { color: softColour, fontSize: 12 } }, extra);
const legend = extra => Object.assign({ top: 0, left: 0, itemWidth: 18, textStyle: { color: inkColour, fontSize: 12.5 } }, extra);

function show(id, option, group) {
  const chart = echarts.init(document.getElementById(id), null, { renderer: "canvas" });
  // Tooltips are drawn, never HTML: a hostile name stays text.
  option.tooltip = Object.assign({ renderMode: "richText", confine: true, textStyle: { fontSize: 12.5 } }, option.tooltip);
  option.animation = false;
  option.textStyle = { fontFamily: 'system-ui, "Segoe UI", "DejaVu Sans", sans-serif' };
  chart.setOption(option);
  if (group) chart.group = group;
  charts.push(chart);
  return chart;
}

function hide(id) {
  document.getElementById(id).hidden = true;
  for (const note of document.querySelectorAll(`[data-for="${id}"]`)) note.hidden = true;
}

addEventListener("resize", () => { for (const chart of charts) chart.resize(); });
// Keyboard: following a link of the navigation moves the focus to its heading.
for (const link of document.querySelectorAll("nav a")) link.addEventListener("click", () => document.getElementById(link.hash.slice(1)).focus({ preventScroll: true }));
