// List of the parts: name, instrument, mute, solo, volume.

export class PartsList {
  constructor(editor) {
    this.editor = editor;
    this.list = editor.find(".parts");
    this.shown = ""; // the parts that the rows were made for
    editor.on(editor.find(".add-part"), "click", () => editor.addPart());
  }

  show() {
    const text = JSON.stringify(this.editor.music.parts);
    if (text !== this.shown) {
      this.shown = text;
      this.rows = this.editor.music.parts.map((part, index) => this.row(part, index));
      this.list.replaceChildren(...this.rows);
    }
    this.rows.forEach((row, index) => this.update(row, index));
  }

  labelOf(part, index) {
    return part.name || (part.is_drum ? this.editor.names.drums : this.editor.names.instruments[part.program]) || `Part ${index + 1}`;
  }

  row(part, index) {
    const { editor } = this;
    const label = this.labelOf(part, index);
    const row = document.createElement("li");
    const colour = document.createElement("button");
    Object.assign(colour, { type: "button", className: "pick", title: "Write in this part" });
    colour.setAttribute("aria-label", `Write in ${label}`);
    colour.style.setProperty("--colour", editor.colourOf(index));
    colour.addEventListener("click", () => editor.setActivePart(index));
    const name = document.createElement("input");
    Object.assign(name, { className: "name", value: label, maxLength: 60 });
    name.setAttribute("aria-label", `Name of part ${index + 1}`);
    name.addEventListener("change", () => editor.setPart(index, { name: name.value.trim() }));
    row.append(colour, name, this.instrument(part, index, label));
    row.append(this.toggle("Mute", "M", "mute", index, label), this.toggle("Solo", "S", "solo", index, label));
    row.append(this.volume(index, label), this.lockButton(index, label), this.selectButton(index, label));
    return row;
  }

  instrument(part, index, label) {
    const { editor } = this;
    const select = document.createElement("select");
    select.setAttribute("aria-label", `Instrument of ${label}`);
    if (part.is_drum) {
      select.append(new Option(editor.names.drums, part.program));
      select.disabled = true;
      return select;
    }
    select.append(...editor.names.instruments.map((name, program) => new Option(name, program)));
    select.value = part.program;
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

  toggle(word, letter, field, index, label) {
    const { mixer } = this.editor;
    const button = document.createElement("button");
    Object.assign(button, { type: "button", className: field, textContent: letter, title: word });
    button.setAttribute("aria-label", `${word} ${label}`);
    button.addEventListener("click", () => {
      mixer.set(index, { [field]: !mixer.strips[index][field] });
      this.editor.changed();
    });
    return button;
  }

  volume(index, label) {
    const { mixer } = this.editor;
    const slider = document.createElement("input");
    Object.assign(slider, { type: "range", min: 0, max: 1, step: 0.05, className: "volume" });
    slider.value = mixer.strips[index].volume;
    slider.setAttribute("aria-label", `Volume of ${label}`);
    slider.addEventListener("input", () => mixer.set(index, { volume: Number(slider.value) }));
    return slider;
  }

  lockButton(index, label) {
    const button = document.createElement("button");
    const title = "Locked: edits, and bars composed again, leave it as it is";
    Object.assign(button, { type: "button", textContent: "Lock", className: "lock", title });
    button.setAttribute("aria-label", `Lock ${label}`);
    button.addEventListener("click", () => this.editor.toggleLock(index));
    return button;
  }

  selectButton(index, label) {
    const button = document.createElement("button");
    Object.assign(button, { type: "button", textContent: "Select", className: "select-part" });
    button.setAttribute("aria-label", `Select all notes of ${label}`);
    button.addEventListener("click", () => this.editor.selectPart(index));
    return button;
  }

  update(row, index) {
    const { mute, solo } = this.editor.mixer.strips[index];
    row.querySelector(".mute").setAttribute("aria-pressed", String(mute));
    row.querySelector(".solo").setAttribute("aria-pressed", String(solo));
    row.querySelector(".lock").setAttribute("aria-pressed", String(this.editor.locked.has(index)));
    const isActive = index === this.editor.activePart;
    row.classList.toggle("active", isActive);
    row.querySelector(".pick").setAttribute("aria-pressed", String(isActive));
  }
}
