// Rows of hosts to the result's classes. Hosts that were sampled stand for those of their stratum: weight = hosts of the stratum over
// hosts of it that were simulated. For intervals (survey.ts) hosts of a stratum are kept apart, or where they are many dealt into groups.

import { type FunctionFigures, functionFigures, type FunctionStratum } from './function-figures.js';
import { FUNCTION_COUNTS } from './function-row.js';
import type { Plan } from './plan.js';
import type { ClassResult, CoreSeconds, Estimate } from './result.js';
import { type ClassSums, type Count, COUNTS, Sums, type SumsState, USES } from './sums.js';
import {
  answeredOf,
  distributionOfWeighted,
  slowerThan,
  type Weighted,
  weighted,
  type WeightedLatencies,
} from './tally.js';
import { countOf, quantileOf, ratioOf, type SampledStratum, shareOf, type Sum, sumOf } from './survey.js';
import type { HostRow } from './work.js';
import { CLASSES, type VmClass } from './vms.js';

/** Of a stratum: as many as tell how much its hosts differ; memory does not grow with the hosts. */
const GROUPS = 30;
const NS = 1e9;

export interface Objective {
  readonly quantile: number;
  readonly latencyNs: number;
}

interface Part {
  readonly stratum: number;
  readonly group: number;
}

/** Of a merger, without what it plans; plain data. */
export interface MergerState {
  /** By stratum and group. */
  readonly sums: readonly (readonly SumsState[])[];
  readonly events: number;
  readonly errors: readonly { readonly host: number; readonly error: string }[];
}

/** Takes rows in, in any order, each once. */
export class Merger {
  private readonly sums: Sums[][];
  /** Hosts of each group, those left out that could not be simulated. */
  private readonly sizes: number[][];
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
    this.sums = plan.strata.map(({ hosts }, stratum) => {
      const groups = isSampled ? Math.min(GROUPS, hosts.length) : 1;
      hosts.forEach((host, i) => this.places.set(host, { stratum, group: i % groups }));
      return Array.from({ length: groups }, () => new Sums());
    });
    this.sizes = this.sums.map((groups, stratum) => {
      const { length } = plan.strata[stratum]!.hosts;
      return groups.map((_, group) => Math.ceil((length - group) / groups.length));
    });
  }

  add(row: HostRow): void {
    const place = this.placeOf(row.host);
    this.places.delete(row.host);
    this.sums[place.stratum]![place.group]!.add(row);
    this.rows++;
    this.events += row.events;
    if (row.error === undefined) return;
    this.errors.push({ host: row.host, error: row.error });
    this.sizes[place.stratum]![place.group]!--;
  }

  state(): MergerState {
    return {
      sums: this.sums.map((groups) => groups.map((one) => one.state())),
      events: this.events,
      errors: this.errors,
    };
  }

  /** What another one has taken in, of these hosts. */
  absorb({ sums, events, errors }: MergerState, hosts: Iterable<number>): void {
    for (const { host, error } of errors) {
      const { stratum, group } = this.placeOf(host);
      this.sizes[stratum]![group]!--;
      this.errors.push({ host, error });
    }
    for (const host of hosts) {
      this.placeOf(host);
      this.places.delete(host);
      this.rows++;
    }
    this.events += events;
    sums.forEach((groups, stratum) => groups.forEach((one, group) => this.sums[stratum]![group]!.absorb(one)));
  }

  private placeOf(host: number): Part {
    const place = this.places.get(host);
    if (place === undefined) throw new RangeError(`host ${host}: a row of it came twice, or it was not asked for`);
    return place;
  }

  /** Of each stratum: hosts over hosts that were simulated. */
  private weight(stratum: number): number {
    if (!this.isSampled) return 1;
    const simulated = this.sizes[stratum]!.reduce((sum, size) => sum + size, 0);
    return simulated === 0 ? 0 : this.plan.strata[stratum]!.of / simulated;
  }

  /** Whether hosts were sampled and some left out: else nothing is estimated, and no interval says so. */
  private get leavesOut(): boolean {
    return this.isSampled && this.plan.strata.some(({ of, hosts }) => hosts.length < of);
  }

  private ofClass(name: VmClass): Weighted<Count> {
    return weighted(
      COUNTS,
      this.sums.flatMap((groups, stratum) => {
        const weight = this.weight(stratum);
        return groups.map((sums) => ({ sums: sums.classes.get(name), weight }));
      }),
    );
  }

  classes(): ClassResult[] {
    return CLASSES.filter((name) => this.sums.flat().some(({ classes }) => classes.has(name))).map((name) => {
      const whole = this.ofClass(name);
      const result = this.classResult(name, whole);
      return this.leavesOut ? { ...result, confidence: this.confidence(name, whole) } : result;
    });
  }

  /** Latencies of a class, or of functions, as one histogram has them; only where every host was simulated. */
  latencies(name: VmClass | 'functions'): WeightedLatencies {
    if (name !== 'functions') return this.ofClass(name);
    const parts = this.sums.flat().map(({ functions }) => ({ sums: functions?.requests, weight: 1 }));
    return weighted(FUNCTION_COUNTS, parts);
  }

  private classResult(name: VmClass, whole: Weighted<Count>): ClassResult {
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
  private slowShare(whole: Weighted<Count>): number {
    const answered = answeredOf(whole);
    const all = answered + whole.counts.late;
    return all === 0 ? 0 : (slowerThan(whole, this.slo!.latencyNs) + whole.counts.late) / all;
  }

  /** Requests of functions; all 0 where none came. */
  functions(): FunctionFigures {
    const strata = this.sums.map((groups, stratum): FunctionStratum => ({
      of: this.plan.strata[stratum]!.of,
      weight: this.weight(stratum),
      groups: groups.map(({ functions }, group) => ({ hosts: this.sizes[stratum]![group]!, sums: functions })),
    }));
    // of hosts that came first nothing is known but what they did
    const known = this.isSampled && this.places.size === 0 ? this.plan.functions?.requests : undefined;
    return functionFigures(strata, this.isSampled, known);
  }

  private confidence(name: VmClass, whole: Weighted<Count>): Record<string, Estimate> {
    const strata = this.plan.strata.map(({ of }, stratum): SampledStratum<ClassSums> => {
      const groups = this.sums[stratum]!.map(({ classes }, group) => ({
        hosts: this.sizes[stratum]![group]!,
        sums: classes.get(name),
      }));
      return { of, groups };
    });
    const { p50, p99, p999 } = distributionOfWeighted(whole, false);
    const { counts } = whole;
    const answered = answeredOf(whole);
    const latencies: Sum<ClassSums> = { sum: whole.sum, of: ({ sum }) => Number(sum) };
    const requests: Sum<ClassSums> = { sum: answered, of: countOf };
    const count = (which: 'completed' | 'attained' | 'judged'): Sum<ClassSums> => ({
      sum: counts[which],
      of: (sums) => sums.counts.get(which)!,
    });
    const none = { estimate: 0, low: 0, high: 0 };
    const quantile = (q: number, value: number | null): Estimate =>
      value === null || answered === 0 ? none : quantileOf(strata, whole, q, value);
    return {
      completed: sumOf(strata, count('completed')),
      'latencyNs.mean': answered === 0 ? none : ratioOf(strata, latencies, requests),
      'latencyNs.p50': quantile(0.5, p50),
      'latencyNs.p99': quantile(0.99, p99),
      'latencyNs.p999': quantile(0.999, p999),
      ...(counts.judged === 0 ? {} : { 'slo.share': shareOf(strata, count('attained'), count('judged')) }),
    };
  }

  coreSeconds(): CoreSeconds {
    const seconds = Object.fromEntries(
      USES.map((use) => {
        let exact = 0n;
        let real = 0;
        this.sums.forEach((groups, stratum) =>
          groups.forEach(({ cores }) => {
            if (this.isSampled) real += this.weight(stratum) * Number(cores.get(use)!);
            else exact += cores.get(use)!;
          }),
        );
        return [use, (this.isSampled ? real : Number(exact)) / NS];
      }),
    ) as unknown as CoreSeconds;
    return { ...seconds, idle: seconds.idle + this.plan.idleNs / NS };
  }
}
