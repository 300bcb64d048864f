// Files of numbers: line ends of any kind, a byte order mark, comments, and what is none.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readNumbers } from '../../src/workload/numbers.js';
import { choppedHost } from './helpers.js';

const read = async (text: string, size = 1e6): Promise<number[]> => [
  ...(await readNumbers(choppedHost(new TextEncoder().encode(text), size), 'n.txt')),
];

describe('a file of numbers', () => {
  it('is read whatever its line ends, in pieces of any size', async () => {
    const lines = ['1', '', '# of a run', ' 2.5 ', '3e3'];
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.constantFrom('\n', '\r\n', '\r'), { minLength: lines.length, maxLength: lines.length }),
        fc.integer({ min: 1, max: 9 }),
        fc.boolean(),
        async (ends, size, marked) => {
          const text = (marked ? '\ufeff' : '') + lines.map((line, at) => line + ends[at]!).join('');
          expect(await read(text, size)).toEqual([1, 2.5, 3000]);
        },
      ),
      { seed: 9 },
    );
    expect(await read('1\r2')).toEqual([1, 2]);
  });

  it('is refused with the line of what is none', async () => {
    await expect(read('1\r\n2\rx\n', 2)).rejects.toThrow(
      'n.txt:3: given "x", expected a number of at least 0, one a line',
    );
    await expect(read('1'.repeat(200_000), 1000)).rejects.toThrow(
      'n.txt:1: given a line of more than 65536 characters',
    );
  });
});
