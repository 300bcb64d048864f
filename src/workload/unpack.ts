// Plain, gzip or Zstandard, told by the first bytes whatever the name says. Streams, and holds one piece at a time: what a file
// unpacks to may be any number of times its size. For page traces and arrivals alike, in Node as in browsers.

import { gunzip } from './gunzip.js';

// with the method (deflate), the only one there is: two bytes alone begin many a file of binary records
const GZIP: readonly number[] = [0x1f, 0x8b, 0x08];
const ZSTD: readonly number[] = [0x28, 0xb5, 0x2f, 0xfd];
/** Behind a first byte from 0x50 to 0x5f: a frame to pass over, with which pzstd's files begin. */
const ZSTD_SKIPPABLE: readonly number[] = [0x2a, 0x4d, 0x18];

export const SIGNATURE_BYTES = 8;

export type Packing = 'gzip' | 'Zstandard';

export function startsWith(bytes: Uint8Array, signature: readonly number[], from = 0): boolean {
  return bytes.length >= from + signature.length && signature.every((byte, i) => bytes[from + i] === byte);
}

/** By the first bytes of a file. */
export function packingOf(head: Uint8Array): Packing | undefined {
  if (startsWith(head, GZIP)) return 'gzip';
  const skippable = ((head[0] ?? 0) & 0xf0) === 0x50 && startsWith(head, ZSTD_SKIPPABLE, 1);
  return skippable || startsWith(head, ZSTD) ? 'Zstandard' : undefined;
}

/**
 * The content of a file.
 *
 * @param look sees the first bytes (none where there are none), and may refuse them
 * @throws DamagedStream for packed bytes that are not whole
 */
export async function* unpack(
  bytes: AsyncIterable<Uint8Array>,
  look: (head: Uint8Array) => void,
): AsyncGenerator<Uint8Array> {
  const source = bytes[Symbol.asyncIterator]();
  let handedOver = false;
  try {
    let head: Uint8Array = new Uint8Array(0);
    while (head.length < SIGNATURE_BYTES) {
      const step = await source.next();
      if (step.done === true) break;
      const joined = new Uint8Array(head.length + step.value.length);
      joined.set(head);
      joined.set(step.value, head.length);
      head = joined;
    }
    look(head);
    handedOver = true;
    const whole = beginningWith(head, source);
    const packing = packingOf(head);
    if (packing === 'gzip') yield* gunzip(whole);
    else if (packing === 'Zstandard') yield* (await import('./zstandard.js')).unzstd(whole);
    else yield* whole;
  } finally {
    if (!handedOver) await source.return?.();
  }
}

async function* beginningWith(head: Uint8Array, rest: AsyncIterator<Uint8Array>): AsyncGenerator<Uint8Array> {
  try {
    if (head.length > 0) yield head;
    for (;;) {
      const step = await rest.next();
      if (step.done === true) return;
      yield step.value;
    }
  } finally {
    await rest.return?.();
  }
}
