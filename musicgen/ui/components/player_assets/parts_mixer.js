// Parts of the piece that is played: colour and name, mute, solo, volume.

export class PartsMixer {
  constructor(list, mixer) {
    this.list = list;
    this.mixer = mixer;
    this.shown = ""; // the parts that the rows were made for
  }

  // Show a row for each part that sounds.
  show({ parts, colours, notes }) {
    const sounding = [...new Set(notes.part)].sort((a, b) => a - b);
    this.list.hidden = !sounding.length;
    const text = JSON.stringify([parts, sounding, colours.parts]);
    if (text === this.shown) return;
    this.shown = text;
    this.rows = sounding.map((part) => this.row(part, parts[part], colours.parts[part]));
    this.list.replaceChildren(...this.rows.map(({ element }) => element));
    this.update();
  }

  row(part, name, colour) {
    const element = document.createElement("li");
    const label = document.createElement("span");
    label.className = "part-name";
    label.textContent = name;
    label.style.setProperty("--colour", colour);
    const mute = this.toggle("Mute", "M", "mute", part, name);
    const solo = this.toggle("Solo", "S", "solo", part, name);
    element.append(label, mute, solo, this.volume(part, name));
    return { element, part, mute, solo };
  }

  toggle(word, letter, field, part, name) {
    const button = document.createElement("button");
    Object.assign(button, { type: "button", className: field, textContent: letter, title: word });
    button.setAttribute("aria-label", `${word} ${name}`);
    button.addEventListener("click", () => {
      this.mixer.set(part, { [field]: !this.mixer.strips[part][field] });
      this.update();
    });
    return button;
  }

  volume(part, name) {
    const slider = document.createElement("input");
    Object.assign(slider, { type: "range", min: 0, max: 1, step: 0.05, className: "volume" });
    slider.value = this.mixer.strips[part].volume;
    slider.setAttribute("aria-label", `Volume of ${name}`);
    slider.addEventListener("input", () => this.mixer.set(part, { volume: Number(slider.value) }));
    return slider;
  }

  update() {
    for (const { element, part, mute, solo } of this.rows) {
      const strip = this.mixer.strips[part];
      mute.setAttribute("aria-pressed", String(strip.mute));
      solo.setAttribute("aria-pressed", String(strip.solo));
      element.classList.toggle("silent", this.mixer.isSilent(part));
    }
  }
}
