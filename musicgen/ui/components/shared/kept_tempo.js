// Which tempo a download has where a piece is played at another speed; empty where that is its own.
// tempo: the piece's own in quarters a minute; null of a performance.
export function describeKeptTempo(speed, tempo) {
  const percent = Math.round(100 * speed);
  if (percent === 100) return "";
  const own = tempo === null ? "its own speed" : `♩ = ${tempo}`;
  return `Played at ${percent}%. The piece and its downloads keep ${own}.`;
}
