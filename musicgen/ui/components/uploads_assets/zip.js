// Zip archives without compression, written in memory (PKWARE's APPNOTE, 4.3).

const ZIP_FILES = 10000; // fewer than the server unpacks, and than a zip can hold
const ZIP_BYTES = 2 ** 24; // of the files in a zip; one that is larger has its own
const LOCAL_HEADER = 0x04034b50;
const DIRECTORY_HEADER = 0x02014b50;
const DIRECTORY_END = 0x06054b50;
const VERSION = 20;
const UTF_8_NAMES = 0x0800;
const CRC_POLYNOMIAL = 0xedb88320;

const crcTable = Uint32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte;
  for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ CRC_POLYNOMIAL : crc >>> 1;
  return crc;
});

// Groups of files for a zip each.
export function groups(files) {
  const all = [];
  let bytes = 0;
  for (const file of files) {
    const last = all.at(-1);
    if (last && last.length < ZIP_FILES && bytes + file.size <= ZIP_BYTES) {
      last.push(file);
      bytes += file.size;
    } else {
      all.push([file]);
      bytes = file.size;
    }
  }
  return all;
}

// members: [name, bytes (Uint8Array)] of each file, fewer than 65,536. Returns a Blob.
export function zipOf(members) {
  const pieces = [];
  const directory = [];
  let offset = 0;
  for (const [name, bytes] of members) {
    const path = new TextEncoder().encode(name);
    const sizes = [[4, crc32(bytes)], [4, bytes.length], [4, bytes.length], [2, path.length]];
    // Needed version, flags, method 0 (stored), time and date of change (none).
    const common = [[2, VERSION], [2, UTF_8_NAMES], [2, 0], [2, 0], [2, 0], ...sizes];
    const local = littleEndian([[4, LOCAL_HEADER], ...common, [2, 0]]);
    pieces.push(local, path, bytes);
    // Lengths of the extra field and of the comment, disk, attributes (2 + 4 bytes), place.
    const rest = [[2, 0], [2, 0], [2, 0], [2, 0], [4, 0], [4, offset]];
    directory.push(littleEndian([[4, DIRECTORY_HEADER], [2, VERSION], ...common, ...rest]), path);
    offset += local.length + path.length + bytes.length;
  }
  const size = directory.reduce((sum, { length }) => sum + length, 0);
  const count = members.length;
  const places = [[4, size], [4, offset], [2, 0]];
  const counts = [[2, 0], [2, 0], [2, count], [2, count]];
  const end = littleEndian([[4, DIRECTORY_END], ...counts, ...places]);
  return new Blob([...pieces, ...directory, end]);
}

function crc32(bytes) {
  let crc = 0xffffffff;
  for (const byte of bytes) crc = (crc >>> 8) ^ crcTable[(crc ^ byte) & 0xff];
  return (crc ^ 0xffffffff) >>> 0;
}

// values: [number of bytes (2 or 4), value] of each.
function littleEndian(values) {
  const bytes = new Uint8Array(values.reduce((sum, [length]) => sum + length, 0));
  const view = new DataView(bytes.buffer);
  let place = 0;
  for (const [length, value] of values) {
    if (length === 2) view.setUint16(place, value, true);
    else view.setUint32(place, value, true);
    place += length;
  }
  return bytes;
}
