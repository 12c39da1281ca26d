// Marks of notes that are not as in another piece: by their shape, whatever the colours of parts.

export const [SAME, CHANGED, ONLY_HERE] = [0, 1, 2]; // as Difference in note_differences.py
export const SAME_OPACITY = 0.25;
const HATCH = 5; // pixels from one line to the next

// What is said of a note beside its name: `, changed`; nothing of one that is as in the other piece.
export function noteMarkLabel(noteMarks, index) {
  const difference = noteMarks?.differences[index];
  if (difference === CHANGED) return ", changed";
  return difference === ONLY_HERE ? `, ${noteMarks.only_here}` : "";
}

// Changed notes are hatched; notes of this piece only have a thick outline and a line through them.
export function drawNoteMark(context, [x, y, width, height], difference, colour) {
  context.strokeStyle = colour;
  if (difference === ONLY_HERE) {
    context.lineWidth = 2;
    context.strokeRect(x, y, width, height);
    strokeLine(context, x, y + height / 2, x + width, y + height / 2);
    return;
  }
  context.lineWidth = 1;
  context.strokeRect(x, y, width, height);
  context.save();
  context.beginPath();
  context.rect(x, y, width, height);
  context.clip();
  context.lineWidth = 1.5;
  for (let offset = 0; offset < width + height; offset += HATCH) {
    strokeLine(context, x + offset, y, x + offset - height, y + height);
  }
  context.restore();
}

function strokeLine(context, fromX, fromY, toX, toY) {
  context.beginPath();
  context.moveTo(fromX, fromY);
  context.lineTo(toX, toY);
  context.stroke();
}
