// Every trace format: what it reads, in pieces that end anywhere, and what it refuses, with the place and the expectation.

import fc from 'fast-check';
import { describe, test, expect } from 'vitest';
import { InputError } from '../../src/input/errors.js';
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

describe('64 bits', () => {
  const kernel = 0xffff_8880_1234_5678n;
  const page = Number(kernel >> 12n);

  test.each([
    ['lackey', ` L ${kernel.toString(16)},8\n`],
    ['addresses', `0x${kernel.toString(16)} R\n`],
    ['ramulator', `7 ${kernel}\n`],
    ['ramulator', `7 0x${kernel.toString(16)}\n`],
    ['ramulator', `7 0${kernel.toString(8)}\n`],
    ['ldst', `LD 0x${kernel.toString(16)}\n`],
    ['csv', `address\n${kernel}\n`],
    ['csv', `addr\n0x${kernel.toString(16)}\n`],
  ])('of an address are cut to a page (%s: %j)', (name, text) => {
    expect(read(name, bytesOf(text))).toEqual([R(page)]);
  });

  test('to the last bit, whatever the page size', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }), fc.integer({ min: 0, max: 40 }), (address, bits) => {
        const text = bytesOf(`000${address.toString(16)} R\n`);
        const options = { pageSizeBytes: 2 ** bits };
        const expected = address >> BigInt(bits);
        if (expected < 2n ** 52n) expect(read('addresses', text, options)).toEqual([R(Number(expected))]);
        else
          expect(refusal(() => read('addresses', text, options))).toContain(
            `given 0x${address.toString(16)}, expected an`,
          );
      }),
      { seed: 6, numRuns: 2000 },
    );
  });

  test('of an id are renumbered, equal ids alike and others not', () => {
    fc.assert(
      fc.property(fc.array(fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }), { minLength: 1, maxLength: 3000 }), (ids) => {
        const all = [...ids, ...ids.slice(0, 50), ...ids.map((id) => id ^ (1n << 63n)), ...ids.map((id) => id ^ 1n)];
        const order = [...new Set(all)];
        const places = new Map(order.map((id, at) => [id, at]));
        const bytes = oracleGeneral(all.map(() => 0));
        all.forEach((id, at) => new DataView(bytes.buffer).setBigUint64(24 * at + 4, id, true));
        expect(read('oracleGeneral', bytes, { hashIds: true })).toEqual(all.map((id) => R(places.get(id)!)));
      }),
      { seed: 7, numRuns: 30 },
    );
  });

  test('any text of a csv column too, writes beside it', () => {
    const text = bytesOf('page,rw\nuser:7,r\n"a ""b"", c",w\n7,w\n07,r\nuser:7,w\n7,r\n');
    expect(read('csv', text, { hashIds: true })).toEqual([R(0), W(1), W(2), R(3), W(0), R(2)]);
    expect(read('addresses', bytesOf('ffffffff R\n0 W\nffffffff W\n'), { hashIds: true, pageSizeBytes: 1 })).toEqual([
      R(0),
      W(1),
      W(0),
    ]);
  });
});

describe('line ends and marks', () => {
  const TEXTS = [
    ['lackey', [' L 1000,4', ' S 2000,4 ', '==1== x', '**1** x', '\tM 3000,8\t'], [R(1), W(2), W(3)]],
    ['addresses', ['1000 R', '', '# x', '2000 W', '3000 R'], [R(1), W(2), R(3)]],
    ['ramulator', ['3 4096', '', '5 0x2000 010000'], [R(1), R(2), W(1)]],
    ['ldst', ['LD 0x1000', 'ST 8192', '  LD  0x1010  '], [R(1), W(2), R(1)]],
    ['csv', ['page,rw', '1,r', '', '2,w', '"3","r"'], [R(1), W(2), R(3)]],
  ] as const;

  test.each(TEXTS)('%s: any, mixed, in pieces of any size, behind a byte order mark', (name, lines, requests) => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom('\n', '\r\n', '\r'), { minLength: lines.length, maxLength: lines.length }),
        fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1 }),
        fc.boolean(),
        (ends, pieces, marked) => {
          const text = (marked ? '\ufeff' : '') + lines.map((line, at) => line + ends[at]!).join('');
          expect(read(name, bytesOf(text), {}, pieces)).toEqual(requests);
        },
      ),
      { seed: 8 },
    );
  });

  test('lines are counted as they stand', () => {
    expect(refusal(() => read('addresses', bytesOf('1000 R\r2000 R\r\n\nx\r'), {}, [3]))).toMatch(
      /^trace:4: given "x"/,
    );
    expect(refusal(() => read('csv', bytesOf('page\r1\r\n\nx\r'), {}, [3]))).toMatch(/^trace:4: page: given "x"/);
  });
});

describe('csv columns', () => {
  const text = bytesOf('key,op,size\n7,GET,3\n8,SET,5\n7,put,3\n');

  test('of writes by name and by value', () => {
    const named = { pageColumn: 'key', writeColumn: 'op', writeValues: ['set', ' PUT '] };
    expect(read('csv', text, named)).toEqual([R(7), W(8), W(7)]);
    expect(read('csv', text, { pageColumn: 'key', writeValues: ['set'] })).toEqual([R(7), W(8), R(7)]);
    expect(refusal(() => read('csv', text, { pageColumn: 'key', writeColumn: 'op' }))).toContain(
      '--write-values names others',
    );
    expect(refusal(() => read('csv', bytesOf('page\n1\n'), { writeValues: ['w'] }))).toContain('for --write-values');
  });

  test('that nobody named are left out beside one that is named, or on request', () => {
    expect(read('csv', text, { pageColumn: 'key' })).toEqual([R(7), R(8), R(7)]);
    const usual = bytesOf('page,op\n7,GET\n');
    expect(refusal(() => read('csv', usual))).toContain('trace:2: write: given "GET", expected R or W');
    expect(read('csv', usual, { writeColumn: 'none' })).toEqual([R(7)]);
  });
});

describe('refused', () => {
  test.each([
    ['lackey', ' L 04222cac\n', 'trace:1: given " L 04222cac", expected `I`'],
    ['lackey', ' L 04222cac,0\n', 'trace:1: '],
    ['lackey', ' X 04222cac,4\n', 'trace:1: '],
    [
      'lackey',
      ' L 10000000000000000,4\n',
      'trace:1: address: given a number of more than 64 bits, expected an address of',
    ],
    ['lackey', '*1* x\n', 'trace:1: '],
    ['addresses', '1000 R\n1000\n', 'trace:2: given "1000", expected a hexadecimal address and R or W'],
    ['addresses', '1000 R\n10', 'trace:2: given "10", expected a hexadecimal address and R or W'],
    ['addresses', '1000 X\n', 'trace:1: '],
    ['addresses', '1000 R extra\n', 'trace:1: '],
    ['ramulator', '1\n', 'trace:1: given "1", expected an instruction count'],
    ['ramulator', '1 2 3 4\n', 'trace:1: '],
    ['ramulator', '1 -2\n', 'trace:1: '],
    ['ramulator', '1 18446744073709551616\n', 'trace:1: address: given a number of more than 64 bits'],
    ['ramulator', '1 089\n', 'trace:1: given "1 089"'],
    ['ramulator', '1 0x\n', 'trace:1: given "1 0x"'],
    ['ldst', 'LD\n', 'trace:1: given "LD", expected LD or ST and an address'],
    ['ldst', 'LD0x10\n', 'trace:1: '],
    ['ldst', 'LT 0x10\n', 'trace:1: '],
    ['ldst', 'ST 0x10 1\n', 'trace:1: '],
    ['csv', 'page,rw\n1\n', 'trace:2: given 1 cell: "1", expected 2 cells, one for each column of the header'],
    ['csv', 'page\n1.5\n', 'trace:2: page: given "1.5", expected a page number'],
    ['csv', 'page\n-1\n', 'trace:2: page: given "-1"'],
    ['csv', 'page\n4503599627370496\n', 'trace:2: page: given 4503599627370496, expected less than 2^52; --hash-ids'],
    ['csv', 'page,rw\n1,maybe\n', 'trace:2: write: given "maybe", expected R or W'],
    ['csv', 'page,rw\n"1,R\n', 'trace:2: given a malformed quoted cell (quoted field unterminated)'],
    ['csv', 'pge,x\n1,2\n', 'trace:1: given the columns pge, x, expected a column `page` or `address`'],
    ['csv', '', 'trace: given an empty file, expected a header line'],
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
      'trace: record 2, id: given 4503599627370496, expected less than 2^52; --hash-ids renumbers any',
    );
  });

  test('every mistake at once, up to a point', () => {
    const lines = Array.from({ length: 7 }, (_, i) => (i % 2 === 0 ? 'x' : '10 R'));
    expect(refusal(() => read('addresses', bytesOf(lines.join('\n')))).split('\n')).toHaveLength(4);
    const many = refusal(() => read('addresses', bytesOf('x\n'.repeat(1000)))).split('\n');
    expect(many).toHaveLength(4);
    expect(many[3]).toBe('and at least 17 more lines like these');
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

test('csv tells what is wrong with cells and with rows together', () => {
  const lines = refusal(() => read('csv', bytesOf('page,rw\nx,r\n1,r\n2,r,3\n'), {}, [12])).split('\n');
  expect(lines).toEqual([
    'trace:2: page: given "x", expected a page number, decimal or hexadecimal with 0x (--hash-ids reads any text)',
    'trace:4: given 3 cells: "2,r,3", expected 2 cells, one for each column of the header',
  ]);
});
