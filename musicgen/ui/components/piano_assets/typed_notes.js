// Notes that are being typed beside the piano: sent to the server when the person pauses, since the
// page itself has them only when the field is left.

const PAUSE_MS = 300;
const FIELD = ".st-key-prompt-notes textarea";

export class TypedNotes {
  constructor(address) {
    this.address = address;
    this.closing = new AbortController();
    const { signal } = this.closing;
    document.addEventListener("input", (event) => this.wait(event), { signal });
    window.addEventListener("pagehide", () => this.send(), { signal });
  }

  wait({ target }) {
    if (!target.matches?.(FIELD)) return;
    this.text = target.value;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.send(), PAUSE_MS);
  }

  send() {
    clearTimeout(this.timer);
    const { text } = this;
    this.text = undefined;
    if (text === undefined || !this.address) return;
    const headers = { "Content-Type": "application/json" };
    const body = JSON.stringify({ notes: text });
    // Without an answer it is sent again when the page is, with the field.
    fetch(this.address, { method: "POST", headers, body, keepalive: true }).catch(() => {});
  }

  close() {
    this.send();
    this.closing.abort();
  }
}
