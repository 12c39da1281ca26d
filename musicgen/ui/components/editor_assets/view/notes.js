// Drawing of notes, and of their velocities in the lane below.

import { GUTTER, LANE } from "./view.js";

// Notes by part, so that the colour changes once for each.
function byPart(notes) {
  const groups = new Map();
  for (const note of notes) {
    const group = groups.get(note.part);
    if (group) group.push(note);
    else groups.set(note.part, [note]);
  }
  return groups;
}

// Draw notes as they lie: the louder, the stronger; those of other parts than the active one paler.
export function drawNotes(context, { view, parts, activePart, colourOf }, notes) {
  for (const [part, group] of byPart(notes)) {
    const strength = parts.length > 1 && part !== activePart ? 0.75 : 1;
    context.fillStyle = colourOf(part);
    for (const note of group) {
      const { x, y, width, height } = boxOf(view, note);
      context.globalAlpha = strength * (0.5 + (0.5 * note.velocity) / 127);
      context.fillRect(x, y, width, height);
    }
  }
  context.globalAlpha = 1;
}

// Draw notes as selected: with a thick outline. Two filled rectangles take less time than a stroke.
export function drawSelectedNotes(context, { view, colourOf }, notes) {
  for (const [part, group] of byPart(notes)) {
    const boxes = group.map((note) => boxOf(view, note));
    context.fillStyle = view.colours.text;
    for (const { x, y, width, height } of boxes) context.fillRect(x, y, width, height);
    context.fillStyle = colourOf(part);
    for (const { x, y, width, height } of boxes) {
      if (width > 4) context.fillRect(x + 2, y + 2, width - 4, height - 4);
    }
  }
}

function boxOf(view, { start, duration, pitch }) {
  const x = view.onPixels(view.xOf(start));
  const right = view.onPixels(view.xOf(start + duration) - 1);
  const y = view.onPixels(view.yOf(pitch) + 1);
  return { x, y, width: Math.max(2, right - x), height: view.onPixels(view.yOf(pitch - 1) - 1) - y };
}

// Draw the velocities of notes; isOn: of selected ones.
export function drawVelocities(context, { view, colourOf, activePart }, notes, isOn) {
  for (const [part, group] of byPart(notes)) {
    context.globalAlpha = isOn ? 1 : part === activePart ? 0.6 : 0.2;
    context.fillStyle = colourOf(part);
    for (const { start, velocity } of group) {
      const x = view.onPixels(view.xOf(start));
      if (x < GUTTER - 3) continue;
      const height = view.onPixels((velocity / 127) * (LANE - 10));
      context.fillRect(x, view.height - 4 - height, isOn ? 4 : 3, height);
    }
  }
  context.globalAlpha = 1;
}
