// The random streams of a VM: docs/model/workload.md, "Streams". What distributions make of their numbers is not written down
// there, so nothing is drawn here but uniform numbers.

const MASK = (1n << 64n) - 1n;
const G = 0x9e3779b97f4a7c15n;

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
    return Number(this.word() >> 11n) / 2 ** 53;
  }

  below(n: number): number {
    return Number(((this.word() >> 32n) * BigInt(n)) >> 32n);
  }
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

/** What stage `stage` of a request draws from, whose word is `word` on arrival. */
export function stageStream(word: bigint, stage: number): Stream {
  let w = word;
  for (let k = 0; k < stage; k++) w = mix(w + 1n);
  return new Stream(w, BigInt(stage), 0n);
}
