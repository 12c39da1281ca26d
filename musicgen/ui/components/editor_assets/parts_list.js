// List of the parts: name, instrument, mute, solo, volume.

import { showAttribute } from "./shown.js";

export class PartsList {
  constructor(editor) {
    this.editor = editor;
    this.list = editor.find(".parts");
    this.shown = ""; // what the rows were made for
    this.named = ""; // the parts that the rows are named after
    editor.on(editor.find(".add-part"), "click", () => editor.addPart());
    // A name that is being typed when the tab is closed counts.
    editor.on(window, "pagehide", () => this.list.querySelector(".name:focus")?.blur());
  }

  // Rows are made anew only where parts come or go: what has the focus stays.
  show() {
    const { parts } = this.editor.music;
    const kinds = JSON.stringify(parts.map((part) => part.is_drum));
    if (kinds !== this.shown) {
      this.shown = kinds;
      this.named = "";
      this.rows = parts.map((part, index) => this.row(part, index));
      this.list.replaceChildren(...this.rows);
    }
    const names = JSON.stringify(parts);
    if (names !== this.named) this.rows.forEach((row, index) => this.name(row, parts[index], index));
    this.named = names;
    this.rows.forEach((row, index) => this.update(row, index));
  }

  labelOf(part, index) {
    return part.name || (part.is_drum ? this.editor.names.drums : this.editor.names.instruments[part.program]) || `Part ${index + 1}`;
  }

  row(part, index) {
    const { editor } = this;
    const row = document.createElement("li");
    const pick = this.button("pick", "", "Write in this part", () => editor.setActivePart(index));
    pick.style.setProperty("--colour", editor.colourOf(index));
    const name = document.createElement("input");
    Object.assign(name, { className: "name", maxLength: 60 });
    name.addEventListener("change", () => editor.setPart(index, { name: name.value.trim() }));
    row.append(pick, name, this.instrument(part, index));
    row.append(this.toggle("Mute", "M", "mute", index), this.toggle("Solo", "S", "solo", index));
    const locked = "Locked: edits, and bars composed again, leave it as it is";
    const select = () => editor.selectPart(index);
    row.append(this.volume(index), this.button("lock", "Lock", locked, () => editor.toggleLock(index)));
    row.append(this.button("select-part", "Select", "Select all its notes", select));
    return row;
  }

  // Name a row and its controls after its part.
  name(row, part, index) {
    const label = this.labelOf(part, index);
    const labels = {
      pick: `Write in ${label}`,
      name: `Name of part ${index + 1}`,
      instrument: `Instrument of ${label}`,
      mute: `Mute ${label}`,
      solo: `Solo ${label}`,
      volume: `Volume of ${label}`,
      lock: `Lock ${label}`,
      "select-part": `Select all notes of ${label}`,
    };
    for (const [name, text] of Object.entries(labels)) {
      row.querySelector(`.${name}`).setAttribute("aria-label", text);
    }
    row.querySelector(".name").value = label;
    row.querySelector(".instrument").value = part.program;
  }

  button(className, textContent, title, act) {
    const button = document.createElement("button");
    Object.assign(button, { type: "button", className, textContent, title });
    button.addEventListener("click", act);
    return button;
  }

  instrument(part, index) {
    const { names } = this.editor;
    const select = document.createElement("select");
    select.className = "instrument";
    select.disabled = part.is_drum;
    if (part.is_drum) select.append(new Option(names.drums, part.program));
    else select.append(...names.instruments.map((name, program) => new Option(name, program)));
    select.addEventListener("change", () => this.setInstrument(index, Number(select.value)));
    return select;
  }

  // A part that is called after its instrument is called after the new one.
  setInstrument(index, program) {
    const { music, names } = this.editor;
    const part = music.parts[index];
    const name = part.name === names.instruments[part.program] ? "" : part.name;
    this.editor.setPart(index, { program, name });
  }

  toggle(word, letter, field, index) {
    const { mixer } = this.editor;
    return this.button(field, letter, word, () => {
      mixer.set(index, { [field]: !mixer.strips[index][field] });
      this.editor.changed();
    });
  }

  volume(index) {
    const { mixer } = this.editor;
    const slider = document.createElement("input");
    Object.assign(slider, { type: "range", min: 0, max: 1, step: 0.05, className: "volume" });
    slider.value = mixer.strips[index].volume;
    slider.addEventListener("input", () => mixer.set(index, { volume: Number(slider.value) }));
    return slider;
  }

  update(row, index) {
    const { mute, solo } = this.editor.mixer.strips[index];
    const isActive = index === this.editor.activePart;
    const pressed = { mute, solo, lock: this.editor.locked.has(index), pick: isActive };
    for (const [name, isOn] of Object.entries(pressed)) {
      showAttribute(row.querySelector(`.${name}`), "aria-pressed", String(isOn));
    }
    row.classList.toggle("active", isActive);
  }
}
