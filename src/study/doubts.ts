// What speaks against a figure that several runs stand behind: the warnings and the poor quantiles of any of them.

import type { Result, Warning } from '../result/result.js';
import { QUANTILES, support } from '../result/trust.js';

/** What speaks against it. */
export interface Doubted {
  /** What speaks against trusting the figures (docs/trust.md): of any replication, one of each code and field, in the words of the first. */
  warnings: Warning[];
  /**
   * Of quantiles with too few requests behind them in some replication, by the path of the figure: `few` leave them without an
   * upper limit, with `none` not one request lies beyond. Absent where all have enough.
   */
  support?: Record<string, 'few' | 'none'>;
}

export class Doubts {
  private readonly found = new Map<string, Warning>();
  private readonly poor: Record<string, 'few' | 'none'> = {};
  /** Of quantiles with too few requests in some run, by path: in how many. */
  readonly poorIn = new Map<string, number>();

  add(warnings: readonly Warning[]): void {
    for (const warning of warnings) {
      const key = `${warning.code} ${warning.field}`;
      if (!this.found.has(key)) this.found.set(key, warning);
    }
  }

  addRun({ vms, warnings }: Result): void {
    this.add(warnings);
    for (const { name, latencyNs } of vms)
      for (const [key] of QUANTILES) {
        const behind = support(key, latencyNs.count);
        const path = `${name}.latencyNs.${key}`;
        if (latencyNs.count === 0 || behind === 'enough') continue;
        this.poorIn.set(path, (this.poorIn.get(path) ?? 0) + 1);
        if (this.poor[path] !== 'none') this.poor[path] = behind;
      }
  }

  get told(): Doubted {
    const warnings = [...this.found.values()];
    return Object.keys(this.poor).length === 0 ? { warnings } : { warnings, support: this.poor };
  }
}
