// Periodic task sets drawn by UUniFast, and one of them under one order, on the simulator itself: a VM with one queue and cores of its own.

import type { ScenarioInput } from '../../scenario/schema.js';
import { Simulation } from '../../simulation.js';
import type { OrderKind } from '../../order/types.js';
import { stream } from '../draw.js';

const MS = 1e6;

export interface PeriodicJob {
  readonly periodNs: number;
  readonly serviceNs: number;
  readonly offsetNs: number;
}

export interface Drawn {
  readonly tasks: number;
  /** Of all cores together. */
  readonly utilization: number;
  readonly leastMs: number;
  readonly mostMs: number;
}

/** Shares of `total` that n tasks have, uniform over all that add up to it, none above 1; falls back to equal ones. */
function shares(next: () => number, n: number, total: number): number[] {
  for (let attempt = 0; attempt < 1000; attempt++) {
    const found: number[] = [];
    let sum = total;
    for (let i = 1; i < n; i++) {
      const rest = sum * next() ** (1 / (n - i));
      found.push(sum - rest);
      sum = rest;
    }
    found.push(sum);
    if (found.every((share) => share <= 1)) return found;
  }
  return Array.from({ length: n }, () => Math.min(1, total / n));
}

/** Periods log-uniform in whole milliseconds, first releases within the first period, deadlines that are the periods. */
export function drawSet(seed: number, number: number, { tasks, utilization, leastMs, mostMs }: Drawn): PeriodicJob[] {
  const next = stream(seed, number);
  return shares(next, tasks, utilization).map((share) => {
    const period = Math.max(1, Math.round(leastMs * (mostMs / leastMs) ** next()));
    const periodNs = period * MS;
    return {
      periodNs,
      serviceNs: Math.max(1, Math.floor(share * periodNs)),
      offsetNs: Math.floor(next() * period) * MS,
    };
  });
}

export interface Ordered {
  readonly kind: OrderKind;
  readonly bins?: number;
  readonly rangeNs?: number;
  readonly tickNs: number;
  readonly decision: { readonly baseNs: number; readonly perTaskNs: number; readonly exponent: number };
}

export interface Outcome {
  readonly met: number;
  readonly missed: number;
  /** Sum over jobs that met theirs, in ns. */
  readonly responseNs: number;
  readonly overtaken: number;
}

const ns = (value: number): string => `${Math.round(value)}ns`;

/** The VM of one queue whose tasks run in the order. */
export function hostOf(
  cores: number,
  durationNs: number,
  { kind, bins, rangeNs, tickNs, decision }: Ordered,
  workload: NonNullable<ScenarioInput['vms'][number]['workload']>,
): ScenarioInput {
  return {
    version: 1,
    duration: ns(durationNs),
    host: { cores },
    mechanism: 'static',
    costs: 'none',
    fingerprint: false,
    vms: [
      {
        name: 'jobs',
        vcpus: { min: cores, max: cores },
        dispatch: 'single-queue',
        stealing: 'none',
        order: {
          kind,
          ...(bins === undefined ? {} : { bins }),
          ...(rangeNs === undefined ? {} : { range: ns(rangeNs) }),
          tick: ns(tickNs),
          decision: {
            base: ns(decision.baseNs),
            perTask: ns(decision.perTaskNs),
            exponent: decision.exponent,
          },
        },
        workload,
      },
    ],
  };
}

export const periodicLoad = (set: readonly PeriodicJob[]): NonNullable<ScenarioInput['vms'][number]['workload']> => ({
  arrivals: {
    process: 'periodic',
    tasks: set.map(({ periodNs, serviceNs, offsetNs }) => ({
      period: ns(periodNs),
      service: ns(serviceNs),
      offset: ns(offsetNs),
      deadline: ns(Math.max(periodNs, serviceNs)),
    })),
  },
});

/** What becomes of the jobs of a set. */
export async function runSet(
  set: readonly PeriodicJob[],
  cores: number,
  durationNs: number,
  order: Ordered,
  module?: WebAssembly.Module,
): Promise<Outcome> {
  const input = hostOf(cores, durationNs, order, periodicLoad(set));
  const simulation = await Simulation.create(input, module === undefined ? {} : { module });
  try {
    await simulation.run();
    return outcomeOf(simulation);
  } finally {
    simulation.close();
  }
}

export function outcomeOf(simulation: Simulation): Outcome {
  const { deadlines, latencyNs } = simulation.metrics().vms[0]!;
  return {
    met: deadlines!.met,
    missed: deadlines!.missed,
    responseNs: (latencyNs.mean ?? 0) * latencyNs.count,
    overtaken: deadlines!.overtaken,
  };
}

/** Of several sets together. */
export function together(outcomes: readonly Outcome[]): Outcome {
  const total = (of: (one: Outcome) => number): number => outcomes.reduce((sum, one) => sum + of(one), 0);
  return {
    met: total(({ met }) => met),
    missed: total(({ missed }) => missed),
    responseNs: total(({ responseNs }) => responseNs),
    overtaken: total(({ overtaken }) => overtaken),
  };
}

export const metShare = ({ met, missed }: Outcome): number => (met + missed === 0 ? 1 : met / (met + missed));
export const meanResponse = ({ met, responseNs }: Outcome): number => (met === 0 ? 0 : responseNs / met);
