// The pointer over a plot: a drag zooms, the nearest point is described.

import { formatNumber } from "./axes.js";
import { pixelOf } from "./scaled_points.js";

const TOOLTIP_REACH_PIXELS = 40; // from the pointer to the nearest point
const MIN_DRAG_PIXELS = 6; // a shorter drag is a click

export class PlotPointer {
  constructor(plot, root) {
    this.plot = plot;
    this.box = root.querySelector(".box");
    this.tooltip = root.querySelector(".tooltip");
    this.dragStart = null; // pixels
    const on = (event, handler) =>
      plot.area.addEventListener(event, handler, { signal: plot.closing.signal });
    on("pointerdown", (event) => this.startDrag(event));
    on("pointermove", (event) => this.movePointer(event));
    on("pointerup", (event) => this.endDrag(event));
    on("pointercancel", () => this.cancelDrag()); // a touch that became a scroll
    on("pointerleave", () => (this.tooltip.hidden = true));
  }

  placeOf(event) {
    const { left, top } = this.plot.area.getBoundingClientRect();
    return [event.clientX - left, event.clientY - top];
  }

  startDrag(event) {
    if (event.button !== 0) return;
    this.dragStart = this.placeOf(event);
    this.plot.area.setPointerCapture(event.pointerId);
  }

  movePointer(event) {
    if (this.dragStart) this.drawBox(this.placeOf(event));
    else this.showTooltip(...this.placeOf(event));
  }

  drawBox([x, y]) {
    const [startX, startY] = this.dragStart;
    this.tooltip.hidden = true;
    this.box.hidden = false;
    Object.assign(this.box.style, {
      left: `${Math.min(x, startX)}px`,
      top: `${Math.min(y, startY)}px`,
      width: `${Math.abs(x - startX)}px`,
      height: `${Math.abs(y - startY)}px`,
    });
  }

  cancelDrag() {
    this.dragStart = null;
    this.box.hidden = true;
  }

  endDrag(event) {
    if (!this.dragStart) return;
    const [start, end] = [this.dragStart, this.placeOf(event)];
    this.cancelDrag();
    const wide = Math.abs(end[0] - start[0]), tall = Math.abs(end[1] - start[1]);
    if (wide < MIN_DRAG_PIXELS) return;
    const { vx, vy, y } = this.plot.scales();
    const ascending = (values) => values.sort((a, b) => a - b);
    const ys = tall < MIN_DRAG_PIXELS ? [...y] : ascending([vy(start[1]), vy(end[1])]);
    this.plot.setZoom({ x: ascending([vx(start[0]), vx(end[0])]), y: ys });
  }

  showTooltip(x, y) {
    const scales = this.plot.scales();
    let nearest = null, least = TOOLTIP_REACH_PIXELS;
    for (const curve of this.plot.curves) {
      curve.x.forEach((value, i) => {
        const place = pixelOf(scales, value, curve.y[i]);
        const distance = place ? Math.hypot(place[0] - x, (place[1] - y) / 3) : Infinity;
        if (distance < least) [nearest, least] = [{ curve, place, i }, distance];
      });
    }
    this.tooltip.hidden = nearest === null;
    if (!nearest) return;
    const { curve, place, i } = nearest;
    const [xText, yText] = [formatNumber(curve.x[i], 6), formatNumber(curve.y[i])];
    this.tooltip.textContent = `${curve.name}: ${yText}\n${xText} ${this.plot.data.xLabel}`;
    const left = Math.min(place[0] + 12, scales.width - this.tooltip.offsetWidth - 4);
    this.tooltip.style.left = `${Math.max(0, left)}px`;
    this.tooltip.style.top = `${Math.max(0, place[1] - this.tooltip.offsetHeight - 8)}px`;
  }
}
