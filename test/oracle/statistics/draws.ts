// One drawn thing at a time, seen from outside: the program runs a scenario in which it alone decides a figure, the naive side draws it by
// itself. Batches of some thousand draws, so that a mean 5 % off lies far beyond chance: each kind names what is biased to see that.

import * as L from '../../../assembly/layout.js';
import type { HostCore } from '../../../src/core/host.js';
import { Simulation, compileCore, memoryHost, type ScenarioInput } from '../../../src/index.js';
import { draw, exponential, generator, type Law, type Unit } from './laws.js';
import { compare, mean, type Batches, type Compared } from './welch.js';

/** How far the naive side is off in the controls. */
export const BIAS = 1.05;

export interface Kind {
  readonly name: string;
  readonly compared: () => Promise<Compared[]>;
  /** By what is biased: the same with a naive side that is. */
  readonly biased: Readonly<Record<string, () => Promise<Compared[]>>>;
}

type Vm = ScenarioInput['vms'][number];
type Arrivals = NonNullable<Vm['workload']>['arrivals'];

let module: Promise<WebAssembly.Module> | undefined;

/** Runs the scenario in equal steps and looks behind each. */
async function steps(
  input: Omit<ScenarioInput, 'version' | 'seed' | 'duration' | 'fingerprint'>,
  stepNs: number,
  count: number,
  look: (simulation: Simulation, core: HostCore) => void,
  files: Readonly<Record<string, string>> = {},
): Promise<void> {
  module ??= compileCore();
  const whole: ScenarioInput = { version: 1, seed: 5, duration: `${stepNs * count}ns`, fingerprint: false, ...input };
  const simulation = await Simulation.create(whole, { module: await module, files: memoryHost(files) });
  try {
    const { core } = simulation as unknown as { core: HostCore };
    for (let i = 1; i <= count; i++) {
      await simulation.runUntil(stepNs * i);
      look(simulation, core);
    }
  } finally {
    simulation.close();
  }
}

/** A kind's own side of the comparison does not change with what the naive side is biased by. */
function once<T>(act: () => Promise<T>): () => Promise<T> {
  let answer: Promise<T> | undefined;
  return () => (answer ??= act());
}

// --- services: of requests that never wait, the latency

const GAP_NS = 250_000;
const BATCHES = 200;
const BATCH = 300;
/** The naive side draws more: its share of the chance is small. */
const MORE = 4;
const QUANTILES = { p50: 0.5, p90: 0.9, p99: 0.99 } as const;

const VALUES = [10_000, 20_000, 20_000, 90_000, 400_000];
const LAWS: readonly Law[] = [
  { dist: 'exponential', mean: 100_000 },
  { dist: 'uniform', min: 20_000, max: 180_000 },
  { dist: 'bimodal', short: 20_000, long: 320_000, longShare: 0.2 },
  { dist: 'lognormal', mean: 100_000, cv: 1 },
  { dist: 'pareto', shape: 2.5, min: 60_000 },
  { dist: 'pareto', shape: 1.2, min: 30_000, max: 2_000_000 },
  { dist: 'weibull', shape: 0.8, mean: 100_000 },
  { dist: 'weibull', shape: 2, mean: 100_000 },
  { dist: 'empirical', values: VALUES },
  {
    dist: 'mixture',
    of: [
      { weight: 3, dist: 'uniform', min: 20_000, max: 60_000 },
      { weight: 1, dist: 'exponential', mean: 200_000 },
      { weight: 1, dist: 'bimodal', short: 1000, long: 500_000, longShare: 0.3 },
    ],
  },
];

const nameOf = ({ dist, shape }: Law): string => (shape === undefined ? dist : `${dist} of shape ${shape}`);
const continuous = ({ dist }: Law): boolean => !['bimodal', 'empirical', 'mixture'].includes(dist);

/** As a scenario writes it: times with their unit. */
function written({ values, of, ...law }: Law, unit: string): object {
  if (values !== undefined) return { dist: 'empirical', file: 'values.txt' };
  const times = new Set(['mean', 'min', 'max', 'short', 'long', 'value']);
  const plain = Object.fromEntries(
    Object.entries(law).map(([key, value]) => [key, times.has(key) && unit !== '' ? `${value}${unit}` : value]),
  );
  return of === undefined
    ? plain
    : { dist: 'mixture', components: of.map(({ weight, ...one }) => ({ weight, ...written(one, unit) })) };
}

function services(law: Law): Kind {
  const input = {
    host: { cores: 64 },
    mechanism: 'ideal' as const,
    histogram: { precision: 0.001 },
    vms: [
      {
        name: 'a',
        vcpus: { min: 1, max: 64 },
        workload: {
          arrivals: { process: 'deterministic' as const, rate: 1e9 / GAP_NS },
          request: { stages: [{ tasks: 1, service: written(law, 'ns') as never }] },
        },
      },
    ],
  };
  const program = once(async (): Promise<[Batches, Record<keyof typeof QUANTILES, number>]> => {
    const batches = { mean: [] as number[], square: [] as number[] };
    let seen = { count: 0, sum: 0, squares: 0 };
    let last: Record<keyof typeof QUANTILES, number> | undefined;
    await steps(
      input,
      GAP_NS * BATCH,
      BATCHES,
      (simulation) => {
        const { count, mean: average, stddev, p50, p90, p99 } = simulation.metrics().vms[0]!.latencyNs;
        const sum = average! * count;
        const squares = stddev! ** 2 * (count - 1) + sum * average!;
        batches.mean.push((sum - seen.sum) / (count - seen.count));
        batches.square.push((squares - seen.squares) / (count - seen.count));
        seen = { count, sum, squares };
        last = { p50: p50!, p90: p90!, p99: p99! };
      },
      { 'values.txt': VALUES.map((value) => `${value}\n`).join('') },
    );
    return [batches, last!];
  });
  const by = async (bias: number): Promise<Compared[]> => {
    const unit = generator(11);
    const drawn = Array.from({ length: BATCHES }, () =>
      Array.from({ length: BATCH * MORE }, () => Math.floor(bias * draw(law, unit) + 0.5)),
    );
    const naive = {
      mean: drawn.map(mean),
      square: drawn.map((batch) => mean(batch.map((x) => x ** 2))),
    };
    const [batches, quantiles] = await program();
    // the square of an unbounded tail has no variance
    const { mean: ofMeans, square } = batches;
    const moments: Batches =
      law.dist === 'pareto' && law.max === undefined ? { mean: ofMeans! } : { mean: ofMeans!, square: square! };
    const shares = continuous(law) ? sharesBelow(quantiles, drawn.flat()) : [];
    return [...compare(moments, naive), ...shares];
  };
  return {
    name: `service, ${nameOf(law)}`,
    compared: () => by(1),
    biased: { service: () => by(BIAS) },
  };
}

/** Which share of the naive side's draws lies below the program's quantiles. */
function sharesBelow(quantiles: Record<keyof typeof QUANTILES, number>, drawn: readonly number[]): Compared[] {
  return Object.entries(QUANTILES).map(([name, q]) => {
    const share = drawn.filter((x) => x <= quantiles[name as 'p50']).length / drawn.length;
    const deviation = Math.sqrt(q * (1 - q) * (1 / (BATCH * BATCHES) + 1 / drawn.length));
    return { figure: `share below ${name}`, program: q, naive: share, z: (share - q) / deviation };
  });
}

// --- widths: tasks over requests; think times: how often a client comes

const WIDTHS: readonly Law[] = [
  { dist: 'uniform', min: 1, max: 6 },
  { dist: 'exponential', mean: 3 },
  { dist: 'pareto', shape: 1.5, min: 1, max: 30 },
];

function widths(law: Law): Kind {
  const request = {
    stages: [{ tasks: written(law, '') as never, service: { dist: 'constant' as const, value: '1ns' } }],
  };
  const arrivals = { process: 'deterministic' as const, rate: 1e6 };
  const input = {
    host: { cores: 2 },
    mechanism: 'ideal' as const,
    vms: [{ name: 'a', vcpus: { min: 1, max: 2 }, workload: { arrivals, request } }],
  };
  const program = once(async () => {
    const tasks: number[] = [];
    let seen = { tasks: 0, requests: 0 };
    await steps(input, 1000 * BATCH, BATCHES, (simulation) => {
      const { queueDelayNs, completed } = simulation.metrics().vms[0]!;
      tasks.push((queueDelayNs.count - seen.tasks) / (completed - seen.requests));
      seen = { tasks: queueDelayNs.count, requests: completed };
    });
    return { tasks };
  });
  const by = async (bias: number): Promise<Compared[]> => {
    const unit = generator(12);
    const naive = Array.from({ length: BATCHES }, () =>
      mean(Array.from({ length: BATCH * MORE }, () => Math.max(1, Math.round(bias * draw(law, unit))))),
    );
    return compare(await program(), { tasks: naive });
  };
  return { name: `tasks, ${nameOf(law)}`, compared: () => by(1), biased: { tasks: () => by(BIAS) } };
}

// --- arrivals, and clients that think: how many came in each of many windows

interface State {
  readonly rate: number;
  readonly dwellNs: number;
}

/** What an arrival process is made of, as the naive side goes through it. */
interface Process {
  readonly states: readonly State[];
  readonly constantDwell: boolean;
}

/** Instants of a process that modulates Poisson arrivals; one state: Poisson. */
function* modulated({ states, constantDwell }: Process, unit: Unit): Generator<number> {
  let now = 0;
  for (let i = 0; ; i = (i + 1) % states.length) {
    const { rate, dwellNs } = states[i]!;
    const until = dwellNs === Infinity ? Infinity : now + (constantDwell ? dwellNs : exponential(dwellNs, unit));
    for (;;) {
      const next = rate === 0 ? Infinity : now + exponential(1e9 / rate, unit);
      if (next >= until) break;
      now = next;
      yield now;
    }
    now = until;
  }
}

function* thinking(law: Law, bias: number, serviceNs: number, unit: Unit): Generator<number> {
  for (let now = 0; ; now += serviceNs) {
    now += Math.round(bias * draw(law, unit));
    yield now;
  }
}

const WINDOWS_A_BATCH = 100;

/** Of each batch the mean count, its square, and its product with the next window's. */
function counted(counts: readonly number[]): Batches {
  const batches = { count: [] as number[], square: [] as number[], product: [] as number[] };
  for (let from = 0; from + WINDOWS_A_BATCH <= counts.length; from += WINDOWS_A_BATCH) {
    const own = counts.slice(from, from + WINDOWS_A_BATCH);
    batches.count.push(mean(own));
    batches.square.push(mean(own.map((n) => n ** 2)));
    batches.product.push(mean(own.slice(1).map((n, i) => n * own[i]!)));
  }
  return batches;
}

function inWindows(instants: Generator<number>, windowNs: number, windows: number): number[] {
  const counts = new Array<number>(windows).fill(0);
  for (const at of instants) {
    const window = Math.floor(at / windowNs);
    if (window >= windows) return counts;
    counts[window]!++;
  }
  return counts;
}

interface Source {
  readonly name: string;
  readonly arrivals: Arrivals;
  readonly serviceNs: number;
  readonly windowNs: number;
  readonly windows: number;
  readonly naive: (unit: Unit) => Generator<number>;
  readonly biased: Readonly<Record<string, (unit: Unit) => Generator<number>>>;
}

function arrivalsOf({ name, arrivals, serviceNs, windowNs, windows, naive, biased }: Source): Kind {
  const input = {
    host: { cores: 1 },
    mechanism: 'ideal' as const,
    vms: [
      {
        name: 'a',
        vcpus: { min: 1, max: 1 },
        workload: {
          arrivals,
          request: { stages: [{ tasks: 1, service: { dist: 'constant' as const, value: `${serviceNs}ns` } }] },
        },
      },
    ],
  };
  const program = once(async () => {
    const counts: number[] = [];
    let seen = 0;
    await steps(input, windowNs, windows, (_, core) => {
      const now = core.vmCounters(0)[L.VM_ARRIVED]!;
      counts.push(now - seen);
      seen = now;
    });
    return counted(counts);
  });
  const by = async (instants: (unit: Unit) => Generator<number>): Promise<Compared[]> =>
    compare(await program(), counted(inWindows(instants(generator(13)), windowNs, windows * MORE)));
  return {
    name,
    compared: () => by(naive),
    biased: Object.fromEntries(Object.entries(biased).map(([of, instants]) => [of, () => by(instants)])),
  };
}

function process(name: string, arrivals: Arrivals, own: Process, windowNs: number, windows: number): Kind {
  const biased = own.states.flatMap(({ rate, dwellNs }, i) => {
    const other = (changed: Partial<State>): ((unit: Unit) => Generator<number>) => {
      const states = own.states.map((state, k) => (k === i ? { ...state, ...changed } : state));
      return (unit) => modulated({ ...own, states }, unit);
    };
    return [
      ...(rate > 0 ? [[`rate ${i}`, other({ rate: rate / BIAS })] as const] : []),
      ...(dwellNs < Infinity ? [[`dwell ${i}`, other({ dwellNs: dwellNs * BIAS })] as const] : []),
    ];
  });
  return arrivalsOf({
    name,
    arrivals,
    serviceNs: 1,
    windowNs,
    windows,
    naive: (unit) => modulated(own, unit),
    biased: Object.fromEntries(biased),
  });
}

const us = (ns: number): string => `${ns / 1000}us`;

function onoff(dwell: 'exponential' | 'constant'): Kind {
  const [onRate, meanOn, meanOff] = [1e6, 4000, 6000];
  return process(
    `arrivals, onoff, ${dwell}`,
    { process: 'onoff', onRate, offRate: 0, meanOn: us(meanOn), meanOff: us(meanOff), dwell },
    {
      states: [
        { rate: 0, dwellNs: meanOff },
        { rate: onRate, dwellNs: meanOn },
      ],
      constantDwell: dwell === 'constant',
    },
    10_000,
    40_000,
  );
}

function mmpp(): Kind {
  const states = [
    { rate: 0, dwellNs: 6000 },
    { rate: 3e6, dwellNs: 1500 },
    { rate: 1.5e6, dwellNs: 2500 },
  ];
  return process(
    'arrivals, mmpp',
    { process: 'mmpp', states: states.map(({ rate, dwellNs }) => ({ rate, meanDwell: us(dwellNs) })) },
    { states, constantDwell: false },
    10_000,
    150_000,
  );
}

function clients(law: Law): Kind {
  const serviceNs = 1000;
  return arrivalsOf({
    name: `think times, ${nameOf(law)}`,
    arrivals: { process: 'closed', clients: 1, think: written(law, 'ns') as never },
    serviceNs,
    windowNs: 10_000,
    windows: 20_000,
    naive: (unit) => thinking(law, 1, serviceNs, unit),
    biased: { think: (unit) => thinking(law, BIAS, serviceNs, unit) },
  });
}

export const KINDS: readonly Kind[] = [
  ...LAWS.map(services),
  ...WIDTHS.map(widths),
  process(
    'arrivals, poisson',
    { process: 'poisson', rate: 1e6 },
    { states: [{ rate: 1e6, dwellNs: Infinity }], constantDwell: false },
    3000,
    20_000,
  ),
  onoff('exponential'),
  onoff('constant'),
  mmpp(),
  clients({ dist: 'exponential', mean: 3000 }),
  clients({ dist: 'uniform', min: 1000, max: 6000 }),
];
