// Threads that are so many all the time, and threads whose number the controller decides.

import { type GilSpec, Interpreter } from '../../systems/gil.js';
import type { Settings } from '../parameters.js';
import { Controller } from './controller.js';

const US = 1000;

export interface Variant {
  readonly ioUs?: number;
  readonly perWaiterNs?: number;
  /** Without the lock as many threads compute as there are cores. */
  readonly lock?: boolean;
  readonly cores?: number;
}

const coresOf = (settings: Settings, { cores }: Variant): number => cores ?? settings.number('cores');

function specOf(settings: Settings, threads: number, variant: Variant = {}): GilSpec {
  return {
    workers: variant.lock === false ? coresOf(settings, variant) : 1,
    intervalNs: Math.max(1, Math.round(settings.number('interval') * 1e6)),
    switchNs: Math.round(settings.number('switch') * US),
    perWaiterNs: Math.round(variant.perWaiterNs ?? settings.number('perWaiter')),
    tasks: {
      law: settings.text('law') as 'constant' | 'exponential',
      cpuNs: settings.number('c') * US,
      ioNs: (variant.ioUs ?? settings.number('io')) * US,
    },
    threads,
    lazy: settings.text('shrink') === 'lazy',
    startNs: Math.round(settings.number('threadStart') * US),
    window: settings.number('window'),
    seed: settings.number('seed'),
  };
}

export interface Steady {
  readonly threads: number;
  readonly perWaiterNs: number;
  readonly perSecond: number;
  /** 1 - computation / time, of all tasks together. */
  readonly ratio: number | null;
  /** Of all cores. */
  readonly cpu: number;
  readonly p99Us: number | null;
}

/** So many threads all the time. */
export async function steady(
  settings: Settings,
  threads: number,
  variant: Variant = {},
  module?: WebAssembly.Module,
): Promise<Steady> {
  const spec = specOf(settings, threads, variant);
  const interpreter = await Interpreter.create({ ...spec, startNs: 0 }, module);
  const until = settings.number('duration') * 1e9;
  interpreter.limit(threads);
  interpreter.run(Math.round(0.2 * until));
  interpreter.forget();
  interpreter.run(Math.round(until));
  const { tasks, cpuNs, wallNs, usedNs, overheadNs, latency } = interpreter.answers();
  return {
    threads,
    perWaiterNs: spec.perWaiterNs,
    perSecond: tasks / (0.8 * settings.number('duration')),
    ratio: tasks === 0 || wallNs === 0 ? null : 1 - cpuNs / wallNs,
    cpu: (usedNs + overheadNs) / (0.8 * until * coresOf(settings, variant)),
    p99Us: tasks === 0 ? null : latency.p99 / US,
  };
}

export interface Controlled {
  readonly cores: number;
  readonly ioUs: number;
  /** After every look. */
  readonly threads: readonly number[];
  readonly last: number;
  /** Of the last quarter. */
  readonly perSecond: number;
  readonly ratio: number;
  readonly cpu: number;
}

/** The controller decides. */
export async function controlled(
  settings: Settings,
  variant: Variant,
  module?: WebAssembly.Module,
): Promise<Controlled> {
  const controller = new Controller({
    stabilizationS: settings.number('stabilization'),
    warmupTasks: settings.number('warmup'),
    high: settings.number('beta.high'),
    low: settings.number('beta.low'),
    up: settings.number('up'),
    down: settings.number('down'),
    cpuUpper: settings.number('cpuUpper'),
    least: settings.number('pool.least'),
    most: settings.number('pool.most'),
  });
  const interpreter = await Interpreter.create(specOf(settings, settings.number('pool.most'), variant), module);
  const cores = coresOf(settings, variant);
  const monitor = settings.number('monitor');
  const looks = Math.max(1, Math.floor(settings.number('controlled') / monitor));
  const threads: number[] = [];
  const rates: number[] = [];
  let [tasks, ratio, cpu] = [0, 0, 0];
  interpreter.limit(controller.threads);
  for (let look = 1; look <= looks; look++) {
    interpreter.forget();
    interpreter.run(Math.round(look * monitor * 1e9));
    const answers = interpreter.answers();
    tasks += answers.tasks;
    ratio = answers.ratio;
    cpu = (answers.usedNs + answers.overheadNs) / (monitor * 1e9 * cores);
    rates.push(answers.tasks / monitor);
    const before = controller.threads;
    const wanted = controller.look(look * monitor, tasks, ratio, cpu);
    if (wanted !== before) interpreter.limit(wanted);
    threads.push(wanted);
  }
  const kept = rates.slice(Math.floor((3 * looks) / 4));
  return {
    cores,
    ioUs: variant.ioUs ?? settings.number('io'),
    threads,
    last: threads.at(-1)!,
    perSecond: kept.reduce((sum, rate) => sum + rate, 0) / kept.length,
    ratio,
    cpu,
  };
}
