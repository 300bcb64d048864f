// Small random scenarios of functions, coarse in time so that events meet, and the files that they name.

import fc from 'fast-check';
import YAML from 'yaml';
import { parseScenario } from '../../../src/scenario/parse.js';
import type { Scenario } from '../../../src/scenario/types.js';

export interface MadeFunctions {
  readonly scenario: Scenario;
  /** As it would be written. */
  readonly text: string;
  readonly files: Readonly<Record<string, string>>;
}

const TICKS = { ms: 1e6, s: 1e9, minute: 60e9 } as const;
type Tick = keyof typeof TICKS;
const TIERS = ['active', 'dormant', 'restore', 'vm', 'full'] as const;

const time = (most: number): fc.Arbitrary<number> =>
  fc.oneof({ weight: 4, arbitrary: fc.integer({ min: 0, max: most }) }, { weight: 1, arbitrary: fc.constant(0) });
const often = <T>(usual: T, other: fc.Arbitrary<T>): fc.Arbitrary<T> =>
  fc.oneof({ weight: 2, arbitrary: fc.constant(usual) }, { weight: 1, arbitrary: other });

const genes = fc.record({
  tick: fc.constantFrom<Tick>('ms', 's', 's', 'minute', 'minute'),
  functions: fc.array(fc.record({ memory: fc.integer({ min: 1, max: 8 }), init: time(3), half: fc.boolean() }), {
    minLength: 1,
    maxLength: 4,
  }),
  calls: fc.array(
    fc.record({
      fn: fc.nat(3),
      at: fc.integer({ min: 0, max: 120 }),
      service: time(20),
      /** Nanoseconds off the tick. */
      off: often(0, fc.integer({ min: 0, max: 2 })),
    }),
    { minLength: 1, maxLength: 60 },
  ),
  spread: fc.constantFrom(1, 1, 4),
  budget: often<number | null>(null, fc.integer({ min: 2, max: 24 })),
  keepAlive: fc.oneof(
    fc.record({ policy: fc.constant('fixed'), time: time(12), from: fc.constantFrom('end', 'start') }),
    fc.constant({ policy: 'lru' }),
    fc.record({ policy: fc.constant('gd'), frequency: fc.constantFrom('function', 'instance') }),
    fc.record({ policy: fc.constant('hist'), rules: fc.constantFrom('dslab', 'faascache') }),
    fc.record({ policy: fc.constant('pool'), instances: fc.integer({ min: 0, max: 2 }) }),
  ),
  overflow: fc.oneof(fc.constantFrom('drop', 'queue'), fc.record({ timeout: fc.integer({ min: 1, max: 12 }) })),
  order: often<readonly string[]>(
    TIERS,
    fc.shuffledSubarray([...TIERS]).map((some) => (some.includes('full') ? some : [...some, 'full'])),
  ),
  boot: fc.record({ slots: often(0, fc.integer({ min: 1, max: 2 })), gap: often(0, fc.integer({ min: 1, max: 2 })) }),
  evict: fc.constantFrom('asNeeded', 'asNeeded', 'asFaasCache'),
  snapshots: fc.constantFrom('none', 'onExpiry'),
  tier: fc.record({ active: often(0, time(1)), dormant: often(0, time(2)), restore: time(2), vmBoot: time(2) }),
  confidential: often(0, fc.constantFrom(0.5, 1)),
  concurrency: often(1, fc.integer({ min: 2, max: 4 })),
  perRequest: fc.constantFrom(0, 0, 0.25, 0.5, 1),
  cut: often(1, fc.constantFrom(0.3, 0.7)),
});
type Genes = ReturnType<typeof genes.generate>['value'];

/** For every request at once. */
const CORES = 64;

/** Seconds with nine digits behind the point: what the reader takes for whole nanoseconds. */
const seconds = (ns: number): string => `${Math.floor(ns / 1e9)}.${String(ns % 1e9).padStart(9, '0')}`;

function files({ functions, calls, tick, spread }: Genes): Record<string, string> {
  const ns = TICKS[tick];
  const rows = calls.map(({ fn, at, service, off }) => {
    const ended = (at * spread + service) * ns + off;
    return `app,f${fn % functions.length},${seconds(ended)},${seconds(service * ns)}\n`;
  });
  const table = functions.map(
    ({ memory, init, half }, i) => `f${i},${memory + (half ? 0.5 : 0)},${(init * ns) / 1e6}\n`,
  );
  return {
    'calls.csv': `app,func,end_timestamp,duration\n${rows.join('')}`,
    'functions.csv': `func,memoryMiB,initMs\n${table.join('')}`,
  };
}

function written(g: Genes): Record<string, unknown> {
  const ns = TICKS[g.tick];
  const duration = (ticks: number): string => `${ticks * ns}ns`;
  const { keepAlive, overflow, boot, tier } = g;
  const gate = {
    ...(boot.slots > 0 ? { slots: boot.slots } : {}),
    ...(boot.gap > 0 ? { rate: 1e9 / (boot.gap * ns * CORES) } : {}),
  };
  return {
    version: 1,
    duration: duration(Math.ceil(160 * g.spread * g.cut)),
    host: { cores: CORES },
    mechanism: 'ideal',
    costs: 'none',
    lifecycle: {
      ...(g.budget === null ? {} : { memory: `${g.budget}MiB` }),
      keepAlive: 'time' in keepAlive ? { ...keepAlive, time: duration(keepAlive.time) } : keepAlive,
      overflow: typeof overflow === 'string' ? overflow : { timeout: duration(overflow.timeout) },
      order: g.order,
      boot: gate,
      evict: g.evict,
      snapshots: g.snapshots,
      tier: Object.fromEntries(Object.entries(tier).map(([name, ticks]) => [name, duration(ticks)])),
      ...(g.confidential > 0 ? { attest: duration(1) } : {}),
    },
    functions: {
      trace: { file: 'calls.csv', format: 'azure-2021', table: 'functions.csv' },
      confidential: g.confidential,
      concurrency: g.concurrency,
      memoryPerRequest: g.perRequest,
    },
  };
}

/** fast-check shrinks the genes of one that differs. */
export const scenarios: fc.Arbitrary<MadeFunctions> = genes.map((g) => {
  const text = YAML.stringify(written(g));
  return { scenario: parseScenario(text).scenario, text, files: files(g) };
});
