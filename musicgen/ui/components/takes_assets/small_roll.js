// Drawing of a whole piece on a small canvas.

const ROLL_HEIGHT = 56; // pixels

// playhead: tick, or null for none.
export function drawSmallRoll(canvas, take, colours, playhead) {
  const ratio = window.devicePixelRatio || 1;
  const width = canvas.clientWidth || 200;
  canvas.width = Math.round(width * ratio);
  canvas.height = Math.round(ROLL_HEIGHT * ratio);
  const context = canvas.getContext("2d");
  context.scale(ratio, ratio);
  let [low, high, end] = [127, 0, 1];
  for (const [start, duration, pitch] of take.rows) {
    low = Math.min(low, pitch);
    high = Math.max(high, pitch);
    end = Math.max(end, start + duration);
  }
  const row = (ROLL_HEIGHT - 4) / Math.max(12, high - low + 1);
  for (const [start, duration, pitch, velocity, part] of take.rows) {
    context.fillStyle = colours[part % colours.length];
    context.globalAlpha = 0.5 + (0.5 * velocity) / 127;
    const length = Math.max(1, (duration / end) * width - 0.5);
    context.fillRect((start / end) * width, 2 + (high - pitch) * row, length, Math.max(1.5, row - 0.5));
  }
  if (playhead === null) return;
  context.globalAlpha = 1;
  context.fillStyle = getComputedStyle(canvas).color;
  context.fillRect((playhead / end) * width, 0, 2, ROLL_HEIGHT);
}
