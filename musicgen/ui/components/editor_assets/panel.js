// Panel: the buttons and fields around the roll.

import { describeKeptTempo } from "../shared/kept_tempo.js";
import { SNAPS } from "./core/snap.js";
import { handleButtonKey, handleKey } from "./keyboard.js";
import { showAttribute, showText } from "./shown.js";
import { PartsList } from "./parts_list.js";
import { Recorder } from "./recorder.js";

export class Panel {
  constructor(editor) {
    this.editor = editor;
    this.parts = new PartsList(editor);
    this.recorder = new Recorder(editor);
    this.fillSnaps();
    this.bind();
    editor.listeners.push(() => this.show());
    this.show();
  }

  find(selector) {
    return this.editor.find(selector);
  }

  click(selector, action) {
    this.editor.on(this.find(selector), "click", action);
  }

  fillSnaps() {
    const select = this.find(".snap");
    select.replaceChildren(...SNAPS.map(([value, text]) => new Option(text, value)));
    select.value = this.editor.snap.name;
  }

  bind() {
    const { editor } = this;
    this.click(".home", () => editor.seek(editor.loops && editor.loop ? editor.loop[0] : 0));
    this.click(".play", () => editor.togglePlay());
    this.click(".loop", () => editor.toggleLoop());
    this.click(".metronome", () => editor.toggleMetronome());
    this.click(".undo", () => editor.undo());
    this.click(".redo", () => editor.redo());
    this.click(".tool-select", () => editor.setTool("select"));
    this.click(".tool-draw", () => editor.setTool("draw"));
    this.click(".copy", () => editor.copy());
    this.click(".cut", () => editor.cut());
    this.click(".paste", () => editor.paste());
    this.click(".delete", () => editor.deleteSelected());
    this.click(".quantise", () => editor.quantise());
    for (const button of this.editor.root.querySelectorAll("[data-semitones]")) {
      editor.on(button, "click", () => editor.transpose(Number(button.dataset.semitones)));
    }
    this.click(".zoom-in", () => editor.zoom(1.5));
    this.click(".zoom-out", () => editor.zoom(1 / 1.5));
    editor.on(this.find(".snap"), "change", (event) => editor.setSnap(event.target.value));
    editor.on(this.find(".velocity"), "change", (event) => {
      editor.setVelocity(Number(event.target.value));
    });
    editor.on(this.find(".speed"), "input", (event) => editor.setSpeed(Number(event.target.value)));
    editor.on(editor.view.scroller, "keydown", (event) => handleKey(editor, event));
    // Who has pressed a button of the panel goes on with keys: undo, delete, transpose.
    for (const bar of editor.root.querySelectorAll(".bar[role=group]")) {
      editor.on(bar, "keydown", (event) => handleButtonKey(editor, event));
    }
  }

  show() {
    const { editor } = this;
    const { music, playback } = editor;
    const press = (selector, isOn) => showAttribute(this.find(selector), "aria-pressed", String(isOn));
    editor.root.classList.toggle("playing", playback.plays);
    showAttribute(this.find(".play"), "aria-label", playback.plays ? "Pause" : "Play");
    press(".loop", editor.loops);
    press(".metronome", playback.metronome);
    press(".tool-select", editor.tool === "select");
    press(".tool-draw", editor.tool === "draw");
    this.find(".undo").disabled = !music.cursor;
    this.find(".redo").disabled = music.cursor >= music.changes.length;
    const undone = music.cursor ? `Undo: ${music.changes[music.cursor - 1].name} (Ctrl+Z)` : "Undo (Ctrl+Z)";
    showAttribute(this.find(".undo"), "title", undone);
    const none = !editor.selected.size;
    for (const name of [".copy", ".cut", ".delete"]) this.find(name).disabled = none;
    this.find(".paste").disabled = !editor.canPaste;
    const velocity = editor.firstSelected?.velocity ?? editor.lastVelocity;
    this.find(".velocity").value = velocity;
    showText(this.find(".velocity-value"), String(velocity));
    const percent = Math.round(100 * playback.speed);
    showText(this.find(".speed-value"), `${percent}%`);
    showText(this.find(".kept-tempo"), describeKeptTempo(playback.speed, editor.tempo));
    showText(this.find(".count"), `${music.notes.size.toLocaleString("en")} notes`);
    this.parts.show();
  }
}
