// Distributions as words of the core: each laid down once, its table behind it.

import * as L from '../../assembly/layout.js';
import type { CountDist, Dist } from '../input/distributions.js';
import type { Scenario } from '../scenario/types.js';

/** Values of an empirical distribution's file, read before: the core knows nothing of files. */
export type EmpiricalTables = ReadonlyMap<string, Float64Array>;

/** Collects distributions and their tables; equal objects are laid down once. */
export class Distributions {
  readonly words: number[] = [];
  readonly table: number[] = [];
  private readonly places = new Map<CountDist, number>();
  constructor(private readonly tables: EmpiricalTables) {
    this.add(0); // number 0: "none"
  }

  get count(): number {
    return this.words.length / L.DISTRIBUTION_WORDS;
  }

  add(dist: CountDist): number {
    const known = this.places.get(dist);
    if (known !== undefined) return known;
    // components first: a mixture refers to distributions that are laid down already
    const components =
      typeof dist === 'object' && dist.dist === 'mixture'
        ? dist.of.map((part) => ({ weight: part.weight, at: this.add(part) }))
        : [];
    const at = this.count;
    this.words.push(...this.describe(dist, components));
    this.places.set(dist, at);
    return at;
  }

  private describe(dist: CountDist, components: readonly { weight: number; at: number }[]): number[] {
    const row = (kind: number, a = 0, b = 0, c = 0, table = 0, length = 0): number[] => [kind, a, b, c, table, length];
    if (typeof dist === 'number') return row(L.DIST_CONSTANT, dist);
    switch (dist.dist) {
      case 'constant':
        return row(L.DIST_CONSTANT, dist.value);
      case 'exponential':
        return row(L.DIST_EXPONENTIAL, dist.mean);
      case 'uniform':
        return row(L.DIST_UNIFORM, dist.min, dist.max);
      case 'lognormal':
        return row(L.DIST_LOGNORMAL, dist.mean, dist.cv);
      case 'bimodal':
        return row(L.DIST_BIMODAL, dist.short, dist.long, dist.longShare);
      case 'pareto':
        return row(L.DIST_PARETO, dist.shape, dist.min, dist.max ?? Infinity);
      case 'weibull':
        return row(L.DIST_WEIBULL, dist.shape, dist.mean);
      case 'empirical': {
        const values = this.tables.get(dist.file);
        if (values === undefined)
          throw new RangeError(
            `the values of ${dist.file} were not read; Simulation.create takes them as options.tables`,
          );
        const from = this.table.length;
        for (const value of values) this.table.push(value * dist.scale);
        return row(L.DIST_EMPIRICAL, 0, 0, 0, from, values.length);
      }
      case 'mixture': {
        const from = this.table.length;
        for (const { weight, at } of components) this.table.push(weight, at);
        return row(L.DIST_MIXTURE, 0, 0, 0, from, components.length);
      }
    }
  }
}

export interface NumberFile {
  readonly file: string;
  /** The field that names it. */
  readonly path: string;
  /** Page numbers may all be 0, the values of a distribution may not. */
  readonly pages: boolean;
}

/** Those of one distribution, which the field `path` states. */
export function filesOf(dist: CountDist | Dist | null, path: string): NumberFile[] {
  if (dist === null || typeof dist === 'number') return [];
  if (dist.dist === 'mixture') return dist.of.flatMap((part, index) => filesOf(part, `${path}.of.${index}`));
  return dist.dist === 'empirical' ? [{ file: dist.file, path: `${path}.file`, pages: false }] : [];
}

/** Every file of numbers that the scenario names: empirical distributions, and the pages that patterns touch. */
export function numberFiles(scenario: Scenario): NumberFile[] {
  const found: NumberFile[] = [];
  const visit = (dist: CountDist | Dist | null, path: string): void => void found.push(...filesOf(dist, path));
  for (const [name, backend] of Object.entries(scenario.host.memory?.backends ?? {}))
    for (const way of ['in', 'out', 'ratio'] as const) visit(backend[way], `host.memory.backends.${name}.${way}`);
  scenario.datapath?.tenants.forEach(({ cost }, index) => visit(cost, `datapath.tenants.${index}.cost`));
  scenario.vms.forEach(({ memory, workload }, index) => {
    const at = `vms.${index}`;
    if (memory?.access.pattern === 'trace' && memory.access.file !== undefined)
      found.push({ file: memory.access.file, path: `${at}.memory.access.file`, pages: true });
    if (workload === null) return;
    if (workload.arrivals.process === 'closed') visit(workload.arrivals.think, `${at}.workload.arrivals.think`);
    workload.request.stages.forEach((stage, which) => {
      visit(stage.tasks, `${at}.workload.request.stages.${which}.tasks`);
      visit(stage.service, `${at}.workload.request.stages.${which}.service`);
    });
  });
  return found;
}
