// The page's picture, alive: values under the pointer, curves to switch off, zoom, a logarithmic axis, CSV to copy.
// Without a script the picture and the table of the page stand as they are.
(() => {
  const data = JSON.parse(document.getElementById("lrcli-data").textContent);
  const figure = document.querySelector("figure"), NS = document.querySelector("figure svg").namespaceURI;
  const LOWER = 124, BETWEEN = 28; // a panel under the curves, and what is above it
  const W = Math.max(300, Math.min(data.width, figure.clientWidth)); // as many pixels as there are, on a phone, too
  const H = data.height + LOWER * (data.panels.length - 1), L = 76, R = 16, T = 12, B = 34;
  const state = { x0: data.left, x1: data.right, log: data.log, off: new Set(), at: null };
  const el = (name, attrs = {}, parent = null, text = null) => {
    const node = document.createElementNS(NS, name);
    for (const key in attrs) node.setAttribute(key, attrs[key]);
    if (text !== null) node.textContent = text;
    if (parent) parent.append(node);
    return node;
  };
  const button = (text, title, act) => {
    const node = document.createElement("button");
    node.type = "button"; node.textContent = text; node.title = title;
    node.addEventListener("click", () => act(node));
    return node;
  };
  const number = (v, digits = 6) => {
    if (v === null || !isFinite(v)) return "none";
    const a = Math.abs(v);
    return a && (a < 1e-4 || a >= 1e6) ? v.toExponential(digits - 1).replace(/\.?0+e/, "e").replace(/(?<=[+-])\d$/, "0$&") : String(+v.toPrecision(digits));
  };
  // the value of a curve at a row: on the line between its corners, at a jump what holds from there on; none in a band
  const value = (runs, x) => {
    for (const [xs, ys, band] of runs) {
      if (x < xs[0] || x > xs[xs.length - 1]) continue;
      if (band) { const k = xs.indexOf(x); return k < 0 ? null : ys[k]; }
      let lo = 0, hi = xs.length - 1;
      while (lo < hi) { const mid = (lo + hi + 1) >> 1; if (xs[mid] <= x) lo = mid; else hi = mid - 1; }
      if (lo === xs.length - 1 || xs[lo] === x) return ys[lo];
      return ys[lo] + (ys[lo + 1] - ys[lo]) * (x - xs[lo]) / (xs[lo + 1] - xs[lo]);
    }
    return null;
  };
  // the range of a curve around each corner of a band: it goes up and down faster than the page can hold
  const ranges = ([xs, ys]) => xs.map((x, k) => {
    const near = ys.slice(Math.max(0, k - 3), k + 4);
    return [x, Math.min(...near), Math.max(...near)];
  });
  const rangeAt = (runs, x) => {
    const run = runs.find(([xs, , band]) => band && xs[0] <= x && x <= xs[xs.length - 1]);
    return run && ranges(run)[Math.max(0, run[0].findIndex((at) => at >= x))];
  };
  const shown = (lines) => lines.filter((_, i) => !state.off.has(i));
  const range = (lines, log, zero) => {
    let low = Infinity, high = -Infinity;
    const take = (y) => { if (y !== null && (!log || y > 0)) { low = Math.min(low, y); high = Math.max(high, y); } };
    for (const runs of shown(lines)) {
      for (const [xs, ys] of runs) xs.forEach((x, i) => { if (x >= state.x0 && x <= state.x1) take(ys[i]); });
      for (const x of [state.x0, state.x1]) take(value(runs, x));
    }
    if (low > high) return log ? [-1, 0] : [0, 1];
    if (log) { low = Math.log10(low); high = Math.log10(high); } else if (zero && low > 0) low = 0;
    if (low === high) { const d = Math.abs(low) * 0.1 || 1; low -= d; high += d; }
    return [low, high + (high - low) * 0.02];
  };
  const ticks = (low, high, about) => {
    const raw = (high - low) / about, base = 10 ** Math.floor(Math.log10(raw));
    const step = base * ([1, 2, 5, 10].find((m) => m * base >= raw) || 10), found = [];
    for (let k = Math.ceil(low / step - 1e-9); k * step <= high + step * 1e-9; k++) found.push(+(k * step).toPrecision(12));
    return found;
  };
  const x = (v) => L + (W - L - R) * (v - state.x0) / (state.x1 - state.x0);
  const panels = data.panels.map((panel, n) => ({
    ...panel, top: n ? data.height - B + BETWEEN + LOWER * (n - 1) : T, bottom: data.height - B + LOWER * n,
  }));
  const paths = (runs, panel, drawn = () => true) => runs.filter((run) => !run[2]).map(([xs, ys]) => {
    let path = "", down = false;
    xs.forEach((at, k) => {
      const on = (!panel.log || ys[k] > 0) && drawn(at, ys[k]);
      if (on) path += `${down ? "L" : "M"}${x(at).toFixed(1)},${panel.y(ys[k]).toFixed(1)}`;
      down = on;
    });
    return path;
  }).join("");
  const bands = (runs, panel) => runs.filter((run) => run[2]).map((run) => {
    const edge = (k) => ranges(run).filter((at) => !panel.log || at[1] > 0).map((at) => `${x(at[0]).toFixed(1)},${panel.y(at[k]).toFixed(1)}`);
    return `M${[...edge(2), ...edge(1).reverse()].join("L")}Z`;
  }).join("");
  const drawPanel = (panel, n) => {
    panel.log = state.log && !n;
    const [low, high] = range(panel.lines, panel.log, !n), { top, bottom } = panel;
    const place = (v) => bottom - (bottom - top) * (v - low) / (high - low);
    panel.y = (v) => place(panel.log ? Math.log10(v) : v);
    const grid = el("g", { class: "grid" }, svg);
    for (const t of ticks(low, high, n ? 3 : 5)) {
      el("line", { x1: L, x2: W - R, y1: place(t), y2: place(t) }, grid);
      el("text", { x: L - 8, y: place(t) + 4, "text-anchor": "end" }, grid, number(panel.log ? 10 ** t : t));
    }
    if (n) el("text", { x: L, y: top - 8 }, grid, panel.what);
    for (const t of ticks(state.x0, state.x1, W / 95)) {
      el("line", { x1: x(t), x2: x(t), y1: bottom, y2: bottom + 5 }, grid);
      if (bottom === H - B) el("text", x(t) + 3.5 * number(t).length > W ? { x: W - 2, y: bottom + 19, "text-anchor": "end" } : { x: x(t), y: bottom + 19, "text-anchor": "middle" }, grid, number(t));
    }
    const clip = el("clipPath", { id: `lrcli-clip${n}` }, svg);
    el("rect", { x: L, y: top - 4, width: W - L - R, height: bottom - top + 8 }, clip);
    const curves = el("g", { "clip-path": `url(#lrcli-clip${n})` }, svg);
    for (const [at, text] of n ? [] : data.events)
      if (at > state.x0 && at < state.x1)
        el("title", {}, el("line", { x1: x(at), x2: x(at), y1: top, y2: bottom, class: "event" }, curves), text);
    panel.lines.forEach((runs, i) => {
      const d = state.off.has(i) ? "" : bands(runs, panel);
      if (d) el("path", { d, class: `band k${i}` }, curves);
    });
    const visible = panel.lines.map((runs, i) => [paths(runs, panel), i]).filter(([d, i]) => d && !state.off.has(i));
    for (const [d, i] of visible) el("path", { d, class: `curve k${i}`, "stroke-dasharray": data.lines[i].dash }, curves);
    // where curves run together they take turns: there each once more, in dashes that leave room for the others
    const near = (i, at, y) => visible.some(([, j]) => {
      const other = j === i ? null : value(panel.lines[j], at);
      return other !== null && Math.abs(panel.y(other) - panel.y(y)) < 2;
    });
    if (visible.length > 1 && visible.length <= 6) visible.forEach(([, i], rank) => el("path", {
      d: paths(panel.lines[i], panel, (at, y) => near(i, at, y)), class: `turn k${i}`,
      "stroke-dasharray": `10 ${10 * (visible.length - 1)}`, "stroke-dashoffset": -10 * rank,
    }, curves));
  };
  const draw = () => {
    svg.replaceChildren();
    panels.forEach(drawPanel);
    el("text", { x: 4, y: H - B + 19 }, svg, data.unit);
    point();
  };
  const point = () => {
    svg.querySelectorAll(".cross").forEach((node) => node.remove());
    if (state.at === null) { readout.textContent = data.hint; return; }
    const at = state.at, cross = el("g", { class: "cross" }, svg);
    el("line", { x1: x(at), x2: x(at), y1: T, y2: H - B }, cross);
    const other = data.steps ? (data.unit === "epoch" ? `, step ${at * data.steps}` : `, epoch ${number(at / data.steps)}`) : "";
    const words = [`${data.unit} ${at}${other}`];
    panels.forEach((panel) => panel.lines.forEach((runs, i) => {
      const v = value(runs, at), name = [data.lines[i].name, panel.what].filter(Boolean).join(" ");
      const range = rangeAt(runs, at);
      if (range && !state.off.has(i)) words.push(`${name ? name + ": " : ""}${number(range[1])} to ${number(range[2])}`);
      if (state.off.has(i) || v === null || range) return;
      words.push(`${name ? name + ": " : ""}${number(v)}`);
      if (!panel.log || v > 0) el("circle", { cx: x(at), cy: panel.y(v), r: 4, class: `dot k${i}` }, cross);
    }));
    for (const [where, text] of data.events) if (where === at) words.push(`(${text})`);
    readout.textContent = words.join("   ");
  };
  const zoom = (a, b) => {
    const least = Math.min(2, data.right - data.left);
    [a, b] = [Math.max(data.left, Math.min(a, b)), Math.min(data.right, Math.max(a, b))];
    if (b - a >= least) { state.x0 = a; state.x1 = b; draw(); }
  };
  const reset = () => { state.x0 = data.left; state.x1 = data.right; draw(); };
  const move = (to) => { state.at = Math.max(Math.ceil(state.x0), Math.min(Math.floor(state.x1), Math.round(to))); point(); };
  const place = (event) => {
    const box = svg.getBoundingClientRect();
    const px = (event.clientX - box.left) * W / box.width;
    return state.x0 + (Math.min(Math.max(px, L), W - R) - L) / (W - L - R) * (state.x1 - state.x0);
  };
  const csv = () => {
    const named = shown(data.lines), lines = shown(data.panels[0].lines), rows = new Set();
    for (const runs of lines) for (const [xs] of runs) for (const v of xs)
      if (Number.isInteger(v) && v >= state.x0 && v <= state.x1 && v < data.stop) rows.add(v);
    const quoted = (s) => (/[",\n]/.test(s) ? `"${s.replaceAll('"', '""')}"` : s);
    const head = [data.unit, ...named.map((line) => quoted(line.name || "lr"))].join(",");
    const body = [...rows].sort((a, b) => a - b).map((r) => [r, ...lines.map((runs) => { const v = value(runs, r); return v === null ? "" : number(v, 9); })].join(","));
    return [head, ...body].join("\n") + "\n";
  };
  const bar = document.createElement("p"), readout = document.createElement("output");
  bar.className = "bar";
  data.lines.forEach((line, i) => {
    if (data.lines.length < 2) return;
    const toggle = button(line.name, "show or hide this curve", (node) => {
      state.off.has(i) ? state.off.delete(i) : state.off.add(i);
      node.setAttribute("aria-pressed", String(!state.off.has(i)));
      draw();
    });
    toggle.className = `key k${i}`;
    toggle.setAttribute("aria-pressed", "true");
    bar.append(toggle);
  });
  const logarithmic = button("log", "a logarithmic axis (key l)", (node) => {
    state.log = !state.log; node.setAttribute("aria-pressed", String(state.log)); draw();
  });
  logarithmic.setAttribute("aria-pressed", String(state.log));
  const copy = button("copy as CSV", "the rows that are shown", async (node) => {
    const text = csv();
    node.dataset.csv = text;
    try { await navigator.clipboard.writeText(text); node.textContent = "copied"; } catch {
      const area = document.createElement("textarea");
      area.value = text; document.body.append(area); area.select();
      node.textContent = document.execCommand("copy") ? "copied" : "not copied"; area.remove();
    }
    setTimeout(() => { node.textContent = "copy as CSV"; }, 1500);
  });
  bar.append(logarithmic, button("whole run", "zoom out (key 0, or a double click)", reset), copy);
  const svg = el("svg", { viewBox: `0 0 ${W} ${H}`, class: "live", tabindex: 0, role: "img", "aria-label": data.title });
  readout.className = "readout";
  let from = null, box = null;
  svg.addEventListener("pointerdown", (event) => { from = place(event); svg.setPointerCapture(event.pointerId); move(from); });
  svg.addEventListener("pointermove", (event) => {
    const to = place(event);
    move(to);
    if (from === null) return;
    box?.remove();
    const a = x(Math.min(from, to)), b = x(Math.max(from, to));
    box = el("rect", { x: a, y: T, width: b - a, height: H - T - B, class: "box" }, svg);
  });
  svg.addEventListener("pointerup", (event) => {
    const to = place(event);
    box?.remove(); box = null;
    if (from !== null && Math.abs(x(to) - x(from)) > 8) zoom(from, to);
    from = null;
  });
  svg.addEventListener("pointercancel", () => { from = null; box?.remove(); box = null; });
  svg.addEventListener("pointerleave", (event) => {
    if (from === null && event.pointerType === "mouse") { state.at = null; point(); }
  });
  svg.addEventListener("dblclick", reset);
  svg.addEventListener("keydown", (event) => {
    const wide = state.x1 - state.x0, at = state.at ?? state.x0, step = event.shiftKey ? Math.max(1, Math.round(wide / 10)) : 1;
    const act = {
      ArrowRight: () => move(at + step), ArrowLeft: () => move(at - step), Home: () => move(state.x0), End: () => move(state.x1),
      "+": () => zoom(at - wide / 4, at + wide / 4), "-": () => zoom(at - wide, at + wide),
      0: reset, Escape: reset, l: () => logarithmic.click(),
    }[event.key];
    if (act) { act(); event.preventDefault(); }
  });
  const title = document.createElement("figcaption");
  title.textContent = data.title;
  figure.replaceChildren(title, bar, svg, readout);
  draw();
})();
