// Rows of hosts to the result's classes. Hosts that were sampled stand for those of their stratum: weight = hosts of the stratum over
// hosts of it that were simulated. Intervals by the delete-a-group jackknife (Kott, J. Official Statistics 2001): the samples of every
// stratum are dealt into ten groups, each figure is computed without each of them, and the spread of those ten is the spread of the
// figure, times √(1 − sampled share).

import { studentQuantile } from '../metrics/confidence.js';
import type { Plan } from './plan.js';
import type { ClassResult, CoreSeconds, Estimate } from './result.js';
import { type ClassSums, Sums, USES, type Weighted, distributionOfWeighted, slowerThan, weighted } from './sums.js';
import type { HostRow } from './work.js';
import { CLASSES, type VmClass } from './vms.js';

const GROUPS = 10;
const LEVEL = 0.95;
const NS = 1e9;

export interface Objective {
  readonly quantile: number;
  readonly latencyNs: number;
}

interface Part {
  readonly stratum: number;
  readonly group: number;
}

/** Takes rows in, in any order, each once. */
export class Merger {
  private readonly sums: Sums[][];
  private readonly places = new Map<number, Part>();
  /** Hosts taken in. */
  rows = 0;
  events = 0;
  readonly errors: { host: number; error: string }[] = [];

  constructor(
    private readonly plan: Plan,
    private readonly isSampled: boolean,
    private readonly slo: Objective | undefined,
  ) {
    const groups = isSampled ? GROUPS : 1;
    this.sums = plan.strata.map(() => Array.from({ length: groups }, () => new Sums()));
    plan.strata.forEach(({ hosts }, stratum) =>
      hosts.forEach((host, i) => this.places.set(host, { stratum, group: i % groups })),
    );
  }

  add(row: HostRow): void {
    const place = this.places.get(row.host);
    if (place === undefined) throw new RangeError(`host ${row.host}: a row of it came twice, or it was not asked for`);
    this.places.delete(row.host);
    this.sums[place.stratum]![place.group]!.add(row);
    this.rows++;
    this.events += row.events;
    if (row.error !== undefined) this.errors.push({ host: row.host, error: row.error });
  }

  /** Weight of each group of each stratum, where group `without` is left out. */
  private weights(without: number): number[][] {
    return this.plan.strata.map(({ of, hosts }, stratum) => {
      const groups = this.sums[stratum]!.length;
      const sizes = Array.from({ length: groups }, (_, group) => Math.ceil((hosts.length - group) / groups));
      const left = hosts.length - (sizes[without] ?? 0);
      // a stratum whose only samples are in that group keeps them
      if (left === 0) return sizes.map(() => of / hosts.length);
      return sizes.map((_, group) => (group === without ? 0 : of / left));
    });
  }

  private ofClass(name: VmClass, weights: readonly (readonly number[])[]): Weighted {
    return weighted(
      this.sums.flatMap((groups, stratum) =>
        groups.map((sums, group): { sums: ClassSums | undefined; weight: number } => {
          return { sums: sums.classes.get(name), weight: weights[stratum]![group]! };
        }),
      ),
    );
  }

  classes(): ClassResult[] {
    const all = this.weights(-1);
    return CLASSES.filter((name) => this.sums.flat().some(({ classes }) => classes.has(name))).map((name) => {
      const whole = this.ofClass(name, all);
      const result = this.classResult(name, whole);
      return this.isSampled ? { ...result, confidence: this.confidence(name, whole) } : result;
    });
  }

  /** Latencies of a class as one histogram has them; only where every host was simulated. */
  latencies(name: VmClass): Weighted {
    return this.ofClass(name, this.weights(-1));
  }

  private classResult(name: VmClass, whole: Weighted): ClassResult {
    const { counts } = whole;
    const told = (value: number): number => Math.round(value);
    const { slo } = this;
    return {
      class: name,
      vms: told(counts.vms),
      arrived: told(counts.arrived),
      completed: told(counts.completed),
      dropped: told(counts.dropped),
      inFlight: told(counts.inFlight),
      latencyNs: distributionOfWeighted(whole, !this.isSampled),
      ...(slo === undefined || counts.judged === 0
        ? {}
        : {
            slo: {
              quantile: slo.quantile,
              targetNs: slo.latencyNs,
              attained: this.slowShare(whole) <= 1 - slo.quantile,
              share: counts.attained / counts.judged,
            },
          }),
    };
  }

  /** Of requests whose fate is known: answered, dropped, or under way for longer than the objective. */
  private slowShare(whole: Weighted): number {
    const answered = whole.buckets.reduce((sum, [, here]) => sum + here, 0);
    const all = answered + whole.counts.late;
    return all === 0 ? 0 : (slowerThan(whole, this.slo!.latencyNs) + whole.counts.late) / all;
  }

  private figures(whole: Weighted): Record<string, number> {
    const { mean, p50, p99, p999 } = distributionOfWeighted(whole, false);
    const { counts } = whole;
    return {
      completed: counts.completed,
      'latencyNs.mean': mean ?? 0,
      'latencyNs.p50': p50 ?? 0,
      'latencyNs.p99': p99 ?? 0,
      'latencyNs.p999': p999 ?? 0,
      ...(counts.judged === 0 ? {} : { 'slo.share': counts.attained / counts.judged }),
    };
  }

  private confidence(name: VmClass, whole: Weighted): Record<string, Estimate> {
    const estimates = this.figures(whole);
    const replicates = Array.from({ length: GROUPS }, (_, group) =>
      this.figures(this.ofClass(name, this.weights(group))),
    );
    const of = this.plan.strata.reduce((sum, stratum) => sum + stratum.of, 0);
    const known = 1 - this.plan.order.length / of;
    const t = studentQuantile(LEVEL, GROUPS - 1);
    return Object.fromEntries(
      Object.entries(estimates).map(([figure, estimate]) => {
        const values = replicates.map((replicate) => replicate[figure] ?? estimate);
        const mean = values.reduce((sum, value) => sum + value, 0) / GROUPS;
        const spread = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
        const half = t * Math.sqrt(((GROUPS - 1) / GROUPS) * spread * known);
        const most = figure === 'slo.share' ? 1 : Infinity;
        return [figure, { estimate, low: Math.max(0, estimate - half), high: Math.min(most, estimate + half) }];
      }),
    );
  }

  coreSeconds(): CoreSeconds {
    const weights = this.weights(-1);
    const seconds = Object.fromEntries(
      USES.map((use) => {
        let exact = 0n;
        let real = 0;
        this.sums.forEach((groups, stratum) =>
          groups.forEach(({ cores }, group) => {
            if (this.isSampled) real += weights[stratum]![group]! * Number(cores.get(use)!);
            else exact += cores.get(use)!;
          }),
        );
        return [use, (this.isSampled ? real : Number(exact)) / NS];
      }),
    ) as unknown as CoreSeconds;
    return { ...seconds, idle: seconds.idle + this.plan.idleNs / NS };
  }
}
