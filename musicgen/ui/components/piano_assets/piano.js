// A piano to click on: a key sounds at once, and is told to the page with the length chosen.
// Streamlit calls the default export on every rerun and change of theme.

const MOST_TOLD = 100; // presses; the page answers long before so many have come together
const PATIENCE = 3000; // ms for the page to answer
const SETTLING = 60; // ms after its answer until the text beside the keys is the new one
const LENGTHS = [
  ["Eighth note", 0.5, '<ellipse cx="6" cy="12.5" rx="3" ry="2.2" /><path d="M8.6 12V2l4 4.5" class="open" />'],
  ["Quarter note", 1, '<ellipse cx="6" cy="12.5" rx="3" ry="2.2" /><path d="M8.6 12V2" class="open" />'],
  ["Half note", 2, '<ellipse cx="6" cy="12.5" rx="3" ry="2.2" class="open" /><path d="M8.8 12V2" class="open" />'],
  ["Whole note", 4, '<ellipse cx="8" cy="10" rx="4" ry="2.6" class="open" />'],
];
const pianos = new WeakMap(); // the element that Streamlit gives -> its Piano
let speaker = null; // made at the first click: browsers allow no sound before

export default function ({ data, parentElement, setStateValue }) {
  const root = parentElement.querySelector(".piano");
  let piano = pianos.get(parentElement);
  if (piano?.root !== root) {
    piano = new Piano(root);
    pianos.set(parentElement, piano);
  }
  piano.tell = setStateValue;
  piano.show(data);
  piano.hear(data.heard);
}

class Piano {
  constructor(root) {
    this.root = root;
    this.keys = root.querySelector(".keys");
    this.quarters = 1;
    this.presses = [];
    this.count = 0; // of all presses
    this.told = 0; // how many of them the page was told of
    this.toldAt = 0;
    this.heard = 0; // and has answered
    this.visit = String(Math.random()); // counting begins anew with each piano
    this.addLengths();
    for (const name of ["dot", "chord"]) {
      const button = root.querySelector(`.${name}`);
      button.addEventListener("click", () => {
        button.setAttribute("aria-pressed", String(!this.isOn(name)));
      });
    }
    root.querySelector(".rest").addEventListener("click", () => this.press("rest", "A rest"));
    root.querySelector(".undo").addEventListener("click", () => this.press("undo", "Undone"));
    this.keys.addEventListener("click", (event) => this.play(event.target.closest("button")));
    this.keys.addEventListener("keydown", (event) => this.move(event));
  }

  isOn(name) {
    return this.root.querySelector(`.${name}`).getAttribute("aria-pressed") === "true";
  }

  addLengths() {
    const list = this.root.querySelector(".lengths");
    const choose = (chosen) => {
      for (const button of list.children) {
        button.setAttribute("aria-checked", String(button === chosen));
        button.tabIndex = button === chosen ? 0 : -1;
      }
      this.quarters = Number(chosen.value);
    };
    for (const [name, quarters, drawing] of LENGTHS) {
      const button = document.createElement("button");
      Object.assign(button, { type: "button", title: name, value: quarters });
      button.setAttribute("role", "radio");
      button.setAttribute("aria-label", name);
      button.innerHTML = `<svg viewBox="0 0 16 16" aria-hidden="true">${drawing}</svg>`;
      button.addEventListener("click", () => choose(button));
      list.append(button);
      if (quarters === this.quarters) choose(button);
    }
    list.addEventListener("keydown", (event) => {
      const by = { ArrowLeft: -1, ArrowUp: -1, ArrowRight: 1, ArrowDown: 1 }[event.key];
      if (!by) return;
      event.preventDefault();
      const buttons = [...list.children];
      const at = buttons.findIndex((button) => button.tabIndex === 0);
      const next = buttons[(at + by + buttons.length) % buttons.length];
      choose(next);
      next.focus();
    });
  }

  // The keys; their names change with the key of the piece.
  show({ keys, first }) {
    if (!this.keys.children.length) {
      this.keys.append(...keys.map((key) => newKey(key)));
      this.rove(this.keyOf(first));
      this.keys.scrollLeft = this.keyOf(first).offsetLeft;
    }
    for (const { pitch, name, words } of keys) {
      const button = this.keyOf(pitch);
      button.dataset.name = name;
      button.title = name;
      button.setAttribute("aria-label", words);
    }
  }

  keyOf(pitch) {
    return this.keys.querySelector(`[value="${pitch}"]`);
  }

  // One key at a time can be reached with Tab.
  rove(key) {
    for (const other of this.keys.children) other.tabIndex = other === key ? 0 : -1;
  }

  move(event) {
    const keys = [...this.keys.children];
    const at = keys.indexOf(event.target);
    const by = { ArrowLeft: -1, ArrowRight: 1, ArrowDown: -12, ArrowUp: 12 }[event.key];
    const to = { Home: 0, End: keys.length - 1 }[event.key] ?? (by ? at + by : -1);
    if (at < 0 || !keys[to]) return;
    event.preventDefault();
    this.rove(keys[to]);
    keys[to].focus();
  }

  play(key) {
    if (!key) return;
    this.rove(key);
    key.classList.add("down");
    setTimeout(() => key.classList.remove("down"), 150);
    sound(Number(key.value));
    this.press("note", key.dataset.name, Number(key.value));
  }

  press(kind, said, pitch = 0) {
    const quarters = this.quarters * (this.isOn("dot") ? 1.5 : 1);
    this.count += 1;
    this.presses.push({ kind, pitch, quarters, together: this.isOn("chord") });
    this.presses = this.presses.slice(-MOST_TOLD);
    this.root.querySelector(".said").textContent = said;
    this.pass();
  }

  hear([visit, count]) {
    if (visit !== this.visit || count <= this.heard) return;
    this.heard = count;
    setTimeout(() => this.pass(), SETTLING);
  }

  // Tell of what was not told yet, once the page has answered what was: it would else write the
  // new notes behind the text as it was before the last ones.
  pass() {
    const waits = this.heard < this.told && Date.now() - this.toldAt < PATIENCE;
    if (waits || this.told === this.count) return;
    this.told = this.count;
    this.toldAt = Date.now();
    this.tell("presses", { visit: this.visit, count: this.count, last: this.presses });
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

// A plucked string, or nearly: three partials that die away.
function sound(pitch) {
  speaker ??= new AudioContext();
  speaker.resume();
  const now = speaker.currentTime;
  const frequency = 440 * 2 ** ((pitch - 69) / 12);
  for (const [partial, loudness, seconds] of [[1, 0.22, 1.2], [2, 0.08, 0.7], [3, 0.04, 0.4]]) {
    const string = speaker.createOscillator();
    const volume = speaker.createGain();
    string.frequency.value = frequency * partial;
    volume.gain.setValueAtTime(0, now);
    volume.gain.linearRampToValueAtTime(loudness, now + 0.005);
    volume.gain.exponentialRampToValueAtTime(0.0005, now + seconds);
    string.connect(volume).connect(speaker.destination);
    string.start(now);
    string.stop(now + seconds);
  }
}
