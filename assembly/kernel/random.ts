// Random streams. One per (seed, entity, purpose), so that what one entity draws never shifts what another draws:
// adding a VM or changing the mechanism leaves every other arrival and service time as it was.
// Generator: xoroshiro128++ (Blackman & Vigna 2019), state 16 bytes, period 2^128-1; streams are seeded by SplitMix64
// over a hash of the three names, so two streams overlap with a chance of about n^2 * length / 2^128.
// Sub-streams that must fit a word (one per fork-join request) are SplitMix64 itself.

// @ts-ignore: decorator
@inline const GOLDEN: u64 = 0x9e3779b97f4a7c15;

// @ts-ignore: decorator
@inline export const STREAM_BYTES: usize = 16;

/** SplitMix64's finalizer (Stafford's variant 13): a bijection that mixes all 64 bits. */
// @ts-ignore: decorator
@inline
export function mix(z: u64): u64 {
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
  z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
  return z ^ (z >> 31);
}

/** The same, called: seeding five times inline would take 340 bytes of code. */
export function mixed(z: u64): u64 {
  return mix(z);
}

/** Writes the first state of stream (seed, entity, purpose) at `stream`. */
export function seedStream(stream: usize, seed: u64, entity: u64, purpose: u64): void {
  const key = mixed(mixed(mixed(seed + GOLDEN) ^ entity) + purpose * GOLDEN + GOLDEN);
  const a = mixed(key + GOLDEN);
  const b = mixed(key + 2 * GOLDEN);
  store<u64>(stream, a);
  store<u64>(stream, b | u64(a == 0 && b == 0), 8); // the all-zero state is a fixed point
}

/** The next 64 bits of the stream. */
// @ts-ignore: decorator
@inline
export function next(stream: usize): u64 {
  const s0 = load<u64>(stream);
  const s1 = load<u64>(stream, 8);
  pass(stream, s0, s1);
  return bitsOf(s0, s1);
}

/** The bits that come next in that state. */
// @ts-ignore: decorator
@inline
export function bitsOf(s0: u64, s1: u64): u64 {
  return rotl<u64>(s0 + s1, 17) + s0;
}

/** The stream was in that state, and its next bits are drawn. */
// @ts-ignore: decorator
@inline
export function pass(stream: usize, s0: u64, s1: u64): void {
  s1 ^= s0;
  store<u64>(stream, rotl<u64>(s0, 49) ^ s1 ^ (s1 << 21));
  store<u64>(stream, rotl<u64>(s1, 28), 8);
}

/** Uniform in [0, 1), 53 bits. */
// @ts-ignore: decorator
@inline
export function unit(bits: u64): f64 {
  return <f64>(<i64>(bits >> 11)) * (1.0 / 9007199254740992.0);
}

/** Uniform whole number below n, by multiplication with the upper 32 bits; its bias is below n / 2^32. */
// @ts-ignore: decorator
@inline
export function below(stream: usize, n: u32): u32 {
  return <u32>(((next(stream) >> 32) * <u64>n) >> 32);
}
