// The trace `syn-v1` that the reference counts were made with: integers only, so that anyone can make it (generator in the reference
// file). A popularity in powers of two, and a scan that loops over 8,192 pages in one eighth of the time.

export const SYN_REQUESTS = 1_000_000;

export function synV1(): Float64Array {
  const trace = new Float64Array(SYN_REQUESTS);
  const words = new BigUint64Array(3); // state, z, scratch: arithmetic modulo 2^64 by storing
  words[0] = 42n;
  for (let i = 0; i < SYN_REQUESTS; i++) {
    words[0] = words[0] + 0x9e3779b97f4a7c15n;
    let z = words[0];
    words[1] = (z ^ (z >> 30n)) * 0xbf58476d1ce4e5b9n;
    z = words[1];
    words[1] = (z ^ (z >> 27n)) * 0x94d049bb133111ebn;
    z = words[1];
    z ^= z >> 31n;
    const low = Number(z & 0x3ffn);
    const zeros = low === 0 ? 10 : 31 - Math.clz32(low & -low);
    const high = Number(z >> 32n);
    const scanned = i % 16384;
    trace[i] = scanned < 2048 ? 2 ** 20 + ((Math.floor(i / 16384) * 2048 + scanned) % 8192) : high % 2 ** (6 + zeros);
  }
  return trace;
}

/** FNV-1a over the pages, each xored in as one 64-bit word. */
export function fnv1a(trace: Float64Array): string {
  const hash = new BigUint64Array(1);
  hash[0] = 0xcbf29ce484222325n;
  for (const page of trace) hash[0] = (hash[0] ^ BigInt(page)) * 0x100000001b3n;
  return hash[0].toString(16);
}
