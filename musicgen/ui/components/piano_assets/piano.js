// Piano keyboard: a click sounds at once and is reported to the page with the chosen length.
// Streamlit calls the default export on every rerun and change of theme.

const MAX_REPORTED = 100; // presses; the page answers long before there are so many
const ANSWER_TIMEOUT_MS = 3000;
const SETTLING_MS = 60; // after an answer, until the text field shows the new notes
const LENGTHS = [
  ["Eighth note", 0.5, '<ellipse cx="6" cy="12.5" rx="3" ry="2.2" /><path d="M8.6 12V2l4 4.5" class="hollow" />'],
  ["Quarter note", 1, '<ellipse cx="6" cy="12.5" rx="3" ry="2.2" /><path d="M8.6 12V2" class="hollow" />'],
  ["Half note", 2, '<ellipse cx="6" cy="12.5" rx="3" ry="2.2" class="hollow" /><path d="M8.8 12V2" class="hollow" />'],
  ["Whole note", 4, '<ellipse cx="8" cy="10" rx="4" ry="2.6" class="hollow" />'],
];
const pianos = new WeakMap(); // Streamlit's element -> Piano
let audioContext = null; // created at the first click: browsers allow no sound before

export default function ({ data, parentElement, setStateValue }) {
  const root = parentElement.querySelector(".piano");
  let piano = pianos.get(parentElement);
  if (piano?.root !== root) {
    piano = new Piano(root);
    pianos.set(parentElement, piano);
  }
  piano.report = setStateValue;
  piano.show(data);
  piano.handleAnswer(data.handled);
}

class Piano {
  constructor(root) {
    this.root = root;
    this.keys = root.querySelector(".keys");
    this.quarters = 1;
    this.presses = [];
    this.count = 0; // all presses
    this.reported = 0; // those reported to the page
    this.reportedAt = 0; // ms
    this.handled = 0; // those that the page has answered
    this.visit = String(Math.random()); // the count starts again with each piano
    this.addLengthButtons();
    for (const name of ["dot", "chord"]) {
      const button = root.querySelector(`.${name}`);
      button.addEventListener("click", () => {
        button.setAttribute("aria-pressed", String(!this.isOn(name)));
      });
    }
    root.querySelector(".rest").addEventListener("click", () => this.press("rest", "A rest"));
    root.querySelector(".undo").addEventListener("click", () => this.press("undo", "Undone"));
    this.keys.addEventListener("click", (event) => this.play(event.target.closest("button")));
    this.keys.addEventListener("keydown", (event) => this.handleKey(event));
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
    key.classList.add("down");
    setTimeout(() => key.classList.remove("down"), 150);
    playNote(Number(key.value));
    this.press("note", key.dataset.name, Number(key.value));
  }

  press(kind, announcement, pitch = 0) {
    const quarters = this.quarters * (this.isOn("dot") ? 1.5 : 1);
    this.count += 1;
    this.presses.push({ kind, pitch, quarters, in_chord: this.isOn("chord") });
    this.presses = this.presses.slice(-MAX_REPORTED);
    this.root.querySelector(".announcement").textContent = announcement;
    this.reportPresses();
  }

  handleAnswer({ visit, count }) {
    if (visit !== this.visit || count <= this.handled) return;
    this.handled = count;
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

function newKey({ pitch, black, label }) {
  const key = document.createElement("button");
  key.type = "button";
  key.value = pitch;
  key.className = black ? "black" : "";
  key.textContent = label;
  return key;
}

// Like a plucked string: three partials that die away.
function playNote(pitch) {
  audioContext ??= new AudioContext();
  audioContext.resume();
  const now = audioContext.currentTime;
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
