// Piano keyboard: a click sounds at once and is reported to the page with the chosen length.
// Streamlit calls the default export on every rerun and change of theme.

import { SoundSleep } from "../shared/sound_sleep.js";
import { PlayIn } from "./play_in.js";
import { TypedNotes } from "./typed_notes.js";

const MAX_REPORTED = 400; // presses; the page answers long before there are so many
const ANSWER_TIMEOUT_MS = 3000;
const SETTLING_MS = 60; // after an answer, until the text field shows the new notes
const LENGTHS = [
  ["16th note", 0.25, '<ellipse cx="6" cy="12.5" rx="3" ry="2.2" /><path d="M8.6 12V2l4 3.5M8.6 6l4 3.5" class="hollow" />'],
  ["Eighth note", 0.5, '<ellipse cx="6" cy="12.5" rx="3" ry="2.2" /><path d="M8.6 12V2l4 4.5" class="hollow" />'],
  ["Quarter note", 1, '<ellipse cx="6" cy="12.5" rx="3" ry="2.2" /><path d="M8.6 12V2" class="hollow" />'],
  ["Half note", 2, '<ellipse cx="6" cy="12.5" rx="3" ry="2.2" class="hollow" /><path d="M8.8 12V2" class="hollow" />'],
  ["Whole note", 4, '<ellipse cx="8" cy="10" rx="4" ry="2.6" class="hollow" />'],
];
const pianos = new WeakMap(); // Streamlit's element -> Piano
let audioContext = null; // created at the first click: browsers allow no sound before
let soundSleep = null; // of the context

export default function ({ data, parentElement, setStateValue }) {
  const root = parentElement.querySelector(".piano");
  let piano = pianos.get(parentElement);
  if (piano?.root !== root) {
    piano?.close();
    piano = new Piano(root, data);
    pianos.set(parentElement, piano);
  }
  piano.report = setStateValue;
  piano.show(data);
  piano.handleAnswer(data.handled);
  return () => {
    pianos.get(parentElement)?.close();
    pianos.delete(parentElement);
  };
}

class Piano {
  constructor(root, { recordings, draft }) {
    this.root = root;
    this.typed = new TypedNotes(addressOf(draft));
    this.keys = root.querySelector(".keys");
    this.quarters = 1;
    this.presses = [];
    this.count = 0; // all presses
    this.reported = 0; // those reported to the page
    this.reportedAt = 0; // ms
    this.handled = 0; // those that the page has answered
    this.visit = String(Math.random()); // the count starts again with each piano
    this.waiting = []; // { count, done }: what is done once the page has answered so many presses
    this.addLengthButtons();
    for (const name of ["dot", "chord"]) {
      const button = root.querySelector(`.${name}`);
      button.addEventListener("click", () => {
        button.setAttribute("aria-pressed", String(!this.isOn(name)));
      });
    }
    root.querySelector(".rest").addEventListener("click", () => this.press("rest", "A rest"));
    root.querySelector(".undo").addEventListener("click", () => this.press("undo", "Undone"));
    root.querySelector(".clear").addEventListener("click", () => this.press("clear", "Cleared"));
    root.querySelector(".wide").addEventListener("click", () => this.setWide(!this.isOn("wide")));
    this.playIn = new PlayIn(root, {
      sound: (pitch) => this.flash(pitch),
      add: (pitch) => this.addPitch(pitch),
      addAll: (presses, done) => this.addAll(presses, done),
      click: (isAccent) => playClick(isAccent),
      say: (text) => this.say(text),
    }, addressOf(recordings));
    this.keys.addEventListener("click", (event) => this.play(event.target.closest("button")));
    this.keys.addEventListener("keydown", (event) => this.handleKey(event));
  }

  // Show the piano along the bottom of the window, or in its place.
  setWide(isWide) {
    this.root.querySelector(".wide").setAttribute("aria-pressed", String(isWide));
    this.root.classList.toggle("docked", isWide);
    const page = document.querySelector('[data-testid="stMain"]'); // beside the sidebar
    this.root.style.setProperty("--left", `${page?.getBoundingClientRect().left ?? 0}px`);
    if (page) this.makeRoom(page, isWide);
    const first = this.keys.querySelector("[tabindex='0']");
    if (!isWide && first) this.keys.scrollLeft = first.offsetLeft;
  }

  // Let the page end above a wide piano, and scroll what is above its place in the form into view.
  makeRoom(page, isWide) {
    const height = isWide ? this.root.offsetHeight : 0;
    page.style.paddingBottom = isWide ? `${height}px` : "";
    if (!isWide) return;
    const { bottom } = this.root.getRootNode().host.getBoundingClientRect();
    page.scrollBy({ top: Math.max(0, bottom - (window.innerHeight - height)) });
  }

  close() {
    if (this.isOn("wide")) this.setWide(false);
    this.playIn.close();
    this.typed.close();
  }

  isOn(name) {
    return this.root.querySelector(`.${name}`).getAttribute("aria-pressed") === "true";
  }

  addLengthButtons() {
    const list = this.root.querySelector(".lengths");
    const select = (selected) => {
      for (const button of list.children) {
        button.setAttribute("aria-checked", String(button === selected));
        button.tabIndex = button === selected ? 0 : -1;
      }
      this.quarters = Number(selected.value);
    };
    for (const [name, quarters, drawing] of LENGTHS) {
      const button = document.createElement("button");
      Object.assign(button, { type: "button", title: name, value: quarters });
      button.setAttribute("role", "radio");
      button.setAttribute("aria-checked", "false");
      button.tabIndex = -1;
      button.setAttribute("aria-label", name);
      button.innerHTML = `<svg viewBox="0 0 16 16" aria-hidden="true">${drawing}</svg>`;
      button.addEventListener("click", () => select(button));
      list.append(button);
      if (quarters === this.quarters) select(button);
    }
    list.addEventListener("keydown", (event) => {
      const step = { ArrowLeft: -1, ArrowUp: -1, ArrowRight: 1, ArrowDown: 1 }[event.key];
      if (!step) return;
      event.preventDefault();
      const buttons = [...list.children];
      const index = buttons.findIndex((button) => button.tabIndex === 0);
      const next = buttons[(index + step + buttons.length) % buttons.length];
      select(next);
      next.focus();
    });
  }

  // Draw the keys once; rename them when the key signature changes.
  show({ keys, first }) {
    if (!this.keys.children.length) {
      this.keys.append(...keys.map((key) => newKey(key)));
      this.makeFocusable(this.keyOf(first));
      this.keys.scrollLeft = this.keyOf(first).offsetLeft;
    }
    for (const { pitch, name, spoken } of keys) {
      const button = this.keyOf(pitch);
      button.dataset.name = name;
      button.title = name;
      button.setAttribute("aria-label", spoken);
    }
  }

  keyOf(pitch) {
    return this.keys.querySelector(`[value="${pitch}"]`);
  }

  // Make one key the tab stop of the keyboard (roving tabindex).
  makeFocusable(key) {
    for (const other of this.keys.children) other.tabIndex = other === key ? 0 : -1;
  }

  handleKey(event) {
    const keys = [...this.keys.children];
    const index = keys.indexOf(event.target);
    const step = { ArrowLeft: -1, ArrowRight: 1, ArrowDown: -12, ArrowUp: 12 }[event.key];
    const target = { Home: 0, End: keys.length - 1 }[event.key] ?? (step ? index + step : -1);
    if (index < 0 || !keys[target]) return;
    event.preventDefault();
    this.makeFocusable(keys[target]);
    keys[target].focus();
  }

  play(key) {
    if (!key) return;
    this.makeFocusable(key);
    const pitch = Number(key.value);
    this.flash(pitch);
    if (this.playIn.recording) this.playIn.tap(pitch);
    else this.addPitch(pitch);
  }

  // Sound a pitch, and light its key where the piano has it.
  flash(pitch) {
    const key = this.keyOf(pitch);
    key?.classList.add("down");
    setTimeout(() => key?.classList.remove("down"), 150);
    playNote(pitch);
  }

  addPitch(pitch) {
    const key = this.keyOf(pitch);
    if (key) this.press("note", key.dataset.name, pitch);
    else this.say("This note is beyond the piano");
  }

  // Add what was played in time; notes beyond the piano are left out. done: called when the page has it.
  addAll(presses, done) {
    const here = presses.filter(({ kind, pitch }) => kind === "rest" || this.keyOf(pitch));
    this.count += here.length;
    this.presses = [...this.presses, ...here].slice(-MAX_REPORTED);
    if (this.count > this.handled) this.waiting.push({ count: this.count, done });
    else done();
    this.reportPresses();
  }

  say(text) {
    this.root.querySelector(".announcement").textContent = text;
  }

  press(kind, announcement, pitch = 0) {
    const quarters = this.quarters * (this.isOn("dot") ? 1.5 : 1);
    this.count += 1;
    this.presses.push({ kind, pitch, quarters, in_chord: this.isOn("chord") });
    this.presses = this.presses.slice(-MAX_REPORTED);
    this.say(announcement);
    this.reportPresses();
  }

  handleAnswer({ visit, count }) {
    if (visit !== this.visit || count <= this.handled) return;
    this.handled = count;
    for (const { done } of this.waiting.filter((one) => one.count <= count)) done();
    this.waiting = this.waiting.filter((one) => one.count > count);
    setTimeout(() => this.reportPresses(), SETTLING_MS);
  }

  // Report new presses once the page has answered the last report: it would otherwise append them
  // to a text without the notes of that report.
  reportPresses() {
    const isUnanswered = this.handled < this.reported;
    if (isUnanswered && Date.now() - this.reportedAt < ANSWER_TIMEOUT_MS) return;
    if (this.reported === this.count) return;
    this.reported = this.count;
    this.reportedAt = Date.now();
    this.report("presses", { visit: this.visit, count: this.count, last: this.presses });
  }
}

// Where a path of the server is; empty for none.
function addressOf(path) {
  return path && new URL(path, window.location.href).href;
}

function newKey({ pitch, black, label }) {
  const key = document.createElement("button");
  key.type = "button";
  key.value = pitch;
  key.className = black ? "black" : "";
  key.textContent = label;
  return key;
}

// Time of the audio context, which runs from now on.
function soundTime() {
  audioContext ??= new AudioContext();
  soundSleep ??= new SoundSleep(audioContext);
  soundSleep.wake();
  return audioContext.currentTime;
}

// Like a plucked string: three partials that die away.
function playNote(pitch) {
  const now = soundTime();
  const frequency = 440 * 2 ** ((pitch - 69) / 12);
  for (const [partial, loudness, seconds] of [[1, 0.22, 1.2], [2, 0.08, 0.7], [3, 0.04, 0.4]]) {
    const oscillator = audioContext.createOscillator();
    const gain = audioContext.createGain();
    oscillator.frequency.value = frequency * partial;
    gain.gain.setValueAtTime(0, now);
    gain.gain.linearRampToValueAtTime(loudness, now + 0.005);
    gain.gain.exponentialRampToValueAtTime(0.0005, now + seconds);
    oscillator.connect(gain).connect(audioContext.destination);
    oscillator.start(now);
    oscillator.stop(now + seconds);
  }
}

// A beat of the metronome.
function playClick(isAccent) {
  const now = soundTime();
  const oscillator = audioContext.createOscillator();
  const gain = audioContext.createGain();
  oscillator.frequency.value = isAccent ? 1600 : 1000;
  gain.gain.setValueAtTime(0.3, now);
  gain.gain.exponentialRampToValueAtTime(0.001, now + 0.05);
  oscillator.connect(gain).connect(audioContext.destination);
  oscillator.start(now);
  oscillator.stop(now + 0.06);
}
