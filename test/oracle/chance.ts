// The random streams of a VM: docs/model/workload.md, "Streams". What distributions make of their numbers is not written down
// there, so nothing is drawn here but uniform numbers.

import type { Law } from './statistics/laws.js';

export const MASK = (1n << 64n) - 1n;
export const G = 0x9e3779b97f4a7c15n;

/** SplitMix64's finalizer. */
export function mix(word: bigint): bigint {
  let z = word & MASK;
  z = ((z ^ (z >> 30n)) * 0xbf58476d1ce4e5b9n) & MASK;
  z = ((z ^ (z >> 27n)) * 0x94d049bb133111ebn) & MASK;
  return z ^ (z >> 31n);
}

/** FNV-1a, 64 bits. */
export function hashOf(name: string): bigint {
  let hash = 0xcbf29ce484222325n;
  for (const byte of new TextEncoder().encode(name)) hash = ((hash ^ BigInt(byte)) * 0x100000001b3n) & MASK;
  return hash;
}

const rotated = (word: bigint, by: bigint): bigint => ((word << by) | (word >> (64n - by))) & MASK;

/** What uniform numbers are multiplied by: 1 but to see that a comparison notices it. */
let skew = 1;

/** What happens within `act` draws numbers that are that much too large. */
export async function skewed<T>(by: number, act: () => Promise<T>): Promise<T> {
  skew = by;
  try {
    return await act();
  } finally {
    skew = 1;
  }
}

/** Uniform in [0, 1), of a word's upper 53 bits. */
export const unitOf = (word: bigint): number => Math.min(1 - 2 ** -53, (skew * Number(word >> 11n)) / 2 ** 53);

/** xoroshiro128++. */
export class Stream {
  private a: bigint;
  private b: bigint;

  constructor(seed: bigint, entity: bigint, purpose: bigint) {
    const key = mix((mix(mix(seed + G) ^ entity) + purpose * G + G) & MASK);
    this.a = mix(key + G);
    this.b = mix(key + 2n * G);
  }

  word(): bigint {
    const { a } = this;
    const answer = (rotated((a + this.b) & MASK, 17n) + a) & MASK;
    const b = this.b ^ a;
    this.a = rotated(a, 49n) ^ b ^ ((b << 21n) & MASK);
    this.b = rotated(b, 28n);
    return answer;
  }

  /** Uniform in [0, 1). */
  unit(): number {
    return unitOf(this.word());
  }

  below(n: number): number {
    return belowOf(this.word() >> 32n, n);
  }
}

/** Uniform below n, of 32 bits. */
export function belowOf(bits: bigint, n: number): number {
  return Math.min(n - 1, Math.floor((skew * Number(bits) * n) / 2 ** 32));
}

export interface Streams {
  readonly services: Stream;
  readonly dispatch: Stream;
  readonly stealing: Stream;
  readonly locks: Stream;
}

export function streamsOf(seed: number, name: string): Streams {
  const of = (purpose: bigint): Stream => new Stream(BigInt(seed), hashOf(name), purpose);
  return { services: of(2n), dispatch: of(3n), stealing: of(4n), locks: of(5n) };
}

/** Of the swap engine: what servers take, and how far pages are compressed. */
export const engineStream = (seed: number): Stream => new Stream(BigInt(seed), 0n, 10n);

/** Of a VM: which pages its requests of one task touch. */
export const touchStream = (seed: number, name: string): Stream => new Stream(BigInt(seed), hashOf(name), 11n);

/** A drawn value, where the page says what becomes of the stream's numbers. */
export function drawnFrom(law: Law, stream: Stream): number {
  if (law.dist === 'constant') return law.value!;
  if (law.dist === 'uniform') return law.min! + (law.max! - law.min!) * stream.unit();
  if (law.dist === 'bimodal') return stream.unit() < law.longShare! ? law.long! : law.short!;
  throw new Error(`not drawn from a stream here: ${law.dist}`);
}

/** What stage `stage` of a request draws from, whose word is `word` on arrival. */
export const stageStream = (word: bigint, stage: number): Stream =>
  new Stream(stageWord(word, stage), BigInt(stage), 0n);

function stageWord(word: bigint, stage: number): bigint {
  let w = word;
  for (let k = 0; k < stage; k++) w = mix(w + 1n);
  return w;
}

/** From which the touches of a task of that stage follow. */
export const taskWord = (word: bigint, stage: number, index: number): bigint =>
  mix(stageWord(word, stage) + BigInt(index) + 1n) | 1n;
