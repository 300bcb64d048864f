// Which backend a page's content goes to: a hash of seed, name of the VM and page number.

import { BACKENDS, type BackendName, type HostSpec } from './things.js';

const MASK = (1n << 64n) - 1n;

/** SplitMix64's finalizer. */
function mix(word: bigint): bigint {
  let z = word & MASK;
  z = ((z ^ (z >> 30n)) * 0xbf58476d1ce4e5b9n) & MASK;
  z = ((z ^ (z >> 27n)) * 0x94d049bb133111ebn) & MASK;
  return z ^ (z >> 31n);
}

/** FNV-1a, 64 bits. */
function hashOf(name: string): bigint {
  let hash = 0xcbf29ce484222325n;
  for (const byte of new TextEncoder().encode(name)) hash = ((hash ^ BigInt(byte)) * 0x100000001b3n) & MASK;
  return hash;
}

export function backendOf(content: HostSpec['content'], seed: number, vm: string, page: number): BackendName {
  const word = mix(mix(BigInt(seed) ^ hashOf(vm)) + BigInt(page));
  const unit = Number(word >> 11n) / 2 ** 53;
  let share = 0;
  for (const name of BACKENDS) {
    share += content[name];
    if (share > unit) return name;
  }
  return BACKENDS.findLast((name) => content[name] > 0)!;
}
