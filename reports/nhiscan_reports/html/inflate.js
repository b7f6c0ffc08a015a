// Inflate (RFC 1951 in the wrapping of RFC 1950), for browsers that have no DecompressionStream.

const LENGTH_BASE = [3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31, 35, 43, 51, 59, 67, 83, 99, 115, 131, 163, 195, 227, 258];
const LENGTH_BITS = [0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0];
const CODE_ORDER = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];

function canonicalCode(lengths) {
  // How many codes there are of each length, and the symbols in the order of their codes.
  const counts = new Uint16Array(16);
  for (const length of lengths) counts[length] += 1;
  counts[0] = 0;
  const offsets = new Uint16Array(16);
  for (let length = 1; length < 15; length += 1) offsets[length + 1] = offsets[length] + counts[length];
  const symbols = new Uint16Array(lengths.length);
  lengths.forEach((length, symbol) => {
    if (length) {
      symbols[offsets[length]] = symbol;
      offsets[length] += 1;
    }
  });
  return { counts, symbols };
}

function inflate(bytes) {
  let at = 2; // after the header of the zlib wrapping
  let held = 0;
  let holding = 0;
  let output = new Uint8Array(Math.max(bytes.length * 8, 1024));
  let written = 0;

  const room = (more) => {
    if (written + more <= output.length) return;
    const larger = new Uint8Array(Math.max(output.length * 2, written + more));
    larger.set(output);
    output = larger;
  };
  const bits = (count) => {
    while (holding < count) {
      if (at >= bytes.length) throw new Error('compressed data ends too early');
      held |= bytes[at] << holding;
      at += 1;
      holding += 8;
    }
    const value = held & ((1 << count) - 1);
    held >>>= count;
    holding -= count;
    return value;
  };
  const decode = ({ counts, symbols }) => {
    let code = 0;
    let first = 0;
    let index = 0;
    for (let length = 1; length < 16; length += 1) {
      code |= bits(1);
      const count = counts[length];
      if (code - count < first) return symbols[index + code - first];
      index += count;
      first = (first + count) << 1;
      code <<= 1;
    }
    throw new Error('compressed data holds a code that does not exist');
  };
  const stored = () => {
    held = 0;
    holding = 0;
    const length = bytes[at] | (bytes[at + 1] << 8);
    at += 4;
    room(length);
    output.set(bytes.subarray(at, at + length), written);
    written += length;
    at += length;
  };
  const coded = (literals, distances) => {
    for (;;) {
      const symbol = decode(literals);
      if (symbol === 256) return;
      if (symbol < 256) {
        room(1);
        output[written] = symbol;
        written += 1;
        continue;
      }
      const length = LENGTH_BASE[symbol - 257] + bits(LENGTH_BITS[symbol - 257]);
      const code = decode(distances);
      const extra = code < 2 ? 0 : (code >> 1) - 1;
      const base = code < 2 ? code + 1 : ((2 + (code & 1)) << extra) + 1;
      const distance = base + bits(extra);
      if (distance > written) throw new Error('compressed data points before its beginning');
      room(length);
      for (let n = 0; n < length; n += 1, written += 1) output[written] = output[written - distance];
    }
  };
  const fixed = () => {
    const lengths = Array.from({ length: 288 }, (_, n) => (n < 144 ? 8 : n < 256 ? 9 : n < 280 ? 7 : 8));
    coded(canonicalCode(lengths), canonicalCode(new Array(30).fill(5)));
  };
  const dynamic = () => {
    const literals = bits(5) + 257;
    const distances = bits(5) + 1;
    const codes = bits(4) + 4;
    const order = new Array(19).fill(0);
    for (let n = 0; n < codes; n += 1) order[CODE_ORDER[n]] = bits(3);
    const code = canonicalCode(order);
    const lengths = [];
    while (lengths.length < literals + distances) {
      const symbol = decode(code);
      if (symbol < 16) lengths.push(symbol);
      else {
        const value = symbol === 16 ? lengths[lengths.length - 1] : 0;
        const times = symbol === 16 ? 3 + bits(2) : symbol === 17 ? 3 + bits(3) : 11 + bits(7);
        for (let n = 0; n < times; n += 1) lengths.push(value);
      }
    }
    coded(canonicalCode(lengths.slice(0, literals)), canonicalCode(lengths.slice(literals)));
  };

  for (let last = 0; !last; ) {
    last = bits(1);
    [stored, fixed, dynamic][bits(2)]();
  }
  return output.subarray(0, written);
}
