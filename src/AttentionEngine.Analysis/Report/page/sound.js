// Waveform outlines of the whole session; spectrograms of an excerpt.
(() => {
  const sound = data.sound;
  if (!sound) { hide("chart-waves"); hide("chart-spectra"); document.getElementById("sound-note").textContent = "This session has no sound files."; return; }
  document.getElementById("sound-note").textContent = `The ${sound.ear} ear. Above: the whole session, before and after on one scale. Below: ${sound.excerptS} s around a switch, strongest component of each band, dB below the loudest before. The sound after is later by the algorithmic delay.`;
  const peak = Math.max(0.01, ...sound.outlineBefore.flat().map(Math.abs), ...sound.outlineAfter.flat().map(Math.abs));
  const outline = (rows, axis, name, colour) => {
    const step = sound.seconds / rows.length, line = (values, extra) => Object.assign({ name, type: "line", xAxisIndex: axis, yAxisIndex: axis, showSymbol: false, silent: true, lineStyle: { width: 0 }, itemStyle: { color: colour }, data: values.map((v, i) => [(i + 0.5) * step, v]) }, extra);
    return [line(rows.map(r => r[1]), { areaStyle: { color: colour, origin: 0 } }), line(rows.map(r => r[0]), { areaStyle: { color: colour, origin: 0 } })];
  };
  const waveAxis = (gridIndex, name) => valueAxis({ gridIndex, min: -peak, max: peak, name, nameLocation: "middle", nameGap: 14, splitNumber: 1, axisLabel: { show: false }, axisLine: { show: false }, axisTick: { show: false }, splitLine: { show: false } });
  show("chart-waves", {
    grid: [{ left: 60, right: 24, top: 8, height: 118 }, { left: 60, right: 24, top: 134, height: 118 }],
    xAxis: [timeAxis({ gridIndex: 0, max: sound.seconds, show: false }), timeAxis({ gridIndex: 1, max: sound.seconds })],
    yAxis: [waveAxis(0, "before"), waveAxis(1, "after")],
    series: outline(sound.outlineBefore, 0, "before", "#7b8894").concat(outline(sound.outlineAfter, 1, "after", "#0072b2"), [{ type: "line", xAxisIndex: 1, yAxisIndex: 1, data: [], markArea: { silent: true, itemStyle: { color: "#e69f00", opacity: 0.18 }, data: [[{ xAxis: sound.excerptStartS }, { xAxis: sound.excerptStartS + sound.excerptS }]] } }]),
    tooltip: { show: false },
  });
  // cividis (Nunez, Anderton and Renslow 2018): even in lightness, the same for colour-blind readers
  const cividis = ["#00224e", "#123570", "#3b496c", "#575d6d", "#707173", "#8a8678", "#a59c74", "#c3b369", "#e1cc55", "#fee838"];
  const columns = sound.spectrogramBefore.length, cells = rows => rows.flatMap((c, i) => c.map((v, b) => [i, b, v]));
  const times = Array.from({ length: columns }, (_, i) => (sound.excerptStartS + (i + 0.5) * sound.excerptS / columns).toFixed(2));
  const bands = sound.bandHz.map(h => h + " Hz"), octaves = new Map([125, 250, 500, 1000, 2000, 4000].map(f => [sound.bandHz.reduce((best, h, i) => Math.abs(Math.log(h / f)) < Math.abs(Math.log(sound.bandHz[best] / f)) ? i : best, 0), f >= 1000 ? f / 1000 + " kHz" : f + " Hz"]));
  const perSecond = Math.max(1, Math.round(columns / sound.excerptS));
  const x = (gridIndex, shown) => ({ type: "category", gridIndex, data: times, axisTick: { show: false }, axisLine: { show: false }, axisLabel: Object.assign({ show: shown, interval: i => i % perSecond === 0, formatter: v => Number(v).toFixed(0) + " s" }, axisText) });
  const y = (gridIndex, name) => ({ type: "category", gridIndex, data: bands, name, nameLocation: "middle", nameGap: 52, nameTextStyle: { color: softColour }, axisTick: { show: false }, axisLine: { show: false }, axisLabel: Object.assign({ interval: i => octaves.has(i), formatter: (v, i) => octaves.get(i) }, axisText, { fontSize: 10.5 }) });
  const heat = (rows, axis) => ({ type: "heatmap", xAxisIndex: axis, yAxisIndex: axis, data: cells(rows), progressive: 0, silent: true });
  show("chart-spectra", {
    grid: [{ left: 72, right: 96, top: 8, height: 184 }, { left: 72, right: 96, top: 202, height: 184 }],
    xAxis: [x(0, false), x(1, true)], yAxis: [y(0, "before"), y(1, "after")],
    visualMap: { min: -sound.rangeDb, max: 0, calculable: false, right: 0, top: "middle", itemHeight: 150, text: ["0 dB", `−${sound.rangeDb} dB`], textStyle: { color: softColour }, inRange: { color: cividis } },
    series: [heat(sound.spectrogramBefore, 0), heat(sound.spectrogramAfter, 1)],
    tooltip: { show: false },
  });
})();
