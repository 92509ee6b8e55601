// Everything over time: attention, evidence, directions. One zoom for all.
const zoom = axes => [{ type: "inside", xAxisIndex: axes, filterMode: "none", zoomOnMouseWheel: "ctrl" }, { type: "slider", xAxisIndex: axes, filterMode: "none", bottom: 4, height: 18, labelFormatter: v => v.toFixed(1) + " s", borderColor: lineColour, showDataShadow: false }];
const paired = values => data.timeS.map((t, i) => [t, values[i]]);
const timeTip = unit => ({ trigger: "axis", valueFormatter: v => v == null ? "–" : (typeof v === "number" ? v.toFixed(2) : v) + unit, axisPointer: { label: { formatter: p => Number(p.value).toFixed(2) + " s" } } });

// Bars from start to end on a row of a category axis: rows of [row, start, end, talker].
const strip = (axis, rows, thick) => ({
  type: "custom", xAxisIndex: axis, yAxisIndex: axis, silent: true, clip: true, encode: { x: [1, 2], y: 0 }, data: rows,
  renderItem: (params, api) => {
    const from = api.coord([api.value(1), api.value(0)]), to = api.coord([api.value(2), api.value(0)]), high = api.size([0, 1])[1] * thick;
    const area = params.coordSys, x0 = Math.max(from[0], area.x), x1 = Math.min(to[0], area.x + area.width);
    if (x1 <= x0) return null;
    const k = api.value(3), children = [{ type: "rect", shape: { x: x0, y: from[1] - high / 2, width: Math.max(1, x1 - x0), height: high }, style: { fill: colourOf(k), opacity: thick > 0.5 ? 1 : 0.75 } }];
    const name = nameOf(k);
    if (thick > 0.5 && x1 - x0 > 9 * name.length) children.push({ type: "text", x: (x0 + x1) / 2, y: from[1], style: { text: name, fill: "#fff", stroke: colourOf(k), lineWidth: 2, textAlign: "center", textVerticalAlign: "middle", fontSize: 12, fontWeight: 600 } });
    return { type: "group", children };
  },
});

(() => {
  const known = data.attended.length > 0, names = data.talkers.map((_, k) => nameOf(k));
  const top = known ? ["decoded", "true"] : ["decoded"], speaking = data.activity.length > 0;
  const strips = data.decoded.map(r => [0, r[1], r[2], r[0]]).concat(data.attended.map(r => [1, r[1], r[2], r[0]]));
  const category = (rows, extra) => Object.assign({ type: "category", data: rows, axisTick: { show: false }, axisLine: { show: false }, splitLine: { show: false }, axisLabel: { color: inkColour, fontSize: 12 } }, extra);
  const stripHigh = 26 * top.length, voiceHigh = speaking ? 13 * names.length : 0, left = 130, right = 24;
  const posteriorTop = 34 + stripHigh + 12 + voiceHigh + (speaking ? 14 : 0);
  document.getElementById("chart-attention").style.height = posteriorTop + 270 + "px";
  const area = k => ({ name: k < names.length ? names[k] : "none", type: "line", stack: "p", xAxisIndex: 2, yAxisIndex: 2, showSymbol: false, lineStyle: { width: 0 }, areaStyle: { color: k < names.length ? colourOf(k) : noneColour, opacity: 0.9 }, itemStyle: { color: k < names.length ? colourOf(k) : noneColour }, data: paired(data.posterior[k]) });
  show("chart-attention", {
    legend: legend({ icon: "roundRect", data: names.concat(["none"]) }),
    grid: [{ left, right, top: 34, height: stripHigh }, { left, right, top: 34 + stripHigh + 12, height: Math.max(1, voiceHigh) }, { left, right, top: posteriorTop, bottom: 56 }],
    xAxis: [timeAxis({ gridIndex: 0, show: false }), timeAxis({ gridIndex: 1, show: false }), timeAxis({ gridIndex: 2 })],
    yAxis: [category(top, { gridIndex: 0 }), category(names.map(n => "♪ " + n), { gridIndex: 1, inverse: true, show: speaking, axisLabel: { color: softColour, fontSize: 10.5, interval: 0 } }), valueAxis({ gridIndex: 2, min: 0, max: 1, name: "posterior", nameLocation: "middle", nameGap: 40 })],
    series: [strip(0, strips, 0.82), strip(1, data.activity.map(r => [r[0], r[1], r[2], r[0]]), 0.45)].concat(names.map((_, k) => area(k)), [area(names.length)]),
    tooltip: timeTip(""), dataZoom: zoom([0, 1, 2]),
  }, "time");

  document.getElementById("evidence-note").textContent = `Nats for the ${known ? "truly" : "decoded"} attended talker minus those for the strongest other talker, summed with a memory of ${data.memoryS} s. Above zero the sense speaks for the attended talker. A jump at a switch is the question changing, not the sense.`;
  show("chart-evidence", {
    legend: legend({ itemWidth: 30 }), grid: { left: 60, right: 24, top: 34, bottom: 56 }, xAxis: timeAxis({}),
    yAxis: valueAxis({ name: "nats", nameLocation: "middle", nameGap: 38 }),
    series: data.modalities.map((name, m) => ({ name: name === "eeg" ? "EEG" : name, type: "line", symbol: "none", itemStyle: { color: senseStyles[m][0] }, lineStyle: { width: 1.8, type: senseStyles[m][1] }, data: paired(data.evidence[m]), markLine: m ? undefined : { silent: true, symbol: "none", label: { show: false }, data: [{ yAxis: 0 }], lineStyle: { color: softColour, type: "solid", width: 1 } } })),
    tooltip: timeTip(" nats"), dataZoom: zoom([0]),
  }, "time");

  const followed = known ? data.attended : data.decoded;
  const bold = k => { let i = 0; const runs = followed.filter(r => r[0] === k); return data.timeS.map((t, n) => { while (i < runs.length && runs[i][2] <= t) i++; return [t, i < runs.length && runs[i][1] <= t ? data.talkerDeg[k][n] : null]; }); };
  show("chart-directions", {
    legend: legend({ itemWidth: 30, data: names.concat(["gaze", "head"]) }), grid: { left: 60, right: 24, top: 34, bottom: 56 }, xAxis: timeAxis({}),
    yAxis: valueAxis({ name: "azimuth", nameLocation: "middle", nameGap: 38, scale: true, axisLabel: Object.assign({ formatter: v => v + "°" }, axisText) }),
    series: names.flatMap((name, k) => [
      { name, type: "line", symbol: "none", itemStyle: { color: colourOf(k) }, lineStyle: { width: 1.8, opacity: 0.6 }, data: paired(data.talkerDeg[k]) },
      { name: name + " attended", type: "line", showSymbol: false, silent: true, connectNulls: false, itemStyle: { color: colourOf(k) }, lineStyle: { width: 7, opacity: 0.45, cap: "butt" }, data: bold(k), tooltip: { show: false } },
    ]).concat([
      { name: "head", type: "line", symbol: "none", itemStyle: { color: softColour }, lineStyle: { width: 1.8, type: "dashed" }, data: paired(data.headDeg) },
      { name: "gaze", type: "scatter", symbolSize: 3, itemStyle: { color: "#000000", opacity: 0.6 }, data: paired(data.gazeDeg) },
    ]),
    tooltip: timeTip("°"), dataZoom: zoom([0]),
  }, "time");
  echarts.connect("time");
})();
