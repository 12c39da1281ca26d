// Points of a curve on the canvas.

// scales: of the plot. The pixels of a point; null where the curve has a gap.
export function pixelOf(scales, x, y) {
  return x === null || y === null ? null : [scales.px(x), scales.py(y)];
}
