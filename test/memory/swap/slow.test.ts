// A slow tier of a host's memory: its pages are read where they lie, and come up when they pay for it. What the rules make of random hosts
// is in test/oracle/memory/tier.test.ts; here are the laws that hold of memory in levels (docs/model/residency.md), as a host has them.

import { createReadStream, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { InputError, memoryHost, parseScenario, Simulation } from '../../../src/index.js';
import { formatNamed } from '../../../src/pages/formats/names.js';
import { type Accesses, readAccesses } from '../../../src/residency/accesses.js';
import { assertLaws } from '../../../src/result/laws.js';
import { memoryOf, type MemoryResult } from '../../../src/swap/result.js';
import { unpack } from '../../../src/workload/unpack.js';
import { sharedFile } from '../support.js';
import { type HostMemoryInput, run, small } from './support.js';

const moves = (value: string) => ({ in: { dist: 'constant', value }, out: { dist: 'constant', value } }) as const;
const FREE = { exit: '0ns', lock: '0ns', map: '0ns', resume: '0ns' };
type Tier = NonNullable<HostMemoryInput['tier']>;

interface Touched {
  readonly memory: MemoryResult;
  readonly latencyNs: number;
}

/** A core whose tasks of 10 us touch one page each, at their beginning; `frames` of `pages` are fast at first. */
async function touched(
  trace: readonly number[],
  {
    frames,
    pages,
    tier,
    high = 0,
    low = 0,
    move = '5us',
  }: { frames: number; pages: number; tier: Tier; high?: number; low?: number; move?: string },
): Promise<Touched> {
  const input = small({
    memory: {
      size: `${(frames + 2) * 4}KiB`,
      workers: 1,
      metadata: '1B',
      content: { slow: 1 },
      backends: { slow: moves(move) },
      fault: FREE,
      watermarks: { high, low, min: 0 },
      scan: { interval: '1s', perPage: '0ns' },
      tier: { fast: '100ns', slow: '250ns', ...tier },
    },
    guest: { size: `${pages * 4}KiB`, writes: 0, access: { pattern: 'trace', file: 'pages.txt' } },
    arrivals: {
      arrivals: { process: 'none' },
      request: { stages: [{ tasks: 1, service: { dist: 'constant', value: '10us' } }] },
    },
    rest: { duration: `${20 * (trace.length + 1)}us` },
  });
  const simulation = await Simulation.create(
    { ...input, host: { ...input.host, cores: 1 }, vms: [{ ...input.vms[0]!, vcpus: { min: 1, max: 1 } }] },
    { files: memoryHost({ 'pages.txt': trace.join('\n') }) },
  );
  simulation.inject({ vm: 'a', arrivals: trace.map((_, i) => ({ atNs: 20_000 * i, serviceNs: 10_000, width: 1 })) });
  await simulation.run();
  const result = simulation.metrics();
  assertLaws(result);
  const { latencyNs } = result.vms[0]!;
  return { memory: memoryOf(result)!, latencyNs: Math.round(latencyNs.mean! * latencyNs.count) };
}

const nsOf = (seconds: number): number => Math.round(seconds * 1e9);

async function gcc(): Promise<{ accesses: Accesses; trace: number[] }> {
  const bytes = unpack(createReadStream(sharedFile('traces/spec2006-ramulator/403.gcc.trace.gz')), () => undefined);
  const options = { pageSizeBytes: 4096, instructions: false };
  const accesses = await readAccesses('403.gcc', bytes, formatNamed('ramulator')!, options);
  const trace = accesses.windows.flatMap(({ words, count }) =>
    Array.from({ length: count }, (_, i) => words[2 * i]! & 0x7fff_ffff),
  );
  return { accesses, trace };
}

describe('a page of the slow tier', () => {
  it('is read where it lies: the task is longer by slow - fast, nothing faults, waits or is moved', async () => {
    const { memory, latencyNs } = await touched([0, 3, 3, 0, 2], { frames: 2, pages: 4, tier: { detector: 'none' } });
    expect(latencyNs).toBe(5 * 10_000 + 3 * 150);
    expect(memory.tier).toMatchObject({ fastTouches: 2, slowTouches: 3, slowShare: 0.6, promotions: 0, demotions: 0 });
    expect(nsOf(memory.tier!.vms['a']!.slowSeconds)).toBe(450);
    expect([memory.faults, memory.stallNs.count, memory.swapIns, memory.elasticityCoreSeconds.total]).toEqual([
      0, 0, 0, 0,
    ]);
    expect(memory.storedBytes).toBe(2); // metadata alone
  });

  it('comes up in the background at its N-th slow access, which does not wait, and takes a worker as long as a move', async () => {
    const { memory, latencyNs } = await touched([3, 3, 3, 3, 3], { frames: 2, pages: 4, tier: { accesses: 3 } });
    expect(memory.tier).toMatchObject({ slowTouches: 3, fastTouches: 2, promotions: 1, demotions: 0, candidates: 1 });
    expect(latencyNs).toBe(5 * 10_000 + 3 * 150);
    expect(nsOf(memory.elasticityCoreSeconds.swapIn)).toBe(5000);
    expect(memory.faults + memory.prefetched + memory.prefetchHits).toBe(0);
  });

  it('stays where it is if no frame is left at its turn, and is a candidate again', async () => {
    const trace = [0, 0, 3, 3, 3, 1, 3, 2, 2];
    const { memory } = await touched(trace, { frames: 2, pages: 4, tier: { accesses: 1 } });
    expect(memory.tier).toMatchObject({ promotions: 1, noRoom: 2, demotions: 0, candidates: 3 });
  });

  it('makes background work send the coldest page down, that is read there from then on', async () => {
    // four frames, of which two are to be free: 0 and 1 are fast, and of them 0 was not touched when 3 comes up
    const marks = { high: 0.49, low: 0.25 };
    const { memory } = await touched([1, 3, 1, 0], { frames: 2, pages: 4, tier: { accesses: 1 }, ...marks });
    expect(memory.tier).toMatchObject({ slowTouches: 2, promotions: 2, demotions: 2 });
    const { memory: still } = await touched([1, 3, 1, 0], { frames: 2, pages: 4, tier: { accesses: 2 }, ...marks });
    expect(still.tier).toMatchObject({ slowTouches: 1, promotions: 0, demotions: 0 });
  });

  it('is moved in 699 us if it is of 2 MiB', async () => {
    const { memory } = await run(
      small({
        memory: {
          size: '8MiB',
          page: '2MiB',
          workers: 1,
          content: { slow: 1 },
          backends: {},
          fault: FREE,
          tier: { accesses: 1 },
          watermarks: { high: 0, low: 0, min: 0 },
        },
        guest: { size: '12MiB', access: { pattern: 'scan', cold: 0 } },
      }),
    );
    const { promotions } = memory.tier!;
    expect(promotions).toBeGreaterThan(0);
    expect(Math.abs(nsOf(memory.elasticityCoreSeconds.swapIn) / promotions / 699_000 - 1)).toBeLessThan(0.001);
  });
});

describe('laws of levels, in a host', () => {
  it('T3, T5: never promoted, 403.gcc takes what its first touches leave', async () => {
    const { accesses, trace } = await gcc();
    const { memory } = await touched(trace, { frames: 326, pages: accesses.units, tier: { detector: 'none' } });
    // the host has the first 326 pages fast before their first access, which the law counts as slow
    const { slowTouches, fastTouches, slowSeconds } = memory.tier!;
    expect(100 * fastTouches + 250 * slowTouches + 326 * 150).toBe(10_341_350);
    expect(nsOf(slowSeconds)).toBe(150 * slowTouches);
  });

  it.each([
    [33, -50],
    [34, 100],
  ])('T1: %i accesses saved are worth %i ns beside the move of 5 us', async (saved, gain) => {
    const trace = new Array<number>(saved + 1).fill(3);
    const of = async (tier: Tier) => (await touched(trace, { frames: 2, pages: 4, tier })).memory;
    const [still, moved] = [await of({ detector: 'none' }), await of({ accesses: 1 })];
    const spent = (memory: MemoryResult) => nsOf(memory.tier!.slowSeconds + memory.elasticityCoreSeconds.total);
    expect(spent(still) - spent(moved)).toBe(gain);
  });

  it('admission by a sketch lets a page up behind break-even, and never lets none up', async () => {
    const of = async (length: number, tier: Tier) =>
      (await touched(new Array<number>(length).fill(3), { frames: 2, pages: 4, tier: { accesses: 1, ...tier } })).memory
        .tier!;
    expect(await of(33, { admit: 'sketch' })).toMatchObject({ promotions: 0, refused: 33 });
    expect(await of(36, { admit: 'sketch' })).toMatchObject({ promotions: 1, refused: 33, slowTouches: 34 });
    expect(await of(36, { admit: 'never' })).toMatchObject({ promotions: 0, refused: 36 });
  });

  it('autonuma finds what is touched soon after its mark, and a hint fault costs what it says', async () => {
    const tier: Tier = {
      detector: 'autonuma',
      hintFault: '1us',
      scan: { delay: '10us', period: '100us', size: '4MiB' },
      hot: '30us',
    };
    // marked at 10 us, 110 us, …; touched 10, 50, 90 us behind a mark: the first of them is soon enough
    const soon = await touched([0, 3, 0, 0], { frames: 2, pages: 4, tier });
    expect(soon.memory.tier).toMatchObject({ hintFaults: 1, candidates: 1, promotions: 1 });
    expect(soon.latencyNs).toBe(4 * 10_000 + 150 + 1000);
    const late = await touched([0, 0, 0, 3], { frames: 2, pages: 4, tier });
    expect(late.memory.tier).toMatchObject({ hintFaults: 1, candidates: 0, promotions: 0 });
  });
});

describe('a tuner', () => {
  // ten touches a round: the first round leaves all of them slow, the second promotes the page, which costs a move and one touch
  const of = async (move: string, tuner: Partial<NonNullable<Tier['tuner']>> = {}, rounds = 4) => {
    const tier: Tier = { tuner: { round: '200us', choices: [1000, 1], ...tuner } };
    const trace = new Array<number>(10 * rounds).fill(3);
    return (await touched(trace, { frames: 2, pages: 4, tier, move })).memory.tier!;
  };
  it('keeps the count whose round cost least: 10 x 150 ns against 150 ns and the move', async () => {
    expect(await of('1349ns')).toMatchObject({ accesses: 1, rounds: 4, promotions: 1, slowTouches: 11 });
    expect(await of('1351ns')).toMatchObject({ accesses: 1000, rounds: 4, promotions: 1, slowTouches: 11 });
  });
  it('of equals the first', async () => expect((await of('1350ns')).accesses).toBe(1000));
  it('tries all anew where the best is kept for some rounds only', async () => {
    expect((await of('1349ns', { keep: 2 }, 3)).accesses).toBe(1);
    expect((await of('1349ns', { keep: 2 }, 4)).accesses).toBe(1000); // tried anew, the first of them first
    // with the page up no round costs anything: of equals the first
    expect((await of('1349ns', { keep: 2 }, 6)).accesses).toBe(1000);
  });
});

describe('beside other backends', () => {
  it('has its share of the pages, and only theirs fault', async () => {
    const { memory } = await run(
      small({
        memory: { content: { lz4: 0.4, slow: 0.6 } },
        guest: { access: { pattern: 'scan', cold: 0 } },
      }),
    );
    const { lz4, slow } = memory.backends;
    expect(lz4!.swapInNs.count).toBeGreaterThan(100);
    expect(slow!.swapInNs.count).toBe(0);
    expect(memory.tier!.slowTouches).toBeGreaterThan(100);
    expect(memory.tier!.promotions).toBeGreaterThan(20);
  });
});

describe('examples/tiered-memory.yaml', () => {
  const text = readFileSync(new URL('../../../examples/tiered-memory.yaml', import.meta.url), 'utf8');
  const of = async (...set: string[]) => {
    const { result, memory } = await run(parseScenario(text, { set }).scenario);
    const { slo, latencyNs } = result.vms.find(({ name }) => name === 'store')!;
    const p99 = Math.round(latencyNs.p99! / 1000);
    return { p99, attained: slo!.attained, grants: result.reallocation.count, tier: memory.tier! };
  };

  it('does what it says: admission spares moves, moves spare slow touches, cores move', async () => {
    const sketch = await of();
    const always = await of('host.memory.tier.admit=always');
    const still = await of('host.memory.tier.detector=none');
    expect([sketch.p99, always.p99, still.p99]).toEqual([66, 69, 90]);
    expect([sketch.attained, still.attained]).toEqual([true, false]);
    expect(sketch.grants).toBeGreaterThan(100);
    expect((always.tier.promotions / sketch.tier.promotions).toFixed(1)).toBe('2.8');
    const slow = ({ tier: { vms } }: typeof sketch) => vms['store']!.slowTouches;
    expect(slow(sketch)).toBeLessThan(slow(always));
    expect(slow(always)).toBeLessThan(0.6 * slow(still));
  });
});

describe('what cannot be', () => {
  const refused = (tier: Tier, content = { slow: 1 }): string => {
    const text = JSON.stringify(small({ memory: { content, tier } }));
    try {
      parseScenario(text);
    } catch (error) {
      if (error instanceof InputError) return error.message;
      throw error;
    }
    return '';
  };
  it.each<[Tier, string]>([
    [{ slow: '90ns' }, 'more than host.memory.tier.fast (90ns)'],
    [{ accesses: 0 }, 'accesses'],
    [{ sketch: { counters: 1000 } }, 'a power of two'],
    [{ detector: 'autonuma', limit: '1KiB' }, 'a page of the simulated memory'],
    [{ detector: 'autonuma', hot: '7ns' }, 'at least 8 ns'],
    [{ scan: { period: '0ns' } }, 'above 0'],
    [{ tuner: { round: '1ms', choices: [1] } }, 'a list of 2 to 16 counts'],
    [{ detector: 'none', tuner: { round: '1ms', choices: [1, 2] } }, 'count or tpp'],
  ])('%o is refused', (tier, words) => expect(refused(tier)).toContain(words));
  it('is not looked at where nothing lies in it', () => {
    expect(refused({ slow: '90ns' }, { lz4: 1 } as never)).toBe('');
  });
});
