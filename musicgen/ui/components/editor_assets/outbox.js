// Outbox: edits on their way to the server. They are sent when a gesture ends, in order, and stay in
// the browser's storage until the server has them, so that nothing is lost with the tab or a
// connection.

const RETRY_MS = 2000;
const KEEPALIVE_BYTES = 60_000; // a request that outlives its tab may have 64 KiB
const PREFIX = "musicgen-edits-";

export class Outbox {
  // handlers: saved(piece id) when all is saved, changed(state) for the person, refused(reason).
  constructor(address, piece, known, handlers) {
    this.address = address;
    this.piece = piece; // id
    this.opened = piece; // id under which the edits are stored
    this.known = known; // lines that the server has
    this.child = randomHex(8); // names the piece that the first edit makes
    this.lines = []; // not yet saved
    this.sending = false;
    this.branched = false; // whether another page's edits are in another piece
    this.handlers = handlers;
    this.waiting = []; // what is done once all is saved
    this.closed = false;
  }

  add(line) {
    this.lines.push(line);
    this.store();
    this.send();
  }

  // Do something once all edits so far are saved.
  afterSaving(action) {
    if (this.isEmpty && !this.sending) action();
    else this.waiting.push(action);
  }

  get isEmpty() {
    return !this.lines.length;
  }

  async send() {
    if (this.sending || this.closed) return;
    this.sending = true;
    this.handlers.changed("saving");
    while (this.lines.length && !this.closed) {
      const batch = this.lines.slice();
      const answer = await postEdits(this.address, this.request(batch));
      if (answer.refused) {
        this.lines = [];
        this.store();
        this.handlers.refused(answer.refused);
        break;
      }
      if (!answer.piece) {
        // They are sent until the server is there again, or the piece is restored.
        this.handlers.changed(answer.deleted ? "deleted" : "offline");
        await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
        continue;
      }
      this.lines = this.lines.slice(batch.length);
      this.known += batch.length;
      this.piece = answer.piece;
      this.branched ||= answer.branched;
      this.store();
    }
    this.sending = false;
    if (this.closed || this.lines.length) return;
    this.handlers.changed(this.branched ? "branched" : "saved");
    this.handlers.saved(this.piece);
    for (const action of this.waiting.splice(0)) action();
  }

  request(lines) {
    return { piece: this.piece, child: this.child, known: this.known, lines };
  }

  store() {
    const key = `${PREFIX}${this.opened}/${this.child}`; // other tabs have the piece open too
    try {
      if (this.lines.length) localStorage.setItem(key, JSON.stringify(this.request(this.lines)));
      else localStorage.removeItem(key);
    } catch {
      // A full or forbidden storage: the request alone has to do.
    }
  }

  close() {
    this.closed = true;
  }
}

// Send the edits of a piece that an earlier tab could not; returns the id of the piece to open.
export async function sendStoredEdits(address, piece) {
  let edited = piece;
  for (const [key, stored] of storedEdits(piece)) {
    const answer = await postEdits(address, stored);
    if (answer.piece || answer.refused) localStorage.removeItem(key);
    edited = answer.piece ?? edited;
  }
  return edited;
}

// [key, request] of each tab whose edits of a piece are in the browser's storage.
function storedEdits(piece) {
  try {
    const keys = Object.keys(localStorage).filter(
      (key) => key === PREFIX + piece || key.startsWith(`${PREFIX}${piece}/`),
    );
    return keys.map((key) => [key, JSON.parse(localStorage.getItem(key))]).filter(([, r]) => r);
  } catch {
    return [];
  }
}

// Returns { piece, known, branched }, { refused: reason }, { deleted: true } where the piece is in the
// bin, or {} where the server cannot be reached.
async function postEdits(address, request) {
  const body = JSON.stringify(request);
  try {
    const response = await fetch(address, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body,
      keepalive: body.length < KEEPALIVE_BYTES,
    });
    if (response.ok) return await response.json();
    if (response.status === 410) return { deleted: true };
    return response.status >= 500 ? {} : { refused: await response.text() };
  } catch {
    return {};
  }
}

export function randomHex(digits) {
  const bytes = crypto.getRandomValues(new Uint8Array(digits / 2));
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
