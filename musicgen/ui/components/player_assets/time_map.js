// Times: ticks, seconds through the tempo map, and text.

// Count the sorted numbers that are at most `value`.
export function countUpTo(sorted, value) {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle] <= value) low = middle + 1;
    else high = middle;
  }
  return low;
}

// `3:07`, `1:02:30`
export function formatTime(seconds) {
  const whole = Math.round(seconds), minutes = Math.floor(whole / 60), hours = Math.floor(minutes / 60);
  const two = (number) => String(number).padStart(2, "0");
  return hours ? `${hours}:${two(minutes % 60)}:${two(whole % 60)}` : `${minutes}:${two(whole % 60)}`;
}

// Seconds at a tick, and the tick at some seconds, through all changes of tempo.
export function secondsAt({ ticks, seconds, ticksPerSecond }, tick) {
  const index = Math.max(0, countUpTo(ticks, tick) - 1);
  return seconds[index] + (tick - ticks[index]) / ticksPerSecond[index];
}

export function tickAt({ ticks, seconds, ticksPerSecond }, time) {
  const index = Math.max(0, countUpTo(seconds, time) - 1);
  return ticks[index] + (time - seconds[index]) * ticksPerSecond[index];
}
