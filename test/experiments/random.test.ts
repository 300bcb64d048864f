// Whatever parameters a reader gives to systems over servers, orders and tables: finite figures, or a refusal that names a field; and what was
// given is what is taken. FLUXHOST_RANDOM=N asks for N sets of each.

import { describe, expect, it } from 'vitest';
import { EXPERIMENTS } from '../../src/experiments/index.js';
import { settingsOf, type ExperimentParameter } from '../../src/experiments/parameters.js';
import { InputError } from '../../src/input/errors.js';
import { stream } from '../../src/experiments/draw.js';
import { MOST_REFUSED, UnusedPaths, WatchedSettings } from '../support/watched-settings.js';

type Bounds = Readonly<Record<string, readonly [low: number, high: number]>>;

interface Tried {
  readonly name: string;
  readonly part?: string;
  readonly rounds: number;
  /** Where a run would take long else. */
  readonly within: Bounds;
  /** One of these each. */
  readonly texts: Readonly<Record<string, readonly string[]>>;
  /** Kept as they are by default: what takes long, or what the part does not use. */
  readonly kept?: RegExp;
  /** Taken in whole numbers only, beside counts and ns. */
  readonly whole?: RegExp;
  /** Of the others, how many are changed at once: where too many would be refused else; all by default. */
  readonly share?: number;
}

const DISCIPLINES = ['fifo', 'packets', 'bytes', 'cycles', 'siloed'];
const TRIED: readonly Tried[] = [
  {
    name: 'virtuoso',
    part: 'pair',
    rounds: 8,
    within: {
      ...{ duration: [0.01, 0.1], clock: [1e6, 4e9], 'victim.gap': [200, 1e9], 'aggressor.gap': [200, 1e9] },
      workers: [1, 12],
    },
    texts: {
      ...{ stages: ['rx', 'rx,app', 'rx,app,kernel,tx', 'tx'], discipline: DISCIPLINES, disciplines: ['fifo,cycles'] },
    },
    kept: /^(burst|law|host)\.|^(costs|accounting)$/,
  },
  {
    name: 'gil',
    part: 'controller',
    rounds: 20,
    within: {
      ...{ controlled: [0.1, 0.4], c: [30, 1e6], interval: [0.01, 1e4], io: [0, 1e6], cores: [1, 8] },
      ...{ 'pool.least': [1, 9], 'pool.most': [8, 200], monitor: [0.01, 0.11], stabilization: [0, 1] },
    },
    texts: { law: ['constant', 'exponential'], shrink: ['eager', 'lazy'] },
    kept: /^(threads|perWaiters|controlledCores|cpuBound\.io|duration)$/,
  },
  {
    name: 'valve',
    part: 'gpu',
    rounds: 20,
    within: {
      ...{ duration: [0.01, 5], rate: [0.1, 100], output: [1, 500], memoryStep: [0.1, 100], prompt: [1, 1e5] },
      ...{ kv: [1, 1000], kvPerToken: [0.01, 1], pageTokens: [1, 64], headroom: [0, 30], 'offline.prompt': [1, 900] },
      ...{ 'offline.output': [0, 300], 'law.headroom': [0, 30] },
    },
    texts: { gpu: ['a100', 'h100'] },
    kept: /^law\.|^(profile|trace|jitter|cooldowns|gaps|rates|prefixes|layers|thin)$/,
  },
  {
    name: 'temponet',
    rounds: 2,
    within: {
      ...{ sets: [1, 1], tasks: [3, 6], horizon: [20, 40], 'period.least': [5, 21], 'period.most': [20, 1000] },
      ...{ tick: [1, 100], 'many.tasks': [6, 10], 'many.cores': [1, 3], 'many.horizon': [10, 12] },
      'law.horizon': [10, 40],
    },
    texts: { cores: ['1', '2'], loads: ['0.7', '1'], bins: ['4', '8'], sizes: ['1', '100'], decisions: ['0', '0.1'] },
    kept: /^(trace.*|many\.loads|law\.(services|periods))$/,
  },
  {
    name: 'periodic-space',
    rounds: 2,
    within: {
      ...{ permutations: [100, 110], 'cores.duration': [10, 11], 'deadlines.duration': [10, 12] },
      ...{ 'calls.functions': [1, 5], 'calls.rate': [0.3, 1], 'calls.duration': [3, 10] },
    },
    texts: { families: ['functions,nanvix,nexus,deadlines', 'cores,functions,nanvix,nexus'] },
    kept: /^law\.(x|y)$/,
  },
  {
    name: 'tierbpf',
    rounds: 4,
    within: {
      ...{ pages: [8, 100], accesses: [1, 400], fast: [0.15, 0.85], latFast: [0, 200], latSlow: [150, 1e6] },
      ...{ shrink: [1, 1000], rateLimit: [4, 1e9], 'watermark.low': [0, 0.4], 'watermark.high': [0.01, 0.5] },
      'sketch.period': [1000, 1e6],
    },
    texts: {
      'sketch.counters': ['1', '16', '256'],
      sizes: ['4KiB', '2MiB'],
      detectors: ['count', 'autonuma', 'tpp'],
      background: ['true', 'false'],
    },
    kept: /^trace/,
    whole: /^migrate/,
    share: 0.7,
  },
  {
    name: 'ptmt',
    rounds: 3,
    within: {
      ...{ pages: [16, 60], accesses: [100, 600], fast: [0.15, 0.85], latFast: [0, 200], latSlow: [150, 1e6] },
      ...{
        periods: [4, 20],
        candidates: [1, 4],
        'table.accesses': [1000, 1001],
        rateLimit: [4, 1e9],
        'grid.rateLimit': [4, 1e9],
      },
      ...{ 'watermark.low': [0, 0.4], 'watermark.high': [0.01, 0.5] },
    },
    texts: {
      hosts: ['autonuma', 'tpp'],
      size: ['4KiB', '2MiB'],
      'table.skews': ['0.5', '0,2'],
      'table.drifts': ['0.3'],
    },
    kept: /^trace/,
    whole: /^migrate/,
    share: 0.7,
  },
  {
    name: 'pi-dlinear',
    rounds: 4,
    within: {
      ...{ horizon: [1, 8], lookBack: [2, 12], average: [1, 12], train: [2, 30], validate: [1, 10], test: [1, 10] },
      ...{ seeds: [2, 2], stride: [1, 4], gpus: [8, 60], gpusPerJob: [1, 30], duration: [3600, 1e7] },
    },
    texts: { weights: ['0', '0,1,100'] },
    share: 0.8,
  },
  {
    name: 'clawvm',
    rounds: 10,
    within: {
      ...{ pages: [2, 60], turns: [1, 40], references: [1, 10], pointer: [1, 20], compressed: [0.2, 0.99] },
      ...{ structured: [0.001, 0.3] },
    },
    texts: {},
  },
  {
    name: 'yolofs',
    rounds: 20,
    within: {
      tasks: [1, 50],
      operations: [1, 40],
      subtrees: [1, 60],
      'ask.think': [0, 100],
      'ask.timeout': [5, 86_400],
    },
    texts: {},
  },
];

const WHOLE = new Set(['count', 'ns']);
const NONE = /^$/;

/** Often a bound itself, else alike at every magnitude between. */
function drawn(
  { path, unit, min, max }: ExperimentParameter,
  { within, whole = NONE }: Tried,
  next: () => number,
): number {
  const [low, high] = within[path] ?? [min ?? 0, max ?? 1e9];
  const u = next();
  const least = Math.max(low, 1e-6);
  const value =
    u < 0.06 ? low : u > 0.97 ? high : Math.exp(Math.log(least) + next() * (Math.log(high) - Math.log(least)));
  const inside = Math.min(high, Math.max(low, value));
  return WHOLE.has(unit) || whole.test(path) ? Math.round(inside) : inside;
}

describe('any parameters', () => {
  for (const tried of TRIED) {
    const { name, part, rounds, texts, kept = NONE, share = 1 } = tried;
    it(`of ${name} give finite figures or a refusal, and are what is taken`, async () => {
      const experiment = await EXPERIMENTS.find((one) => one.name === name)!.load();
      const parameters = experiment.parameters;
      const next = stream(29, name.length);
      const unused = new UnusedPaths();
      let refused = 0;
      const all = Number(process.env['FLUXHOST_RANDOM'] ?? rounds);
      for (let n = 0; n < all; n++) {
        const numbers = new Map<string, number>();
        const set = parameters.flatMap((parameter) => {
          const { path } = parameter;
          if (kept.test(path) || (!(path in tried.within) && next() >= share)) return [];
          const words = texts[path];
          if (words !== undefined) return [`${path}=${words[Math.floor(next() * words.length)]}`];
          if (typeof parameter.default !== 'number') return [];
          numbers.set(path, drawn(parameter, tried, next));
          return [`${path}=${numbers.get(path)}`];
        });
        try {
          const settings = new WatchedSettings(settingsOf(name, parameters, set).values);
          for (const [path, value] of numbers) expect(settings.values.get(path), path).toBe(value);
          const { figures, claims, tables } = await experiment.run({
            parameters: settings,
            ...(part === undefined ? {} : { part }),
          });
          const told = JSON.stringify([figures, claims, tables], (_, value: unknown) =>
            typeof value === 'number' && !Number.isFinite(value) ? String(value) : value,
          );
          expect(/.{0,60}\b(NaN|Infinity|undefined)\b/.exec(told)?.[0], set.join(' ')).toBeUndefined();
          unused.add(settings, set);
        } catch (error) {
          if (!(error instanceof InputError)) throw new Error(set.join(' '), { cause: error });
          expect(error.problems.length).toBeGreaterThan(0);
          refused++;
        }
      }
      if (process.env['FLUXHOST_RANDOM'] !== undefined) console.log(`${name}: ${all} sets, ${refused} refused`);
      expect(refused).toBeLessThanOrEqual(MOST_REFUSED * all);
      if (all > 100) expect(unused.paths).toEqual([]);
    }, 3_600_000);
  }
});
