// Printed score: its pages, which follow the sound of the player and answer to a click. Streamlit
// calls the default export on every rerun and change of theme.

import { PositionChannel } from "../shared/position_channel.js";

const printedScores = new WeakMap(); // Streamlit's element -> PrintedScore
const fonts = new Set(); // families that the document has from here
const SIZES = [50, 75, 100, 125, 150, 200, 300]; // percent of the width that there is
const NARROW_PIXELS = 500; // below which a page of the usual width is too small to read

export default function ({ data, parentElement, setStateValue }) {
  const root = parentElement.querySelector(".printed-score");
  let printed = printedScores.get(parentElement);
  if (printed?.root !== root) {
    printed?.close();
    printed = new PrintedScore(root);
    printedScores.set(parentElement, printed);
  }
  printed.report = setStateValue;
  printed.show(data);
  return () => {
    printedScores.get(parentElement)?.close();
    printedScores.delete(parentElement);
  };
}

class PrintedScore {
  constructor(root) {
    this.root = root;
    this.scroller = root.querySelector(".scroller");
    this.size = SIZES.indexOf(100);
    this.data = null;
    this.forPhone = false; // as the server knows
    this.sounding = new Set(); // elements
    this.closing = new AbortController();
    this.channel = new PositionChannel();
    this.channel.listen({ onPosition: (position) => this.follow(position) }, this.closing.signal);
    this.on(".zoom-out", "click", () => this.zoom(-1));
    this.on(".zoom-in", "click", () => this.zoom(1));
    this.on(".play", "click", () => this.channel.request({ toggles: true }));
    this.on(".scroller", "click", (event) => this.seek(event));
    this.observer = new ResizeObserver(() => this.reportWidth());
    this.observer.observe(this.scroller);
  }

  on(selector, event, listener) {
    const { signal } = this.closing;
    this.root.querySelector(selector).addEventListener(event, listener, { signal });
  }

  close() {
    this.closing.abort();
    this.observer.disconnect();
  }

  // Ask for narrow pages where there is no room for wide ones.
  reportWidth() {
    const width = this.scroller.clientWidth;
    if (!width || width < NARROW_PIXELS === this.forPhone) return;
    this.forPhone = !this.forPhone;
    this.report("phone", this.forPhone);
  }

  // data: { piece, pages: SVG documents, forPhone, notes: { id: [start, end] }, bars: { id: start } }.
  show(data) {
    const isNew = data.pages[0] !== this.data?.pages[0] || data.piece !== this.data?.piece;
    this.data = data;
    this.forPhone = data.forPhone;
    this.reportWidth();
    if (!isNew) return;
    const parser = new DOMParser();
    const pages = data.pages.map((text, index) => {
      const page = document.importNode(parser.parseFromString(text, "image/svg+xml").documentElement, true);
      page.classList.add("page");
      page.setAttribute("role", "img");
      page.setAttribute("aria-label", `The piece in print, page ${index + 1} of ${data.pages.length}`);
      return page;
    });
    for (const page of pages) addFonts(page);
    this.scroller.replaceChildren(...pages);
    this.sounding.clear();
    this.elements = new Map();
    for (const id of Object.keys(data.notes)) {
      const element = this.scroller.querySelector(`#${CSS.escape(id)}`);
      if (element) this.elements.set(id, element);
    }
    this.resize(0);
    this.channel.piece = data.piece;
    this.channel.request(); // where is it now?
  }

  zoom(by) {
    this.resize(by);
  }

  resize(by) {
    this.size = Math.max(0, Math.min(SIZES.length - 1, this.size + by));
    for (const page of this.scroller.children) page.style.width = `${SIZES[this.size]}%`;
    this.root.querySelector(".size").textContent = `${SIZES[this.size]}%`;
    this.root.querySelector(".zoom-out").disabled = this.size === 0;
    this.root.querySelector(".zoom-in").disabled = this.size === SIZES.length - 1;
  }

  // Mark the notes that sound; while it plays, keep them in view.
  follow({ tick, plays }) {
    this.root.classList.toggle("playing", plays);
    this.root.querySelector(".play").setAttribute("aria-label", plays ? "Pause the score" : "Play the score");
    const sounding = new Set();
    if (plays || tick > 0) {
      for (const [id, element] of this.elements) {
        const [start, end] = this.data.notes[id];
        if (start <= tick && tick < end) sounding.add(element);
      }
    }
    for (const element of this.sounding) if (!sounding.has(element)) element.classList.remove("sounds");
    for (const element of sounding) element.classList.add("sounds");
    this.sounding = sounding;
    const [first] = sounding;
    if (plays && first) this.keepInView(first.closest(".system") ?? first);
  }

  // Scroll the pages, and not the window, so that a system is in view.
  keepInView(system) {
    const box = system.getBoundingClientRect();
    const view = this.scroller.getBoundingClientRect();
    if (box.top >= view.top && box.bottom <= view.bottom) return;
    if (box.top <= view.top && box.bottom >= view.bottom) return;
    this.scroller.scrollBy({ top: box.top - view.top - 12, behavior: "smooth" });
  }

  // Go to the note, or the bar, that was clicked.
  seek(event) {
    const note = event.target.closest(".note, .chord");
    const bar = event.target.closest(".measure") ?? this.barAt(event);
    const inChord = note?.matches(".chord") ? note.querySelector(".note") : note;
    const tick = this.data.notes[inChord?.id]?.[0] ?? this.nearest(event, bar) ?? this.data.bars[bar?.id];
    if (tick !== undefined) this.channel.request({ tick });
  }

  // The bar around a click between its lines and notes.
  barAt({ clientX, clientY }) {
    return [...this.scroller.querySelectorAll(".measure")].find((bar) => {
      const box = bar.getBoundingClientRect();
      return box.left <= clientX && clientX <= box.right && box.top <= clientY && clientY <= box.bottom;
    });
  }

  // Start of the note of a bar that is nearest to a click, sideways.
  nearest(event, bar) {
    let best = null;
    for (const note of bar?.querySelectorAll(".note") ?? []) {
      const box = note.getBoundingClientRect();
      const distance = Math.abs(event.clientX - (box.left + box.right) / 2);
      const times = this.data.notes[note.id];
      if (times && (!best || distance < best.distance)) best = { distance, tick: times[0] };
    }
    return best?.tick;
  }
}

// Give the document the fonts of a page: those of styles inside a shadow root are not loaded.
function addFonts(page) {
  for (const style of page.querySelectorAll("style")) {
    for (const [, rule] of style.textContent.matchAll(/@font-face\s*\{([^}]*)\}/g)) {
      const family = rule.match(/font-family:\s*['"]?([^;'"]+)/)?.[1];
      const source = rule.match(/url\([^)]*\)(?:\s*format\([^)]*\))?/)?.[0];
      if (!family || !source?.includes("data:") || fonts.has(family)) continue;
      const font = new FontFace(family, source);
      fonts.add(family);
      document.fonts.add(font);
      font.load().catch(() => fonts.delete(family)); // the print then lacks a sign
    }
  }
}
