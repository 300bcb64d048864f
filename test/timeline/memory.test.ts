// What a timeline shows of swapped memory, against what the result of the same run says at the same instants.

import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { parseScenario, Simulation, type MemoryResult } from '../../src/index.js';
import { sums, traced, type Trace } from './trace.js';

interface Recorded {
  readonly trace: Trace;
  /** Of a run that nobody watches. */
  readonly at: (ns: number) => Promise<MemoryResult>;
}

async function recorded(example: string, set: readonly string[]): Promise<Recorded> {
  const text = readFileSync(new URL(`../../examples/${example}.yaml`, import.meta.url), 'utf8');
  const { scenario } = parseScenario(text, { set });
  const alone = await Simulation.create(scenario);
  const at = async (ns: number): Promise<MemoryResult> => {
    await alone.runUntil(ns);
    return alone.metrics().memory as MemoryResult;
  };
  return { trace: (await traced(await Simulation.create(scenario))).trace, at };
}

/** What the counter of a track says at an instant; a track that is not there has said nothing. */
const valueAt = (trace: Trace, track: string, atNs: number): number =>
  (trace.counters.get(track) ?? []).findLast(([time]) => time <= atNs)?.[1] ?? 0;

const TRACKS = { slow: 'pages in the slow tier', lz4: 'pages out in lz4', ssd: 'pages out in ssd' } as const;

it.each([
  ['tiered-memory', ['duration=24ms'], ['slow']],
  [
    'taiji-cliff',
    ['duration=12ms', 'warmup=4ms', 'host.memory.content.ssd=0.3', 'host.memory.content.lz4=0.7'],
    ['lz4', 'ssd'],
  ],
] as const)('counts the pages of %s where they lie, and what is free, at any instant', async (example, set, names) => {
  const { trace, at } = await recorded(example, set);
  let seen = 0;
  for (const atNs of [1e6, 3_999_999, 4e6, 9_999_999, 10e6, 10_000_001, 13e6, 16e6]) {
    const memory = await at(atNs);
    expect([atNs, valueAt(trace, 'memory/free', atNs)]).toEqual([atNs, memory.freeBytes]);
    for (const name of names)
      expect([atNs, name, valueAt(trace, `memory/${TRACKS[name]}`, atNs)]).toEqual([
        atNs,
        name,
        memory.backends[name]!.outPages,
      ]);
    for (const [vm, { slowSeconds }] of Object.entries(memory.tier?.vms ?? {})) {
      expect([atNs, vm, valueAt(trace, `${vm}/reading the slow tier`, atNs)]).toEqual([
        atNs,
        vm,
        Math.round(slowSeconds * 1e9),
      ]);
      seen += slowSeconds;
    }
  }
  expect(seen > 0).toBe(example === 'tiered-memory');
  for (const name of names) expect(trace.counters.get(`memory/${TRACKS[name]}`)!.length).toBeGreaterThan(20);
});

it('has no track of memory where none is swapped', async () => {
  const { trace } = await recorded('fork-join', ['duration=1ms', 'warmup=0s']);
  expect(trace.tracks.filter((track) => track.startsWith('memory'))).toEqual([]);
});

it('shows the phases of upgrades, which pause as long as the result says', async () => {
  const short = [0, 1].flatMap((i) => [
    `host.memory.upgrades.${i}.at=${2 + 14 * i}ms`,
    `host.memory.upgrades.${i}.prepare=3ms`,
  ]);
  const { trace, at } = await recorded('upgrade-under-load', ['duration=30ms', 'warmup=0s', ...short]);
  const slices = trace.slices.filter(({ track }) => track === 'memory/upgrade');
  const names = slices.map(({ name }) => name).filter((name) => name !== 'quiesce'); // which may take no time
  expect(names).toEqual(['prepare', 'transfer', 'switch', 'prepare', 'transfer', 'rollback']);
  const { upgrades, vms } = await at(30e6);
  let outsideStalls = 0;
  for (const [name, { stallSeconds, pauseSeconds, pausedStallSeconds }] of Object.entries(vms)) {
    const waits = trace.slices.filter(({ track }) => track.startsWith(`${name}/page faults`));
    outsideStalls += pauseSeconds - pausedStallSeconds;
    expect([name, sums(waits, () => 'all')['all'] ?? 0]).toEqual([
      name,
      Math.round((stallSeconds + pauseSeconds - pausedStallSeconds) * 1e9),
    ]);
  }
  expect(outsideStalls).toBeGreaterThan(0);
  expect(slices.filter(({ name }) => name === 'prepare').map(({ fromNs }) => fromNs)).toEqual(
    upgrades.map(({ startedNs }) => startedNs),
  );
  const paused = sums(slices, ({ name }) => (name === 'prepare' ? name : 'paused'));
  expect(paused['paused']).toBe(upgrades.reduce((sum, { pausedNs }) => sum + pausedNs, 0));
  expect(sums(slices, ({ name }) => name)['quiesce'] ?? 0).toBe(
    upgrades.reduce((sum, { quiesceNs }) => sum + quiesceNs, 0),
  );
});
