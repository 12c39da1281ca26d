// Curves that grow without a flicker: what is zoomed into stays while `revision` is the same.

const EDGE = { left: 56, right: 12, top: 8, bottom: 24 }; // pixels around the plot
const NEAR = 40; // pixels at which a point is pointed at
const LINE = 14; // pixels of a line of words
const LEAST = 6; // pixels of a drag that zooms

class Plot {
  constructor(root, zoomed) {
    this.root = root;
    this.zoomed = zoomed; // called when another part is looked at
    this.stage = root.querySelector(".stage");
    this.canvas = root.querySelector("canvas");
    this.box = root.querySelector(".box");
    this.said = root.querySelector(".said");
    this.whole = root.querySelector(".whole");
    this.hidden = new Set(); // curves that are not drawn
    this.window = null; // {x: [from, to], y: [from, to]} where it is zoomed
    this.from = null; // where a drag began
    this.data = null;
    this.named = ""; // the legend's
    this.closing = new AbortController();
    const on = (target, event, act) =>
      target.addEventListener(event, act, { signal: this.closing.signal });
    on(this.stage, "pointerdown", (event) => this.press(event));
    on(this.stage, "pointermove", (event) => this.move(event));
    on(this.stage, "pointerup", (event) => this.release(event));
    on(this.stage, "pointercancel", () => this.letGo()); // a touch that became a scroll
    on(this.stage, "pointerleave", () => (this.said.hidden = true));
    on(this.stage, "dblclick", () => this.zoom(null));
    on(this.stage, "keydown", (event) => event.key === "Escape" && this.zoom(null));
    on(this.whole, "click", () => this.zoom(null));
    this.resizing = new ResizeObserver(() => this.draw());
    this.resizing.observe(this.stage);
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
    if (this.data && this.data.revision !== data.revision) this.window = null;
    this.data = data;
    this.stage.style.height = `${data.height}px`;
    this.root.querySelector(".across").textContent = data.across;
    this.stage.setAttribute("aria-label", `${data.up} over ${data.across}`);
    this.legend();
    this.draw();
  }

  legend() {
    const named = JSON.stringify([
      this.data.curves.map(({ name, colour, style }) => [name, colour, style]),
      [...this.hidden],
    ]);
    if (named === this.named) return; // a new button would lose the focus
    this.named = named;
    const buttons = this.data.curves.map((curve) => {
      const button = document.createElement("button");
      const swatch = document.createElement("span");
      swatch.className = `swatch ${curve.style}`;
      swatch.style.color = swatch.style.borderColor = curve.colour;
      button.type = "button";
      button.append(swatch, curve.name);
      button.setAttribute("aria-pressed", String(!this.hidden.has(known(curve))));
      button.onclick = () => {
        if (!this.hidden.delete(known(curve))) this.hidden.add(known(curve));
        this.legend();
        this.draw();
      };
      return button;
    });
    this.root.querySelector(".legend").replaceChildren(...buttons);
  }

  get curves() {
    return this.data.curves.filter((curve) => !this.hidden.has(known(curve)));
  }

  zoom(window) {
    this.window = window;
    this.draw();
    this.zoomed();
  }

  // Scales: places on the stage in pixels for values, and back -----------------------------

  scales() {
    const { width, height } = this.stage.getBoundingClientRect();
    const { log } = this.data;
    const [x, y] = this.window ? [this.window.x, this.window.y] : this.extent();
    const bend = log ? (value) => Math.log10(Math.max(value, 1e-12)) : (value) => value;
    const straighten = log ? (value) => 10 ** value : (value) => value;
    const [low, high] = y.map(bend);
    const across = width - EDGE.left - EDGE.right;
    const up = height - EDGE.top - EDGE.bottom;
    return {
      width, height, x, y,
      px: (value) => EDGE.left + ((value - x[0]) / (x[1] - x[0])) * across,
      py: (value) => EDGE.top + ((high - bend(value)) / (high - low)) * up,
      vx: (pixel) => x[0] + ((pixel - EDGE.left) / across) * (x[1] - x[0]),
      vy: (pixel) => straighten(high - ((pixel - EDGE.top) / up) * (high - low)),
    };
  }

  // The ranges of all that is drawn, with some air above and below.
  extent() {
    const xs = [], ys = [];
    for (const curve of this.curves) {
      curve.x.forEach((x, i) => {
        if (x === null || curve.y[i] === null) return;
        xs.push(x);
        ys.push(curve.y[i]);
      });
    }
    for (const { y } of this.data.references) ys.push(y);
    let [left, right] = spread(xs);
    left -= (right - left) * 0.01;
    right += (right - left) * 0.01;
    let [low, high] = spread(ys);
    if (this.data.log) return [[left, right], [low / 1.08, high * 1.08]];
    const air = (high - low) * 0.05;
    low = this.data.zero ? Math.min(0, low) : low - air;
    return [[left, right], [low, high + air]];
  }

  // Drawing -------------------------------------------------------------------------------

  draw() {
    if (!this.data) return;
    const scales = this.scales();
    const { width, height } = scales;
    const ratio = window.devicePixelRatio || 1;
    this.canvas.width = Math.round(width * ratio);
    this.canvas.height = Math.round(height * ratio);
    const pen = this.canvas.getContext("2d");
    pen.scale(ratio, ratio);
    const style = getComputedStyle(this.root);
    this.ink = style.color;
    pen.font = `12px ${style.fontFamily}`;
    this.axes(pen, scales);
    pen.save();
    pen.beginPath();
    pen.rect(EDGE.left, 0, width - EDGE.left - EDGE.right, height - EDGE.bottom);
    pen.clip();
    this.references(pen, scales);
    for (const curve of this.curves) this.curve(pen, scales, curve);
    pen.restore();
    this.whole.hidden = !this.window;
    this.tell(scales);
  }

  // What is shown, for tests and for whoever looks into the page.
  tell({ x, y }) {
    const points = this.curves.reduce((sum, curve) => sum + curve.x.length, 0);
    this.root.dataset.points = String(points);
    this.root.dataset.x = x.join(" ");
    this.root.dataset.y = y.join(" ");
  }

  axes(pen, scales) {
    const { width, height, x, y } = scales;
    pen.fillStyle = pen.strokeStyle = this.ink;
    pen.lineWidth = 1;
    pen.textAlign = "right";
    pen.textBaseline = "middle";
    for (const value of this.data.log ? decades(y) : ticks(y, 5)) {
      const place = scales.py(value);
      pen.globalAlpha = 0.14;
      pen.beginPath();
      pen.moveTo(EDGE.left, place);
      pen.lineTo(width - EDGE.right, place);
      pen.stroke();
      pen.globalAlpha = 0.75;
      pen.fillText(short(value), EDGE.left - 8, place);
    }
    pen.textAlign = "center";
    pen.textBaseline = "top";
    for (const value of ticks(x, Math.max(2, Math.floor(width / 110)))) {
      pen.fillText(short(value), scales.px(value), height - EDGE.bottom + 8);
    }
    pen.save();
    pen.translate(10, (height - EDGE.bottom) / 2);
    pen.rotate(-Math.PI / 2);
    pen.fillText(this.data.up, 0, -6);
    pen.restore();
    pen.globalAlpha = 1;
  }

  references(pen, scales) {
    const lines = this.data.references
      .map(({ name, y }) => ({ words: `${name} ${short(y)}`, place: scales.py(y) }))
      .sort((a, b) => a.place - b.place);
    pen.globalAlpha = 0.6;
    pen.strokeStyle = pen.fillStyle = this.ink;
    pen.textAlign = "right";
    const right = scales.width - EDGE.right - 4;
    let above = -Infinity;
    for (const { words, place } of lines) {
      pen.setLineDash([5, 5]);
      pen.beginPath();
      pen.moveTo(EDGE.left, place);
      pen.lineTo(scales.width - EDGE.right, place);
      pen.stroke();
      // Words that would stand on those of the line above go below their own.
      const below = place - above < LINE;
      pen.textBaseline = below ? "top" : "bottom";
      pen.fillText(words, right, below ? place + 2 : place - 2);
      above = below ? -Infinity : place;
    }
    pen.setLineDash([]);
    pen.globalAlpha = 1;
  }

  curve(pen, scales, curve) {
    pen.strokeStyle = pen.fillStyle = curve.colour;
    pen.globalAlpha = curve.style === "faint" ? 0.35 : 1;
    pen.lineWidth = curve.style === "faint" ? 1 : 2;
    pen.lineJoin = "round";
    const places = curve.x.map((x, i) => this.place(scales, x, curve.y[i]));
    if (curve.style === "star") return places.forEach((place) => place && star(pen, ...place));
    pen.setLineDash(curve.style === "dotted" ? [2, 4] : []);
    pen.beginPath();
    let drawing = false;
    for (const place of places) {
      if (place && drawing) pen.lineTo(...place);
      else if (place) pen.moveTo(...place);
      drawing = place !== null;
    }
    pen.stroke();
    pen.setLineDash([]);
    if (places.length > 60 || curve.style === "faint") return;
    for (const place of places) {
      if (!place) continue;
      pen.beginPath();
      pen.arc(...place, 2.5, 0, 2 * Math.PI);
      pen.fill();
    }
  }

  place(scales, x, y) {
    return x === null || y === null ? null : [scales.px(x), scales.py(y)];
  }

  // The pointer ---------------------------------------------------------------------------

  at(event) {
    const { left, top } = this.stage.getBoundingClientRect();
    return [event.clientX - left, event.clientY - top];
  }

  press(event) {
    if (event.button !== 0) return;
    this.from = this.at(event);
    this.stage.setPointerCapture(event.pointerId);
  }

  move(event) {
    if (this.from) return this.rubber(this.at(event));
    this.point(...this.at(event));
  }

  rubber([x, y]) {
    const [left, top] = [Math.min(x, this.from[0]), Math.min(y, this.from[1])];
    this.said.hidden = true;
    this.box.hidden = false;
    Object.assign(this.box.style, {
      left: `${left}px`,
      top: `${top}px`,
      width: `${Math.abs(x - this.from[0])}px`,
      height: `${Math.abs(y - this.from[1])}px`,
    });
  }

  letGo() {
    this.from = null;
    this.box.hidden = true;
  }

  release(event) {
    if (!this.from) return;
    const [from, to] = [this.from, this.at(event)];
    this.letGo();
    const wide = Math.abs(to[0] - from[0]), tall = Math.abs(to[1] - from[1]);
    if (wide < LEAST) return;
    const { vx, vy, y } = this.scales();
    const rising = (some) => some.sort((a, b) => a - b);
    const ys = tall < LEAST ? [...y] : rising([vy(from[1]), vy(to[1])]);
    this.zoom({ x: rising([vx(from[0]), vx(to[0])]), y: ys });
  }

  // Say what the nearest point is.
  point(x, y) {
    const scales = this.scales();
    let best = null, nearest = NEAR;
    for (const curve of this.curves) {
      curve.x.forEach((value, i) => {
        const place = this.place(scales, value, curve.y[i]);
        const distance = place ? Math.hypot(place[0] - x, (place[1] - y) / 3) : Infinity;
        if (distance < nearest) [best, nearest] = [{ curve, place, i }, distance];
      });
    }
    this.said.hidden = best === null;
    if (!best) return;
    const { curve, place, i } = best;
    const value = short(curve.y[i], 4);
    this.said.textContent = `${curve.name}: ${value}\n${short(curve.x[i], 6)} ${this.data.across}`;
    const left = Math.min(place[0] + 12, scales.width - this.said.offsetWidth - 4);
    this.said.style.left = `${Math.max(0, left)}px`;
    this.said.style.top = `${Math.max(0, place[1] - this.said.offsetHeight - 8)}px`;
  }
}

// What a curve goes by: the name of a star changes with its place.
function known({ name, style }) {
  return style === "star" ? style : name;
}

// The least and the greatest, never the same.
function spread(values) {
  if (!values.length) return [0, 1];
  let low = Infinity, high = -Infinity;
  for (const value of values) {
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  if (low < high) return [low, high];
  const air = Math.abs(low) * 0.02 || 1;
  return [low - air, high + air];
}

// Round numbers in a range, about as many as are wanted.
function ticks([low, high], wanted) {
  const rough = (high - low) / wanted;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((each) => each >= rough);
  const found = [];
  for (let n = Math.ceil(low / step); n * step <= high; n++) found.push(n * step);
  return found;
}

// Ones, twos and fives of each power of ten in a range; plain ticks where that is too few.
function decades([low, high]) {
  const found = [];
  for (let power = Math.floor(Math.log10(low)); 10 ** power <= high; power++) {
    for (const factor of [1, 2, 5]) {
      const value = factor * 10 ** power;
      if (value >= low && value <= high) found.push(value);
    }
  }
  return found.length > 2 ? found : ticks([low, high], 5);
}

function short(value, digits = 4) {
  if (value && Math.abs(value) < 1e-3) return value.toExponential(1);
  if (Math.abs(value) >= 1e4) return Math.round(value).toLocaleString("en");
  return String(Number(value.toPrecision(digits)));
}

function star(pen, x, y) {
  pen.beginPath();
  for (let n = 0; n < 10; n++) {
    const size = n % 2 ? 3.2 : 7.5;
    const angle = (n * Math.PI) / 5 - Math.PI / 2;
    pen.lineTo(x + size * Math.cos(angle), y + size * Math.sin(angle));
  }
  pen.fill();
}
