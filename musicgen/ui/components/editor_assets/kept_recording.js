// Recordings that go on: what was played so far is in the browser's storage until they have ended, so
// that it is not lost when the browser is killed.

import { randomHex } from "./outbox.js";

const RECORDING_PREFIX = "musicgen-recording-";

export class KeptRecording {
  // pieces: ids by which the piece may be opened the next time.
  constructor(pieces, part, quantises) {
    this.key = RECORDING_PREFIX + randomHex(8);
    this.entry = { pieces, part, quantises };
    // Held as long as this tab lives: others leave the recording alone. Not there without HTTPS.
    navigator.locks?.request(this.key, () => new Promise((done) => (this.release = done)));
  }

  store(notes) {
    try {
      localStorage.setItem(this.key, JSON.stringify({ ...this.entry, notes }));
    } catch {
      // A full or forbidden storage: it is written when it ends, as before.
    }
  }

  end() {
    removeRecording(this.key);
    this.release?.();
  }
}

// Hand over each recording of a piece whose tab is gone; it is removed afterwards.
export async function restoreRecordings(pieces, insert) {
  for (const [key, entry] of storedRecordings()) {
    if (!entry.pieces.some((piece) => pieces.includes(piece))) continue;
    const restore = (lock) => {
      if (lock === null || localStorage.getItem(key) === null) return; // another tab has it
      insert(entry);
      removeRecording(key);
    };
    if (navigator.locks) await navigator.locks.request(key, { ifAvailable: true }, restore);
    else restore();
  }
}

function storedRecordings() {
  try {
    const keys = Object.keys(localStorage).filter((key) => key.startsWith(RECORDING_PREFIX));
    return keys.map((key) => [key, JSON.parse(localStorage.getItem(key))]);
  } catch {
    return [];
  }
}

function removeRecording(key) {
  try {
    localStorage.removeItem(key);
  } catch {
    // A forbidden storage has nothing in it.
  }
}
