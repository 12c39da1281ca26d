// Editor: a piece that is edited in the roll and sounds in the browser. Streamlit calls the default
// export on every rerun and change of theme.

import { Editor } from "./piece_editor.js";
import { Panel } from "./panel.js";
import { leaveEdits, takeLeftEdits } from "../shared/left_edits.js";
import { sendStoredEdits } from "./outbox.js";

const editors = new WeakMap(); // Streamlit's element -> its Shown

export default function ({ data, parentElement, setStateValue }) {
  const root = parentElement.querySelector(".editor");
  let shown = editors.get(parentElement);
  if (shown?.root !== root) {
    shown?.close();
    shown = new Shown(root);
    editors.set(parentElement, shown);
  }
  shown.report = setStateValue;
  shown.show(data);
  return () => {
    editors.get(parentElement)?.close();
    editors.delete(parentElement);
  };
}

class Shown {
  constructor(root) {
    this.root = root;
    this.piece = null; // id as the page knows it
    this.editor = null;
    this.panel = null;
    this.loads = 0;
    this.unreported = null; // id of a piece with edits that the page does not know of
    this.isClosed = false;
  }

  // Show a piece; one that is shown already stays as it is, with all that was edited since.
  show(data) {
    if (data.piece === this.piece || data.piece === this.editor?.outbox.piece) {
      this.piece = data.piece;
      this.editor?.refreshTheme();
      if (this.editor) this.editor.channel.piece = data.piece;
      this.editor?.setSoundPath(data.sound);
      return;
    }
    this.piece = data.piece;
    this.open(data);
  }

  async open(data) {
    const load = ++this.loads;
    this.editor?.close();
    const address = new URL(data.edits, window.location.href).href;
    const recordings = new URL(data.recordings, window.location.href).href;
    const left = takeLeftEdits(data.piece)?.piece ?? data.piece;
    const piece = await sendStoredEdits(address, left);
    const response = await fetch(`${address}?piece=${encodeURIComponent(piece)}`);
    if (load !== this.loads) return;
    if (!response.ok) {
      this.root.querySelector(".saved").textContent = await response.text();
      return;
    }
    const document = await response.json();
    if (load !== this.loads) return;
    const handlers = {
      saved: (id) => (this.isClosed ? leaveEdits(this.piece, id) : this.reportLater(id)),
      locked: (parts) => this.report("locked", { piece: this.editor.outbox.piece, parts }),
      refused: () => this.open({ ...data, piece: this.editor.outbox.piece }),
    };
    this.editor = new Editor(this.root, document, address, data.sound, handlers);
    this.editor.recordings = recordings;
    this.editor.locked = new Set(data.locked);
    this.editor.channel.piece = this.piece; // as the page knows it
    this.panel = new Panel(this.editor);
    this.root.dataset.piece = document.id;
    if (!document.rows.length) this.root.querySelector(".play-in").open = true; // a blank piece
    if (piece !== data.piece) this.reportLater(piece);
    await this.panel.recorder.restore([data.piece, piece, document.id]);
  }

  // Tell the page which piece has the edits, when the person rests: it redraws what is below.
  reportLater(id) {
    clearTimeout(this.timer);
    this.root.dataset.piece = id;
    this.unreported = id;
    const { editor } = this;
    this.timer = setTimeout(() => {
      if (editor.gesture || !editor.outbox.isEmpty) this.reportLater(id);
      else {
        this.unreported = null;
        this.report("edited", { opened: this.piece, piece: id, report: Math.random() });
      }
    }, 900);
  }

  close() {
    clearTimeout(this.timer);
    this.isClosed = true;
    this.editor?.close(); // what is in the hand counts, and is saved after this
    if (this.unreported && this.editor?.outbox.isEmpty) leaveEdits(this.piece, this.unreported);
  }
}
