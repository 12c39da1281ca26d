// Numbers of an axis: its range, its ticks, their text.

// Least and greatest value, widened when they are the same.
export function rangeOf(values) {
  if (!values.length) return [0, 1];
  let low = Infinity, high = -Infinity;
  for (const value of values) {
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  if (low < high) return [low, high];
  const margin = Math.abs(low) * 0.02 || 1;
  return [low - margin, high + margin];
}

// Multiples of 1, 2, 5 or 10 times a power of ten in a range, at most `count` and one more.
// smallest: step between them, such as 1 of things that are counted.
export function linearTicks([low, high], count, smallest = 0) {
  const least = Math.max(smallest, (high - low) / count);
  const power = 10 ** Math.floor(Math.log10(least));
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((size) => size >= least);
  const ticks = [];
  for (let n = Math.ceil(low / step); n * step <= high; n++) ticks.push(n * step);
  return ticks;
}

// 1, 2 and 5 times the powers of ten in a range; linear ticks when that gives too few.
export function logTicks([low, high]) {
  const ticks = [];
  for (let power = Math.floor(Math.log10(low)); 10 ** power <= high; power++) {
    for (const factor of [1, 2, 5]) {
      const value = factor * 10 ** power;
      if (value >= low && value <= high) ticks.push(value);
    }
  }
  return ticks.length > 2 ? ticks : linearTicks([low, high], 5);
}

export function formatNumber(value, digits = 4) {
  if (value && Math.abs(value) < 1e-3) return value.toExponential(1);
  if (Math.abs(value) >= 1e3) return Math.round(value).toLocaleString("en");
  return String(Number(value.toPrecision(digits)));
}
