// Parts that claim nothing print what they computed.

import { describe, expect, it } from 'vitest';
import { reproduce, type Reproduction } from '../../src/experiments/api.js';
import { numbersText } from '../../src/experiments/numbers-text.js';
import { renderSummary } from '../../src/experiments/summary.js';

async function part(name: string): Promise<Reproduction> {
  for await (const found of reproduce(name)) return found;
  throw new Error(`nothing of ${name}`);
}

describe('laws and figures in words', () => {
  it('sets lists of one length side by side, rows with names below each other, and every other number in a line', () => {
    const text = numbersText({
      laws: {
        A: { knee: 41, threads: [1, 2], rate: [0.12345678, 2], theory: [0.125, null] },
        B: { rows: [{ at: 1, of: { cost: 4000 } }, { at: 20 }] },
      },
      figures: { met: true, few: [1, 2, 3], long: Array.from({ length: 12 }, (_, i) => i) },
    });
    expect(text.replaceAll(/ +/g, ' ')).toBe(
      'law A\nfigure value\nknee 41\n\nlaw A\nthreads rate theory\n1 0.123457 0.125\n2 2 –\n\n' +
        'law B rows\nat of.cost\n1 4000\n20 –\n\n' +
        'figures\nfigure value\nmet true\nfew 1, 2, 3\nlong 0, 1, 2, 3, 4, … 11 (12)\n',
    );
    const most = numbersText({ figures: { all: Array.from({ length: 50 }, (_, i) => ({ i })) } });
    expect(most).toContain('\n39\nand 10 more; --json has them all\n');
    expect(numbersText({})).toBe('');
  });

  it('prints the laws of a part in the place of its claims, ours beside theory', async () => {
    const found = await part('valve/laws');
    const text = renderSummary(found);
    expect(found.claims).toEqual([]);
    expect(text).not.toContain('verdict');
    const [row] = (found.laws['P2'] as { rows: { offlineShare: number; theory: number }[] }).rows;
    const line = text.split('\n').find((one) => one.startsWith('74 ') && one.includes('0.6'))!;
    const [, ours, , theory] = line.split(/ +/).map(Number);
    expect([ours, theory]).toEqual([row!.offlineShare, row!.theory].map((one) => Number(one.toPrecision(6))));
    for (const name of Object.keys(found.laws)) expect(text).toContain(`law ${name}`);
  });
});
