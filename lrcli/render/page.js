// The page's picture, alive: values under the pointer, curves to switch off, zoom, a logarithmic axis, CSV to copy.
// Without a script the picture and the table of the page stand as they are.
(() => {
  const data = JSON.parse(document.getElementById("lrcli-data").textContent);
  const figure = document.querySelector("figure"), NS = document.querySelector("figure svg").namespaceURI;
  const W = data.width, H = data.height, L = 76, R = 16, T = 12, B = 34;
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
  const number = (v) => {
    if (v === null || !isFinite(v)) return "none";
    const a = Math.abs(v);
    return a && (a < 1e-4 || a >= 1e6) ? v.toExponential(5).replace(/\.?0+e/, "e").replace(/(?<=[+-])\d$/, "0$&") : String(+v.toPrecision(6));
  };
  // the value of a curve at a row: on the line between its corners, at a jump what holds from there on
  const value = (line, x) => {
    for (const [xs, ys] of line.runs) {
      if (x < xs[0] || x > xs[xs.length - 1]) continue;
      let lo = 0, hi = xs.length - 1;
      while (lo < hi) { const mid = (lo + hi + 1) >> 1; if (xs[mid] <= x) lo = mid; else hi = mid - 1; }
      if (lo === xs.length - 1 || xs[lo] === x) return ys[lo];
      return ys[lo] + (ys[lo + 1] - ys[lo]) * (x - xs[lo]) / (xs[lo + 1] - xs[lo]);
    }
    return null;
  };
  const shown = () => data.lines.filter((_, i) => !state.off.has(i));
  const range = () => {
    let low = Infinity, high = -Infinity;
    for (const line of shown()) for (const [xs, ys] of line.runs) for (let i = 0; i < xs.length; i++)
      if (xs[i] >= state.x0 && xs[i] <= state.x1 && (!state.log || ys[i] > 0)) {
        low = Math.min(low, ys[i]); high = Math.max(high, ys[i]);
      }
    for (const line of shown()) for (const x of [state.x0, state.x1]) {
      const y = value(line, x);
      if (y !== null && (!state.log || y > 0)) { low = Math.min(low, y); high = Math.max(high, y); }
    }
    if (low > high) return state.log ? [-1, 0] : [0, 1];
    if (state.log) { low = Math.log10(low); high = Math.log10(high); } else if (low > 0) low = 0;
    if (low === high) { const d = Math.abs(low) * 0.1 || 1; low -= d; high += d; }
    return [low, high + (high - low) * 0.02];
  };
  const ticks = (low, high, about) => {
    const raw = (high - low) / about, base = 10 ** Math.floor(Math.log10(raw));
    const step = base * ([1, 2, 5, 10].find((m) => m * base >= raw) || 10), found = [];
    for (let k = Math.ceil(low / step - 1e-9); k * step <= high + step * 1e-9; k++) found.push(+(k * step).toPrecision(12));
    return found;
  };
  let frame;
  const draw = () => {
    const [low, high] = range();
    const x = (v) => L + (W - L - R) * (v - state.x0) / (state.x1 - state.x0);
    const y = (v) => H - B - (H - T - B) * ((state.log ? Math.log10(v) : v) - low) / (high - low);
    svg.replaceChildren();
    const grid = el("g", { class: "grid" }, svg);
    for (const t of ticks(low, high, 5)) {
      const at = H - B - (H - T - B) * (t - low) / (high - low);
      el("line", { x1: L, x2: W - R, y1: at, y2: at }, grid);
      el("text", { x: L - 8, y: at + 4, "text-anchor": "end" }, grid, number(state.log ? 10 ** t : t));
    }
    for (const t of ticks(state.x0, state.x1, 8)) {
      el("line", { x1: x(t), x2: x(t), y1: H - B, y2: H - B + 5 }, grid);
      el("text", { x: x(t), y: H - B + 19, "text-anchor": "middle" }, grid, number(t));
    }
    el("text", { x: 4, y: H - B + 19 }, grid, data.unit);
    const clip = el("clipPath", { id: "lrcli-clip" }, svg);
    el("rect", { x: L, y: T - 4, width: W - L - R, height: H - T - B + 8 }, clip);
    const curves = el("g", { "clip-path": "url(#lrcli-clip)" }, svg);
    data.lines.forEach((line, i) => {
      if (state.off.has(i)) return;
      for (const [xs, ys] of line.runs) {
        let path = "", down = false;
        for (let k = 0; k < xs.length; k++) {
          if (state.log && !(ys[k] > 0)) { down = false; continue; }
          path += `${down ? "L" : "M"}${x(xs[k]).toFixed(1)},${y(ys[k]).toFixed(1)}`;
          down = true;
        }
        el("path", { d: path, class: `curve c${i % 6}`, "stroke-dasharray": line.dash }, curves);
      }
    });
    frame = { x, y };
    point();
  };
  const point = () => {
    svg.querySelectorAll(".cross").forEach((node) => node.remove());
    if (state.at === null) { readout.textContent = data.hint; return; }
    const at = state.at, cross = el("g", { class: "cross" }, svg);
    el("line", { x1: frame.x(at), x2: frame.x(at), y1: T, y2: H - B }, cross);
    const other = data.steps ? (data.unit === "epoch" ? `, step ${at * data.steps}` : `, epoch ${number(at / data.steps)}`) : "";
    const words = [`${data.unit} ${at}${other}`];
    data.lines.forEach((line, i) => {
      const v = value(line, at);
      if (state.off.has(i) || v === null) return;
      words.push(`${line.name ? line.name + ": " : ""}${number(v)}`);
      if (!state.log || v > 0) el("circle", { cx: frame.x(at), cy: frame.y(v), r: 4, class: `dot c${i % 6}` }, cross);
    });
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
    const lines = shown(), rows = new Set();
    for (const line of lines) for (const [xs] of line.runs) for (const v of xs)
      if (Number.isInteger(v) && v >= state.x0 && v <= state.x1 && v < data.stop) rows.add(v);
    const quoted = (s) => (/[",\n]/.test(s) ? `"${s.replaceAll('"', '""')}"` : s);
    const head = [data.unit, ...lines.map((line) => quoted(line.name || "lr"))].join(",");
    const body = [...rows].sort((a, b) => a - b).map((r) => [r, ...lines.map((line) => value(line, r) ?? "")].join(","));
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
    toggle.className = `key c${i % 6}`;
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
    const a = frame.x(Math.min(from, to)), b = frame.x(Math.max(from, to));
    box = el("rect", { x: a, y: T, width: b - a, height: H - T - B, class: "box" }, svg);
  });
  svg.addEventListener("pointerup", (event) => {
    const to = place(event);
    box?.remove(); box = null;
    if (from !== null && Math.abs(frame.x(to) - frame.x(from)) > 8) zoom(from, to);
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
  figure.replaceChildren(bar, svg, readout);
  draw();
})();
