// Accuracy against the baselines.
(() => {
  if (!data.score) return hide("chart-figures");
  const words = { fused: "the engine (all senses)", activity_only: "voice activity only", loudest: "loudest talker", gaze_only: "gaze only", head_only: "head only", vision_only: "vision only", beams_only: "beams only", eeg_only: "EEG only" };
  const rows = data.score.baselines.map(b => ({ name: words[b.name] || b.name, value: b.accuracy, colour: "#9fb3c4" }));
  rows.sort((a, b) => a.value - b.value);
  rows.push({ name: words.fused, value: data.score.fused, colour: "#0072b2" });
  const percent = v => v == null ? "–" : (100 * v).toFixed(1) + " %";
  document.getElementById("chart-figures").style.height = 70 + 30 * rows.length + "px";
  show("chart-figures", {
    grid: { left: 170, right: 70, top: 28, bottom: 28 },
    xAxis: valueAxis({ min: 0, max: 1, axisLabel: Object.assign({ formatter: v => 100 * v + " %" }, axisText) }),
    yAxis: { type: "category", data: rows.map(r => r.name), axisTick: { show: false }, axisLine: { lineStyle: { color: lineColour } }, axisLabel: { color: inkColour, fontSize: 13 } },
    series: [{
      type: "bar", barWidth: 18, z: 4, data: rows.map(r => ({ value: r.value, itemStyle: { color: r.colour, borderRadius: [0, 3, 3, 0] } })),
      label: { show: true, position: "right", color: inkColour, backgroundColor: "rgba(255,255,255,0.85)", padding: [2, 3], formatter: p => percent(p.value) },
      markLine: { symbol: "none", silent: true, z: 3, data: [{ xAxis: data.score.chance }], lineStyle: { color: inkColour, type: "dashed", width: 1.5 }, label: { position: "end", distance: 4, color: inkColour, formatter: "chance " + percent(data.score.chance) } },
    }],
    tooltip: { trigger: "item", formatter: p => p.name + ": " + percent(p.value) },
  });
})();
