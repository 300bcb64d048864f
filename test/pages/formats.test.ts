// Every trace format: what it reads, in pieces that end anywhere, and what it refuses, with the place and the expectation.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { InputError } from '../../src/scenario/errors.js';
import { bytesOf, oracleGeneral, read } from './helpers.js';

const R = (page: number) => ({ page, write: false });
const W = (page: number) => ({ page, write: true });

function refusal(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    if (error instanceof InputError) return error.message;
    throw error;
  }
  throw new Error('was not refused');
}

const be32 = (pages: readonly number[]): Uint8Array => {
  const view = new DataView(new ArrayBuffer(4 * pages.length));
  pages.forEach((page, i) => view.setUint32(4 * i, page));
  return new Uint8Array(view.buffer);
};

const LACKEY = `==1== Lackey, an example Valgrind tool
I  04001090,3
 S 1ffeffe7e0,8
 L 04222cac,4
 M 0421e000,8

--1-- a warning
==1== Counted 3 calls to main()
`;

const EXAMPLES = [
  {
    name: 'lackey',
    bytes: bytesOf(LACKEY),
    requests: [W(0x1ffeffe), R(0x4222), W(0x421e)],
  },
  {
    name: 'addresses',
    bytes: bytesOf('# made by hand\n7f001000 R\n0x7f001fff\tw\r\n\n  FFFFFFFFFFFFF W \n0 r'),
    requests: [R(0x7f001), W(0x7f001), W(2 ** 40 - 1), R(0)],
  },
  {
    name: 'ramulator',
    bytes: bytesOf('0 9618752\n13 140734746854976 89528192\n5 4096 0\n'),
    requests: [R(2348), R(34359069056), W(21857), R(1), W(0)],
  },
  {
    name: 'csv',
    bytes: bytesOf('\ufefftime,page,rw\n1,17,R\n2,"0xff",W\r\n\n3,4503599627370495,write\n'),
    requests: [R(17), W(255), W(2 ** 52 - 1)],
  },
  {
    name: 'oracleGeneral',
    bytes: oracleGeneral([0, 1, 2 ** 32, 2 ** 52 - 1, 7]),
    requests: [0, 1, 2 ** 32, 2 ** 52 - 1, 7].map(R),
  },
  { name: 'be32', bytes: be32([0, 1, 66_048, 4_042_791_937]), requests: [0, 1, 66_048, 4_042_791_937].map(R) },
];

describe.each(EXAMPLES)('$name', ({ name, bytes, requests }) => {
  test('reads an example', () => {
    expect(read(name, bytes)).toEqual(requests);
  });

  test('reads the same in pieces of any size', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 20 }), (pieces) => {
        expect(read(name, bytes, {}, pieces)).toEqual(requests);
      }),
      { seed: 4 },
    );
  });
});

test('writes and reads back any pages (oracleGeneral), with windows full in between', () => {
  fc.assert(
    fc.property(fc.array(fc.maxSafeNat().map((n) => n % 2 ** 52)), (pages) => {
      expect(read('oracleGeneral', oracleGeneral(pages), {}, [100])).toEqual(pages.map(R));
    }),
    { seed: 4 },
  );
  const many = Array.from({ length: 70_000 }, (_, i) => i * 3);
  expect(read('oracleGeneral', oracleGeneral(many))).toEqual(many.map(R));
});

test('addresses are cut to pages of the size asked for', () => {
  const text = bytesOf('fff R\n1000 R\n1fffff R\n200000 W\n');
  expect(read('addresses', text)).toEqual([R(0), R(1), R(511), W(512)]);
  expect(read('addresses', text, { pageSizeBytes: 2 ** 21 })).toEqual([R(0), R(0), R(0), W(1)]);
});

test('lackey counts instruction fetches on request', () => {
  expect(read('lackey', bytesOf(LACKEY), { instructions: true })).toEqual([
    R(0x4001),
    W(0x1ffeffe),
    R(0x4222),
    W(0x421e),
  ]);
});

test('csv takes named columns, of pages or of addresses', () => {
  const text = bytesOf('when,va,kind,frame\n0,0x1000,store,9\n1,8191,load,10\n');
  expect(read('csv', text, { addressColumn: 'va', writeColumn: 'kind' })).toEqual([W(1), R(1)]);
  expect(read('csv', text, { pageColumn: 'frame' })).toEqual([R(9), R(10)]);
  expect(read('csv', bytesOf('addr\n4096\n'))).toEqual([R(1)]);
});

describe('refused', () => {
  test.each([
    ['lackey', ' L 04222cac\n', 'trace:1: given " L 04222cac", expected `I`'],
    ['lackey', ' L 04222cac,0\n', 'trace:1: '],
    ['lackey', ' X 04222cac,4\n', 'trace:1: '],
    ['lackey', ' L 10000000000000,4\n', 'trace:1: address: given 0x10000000000000, expected less than 2^52'],
    ['addresses', '1000 R\n1000\n', 'trace:2: given "1000", expected a hexadecimal address and R or W'],
    ['addresses', '1000 R\n10', 'trace:2: given "10", expected a hexadecimal address and R or W'],
    ['addresses', '1000 X\n', 'trace:1: '],
    ['addresses', '1000 R extra\n', 'trace:1: '],
    ['addresses', 'ffffffffffffffff R\n', 'trace:1: address: given an address above 2^53, expected less than 2^52'],
    ['ramulator', '1\n', 'trace:1: given "1", expected an instruction count'],
    ['ramulator', '1 2 3 4\n', 'trace:1: '],
    ['ramulator', '1 -2\n', 'trace:1: '],
    ['ramulator', '1 4503599627370496\n', 'trace:1: address: given 0x10000000000000, expected less than 2^52'],
    ['csv', 'page,rw\n1\n', 'trace:2: given 1 fields, expected 2, as in the header'],
    ['csv', 'page\n1.5\n', 'trace:2: page: given "1.5", expected a page number'],
    ['csv', 'page\n-1\n', 'trace:2: page: given "-1"'],
    ['csv', 'page\n4503599627370496\n', 'trace:2: page: given 4503599627370496, expected less than 2^52'],
    ['csv', 'page,rw\n1,maybe\n', 'trace:2: write: given "maybe", expected R or W'],
    ['csv', 'page,rw\n"1,R\n', 'trace:2: given ""1,R", expected quotes that end before a comma'],
    ['csv', 'pge,x\n1,2\n', 'trace:1: given the columns pge, x, expected a column `page` or `address`'],
    ['csv', '', 'trace:1: given an empty file, expected a header line'],
  ])('%s: %j', (name, text, message) => {
    expect(refusal(() => read(name, bytesOf(text)))).toContain(message);
  });

  test('a csv column that is not there, with the nearest one', () => {
    const message = refusal(() => read('csv', bytesOf('frame,va\n1,2\n'), { pageColumn: 'frme' }));
    expect(message).toBe(
      'trace:1: given the column "frme", expected a column of the header (did you mean "frame"?): frame, va',
    );
  });

  test('binary records that are cut, and ids that are too large', () => {
    expect(refusal(() => read('oracleGeneral', oracleGeneral([1, 2]).subarray(0, 40)))).toBe(
      'trace: record 2: given 16 bytes at the end, expected whole records of 24 bytes',
    );
    expect(refusal(() => read('be32', be32([1, 2]).subarray(0, 7)))).toContain('record 2: given 3 bytes at the end');
    const large = oracleGeneral([3, 0]);
    new DataView(large.buffer).setBigUint64(28, 2n ** 52n, true);
    expect(refusal(() => read('oracleGeneral', large))).toBe(
      'trace: record 2, id: given 4503599627370496, expected less than 2^52',
    );
  });

  test('every mistake at once, up to a point', () => {
    const lines = Array.from({ length: 7 }, (_, i) => (i % 2 === 0 ? 'x' : '10 R'));
    expect(refusal(() => read('addresses', bytesOf(lines.join('\n')))).split('\n')).toHaveLength(4);
    expect(refusal(() => read('addresses', bytesOf('x\n'.repeat(1000)))).split('\n')).toHaveLength(20);
  });

  test('a file without line ends is no text', () => {
    expect(refusal(() => read('addresses', new Uint8Array(200_000).fill(65), {}, [30_000]))).toContain(
      'given a line of more than 65536 bytes, expected a text file',
    );
  });

  test('what cannot be printed does not reach the terminal', () => {
    expect(refusal(() => read('addresses', bytesOf('\u001b[31m\u0007é\n')))).toBe(
      'trace:1: given "?[31m???", expected a hexadecimal address and R or W',
    );
  });
});

test('noise is refused or read, but never anything else', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...EXAMPLES.map(({ name }) => name)),
      fc.uint8Array({ maxLength: 400 }),
      (name, bytes) => {
        try {
          for (const { page } of read(name, bytes)) expect(page).toBeLessThan(2 ** 52);
        } catch (error) {
          expect(error).toBeInstanceOf(InputError);
        }
      },
    ),
    { seed: 4, numRuns: 500 },
  );
});
