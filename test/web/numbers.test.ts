// Slices that have the number of their VM: wide ones, whatever the VM does in them, and nothing that is nobody's.
import { describe, expect, it } from 'vitest';
import { slicesOf } from '../../src/web/numbers.js';
import { codeOf, IDLE, MOVING, POLLING, RUNNING, SEARCHING } from '../../src/web/protocol.js';

/** One core: so many columns of each code. */
const strip = (...parts: readonly (readonly [columns: number, code: number])[]): Uint32Array[] =>
  parts.flatMap(([columns, code]) => Array.from({ length: columns }, () => Uint32Array.of(code)));

describe('the number in a slice', () => {
  it('stands in the middle of what a VM has without a break, from 22 pixels on', () => {
    const columns = strip(
      [12, codeOf(1, RUNNING)],
      [10, codeOf(1, SEARCHING)],
      [21, codeOf(0, RUNNING)],
      [40, codeOf(2, MOVING)],
    );
    expect(slicesOf(columns, 0)).toEqual([
      { vm: 1, from: 0, to: 22 },
      { vm: 2, from: 43, to: 83 },
    ]);
  });

  it('stands in nothing that is idle, polls, or is not yet known', () => {
    const idle = codeOf(-1, IDLE);
    expect(slicesOf(strip([50, idle], [20, codeOf(0, RUNNING)], [9, idle], [20, codeOf(0, RUNNING)]), 0)).toEqual([]);
    expect(slicesOf(strip([50, codeOf(-1, POLLING)]), 0)).toEqual([]);
    expect(slicesOf(strip([50, codeOf(0, RUNNING)]), 1)).toEqual([]);
    expect(slicesOf([], 0)).toEqual([]);
  });
});
