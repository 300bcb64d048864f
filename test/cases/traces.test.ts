// What readers of traces met: one test for each of ../shared/cases/NN-*, named as its folder; those that were right before too.

import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Result } from '../../src/index.js';
import { memoryHost } from '../../src/workload/index.js';
import { collect } from '../workload/helpers.js';
import { caseFile, fluxhost } from './command.js';

interface Replayed {
  readonly requests: number;
  readonly pages: number;
  readonly misses: readonly number[];
  readonly writebacks: readonly number[];
}

const LRU2 = ['--policy', 'lru', '--capacity', '2'];

/** What `fluxhost pages` finds in a case's trace; under LRU with two pages where nothing else is asked for. */
async function pages(file: string, format: string, ...options: string[]): Promise<Replayed> {
  const asked = options.some((option) => option === '--policy' || option === '--mrc');
  const args = ['pages', caseFile(file), '--format', format, '--json', ...(asked ? [] : LRU2), ...options];
  const { status, out, err } = await fluxhost(...args);
  expect([status, err.replaceAll(/^note: .*\n/gm, '')]).toEqual([0, '']);
  const { trace, runs } = JSON.parse(out) as {
    trace: { requests: number; distinctPages: number };
    runs: { misses: number; writebacks: number }[];
  };
  return {
    requests: trace.requests,
    pages: trace.distinctPages,
    misses: runs.map(({ misses }) => misses),
    writebacks: runs.map(({ writebacks }) => writebacks),
  };
}

/** The line that a trace is refused with. */
async function refusedPages(file: string, format: string, ...options: string[]): Promise<string> {
  const { status, err } = await fluxhost('pages', caseFile(file), '--format', format, ...LRU2, ...options);
  expect(status).toBe(2);
  return err;
}

async function run(file: string, ...set: string[]): Promise<Result> {
  const args = ['run', caseFile(file), '--json', ...set.flatMap((text) => ['--set', text])];
  const { status, out, err } = await fluxhost(...args);
  expect(status, err).toBe(0);
  return JSON.parse(out) as Result;
}

async function refusedRun(file: string, ...set: string[]): Promise<string> {
  const { status, err } = await fluxhost('run', caseFile(file), ...set.flatMap((text) => ['--set', text]));
  expect(status).toBe(2);
  return err;
}

const first = (result: Result) => result.vms[0]!;

describe('01-zstd-skippable', () => {
  it.each(['empty-then', 'lead', 'middle', 'pzstd', 'trail'])('%s', async (name) => {
    const read = await pages(`01-zstd-skippable/${name}.lackey.zst`, 'lackey');
    expect(read).toMatchObject({ requests: 5, pages: 3, misses: [3] });
  });

  it('plain, and one that holds nothing', async () => {
    expect(await pages('01-zstd-skippable/plain.lackey', 'lackey')).toMatchObject({
      requests: 5,
      pages: 3,
      misses: [3],
    });
    expect(await refusedPages('01-zstd-skippable/only.lackey.zst', 'lackey')).toContain('given no request');
  });
});

describe('03-gzip-tail', () => {
  const arrivals = (name: string) =>
    collect(
      { format: 'csv', file: 'a', startNs: 'first' },
      memoryHost({ a: Uint8Array.from(readFileSync(caseFile(`03-gzip-tail/${name}`))) }),
    );

  it.each([
    ['zeros', 5, 2],
    ['zeros-then-member', 6, 3],
  ])('%s', async (name, requests, rows) => {
    expect(await pages(`03-gzip-tail/${name}.lackey.gz`, 'lackey')).toMatchObject({ requests });
    expect((await arrivals(`${name}.csv.gz`)).atNs).toHaveLength(rows);
  });

  it('members side by side, and one', async () => {
    expect((await arrivals('two.csv.gz')).atNs).toHaveLength(3);
    expect((await arrivals('plain.csv.gz')).atNs).toHaveLength(2);
  });

  it.each(['crlf.lackey.gz', 'garbage.lackey.gz', 'magic-then-junk.lackey.gz', 'one-more-byte.lackey.gz'])(
    '%s is refused',
    async (name) => {
      expect(await refusedPages(`03-gzip-tail/${name}`, 'lackey')).toContain('expected a whole gzip file');
    },
  );

  it.each(['crlf.csv.gz', 'garbage.csv.gz'])('%s is refused', async (name) => {
    await expect(arrivals(name)).rejects.toThrow('expected a whole gzip file');
  });
});

describe('04-bom-quoted', () => {
  const csv = (name: string) => pages(`04-bom-quoted/${name}.csv`, 'csv');

  it.each([
    ['bom-plain', 3, 2, 1],
    ['bom-quoted', 3, 2, 1],
    ['quoted', 3, 2, 1],
    ['doubled-quote', 3, 2, 0],
    ['newline-in-cell', 2, 2, 0],
    ['cr-only', 3, 2, 0],
    ['blank-line', 3, 2, 0],
    ['blanks', 3, 2, 0],
  ])('%s.csv', async (name, requests, distinct, writes) => {
    if (name === 'blank-line') {
      expect(await refusedPages('04-bom-quoted/blank-line.csv', 'csv')).toContain(':5: page: given "   "');
      return;
    }
    expect(await csv(name)).toMatchObject({ requests, pages: distinct, misses: [2] });
    const one = await pages(`04-bom-quoted/${name}.csv`, 'csv', '--policy', 'lru', '--capacity', '1');
    expect(one.writebacks).toEqual([writes]);
  });

  it.each(['lackey', 'addresses', 'ramulator'])('bom.%s', async (name) => {
    expect(await pages(`04-bom-quoted/bom.${name}`, name)).toMatchObject({ requests: 2, pages: 2 });
  });

  it.each([
    ['comment', 'given the columns # made by x'],
    ['semicolon', 'given the columns page;write'],
    ['tab', 'given the columns page?write'],
    ['space-before-quote', 'given the columns note, "page"'],
  ])('%s.csv is refused', async (name, line) => {
    expect(await refusedPages(`04-bom-quoted/${name}.csv`, 'csv')).toContain(line);
  });
});

describe('05-epoch-ns', () => {
  it.each(['ns', 'rel'])('%s: every latency is the service', async (name) => {
    const { latencyNs } = first(await run(`05-epoch-ns/${name}.yaml`));
    expect(latencyNs).toMatchObject({ count: 11, min: 50, p50: 50, max: 50, mean: 50 });
  });
});

describe('06-cachelib-op', () => {
  it('a column that nobody named is not looked at, and told', async () => {
    const file = caseFile('06-cachelib-op/kv.csv');
    const { err } = await fluxhost('pages', file, '--format', 'csv', '--page-column', 'key', ...LRU2);
    expect(err).toContain('note: ' + file + ': the column op is not looked at: --write-column op would');
    const read = await pages('06-cachelib-op/kv.csv', 'csv', '--page-column', 'key');
    expect(read).toMatchObject({ requests: 4, pages: 2, misses: [2] });
  });

  it('or is, with the values that write', async () => {
    const options = ['--page-column', 'key', '--write-column', 'op', '--write-values', 'set,put'];
    const read = await pages('06-cachelib-op/kv.csv', 'csv', ...options, '--policy', 'lru', '--capacity', '1');
    expect(read).toMatchObject({ requests: 4, pages: 2, misses: [3], writebacks: [1] });
  });
});

describe('07-ramulator-hex', () => {
  it.each(['hex', 'dec'])('%s.trace', async (name) => {
    const read = await pages(`07-ramulator-hex/${name}.trace`, 'ramulator');
    expect(read).toMatchObject({ requests: 4, pages: 2, misses: [2] });
  });

  it('ldst.trace has a format of its own', async () => {
    const read = await pages('07-ramulator-hex/ldst.trace', 'ldst', '--policy', 'lru', '--capacity', '1');
    expect(read).toMatchObject({ requests: 3, pages: 2, misses: [3], writebacks: [1] });
  });

  it('the others: octal as C reads it, of memory by another format, minus refused', async () => {
    expect(await pages('07-ramulator-hex/octal.trace', 'ramulator')).toMatchObject({ requests: 1, pages: 1 });
    expect(await pages('07-ramulator-hex/dram.trace', 'addresses')).toMatchObject({ requests: 3, pages: 2 });
    expect(await refusedPages('07-ramulator-hex/minus.trace', 'ramulator')).toContain(':1: given "3 -1"');
  });
});

describe('08-lackey-forms', () => {
  it.each([
    ['trailing-space', 3, 2],
    ['stars', 1, 1],
    ['arm', 2, 2],
    ['blank', 2, 1],
    ['crlf', 2, 2],
    ['eof-note', 2, 2],
    ['high', 2, 2],
    ['no-lead', 3, 1],
    ['pidlines', 1, 1],
    ['signext', 1, 1],
    ['tabs', 1, 1],
    ['upper', 2, 1],
  ])('%s', async (name, requests, distinct) => {
    expect(await pages(`08-lackey-forms/${name}.lackey`, 'lackey')).toMatchObject({ requests, pages: distinct });
  });

  it.each(['prog', 'sb', 'space-after-comma', 'zero-size'])('%s is refused', async (name) => {
    expect(await refusedPages(`08-lackey-forms/${name}.lackey`, 'lackey')).toContain('lackey:1: given ');
  });
});

describe('09-behind-long', () => {
  it.each(['ideal', 'shenango', 'caladan', 'hyperflux', 'blind', 'cgroup'])(
    'short tasks never wait for the long one under %s',
    async (kind) => {
      const { latencyNs } = first(await run('09-behind-long/base.yaml', `mechanism=${kind}`));
      expect(latencyNs.p50).toBeLessThan(50_000);
    },
  );
});

describe('13-overtaken', () => {
  // One vCPU and constant service: served in order from the grant on, so nobody waits longer than the first did.
  it.each([
    ['hyperflux', 10_000, 13_000],
    ['caladan', 12_000, 15_000],
    ['cgroup', 3000, 6000],
  ])('under %s', async (name, p50, max) => {
    const { latencyNs } = first(await run(`13-overtaken/${name}.yaml`));
    expect(latencyNs.max).toBe(max);
    expect(Math.abs(latencyNs.p50! / p50 - 1)).toBeLessThan(0.004); // as fine as a histogram's buckets
  });

  it('a bounded VM, and M/M/1 as under a single queue', async () => {
    expect(first(await run('13-overtaken/bounded-cgroup.yaml')).latencyNs.max).toBe(6000);
    const { max } = first(await run('13-overtaken/mm1.yaml')).latencyNs;
    expect(max! / 1e6).toBeCloseTo(1.592, 3);
    const central = await run('13-overtaken/mm1.yaml', 'vms.0.dispatch=single-queue');
    expect(first(central).latencyNs.max).toBe(max);
  });
});

describe('14-onoff-residual', () => {
  it('as many arrivals as both rates give', async () => {
    expect(Math.abs(first(await run('14-onoff-residual/base.yaml')).arrived - 100_990)).toBeLessThan(950);
    const off = await run('14-onoff-residual/base.yaml', 'vms.0.workload.arrivals.offRate=0');
    expect(Math.abs(first(off).arrived - 100_000)).toBeLessThan(950);
    // bursts of exponential length: a thousand arrivals a cycle, give or take a thousand
    const exponential = first(await run('14-onoff-residual/exp.yaml')).arrived;
    expect(Math.abs(exponential - 100_990)).toBeLessThan(3 * 1000 * Math.sqrt(100));
  });
});

describe('15-lognormal', () => {
  it('mean and deviation within 1 % of what is asked', async () => {
    const { latencyNs } = first(await run('15-lognormal/base.yaml'));
    expect(latencyNs.mean! / 100_000).toBeCloseTo(1, 2);
    expect(latencyNs.stddev! / 10_000).toBeCloseTo(1, 1.7);
  });
});

describe('17-azure-zero', () => {
  it('2021: durations of 0 raised, a start before 0 left out unless it is the first', async () => {
    const { status, out, err } = await fluxhost('run', caseFile('17-azure-zero/base.yaml'), '--json');
    expect(status).toBe(0);
    expect(err).toContain('service times below 1us were raised to 1us');
    expect(err).toContain('1 arrivals lie before the start and were left out');
    expect(first(JSON.parse(out) as Result).arrived).toBe(4);
    const kept = first(await run('17-azure-zero/first.yaml'));
    expect(kept.arrived).toBe(5);
    expect(kept.latencyNs.max).toBe(2.5e9);
  });

  it('2019: five calls, three raised, functions that are missing counted', async () => {
    const { out, err } = await fluxhost('run', caseFile('17-azure-zero/b19.yaml'), '--json');
    expect(first(JSON.parse(out) as Result).arrived).toBe(5);
    expect(err).toContain('3 service times below 1us were raised to 1us');
    expect(err).toMatch(/2 functions are missing from the durations file/);
  });
});

describe('18-heavy-tail', () => {
  it.each([
    ...['bimodal', 'const0', 'empirical', 'empirical2', 'empirical3', 'empirical4', 'empirical5', 'empirical6', 'exp'],
    ...[
      'lognormal',
      'lognormal2',
      'pareto01',
      'pareto05',
      'pareto101',
      'pareto105',
      'paretotrace',
      'unibad',
      'uniform',
    ],
    ...['weibull', 'weibull2', 'weibull3'],
  ])('%s ends, with a result or a refusal', async (name) => {
    const { status, err } = await fluxhost('run', caseFile(`18-heavy-tail/${name}.yaml`));
    expect([0, 2], err).toContain(status);
  });
});

describe('19-ids-64bit', () => {
  it('64-bit and text ids with --hash-ids, whose memory is told', async () => {
    const hash = await pages('19-ids-64bit/hash.oracleGeneral', 'oracleGeneral', '--hash-ids');
    expect(hash).toMatchObject({ requests: 4, pages: 3 });
    expect(await pages('19-ids-64bit/text.csv', 'csv', '--hash-ids')).toMatchObject({ requests: 3, pages: 2 });
    const file = caseFile('19-ids-64bit/text.csv');
    const { err } = await fluxhost('pages', file, '--format', 'csv', '--hash-ids', ...LRU2);
    expect(err).toBe(`note: ${file}: 2 ids are renumbered, in about 1 MiB of memory\n`);
  });

  it('without it they are refused, and what would read them is named', async () => {
    const hash = await refusedPages('19-ids-64bit/hash.oracleGeneral', 'oracleGeneral');
    expect(hash).toContain('record 1, id: given 17375808098319191535, expected less than 2^52; --hash-ids');
    expect(await refusedPages('19-ids-64bit/text.csv', 'csv')).toContain(':2: page: given "A"');
    expect(await refusedPages('19-ids-64bit/neg.csv', 'csv')).toContain(':2: page: given "-5"');
    expect(await refusedPages('19-ids-64bit/sci.csv', 'csv')).toContain(':2: page: given "1.0"');
  });

  it('limit and size 0', async () => {
    const limit = await pages('19-ids-64bit/limit.oracleGeneral', 'oracleGeneral');
    expect(limit).toMatchObject({ requests: 3, pages: 2 });
    const empty = await pages('19-ids-64bit/size0.oracleGeneral', 'oracleGeneral');
    expect(empty).toMatchObject({ requests: 3, pages: 2 });
  });
});

describe('20-lsm-lru', () => {
  it('two hits of three pages, the misses of first uses at any size, and the curve as the replay', async () => {
    const file = caseFile('20-lsm-lru/a.csv');
    const options = ['--policy', 'lru', '--capacity', '3,1000', '--mrc', '--json'];
    const { out } = await fluxhost('pages', file, '--format', 'csv', ...options);
    const { runs, mrc } = JSON.parse(out) as {
      runs: { hits: number; misses: number }[];
      mrc: { points: { capacityPages: number; missRatio: number }[] }[];
    };
    expect(runs.map(({ hits, misses }) => [hits, misses])).toEqual([
      [2, 4],
      [2, 4],
    ]);
    expect(mrc[0]!.points.find(({ capacityPages }) => capacityPages === 3)!.missRatio).toBeCloseTo(4 / 6, 12);
  });
});

describe('21-opt-no-oracle', () => {
  it('OPT finds next uses itself; LRU and FIFO as in the textbook, with its anomaly', async () => {
    const asked = ['--policy', 'opt,lru,fifo', '--capacity', '3,4'];
    const misses = [7, 6, 10, 8, 9, 10];
    expect((await pages('21-opt-no-oracle/belady.csv', 'csv', ...asked)).misses).toEqual(misses);
    for (const name of ['distance', 'wrong'])
      expect((await pages(`21-opt-no-oracle/${name}.oracleGeneral`, 'oracleGeneral', ...asked)).misses).toEqual(misses);
  });
});

describe('22-shards', () => {
  const sampled = async (name: string, rate: string) => {
    const args = ['pages', caseFile(`22-shards/${name}.csv`), '--format', 'csv', '--mrc', '--shards', rate, '--json'];
    const { status, out, err } = await fluxhost(...args);
    expect(status).toBe(0);
    const { trace, mrc } = JSON.parse(out) as {
      trace: { requests: number; distinctPages: number };
      mrc: { sampledPages: number; points: { missRatio: number }[] }[];
    };
    return { trace, err, ...mrc[0]! };
  };

  it('no point from nothing', async () => {
    const { sampledPages, points, err } = await sampled('three', '0.01');
    expect([sampledPages, points]).toEqual([0, []]);
    expect(err).toContain('the curve is from 0 distinct pages');
    const text = await fluxhost(
      'pages',
      caseFile('22-shards/three.csv'),
      '--format',
      'csv',
      '--mrc',
      '--shards',
      '0.01',
    );
    expect(text.out).not.toMatch(/0\.\d{4}/);
  });

  it('from one page: told, and never below what first uses miss', async () => {
    const { trace, points, err } = await sampled('loop', '0.01');
    expect(err).toContain('the curve is from 1 distinct pages, of which some 300 are wanted');
    for (const { missRatio } of points) expect(missRatio).toBeGreaterThanOrEqual(trace.distinctPages / trace.requests);
  });
});

describe('23-csv-arrivals', () => {
  const arrivals = async (name: string): Promise<[number, number][]> => {
    const text = Uint8Array.from(readFileSync(caseFile(`23-csv-arrivals/${name}.csv`)));
    const { atNs, serviceNs } = await collect({ format: 'csv', file: 'a' }, memoryHost({ a: text }));
    return atNs.map((at, i) => [at, serviceNs[i]!]);
  };

  it('mixed line ends', async () => {
    expect(first(await run('23-csv-arrivals/mixed.yaml')).arrived).toBe(2);
  });

  it.each<[string, [number, number][]]>([
    [
      'mixed',
      [
        [0, 1],
        [5, 1],
      ],
    ],
    [
      'mixed2',
      [
        [0, 1],
        [5, 1],
      ],
    ],
    [
      'bomq',
      [
        [0, 1],
        [10, 2],
      ],
    ],
    [
      'cr',
      [
        [0, 1],
        [5, 1],
      ],
    ],
    [
      'crlfbody',
      [
        [0, 1],
        [10, 2],
      ],
    ],
    [
      'dup',
      [
        [5, 1],
        [5, 1],
        [5, 1],
      ],
    ],
    [
      'frac',
      [
        [0, 1],
        [0, 1],
      ],
    ],
    [
      'lflast',
      [
        [0, 1],
        [10, 2],
      ],
    ],
    [
      'nlheader',
      [
        [0, 1],
        [10, 2],
      ],
    ],
    [
      'nlheader2',
      [
        [0, 1],
        [10, 2],
      ],
    ],
    ['plus', [[0, 1]]],
    [
      'quotednl',
      [
        [0, 1],
        [10, 2],
      ],
    ],
    [
      'sci',
      [
        [0, 1],
        [10, 2],
      ],
    ],
    [
      'sp',
      [
        [0, 1],
        [10, 2],
      ],
    ],
    [
      'trailingcomma',
      [
        [0, 1],
        [5, 1],
      ],
    ],
    ['onlyheader', []],
  ])('%s is read', async (name, expected) => {
    expect(await arrivals(name)).toEqual(expected);
  });

  it.each([
    ['comment', ':2: given 2 cells'],
    ['empty', ':3: service: given ""'],
    ['iso', ':2: arrival: given "2023-11-16'],
    ['latin1', 'bytes that are not UTF-8 text'],
    ['nan', ':3: service: given "NaN"'],
    ['neg', ':2: arrival: given "-7157"'],
    ['negservice', ':2: service: given "-1"'],
    ['semicolon', ':1: arrival: given a header without it'],
    ['thousands', ':3: arrival: given "1,000"'],
    ['trailingcomma2', ':2: given 3 cells'],
    ['unordered', ':3: given an arrival 1 ns behind the rows before it'],
    ['upper', ':1: arrival: given a header without it'],
    ['width', ':3: width: given "2.5"'],
  ])('%s is refused', async (name, line) => {
    await expect(arrivals(name)).rejects.toThrow(line);
  });
});

describe('25-warmup', () => {
  it('what is in the system when the warm-up ends is counted once', async () => {
    const { arrived, completed, inFlight, latencyNs } = first(await run('25-warmup/base.yaml'));
    expect({ arrived, completed, inFlight }).toEqual({ arrived: 3, completed: 3, inFlight: 0 });
    expect([latencyNs.min, latencyNs.max]).toEqual([2.0e6, 5.0e6]);
  });
});

describe('28-smt-rounding', () => {
  // The sibling is busy for s / 0.61 out of every 2 s; meanwhile the long task runs at 0.61.
  const FLUID_NS = 1e6 / (1 - (1 - 0.61) * (1 / 0.61 / 2));

  it.each([
    ['t70', 0.003],
    ['t700', 0.001],
  ])('%s: within a nanosecond a change of the fluid value', async (name, error) => {
    const result = await run(`28-smt-rounding/${name}.yaml`);
    const long = result.vms.find(({ latencyNs }) => latencyNs.max! > 900_000)!;
    expect(Math.abs(long.latencyNs.max! / FLUID_NS - 1)).toBeLessThan(error);
  });
});

describe('35-azure-negative-percentile', () => {
  it('sound percentiles beside a negative average', async () => {
    expect(first(await run('35-azure-negative-percentile/sound.yaml')).latencyNs.mean! / 1e6).toBeCloseTo(9.4, 0);
  });

  it('negative percentiles are refused, as negative durations are', async () => {
    const lines = (await refusedRun('35-azure-negative-percentile/t.yaml')).trimEnd().split('\n');
    expect(lines).toHaveLength(3);
    for (const line of lines)
      expect(line).toMatch(/^dur\.csv:2: percentile_Average_\d+: given "-99000", expected milliseconds, 0 or more$/);
  });
});

describe('36-field-names-in-hints', () => {
  const folder = '36-field-names-in-hints';

  it('a start before 0', async () => {
    expect(await refusedRun(`${folder}/neg.yaml`)).toContain('(start: first makes the first arrival time 0)');
    expect(first(await run(`${folder}/neg.yaml`, 'vms.0.workload.arrivals.start=first')).arrived).toBe(3);
  });

  it('nanoseconds since 1970', async () => {
    expect(await refusedRun(`${folder}/nostart.yaml`)).toContain('start: first makes the first arrival time 0');
    const { latencyNs } = first(await run(`${folder}/nostart.yaml`, 'vms.0.workload.arrivals.start=first'));
    expect(latencyNs).toMatchObject({ count: 11, max: 50 });
  });

  it('rows out of order', async () => {
    const line = await refusedRun(`${folder}/unordered.yaml`);
    const window = /window: (\w+) or more/.exec(line)![1]!;
    expect(window).toBe('1ns');
    expect(first(await run(`${folder}/unordered.yaml`, `vms.0.workload.arrivals.window=${window}`)).arrived).toBe(2);
  });
});
