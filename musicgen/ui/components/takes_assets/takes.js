// Takes: small rolls of several pieces, each with a play button and actions. Streamlit calls the
// default export on every rerun and change of theme.

import { Bars } from "../editor_assets/core/bars.js";
import { Music } from "../editor_assets/core/music.js";
import { Mixer } from "../editor_assets/sound/mixer.js";
import { Playback } from "../editor_assets/sound/playback.js";
import { loadSynth } from "../editor_assets/sound/synth.js";
import { drawSmallRoll } from "./small_roll.js";

const lists = new WeakMap(); // Streamlit's element -> TakesList

export default function ({ data, parentElement, setTriggerValue }) {
  const root = parentElement.querySelector(".takes-list");
  let list = lists.get(parentElement);
  if (list?.root !== root) {
    list?.close();
    list = new TakesList(root);
    lists.set(parentElement, list);
  }
  list.report = (action, take) => setTriggerValue("action", { action, take });
  list.show(data);
  return () => {
    lists.get(parentElement)?.close();
    lists.delete(parentElement);
  };
}

class TakesList {
  constructor(root) {
    this.root = root;
    this.list = root.querySelector(".takes");
    this.playback = null;
    this.playing = null; // id of the take that sounds
    this.frame = 0;
  }

  close() {
    this.playback?.stop();
    cancelAnimationFrame(this.frame);
  }

  show(data) {
    this.data = data;
    this.root.className = `takes-list ${data.isTree ? "tree" : "sheet"}`;
    this.list.setAttribute("aria-label", data.label);
    const focused = this.focused();
    this.list.replaceChildren(...data.takes.map((take) => this.item(take)));
    this.draw();
    if (focused) this.focus(focused);
  }

  // Which button has the focus: { take, index of the take, action }; null for none.
  focused() {
    const button = this.root.getRootNode().activeElement;
    const item = button?.closest("li");
    if (!item) return null;
    return { take: item.dataset.take, index: [...this.list.children].indexOf(item), action: button.dataset.action };
  }

  // Give the focus to the button that had it; where its take is gone, to that of the next one.
  focus({ take, index, action }) {
    const items = [...this.list.children];
    const item = items.find((one) => one.dataset.take === take) ?? items[index] ?? items[items.length - 1];
    const button = item?.querySelector(`[data-action="${action}"]:not(:disabled)`);
    (button ?? item?.querySelector("button"))?.focus();
  }

  item(take) {
    const item = document.createElement("li");
    item.dataset.take = take.id;
    item.classList.toggle("shown", take.isShown);
    item.style.setProperty("--depth", take.depth);
    const title = document.createElement("div");
    title.className = "title";
    title.textContent = take.name;
    title.title = take.name;
    if (take.origin) {
      const origin = document.createElement("span");
      origin.className = "origin";
      origin.textContent = ` · ${take.origin}`;
      title.append(origin);
    }
    const canvas = document.createElement("canvas");
    canvas.setAttribute("aria-hidden", "true");
    const line = document.createElement("div");
    line.className = "line";
    line.textContent = take.line;
    const buttons = document.createElement("div");
    buttons.className = "buttons";
    buttons.append(this.playButton(take), ...this.data.actions.map((action) => this.button(action, take)));
    item.append(title, canvas, line, buttons);
    return item;
  }

  playButton(take) {
    const button = document.createElement("button");
    Object.assign(button, { type: "button", className: "play", textContent: "Play" });
    button.dataset.action = "play";
    button.setAttribute("aria-label", `Play ${take.name}`);
    button.addEventListener("click", () => this.toggle(take));
    return button;
  }

  button({ action, label }, take) {
    const button = document.createElement("button");
    Object.assign(button, { type: "button", textContent: label });
    button.dataset.action = action;
    button.setAttribute("aria-label", `${label}: ${take.name}`);
    button.disabled = take.isShown && ["open", "compare"].includes(action);
    if (action === "star") {
      button.textContent = take.starred ? "★ Starred" : label;
      button.setAttribute("aria-pressed", String(take.starred));
    }
    button.addEventListener("click", () => this.report(action, take.id));
    return button;
  }

  // Play a take, or stop it; one sounds at a time.
  async toggle(take) {
    const wasPlaying = this.playing === take.id;
    this.playback?.stop();
    this.playing = null;
    if (wasPlaying) return;
    try {
      const synth = await loadSynth(this.data.sound);
      this.play(take, synth);
    } catch (problem) {
      this.root.querySelector(".said").textContent = `No sound: ${problem.message}`;
    }
  }

  play(take, synth) {
    const music = new Music({ rows: take.rows, parts: take.parts, changes: [], cursor: 0 });
    const mixer = new Mixer();
    mixer.setParts(take.parts);
    mixer.connect(synth);
    const bars = new Bars(take);
    this.playback = new Playback({
      notes: () => music.sorted,
      pedal: () => take.pedal,
      bars: () => bars,
      tempoMap: () => take.tempoMap,
      range: () => [0, music.end],
      loops: () => false,
      mixer,
      changed: () => this.follow(),
    });
    this.playing = take.id;
    this.playback.start(synth, 0);
  }

  follow() {
    cancelAnimationFrame(this.frame);
    if (!this.playback?.plays) this.playing = null;
    this.draw();
    if (this.playback?.plays) this.frame = requestAnimationFrame(() => this.follow());
  }

  draw() {
    const items = [...this.list.children];
    this.data.takes.forEach((take, index) => {
      const item = items[index];
      const plays = take.id === this.playing;
      const button = item.querySelector(".play");
      const text = plays ? "Stop" : "Play";
      if (button.textContent !== text) {
        button.textContent = text;
        button.setAttribute("aria-label", `${text} ${take.name}`);
      }
      if (plays || item.drawn !== plays) {
        drawSmallRoll(item.querySelector("canvas"), take, this.data.colours, plays ? this.playback.now : null);
        item.drawn = plays;
      }
    });
  }
}
