// Message of `roll_player`: length of the JSON, JSON, WAV.
export function parseMessage(bytes) {
  const size = new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true);
  const text = new TextDecoder().decode(bytes.subarray(4, 4 + size));
  return [JSON.parse(text), bytes.subarray(4 + size)];
}
