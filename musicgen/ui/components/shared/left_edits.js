// Edits that are saved when their editor has left the page already: the player in its place tells the
// page which piece has them. Each component has its modules for itself, so they share the window.

const LEFT = "musicgen-left-edits";

// opened: id of the piece that the page showed; piece: of the one that has the edits.
export function leaveEdits(opened, piece) {
  window.musicgenLeftEdits = { opened, piece, report: Math.random() };
  window.dispatchEvent(new CustomEvent(LEFT));
}

// The edits of a piece that were left, once: { opened, piece, report }; null without.
export function takeLeftEdits(opened) {
  const edits = window.musicgenLeftEdits;
  if (!opened || edits?.opened !== opened) return null;
  window.musicgenLeftEdits = null;
  return edits;
}

export function onLeftEdits(listener, signal) {
  window.addEventListener(LEFT, listener, { signal });
}
