// Recordings that go on: what was played so far is sent to the server after each key, so that it is
// not lost where the browser is killed. Until the server has it, it is in the browser's storage.

import { randomHex } from "./outbox.js";

const RECORDING_PREFIX = "musicgen-recording-";
const SIGN_MS = 2000; // between signs that a recording goes on
const CUT_OFF_MS = 7000; // without one

export class KeptRecording {
  // address: of the server's recordings; empty: the browser's storage alone. describe(): what was
  // played so far, { places, part, quantises, notes }; places: by which it is asked for later.
  constructor(address, describe) {
    this.address = address;
    this.describe = describe;
    this.key = randomHex(16);
    this.hasEnded = false;
    // Held as long as this tab lives: others leave the recording alone. Not there without HTTPS.
    navigator.locks?.request(this.key, () => new Promise((done) => (this.release = done)));
    this.timer = setInterval(() => this.keep(), SIGN_MS);
  }

  async keep() {
    this.isStale = true; // what is sent now, if anything, is older
    if (this.isSending) return;
    this.isSending = true;
    while (this.isStale && !this.hasEnded) {
      this.isStale = false;
      const entry = { key: this.key, ...this.describe() };
      if (!entry.notes.length) break;
      storeRecording(entry);
      const isKept = await postRecording(this.address, entry);
      if (isKept && !this.isStale) removeRecording(this.key);
    }
    this.isSending = false;
  }

  // Keep it as it is: nothing follows.
  stop() {
    clearInterval(this.timer);
    this.hasEnded = true;
  }

  // It is written where it belongs.
  end() {
    this.stop();
    removeRecording(this.key);
    endRecording(this.address, this.key);
    this.release?.();
  }
}

// Hand over each recording of some places that was cut off, with what plays it; it is then ended.
export async function restoreRecordings(address, places, insert, signal) {
  const restored = await restoreStored(places, insert);
  const young = new Set(); // keys of those that may go on, in another tab or browser
  for (const entry of await fetchRecordings(address, places)) {
    const isNew = !restored.has(entry.key);
    if (isNew && entry.age < CUT_OFF_MS) young.add(entry.key);
    else if ((await endRecording(address, entry.key)) && isNew) await insert(entry);
  }
  if (!young.size) return;
  await new Promise((resolve) => setTimeout(resolve, CUT_OFF_MS));
  if (signal.aborted) return;
  for (const entry of await fetchRecordings(address, places)) {
    if (!young.has(entry.key) || entry.age < CUT_OFF_MS) continue;
    if (await endRecording(address, entry.key)) await insert(entry);
  }
}

// Restore those that the server did not get; returns their keys.
async function restoreStored(places, insert) {
  const restored = new Set();
  for (const entry of storedRecordings()) {
    if (!entry.places?.some((place) => places.includes(place))) continue;
    const restore = async (lock) => {
      if (lock === null || !isStored(entry.key)) return; // another tab has it
      removeRecording(entry.key);
      restored.add(entry.key);
      await insert(entry);
    };
    if (navigator.locks) await navigator.locks.request(entry.key, { ifAvailable: true }, restore);
    else await restore();
  }
  return restored;
}

// Storage of the browser ---------------------------------------------------------

function storeRecording(entry) {
  try {
    localStorage.setItem(RECORDING_PREFIX + entry.key, JSON.stringify(entry));
  } catch {
    // A full or forbidden storage: the server has to do.
  }
}

function storedRecordings() {
  try {
    const keys = Object.keys(localStorage).filter((key) => key.startsWith(RECORDING_PREFIX));
    return keys.map((key) => JSON.parse(localStorage.getItem(key)));
  } catch {
    return [];
  }
}

function isStored(key) {
  return localStorage.getItem(RECORDING_PREFIX + key) !== null;
}

function removeRecording(key) {
  try {
    localStorage.removeItem(RECORDING_PREFIX + key);
  } catch {
    // A forbidden storage has nothing in it.
  }
}

// Server -------------------------------------------------------------------------

// Returns whether the server has it.
async function postRecording(address, entry) {
  if (!address) return false;
  const notes = entry.notes.map(({ start, duration, pitch, velocity }) => [start, duration, pitch, velocity]);
  const headers = { "Content-Type": "application/json" };
  try {
    const response = await fetch(address, { method: "POST", headers, body: JSON.stringify({ ...entry, notes }) });
    return response.ok;
  } catch {
    return false;
  }
}

async function fetchRecordings(address, places) {
  if (!address) return [];
  const query = places.map((place) => `place=${encodeURIComponent(place)}`).join("&");
  try {
    const response = await fetch(`${address}?${query}`);
    if (!response.ok) return [];
    const entries = await response.json();
    return entries.map((entry) => ({ ...entry, notes: entry.notes.map(playedNote) }));
  } catch {
    return [];
  }
}

function playedNote([start, duration, pitch, velocity]) {
  return { start, duration, pitch, velocity };
}

// Remove it from the server, also while the page is closed; returns whether it was there.
async function endRecording(address, key) {
  if (!address) return false;
  try {
    const response = await fetch(`${address}?key=${key}`, { method: "DELETE", keepalive: true });
    return response.ok && (await response.json()).ended;
  } catch {
    return false;
  }
}
