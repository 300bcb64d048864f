// Sums of 128 bits, low word first: what products of bytes and nanoseconds need.

/** Adds a × b to the sum at `at`. */
export function addProduct(at: usize, a: u64, b: u64): void {
  if ((a | b) >> 32 == 0) {
    addWide(at, a * b, 0);
    return;
  }
  const aLow = a & 0xffff_ffff;
  const aHigh = a >> 32;
  const bLow = b & 0xffff_ffff;
  const bHigh = b >> 32;
  const low = aLow * bLow;
  const first = aHigh * bLow + (low >> 32); // at most 2^64 - 2^32
  const second = aLow * bHigh + (first & 0xffff_ffff);
  addWide(at, (second << 32) | (low & 0xffff_ffff), aHigh * bHigh + (first >> 32) + (second >> 32));
}

/** Adds to the sum at `at`. */
// @ts-ignore: decorator
@inline
function addWide(at: usize, low: u64, high: u64): void {
  const sum = load<u64>(at) + low;
  store<u64>(at, sum);
  store<u64>(at, load<u64>(at, 8) + high + u64(sum < low), 8);
}
