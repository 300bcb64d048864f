// What speaks against a figure that several runs stand behind: the warnings and the poor quantiles of any of them.

import type { Result, Warning } from '../result/result.js';
import { type Few, isThin, QUANTILES, support } from '../metrics/support.js';

/** What speaks against it. */
export interface Doubted {
  /** What speaks against trusting the figures (docs/trust.md): of any replication, one of each code and field, in the words of the first. */
  warnings: Warning[];
  /**
   * Of quantiles with too few requests behind them in some replication, by the path of the figure: `few` leave them without an
   * upper limit, with `none` not one request lies beyond. Absent where all have enough.
   */
  support?: Record<string, 'few' | 'none'>;
  /**
   * Of quantiles that fewer than ten requests lie beyond in some replication, by the path of the figure, `api.slo` for that of a VM's
   * SLO: the fewest that stand behind it in any. Absent where all have enough.
   */
  few?: Record<string, Few>;
}

export class Doubts {
  private readonly found = new Map<string, Warning>();
  private readonly poor: Record<string, 'few' | 'none'> = {};
  private readonly fewest: Record<string, Few> = {};
  /** Of quantiles without an upper limit in some run, by path: in how many. */
  readonly poorIn = new Map<string, number>();

  add(warnings: readonly Warning[]): void {
    for (const warning of warnings) {
      const key = `${warning.code} ${warning.field}`;
      if (!this.found.has(key)) this.found.set(key, warning);
    }
  }

  addRun({ vms, warnings }: Result): void {
    this.add(warnings);
    for (const vm of vms) {
      const { name, latencyNs, slo } = vm;
      if (slo !== null) this.count(`${name}.slo`, { quantile: slo.quantile, requests: vm.completed + vm.dropped });
      for (const [key, quantile] of QUANTILES) {
        const behind = support(key, latencyNs.count);
        const path = `${name}.latencyNs.${key}`;
        this.count(path, { quantile, requests: latencyNs.count });
        if (latencyNs.count === 0 || behind === 'enough') continue;
        this.poorIn.set(path, (this.poorIn.get(path) ?? 0) + 1);
        if (this.poor[path] !== 'none') this.poor[path] = behind;
      }
    }
  }

  /** No number of them is said to be too few where there is none at all. */
  private count(path: string, { quantile, requests }: Few): void {
    const before = this.fewest[path]?.requests ?? Infinity;
    if (requests > 0 && requests < before && isThin(quantile, requests)) this.fewest[path] = { quantile, requests };
  }

  get told(): Doubted {
    const warnings = [...this.found.values()];
    const some = (key: 'support' | 'few', of: object) => (Object.keys(of).length === 0 ? {} : { [key]: of });
    return { warnings, ...some('support', this.poor), ...some('few', this.fewest) };
  }
}
