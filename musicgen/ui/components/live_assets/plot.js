// A plot of curves on a canvas. It is drawn again with new points without a flicker, and keeps its
// zoom while `revision` is the same. Points are `null` where a curve has a gap.

import { formatNumber, linearTicks, logTicks, rangeOf } from "./axes.js";
import { PlotPointer } from "./plot_pointer.js";
import { pixelOf } from "./scaled_points.js";

const MARGIN_PIXELS = { left: 56, right: 12, top: 8, bottom: 24 };
const LABEL_PIXELS = 14; // height of a label
const MAX_DOTS = 60; // a curve with more points is drawn without dots

export class Plot {
  // onZoom: called when the zoom changes.
  constructor(root, onZoom) {
    this.root = root;
    this.onZoom = onZoom;
    this.area = root.querySelector(".plot-area");
    this.canvas = root.querySelector("canvas");
    this.showAll = root.querySelector(".show-all");
    this.hidden = new Set(); // ids of the curves switched off in the legend
    this.zoom = null; // {x: [left, right], y: [low, high]}
    this.data = null;
    this.legendKey = ""; // what the legend was drawn from
    this.closing = new AbortController();
    this.addListeners();
    this.pointer = new PlotPointer(this, root);
    this.resizing = new ResizeObserver(() => this.draw());
    this.resizing.observe(this.area);
  }

  addListeners() {
    const on = (target, event, handler) =>
      target.addEventListener(event, handler, { signal: this.closing.signal });
    on(this.area, "dblclick", () => this.setZoom(null));
    on(this.area, "keydown", (event) => event.key === "Escape" && this.setZoom(null));
    on(this.showAll, "click", () => this.setZoom(null));
  }

  close() {
    this.closing.abort();
    this.resizing.disconnect();
  }

  remove() {
    this.close();
    this.root.remove();
  }

  show(data) {
    if (this.data && this.data.revision !== data.revision) this.zoom = null;
    this.data = data;
    this.area.style.height = `${data.height}px`;
    this.root.querySelector(".x-label").textContent = data.xLabel;
    this.area.setAttribute("aria-label", `${data.yLabel} over ${data.xLabel}`);
    this.drawLegend();
    this.draw();
  }

  drawLegend() {
    const key = JSON.stringify([
      this.data.curves.map(({ name, colour, style }) => [name, colour, style]),
      [...this.hidden],
    ]);
    if (key === this.legendKey) return; // a new button would lose the focus
    this.legendKey = key;
    const buttons = this.data.curves.map((curve) => this.legendButton(curve));
    this.root.querySelector(".legend").replaceChildren(...buttons);
  }

  legendButton(curve) {
    const button = document.createElement("button");
    const swatch = document.createElement("span");
    swatch.className = `swatch ${curve.style}`;
    swatch.style.color = swatch.style.borderColor = curve.colour;
    button.type = "button";
    button.append(swatch, curve.name);
    button.setAttribute("aria-pressed", String(!this.hidden.has(curveId(curve))));
    button.onclick = () => {
      if (!this.hidden.delete(curveId(curve))) this.hidden.add(curveId(curve));
      this.drawLegend();
      this.draw();
    };
    return button;
  }

  get curves() {
    return this.data.curves.filter((curve) => !this.hidden.has(curveId(curve)));
  }

  setZoom(zoom) {
    this.zoom = zoom;
    this.draw();
    this.onZoom();
  }

  // Scales: value -> pixel (px, py) and pixel -> value (vx, vy) ------------------------------

  scales() {
    const { width, height } = this.area.getBoundingClientRect();
    const { log } = this.data;
    const { x, y } = this.zoom ?? this.extent();
    const scale = log ? (value) => Math.log10(Math.max(value, 1e-12)) : (value) => value;
    const unscale = log ? (value) => 10 ** value : (value) => value;
    const [low, high] = y.map(scale);
    const innerWidth = width - MARGIN_PIXELS.left - MARGIN_PIXELS.right;
    const innerHeight = height - MARGIN_PIXELS.top - MARGIN_PIXELS.bottom;
    return {
      width, height, x, y,
      px: (value) => MARGIN_PIXELS.left + ((value - x[0]) / (x[1] - x[0])) * innerWidth,
      py: (value) => MARGIN_PIXELS.top + ((high - scale(value)) / (high - low)) * innerHeight,
      vx: (pixel) => x[0] + ((pixel - MARGIN_PIXELS.left) / innerWidth) * (x[1] - x[0]),
      vy: (pixel) => unscale(high - ((pixel - MARGIN_PIXELS.top) / innerHeight) * (high - low)),
    };
  }

  // Ranges of all that is drawn, with a margin.
  extent() {
    const xs = [], ys = [];
    const top = this.data.top ?? null;
    for (const curve of this.curves) {
      curve.x.forEach((x, i) => {
        if (x === null || curve.y[i] === null) return;
        xs.push(x);
        if (top === null || curve.y[i] <= top) ys.push(curve.y[i]);
      });
    }
    for (const { y } of this.data.references) ys.push(y);
    const [left, right] = rangeOf(xs), [low, high] = rangeOf(ys);
    const side = (right - left) * 0.01, margin = (high - low) * 0.05;
    const x = [left - side, right + side];
    if (this.data.log) return { x, y: [low / 1.08, high * 1.08] };
    return { x, y: [this.data.fromZero ? Math.min(0, low) : low - margin, high + margin] };
  }

  // Drawing -----------------------------------------------------------------------------------

  draw() {
    if (!this.data) return;
    const scales = this.scales();
    const { width, height } = scales;
    const ratio = window.devicePixelRatio || 1;
    this.canvas.width = Math.round(width * ratio);
    this.canvas.height = Math.round(height * ratio);
    const context = this.canvas.getContext("2d");
    context.scale(ratio, ratio);
    const style = getComputedStyle(this.root);
    this.textColour = style.color;
    context.font = `12px ${style.fontFamily}`;
    this.drawAxes(context, scales);
    context.save();
    context.beginPath();
    context.rect(
      MARGIN_PIXELS.left, 0,
      width - MARGIN_PIXELS.left - MARGIN_PIXELS.right, height - MARGIN_PIXELS.bottom,
    );
    context.clip();
    this.drawReferences(context, scales);
    for (const curve of this.curves) this.drawCurve(context, scales, curve);
    context.restore();
    this.showAll.hidden = !this.zoom;
    this.publish(scales);
  }

  // Put the number of points and the ranges into data attributes, for tests.
  publish({ x, y }) {
    const points = this.curves.reduce((sum, curve) => sum + curve.x.length, 0);
    this.root.dataset.points = String(points);
    this.root.dataset.x = x.join(" ");
    this.root.dataset.y = y.join(" ");
  }

  drawAxes(context, scales) {
    const { width, height, x, y } = scales;
    context.fillStyle = context.strokeStyle = this.textColour;
    context.lineWidth = 1;
    context.textAlign = "right";
    context.textBaseline = "middle";
    for (const value of this.data.log ? logTicks(y) : linearTicks(y, 5)) {
      const place = scales.py(value);
      context.globalAlpha = 0.14;
      drawLine(context, MARGIN_PIXELS.left, width - MARGIN_PIXELS.right, place);
      context.globalAlpha = 0.75;
      context.fillText(formatNumber(value), MARGIN_PIXELS.left - 8, place);
    }
    context.textAlign = "center";
    context.textBaseline = "top";
    const isCounted = this.curves.every((curve) => curve.x.every((value) => value === null || Number.isInteger(value)));
    for (const value of linearTicks(x, Math.max(2, Math.floor(width / 110)), isCounted ? 1 : 0)) {
      context.fillText(formatNumber(value), scales.px(value), height - MARGIN_PIXELS.bottom + 8);
    }
    context.save();
    context.translate(10, (height - MARGIN_PIXELS.bottom) / 2);
    context.rotate(-Math.PI / 2);
    context.fillText(this.data.yLabel, 0, -6);
    context.restore();
    context.globalAlpha = 1;
  }

  drawReferences(context, scales) {
    const lines = this.data.references
      .map(({ name, y }) => ({ label: `${name} ${y.toFixed(2)}`, place: scales.py(y) }))
      .sort((a, b) => a.place - b.place);
    context.globalAlpha = 0.6;
    context.strokeStyle = context.fillStyle = this.textColour;
    context.textAlign = "right";
    const right = scales.width - MARGIN_PIXELS.right;
    let labelAbove = -Infinity; // place of the last label that stands above its line
    for (const { label, place } of lines) {
      context.setLineDash([5, 5]);
      drawLine(context, MARGIN_PIXELS.left, right, place);
      // A label that would overlap the one above stands below its line.
      const below = place - labelAbove < LABEL_PIXELS;
      context.textBaseline = below ? "top" : "bottom";
      context.fillText(label, right - 4, below ? place + 2 : place - 2);
      labelAbove = below ? -Infinity : place;
    }
    context.setLineDash([]);
    context.globalAlpha = 1;
  }

  drawCurve(context, scales, curve) {
    context.strokeStyle = context.fillStyle = curve.colour;
    context.globalAlpha = curve.style === "faint" ? 0.35 : 1;
    context.lineWidth = curve.style === "faint" ? 1 : 2;
    context.lineJoin = "round";
    const places = curve.x.map((x, i) => pixelOf(scales, x, curve.y[i]));
    if (curve.style === "star") {
      places.forEach((place) => place && drawStar(context, ...place));
      return;
    }
    context.setLineDash(curve.style === "dotted" ? [2, 4] : []);
    context.beginPath();
    let inGap = true;
    for (const place of places) {
      if (place && !inGap) context.lineTo(...place);
      else if (place) context.moveTo(...place);
      inGap = place === null;
    }
    context.stroke();
    context.setLineDash([]);
    if (places.length <= MAX_DOTS && curve.style !== "faint") drawDots(context, places);
  }
}

// The name of a star changes with the best epoch, its style does not.
function curveId({ name, style }) {
  return style === "star" ? style : name;
}

function drawLine(context, left, right, y) {
  context.beginPath();
  context.moveTo(left, y);
  context.lineTo(right, y);
  context.stroke();
}

function drawDots(context, places) {
  for (const place of places) {
    if (!place) continue;
    context.beginPath();
    context.arc(...place, 2.5, 0, 2 * Math.PI);
    context.fill();
  }
}

function drawStar(context, x, y) {
  context.beginPath();
  for (let n = 0; n < 10; n++) {
    const radius = n % 2 ? 3.2 : 7.5;
    const angle = (n * Math.PI) / 5 - Math.PI / 2;
    context.lineTo(x + radius * Math.cos(angle), y + radius * Math.sin(angle));
  }
  context.fill();
}
