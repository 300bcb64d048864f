// What `reproduce temponet` runs: sets on one core and on several, large sets, and the cost of a decision against the size of jobs.

import { ORDER_KINDS, type OrderKind } from '../../order/types.js';
import type { Asked } from '../experiment.js';
import type { Settings } from '../parameters.js';
import { drawSet, runSet, together, type Ordered, type Outcome, type PeriodicJob } from './sets.js';

const MS = 1e6;
const US = 1e3;

/** Orders that the field knows by name; what slack in bins is held against. */
export const ANALYTIC = ORDER_KINDS.filter((kind) => kind !== 'qllf');

const tickOf = (settings: Settings): number => Math.max(1, Math.round(settings.number('tick') * MS));

export const orderOf = (settings: Settings, kind: OrderKind, bins?: number): Ordered => ({
  kind,
  ...(bins === undefined ? {} : { bins }),
  ...(settings.number('range') > 0 ? { rangeNs: settings.number('range') * MS } : {}),
  tickNs: tickOf(settings),
  decision: {
    baseNs: settings.number('decision.base') * US,
    perTaskNs: settings.number('decision.perTask') * US,
    exponent: settings.number('decision.exponent'),
  },
});

/** One number of cores under one load. */
export interface Point {
  readonly cores: number;
  readonly load: number;
  readonly tasks: number;
  readonly analytic: Readonly<Record<string, Outcome>>;
  /** By the number of bins. */
  readonly bins: readonly (readonly [bins: number, outcome: Outcome])[];
}

interface PointAsked {
  readonly cores: number;
  readonly load: number;
  readonly tasks: number;
  readonly sets: number;
  readonly horizonMs: number;
  /** Streams of the sets begin here. */
  readonly from: number;
}

function drawn(settings: Settings, { cores, load, tasks, sets, from }: PointAsked): PeriodicJob[][] {
  return Array.from({ length: sets }, (_, i) =>
    drawSet(settings.number('seed'), from + i, {
      tasks,
      utilization: load * cores,
      leastMs: settings.number('period.least'),
      mostMs: settings.number('period.most'),
    }),
  );
}

async function pointOf({ settings, module }: Asked, asked: PointAsked): Promise<Point> {
  const all = drawn(settings, asked);
  const under = async (order: Ordered): Promise<Outcome> => {
    const outcomes: Outcome[] = [];
    for (const set of all) outcomes.push(await runSet(set, asked.cores, asked.horizonMs * MS, order, module));
    return together(outcomes);
  };
  const analytic: Record<string, Outcome> = {};
  for (const kind of ANALYTIC) analytic[kind] = await under(orderOf(settings, kind));
  const bins: [number, Outcome][] = [];
  for (const count of settings.list('bins').map(Number))
    bins.push([count, await under(orderOf(settings, 'qllf', count))]);
  const { cores, load, tasks } = asked;
  return { cores, load, tasks, analytic, bins };
}

/** Every number of cores under every load. */
export async function points(asked: Asked): Promise<Point[]> {
  const { settings } = asked;
  const found: Point[] = [];
  for (const cores of settings.list('cores').map(Number))
    for (const load of settings.list('loads').map(Number))
      found.push(
        await pointOf(asked, {
          cores,
          load,
          tasks: settings.number('tasks'),
          sets: settings.number('sets'),
          horizonMs: settings.number('horizon'),
          from: 1000 * found.length,
        }),
      );
  return found;
}

/** Large sets. */
export async function manyTasks(asked: Asked): Promise<Point[]> {
  const { settings } = asked;
  const found: Point[] = [];
  for (const load of settings.list('many.loads').map(Number))
    found.push(
      await pointOf(asked, {
        cores: settings.number('many.cores'),
        load,
        tasks: settings.number('many.tasks'),
        sets: 1,
        horizonMs: settings.number('many.horizon'),
        from: 1_000_000 + found.length,
      }),
    );
  return found;
}

/** Jobs of one mean size, under EDF whose decisions cost something and under first in, first out at no cost. */
export interface Decided {
  readonly sizeUs: number;
  /** (1 - U) / sum of 1 / T, in us: what a decision may take by the law for EDF. */
  readonly boundUs: number;
  readonly fifo: number;
  readonly met: readonly (readonly [decisionUs: number, share: number])[];
}

const DECIDED_TASKS = 8;
/** Mean periods that such a set runs. */
const DECIDED_ROUNDS = 60;

export async function decided({ settings, module }: Asked): Promise<Decided[]> {
  const load = settings.number('decided.load');
  const [base] = [
    drawSet(settings.number('seed'), 2_000_000, {
      tasks: DECIDED_TASKS,
      utilization: load,
      leastMs: 10,
      mostMs: 100,
    }),
  ];
  const meanNs = base.reduce((sum, { serviceNs }) => sum + serviceNs, 0) / base.length;
  const found: Decided[] = [];
  for (const sizeUs of settings.list('sizes').map(Number)) {
    const factor = (sizeUs * US) / meanNs;
    const set = base.map(({ periodNs, serviceNs, offsetNs }) => ({
      periodNs: Math.max(2, Math.round(periodNs * factor)),
      serviceNs: Math.max(1, Math.floor(serviceNs * factor)),
      offsetNs: Math.round(offsetNs * factor),
    }));
    const durationNs = (DECIDED_ROUNDS * set.reduce((sum, { periodNs }) => sum + periodNs, 0)) / set.length;
    const share = async (kind: OrderKind, decisionUs: number): Promise<number> => {
      const decision = { baseNs: decisionUs * US, perTaskNs: 0, exponent: 1 };
      const { met, missed } = await runSet(set, 1, durationNs, { kind, tickNs: MS, decision }, module);
      return met + missed === 0 ? 1 : met / (met + missed);
    };
    const used = set.reduce((sum, { serviceNs, periodNs }) => sum + serviceNs / periodNs, 0);
    const rate = set.reduce((sum, { periodNs }) => sum + 1 / periodNs, 0);
    const met: [number, number][] = [];
    for (const decisionUs of settings.list('decisions').map(Number))
      met.push([decisionUs, await share('edf', decisionUs)]);
    found.push({ sizeUs, boundUs: (1 - used) / rate / US, fifo: await share('fifo', 0), met });
  }
  return found;
}

/** The set of the laws under every order, and EDF at what a decision may take and beyond. */
export async function laws({ settings, module }: Asked) {
  const services = settings.list('law.services').map(Number);
  const periods = settings.list('law.periods').map(Number);
  const set = services.map((service, i) => ({
    periodNs: Math.round(periods[i]! * MS),
    serviceNs: Math.round(service * MS),
    offsetNs: 0,
  }));
  const cores = settings.number('law.cores');
  const horizonNs = settings.number('law.horizon') * MS;
  const under = (kind: OrderKind, bins = 1, baseNs = 0): Promise<Outcome> => {
    const decision = { baseNs, perTaskNs: 0, exponent: 1 };
    const order = { kind, bins, rangeNs: settings.number('law.range') * MS, tickNs: tickOf(settings), decision };
    return runSet(set, cores, horizonNs, order, module);
  };
  const counts = settings.list('bins').map(Number);
  const named: Outcome[] = [];
  for (const kind of ANALYTIC) named.push(await under(kind));
  const quantized: Outcome[] = [];
  for (const bins of counts) quantized.push(await under('qllf', bins));
  const used = set.reduce((sum, { serviceNs, periodNs }) => sum + serviceNs / periodNs, 0);
  const boundNs = (1 - used) / set.reduce((sum, { periodNs }) => sum + 1 / periodNs, 0);
  // the bound is of one core, and of a set that leaves it time
  const isBound = cores === 1 && boundNs >= 0;
  const at = async (ns: number): Promise<number | null> =>
    isBound ? (await under('edf', 1, Math.floor(ns))).missed : null;
  return {
    E1: {
      utilization: used,
      orders: [...ANALYTIC],
      met: named.map(({ met }) => met),
      missed: named.map(({ missed }) => missed),
      bins: counts,
      metByBins: quantized.map(({ met }) => met),
      missedByBins: quantized.map(({ missed }) => missed),
    },
    E6: {
      decisionMs: isBound ? boundNs / MS : null,
      missedAt: await at(boundNs),
      missedBeyond: await at(boundNs * 1.01 + 1000),
    },
  };
}
