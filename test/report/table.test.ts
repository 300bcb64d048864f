// Tables and units: scaled numbers, alignment, the promised width, no colour unless asked, no control characters.

import fc from 'fast-check';
import { describe, it, expect } from 'vitest';
import { distinctNames, renderTable, paint, MAX_COLUMNS } from '../../src/report/table.js';
import { printable } from '../../src/input/errors.js';
import {
  formatDurationNs,
  formatCount,
  formatShare,
  formatExactDurationNs,
  formatRate,
  formatCoreSeconds,
  formatQuantile,
} from '../../src/report/units.js';

describe('units', () => {
  it.each([
    [0, '0 ns'],
    [0.5, '0.50 ns'],
    [250, '250 ns'],
    [999.4, '999 ns'],
    [999.6, '1.00 us'],
    [8018, '8.02 us'],
    [47_349.5, '47.3 us'],
    [999_999, '1.00 ms'],
    [1_500_000, '1.50 ms'],
    [99_960_000, '100 ms'],
    [2e9, '2.00 s'],
    [3.6e12, '3600 s'],
  ])('writes %d ns as %s', (ns, text) => {
    expect(formatDurationNs(ns)).toBe(text);
  });

  it('has a dash for what does not exist', () => {
    expect([formatDurationNs(null), formatCount(null), formatShare(null)]).toEqual(['-', '-', '-']);
  });

  it('keeps three significant digits', () => {
    fc.assert(
      fc.property(fc.double({ min: 1, max: 9e14, noNaN: true }), (ns) => {
        const [digits, unit] = formatDurationNs(ns).split(' ') as [string, 'ns' | 'us' | 'ms' | 's'];
        const back = Number(digits) * { ns: 1, us: 1e3, ms: 1e6, s: 1e9 }[unit];
        expect(Math.abs(back / ns - 1)).toBeLessThanOrEqual(0.0051);
      }),
      { seed: 1 },
    );
  });

  it('writes targets as they were given', () => {
    expect([200_000, 1_500_000, 90_000_000_000, 1, 1_234_567].map(formatExactDurationNs)).toEqual([
      '200 us',
      '1.5 ms',
      '90 s',
      '1 ns',
      '1234.567 us',
    ]);
  });

  it('groups and scales counts, rates, shares, core-seconds and quantiles', () => {
    expect([0, 999, 1000, 2_560_000, 12_345_678, 1.5e9].map(formatCount)).toEqual([
      '0',
      '999',
      '1,000',
      '2,560,000',
      '12.3 M',
      '1.50 G',
    ]);
    expect([8.41e6, 950].map(formatRate)).toEqual(['8.41 M/s', '950/s']);
    expect(formatShare(0.8034)).toBe('80.3 %');
    expect([0, 25.63, 0.02, 1e-6].map(formatCoreSeconds)).toEqual(['0 s', '25.6 s', '20.0 ms', '1.00 us']);
    expect([0.5, 0.99, 0.999, 0.9999].map(formatQuantile)).toEqual(['p50', 'p99', 'p99.9', 'p99.99']);
  });
});

describe('tables', () => {
  it('aligns the first column left and the others right', () => {
    expect(
      renderTable([
        ['VM', 'p99'],
        ['api', '47.3 us'],
        ['b', '1 s'],
      ]),
    ).toBe('VM       p99\napi  47.3 us\nb        1 s\n');
  });

  it('is the same text with and without colour once the codes are taken away', () => {
    const rows = [
      [{ text: 'x', tone: 'strong' as const }, 'y'],
      ['long name', { text: 'no', tone: 'bad' as const }],
    ];
    const plain = renderTable(rows);
    const coloured = renderTable(rows, { look: true });
    expect(plain).not.toContain('\u001b');
    expect(coloured).toContain('\u001b[31mno\u001b[0m');
    // eslint-disable-next-line no-control-regex -- colour codes are what is taken away here
    expect(coloured.replace(/\u001b\[\d+m/g, '')).toBe(plain);
    expect(paint('x', undefined, true)).toBe('x');
  });

  it('never ends a line in blanks, whatever the cells hold, and never passes on control characters', () => {
    const cell = fc.string({
      unit: fc.constantFrom(' ', 'a', 'é', '😀', '\u001b', '\n', '\r', '\u0000', '\u009b', '\u2028'),
      maxLength: 60,
    });
    fc.assert(
      fc.property(fc.array(fc.array(cell, { minLength: 1, maxLength: 5 }), { maxLength: 6 }), (rows) => {
        const text = renderTable(rows);
        const lines = text.split('\n');
        expect(lines.pop()).toBe('');
        expect(lines).toHaveLength(rows.length);
        for (const line of lines) expect(line).toBe(line.trimEnd());
        expect(printable(text.replaceAll('\n', ''))).toBe(text.replaceAll('\n', ''));
      }),
      { seed: 1 },
    );
  });

  it('cuts names so that they differ', () => {
    const names = [
      'ideal',
      'hyperflux:signal=oldest',
      'hyperflux:signal=average',
      'hyperflux:interval=10us:signal=oldest',
    ];
    expect(distinctNames(names, 40)).toEqual(names);
    expect(distinctNames(names, 18)).toEqual(['ideal', '…signal=oldest', '…signal=average', 'hyperflux:interva…']);
    const far = ['a', 'b'].map((end) => `cgroup:period=${'1'.repeat(30)}${end}`);
    expect(distinctNames(far, 12)).toEqual(['…a', '…b']);
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.stringMatching(/^[a-c:=]{1,30}$/), { maxLength: 6 }),
        fc.integer({ min: 3, max: 20 }),
        (all, most) => {
          for (const name of distinctNames(all, most)) expect(name.length).toBeLessThanOrEqual(most);
        },
      ),
      { seed: 1 },
    );
  });

  it('cuts long cells and says that the promised width is 110', () => {
    expect(renderTable([['a'.repeat(50), 'b']], { maxCellColumns: 10 })).toBe(`${'a'.repeat(9)}…  b\n`);
    expect(MAX_COLUMNS).toBe(110);
  });
});
