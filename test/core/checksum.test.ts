// The checksum of snapshots: whatever bit is flipped, alone or with others, and whatever is moved, it shows; and a snapshot with
// any bit flipped is refused in one line.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checksum } from '../../src/core/checksum.js';
import { InputError, Simulation } from '../../src/index.js';
import { contended } from '../support/contended.js';

const AT = 8;
const sum = (bytes: Uint8Array): string => checksum(bytes, AT).join();

describe('the checksum', () => {
  it('shows every bit that is flipped alone, and is not touched by its own place', () => {
    for (const length of [16, 17, 19, 48, 51, 80, 100]) {
      const bytes = Uint8Array.from({ length }, (_, i) => i * 37);
      const whole = sum(bytes);
      for (let bit = 0; bit < 8 * length; bit++) {
        const byte = bit >> 3;
        bytes[byte]! ^= 1 << (bit & 7);
        const own = byte >= AT && byte < AT + 8;
        expect(sum(bytes) === whole, `bit ${bit} of ${length} bytes`).toBe(own);
        bytes[byte]! ^= 1 << (bit & 7);
      }
    }
  });

  it('shows flips of several bits, words that change places, and lengths', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ minLength: 24, maxLength: 300 }),
        fc.uniqueArray(fc.nat(), { minLength: 1, maxLength: 6 }),
        (bytes, flips) => {
          const changed = bytes.slice();
          const places = new Set(flips.map((flip) => 16 * 8 + (flip % (8 * (bytes.length - 16)))));
          for (const bit of places) changed[bit >> 3]! ^= 1 << (bit & 7);
          expect(sum(changed)).not.toBe(sum(bytes));
        },
      ),
      { seed: 1 },
    );
    const words = Uint32Array.from({ length: 64 }, (_, i) => i);
    const swapped = words.slice();
    [swapped[20], swapped[28]] = [28, 20]; // of one lane
    [swapped[33], swapped[34]] = [34, 33]; // of two lanes
    expect(sum(new Uint8Array(swapped.buffer))).not.toBe(sum(new Uint8Array(words.buffer)));
    expect(sum(new Uint8Array(64))).not.toBe(sum(new Uint8Array(96)));
    // the highest bit of a word, twice in one lane: a product alone would lose it
    const twice = words.slice();
    for (const i of [20, 28]) twice[i]! ^= 0x8000_0000;
    expect(sum(new Uint8Array(twice.buffer))).not.toBe(sum(new Uint8Array(words.buffer)));
  });

  it('does not depend on where the bytes lie', () => {
    const bytes = Uint8Array.from({ length: 77 }, (_, i) => i * i);
    for (const offset of [1, 2, 3, 4]) {
      const moved = new Uint8Array(100).subarray(offset, offset + 77);
      moved.set(bytes);
      expect(sum(moved)).toBe(sum(bytes));
    }
  });

  it('refuses a snapshot with any bit flipped', async () => {
    const simulation = await Simulation.create(contended('hyperflux', 'plain'));
    await simulation.runUntil(1_000_000);
    const bytes = simulation.snapshot();
    simulation.close();
    const json = new TextDecoder().decode(bytes.subarray(64, 70_000)).indexOf('"seed"') + 64;
    const places = [...Array.from({ length: 64 }, (_, i) => i), 64, json + 8];
    for (let i = 0; i < 40; i++) places.push(Math.floor(((i + 0.5) * bytes.length) / 40));
    places.push(bytes.length - 1);
    for (const place of places) {
      const flipped = bytes.slice();
      flipped[place]! ^= 1 << (place % 8);
      const error: unknown = await Simulation.restore(flipped).catch((caught: unknown) => caught);
      expect(error, `byte ${place}`).toBeInstanceOf(InputError);
      if (place >= 56)
        expect((error as Error).message).toMatch(
          /^snapshot: given bytes with checksum [0-9a-f]{16}, expected [0-9a-f]{16}, as written: some have changed since$/,
        );
    }
    (await Simulation.restore(bytes)).close();
  });
});
