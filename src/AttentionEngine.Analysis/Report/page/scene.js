// Talkers around the head, with the pattern of a beam: nose up, left is left.
(() => {
  const pick = document.getElementById("scene-pick"), talkerList = document.getElementById("beam-talker"), earList = document.getElementById("beam-ear");
  const patterns = data.patterns, low = -30, high = 10, styles = ["solid", "dashed", "dotted", "solid"], widths = [2.4, 2, 2, 1.2];
  const fill = (list, values, chosen) => { for (const v of values) { const o = document.createElement("option"); o.value = v; o.textContent = v; o.selected = v === chosen; list.append(o); } };
  if (patterns.length > 0) {
    pick.hidden = false;
    fill(talkerList, [...new Set(patterns.map(p => p.talker))], data.talkers[Math.max(0, data.lastAttended)]);
    fill(earList, [...new Set(patterns.map(p => p.ear))], data.lastDirectionDeg[Math.max(0, data.lastAttended)] < 0 ? "right" : "left");
  }
  const marks = data.talkers.map((name, k) => ({ value: [high, data.lastDirectionDeg[k]], name: nameOf(k), itemStyle: { color: colourOf(k), borderColor: k === data.lastAttended ? inkColour : "#fff", borderWidth: k === data.lastAttended ? 3 : 1 } })).filter(m => m.value[1] != null);
  const series = () => {
    const shown = patterns.filter(p => p.talker === talkerList.value && p.ear === earList.value);
    const colour = colourOf(Math.max(0, data.talkers.indexOf(talkerList.value)));
    return shown.map((p, i) => ({ name: (p.hz >= 1000 ? (p.hz / 1000).toFixed(1) + " kHz" : p.hz + " Hz"), type: "line", coordinateSystem: "polar", symbol: "none", itemStyle: { color: i % 2 ? "#5a6875" : colour }, lineStyle: { width: widths[i % 4], type: styles[i % 4] }, data: p.azimuthDeg.map((a, n) => [Math.min(high, Math.max(low, p.gainDb[n])), a]).concat([[Math.min(high, Math.max(low, p.gainDb[0])), p.azimuthDeg[0] + 360]]) }))
      .concat([{ name: "talkers", type: "scatter", coordinateSystem: "polar", symbolSize: 20, data: marks, label: { show: true, position: "bottom", color: inkColour, fontSize: 13, fontWeight: 600, textBorderColor: "#fff", textBorderWidth: 3, formatter: "{b}" }, z: 5 }]);
  };
  const angle = v => v === -180 ? "" : v === 0 ? "front" : v === 90 ? "90° left" : v === -90 ? "−90° right" : v + "°";
  const option = () => ({
    legend: legend({ itemWidth: 34, data: series().map(s => s.name).filter(n => n !== "talkers"), orient: "vertical" }),
    polar: { center: ["50%", "52%"], radius: "78%" },
    angleAxis: { type: "value", min: -180, max: 180, interval: 30, startAngle: -90, clockwise: false, axisLabel: { color: softColour, formatter: angle }, splitLine: { lineStyle: { color: "#eef1f4" } }, axisLine: { lineStyle: { color: lineColour } } },
    radiusAxis: { min: low, max: high, interval: 10, axisLabel: { color: softColour, fontSize: 11, backgroundColor: "#fff", formatter: v => v + " dB", showMinLabel: false, showMaxLabel: false }, axisLine: { show: false }, axisTick: { show: false }, splitLine: { lineStyle: { color: "#e3e8ed" } } },
    series: series(),
    tooltip: { trigger: "item", formatter: p => p.seriesName === "talkers" ? `${p.name}: ${p.value[1]}°` : `${p.seriesName}: ${p.value[0]} dB at ${p.value[1]}°` },
  });
  const chart = show("chart-scene", option());
  const again = () => chart.setOption(Object.assign({ animation: false }, { series: series() }), { replaceMerge: ["series"] });
  talkerList.addEventListener("change", again);
  earList.addEventListener("change", again);
})();
