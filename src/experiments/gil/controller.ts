// The controller of BetaPool (WhiteMetagross/BetaPool 1d6b4ef, source read): every so often it looks at the mean blocking ratio of the last
// tasks and at the CPU. It looks at no queue, and waits only after a change of its own.

export interface ControllerSettings {
  readonly stabilizationS: number;
  readonly warmupTasks: number;
  readonly high: number;
  readonly low: number;
  readonly up: number;
  readonly down: number;
  /** Share of all cores. */
  readonly cpuUpper: number;
  readonly least: number;
  readonly most: number;
}

export class Controller {
  threads: number;
  private changed = 0;

  constructor(private readonly settings: ControllerSettings) {
    this.threads = settings.least;
  }

  /** The number of threads from `nowS` on. */
  look(nowS: number, tasks: number, ratio: number, cpu: number): number {
    const { stabilizationS, warmupTasks, high, low, up, down, cpuUpper, least, most } = this.settings;
    // times are multiples of the monitor's period, which need not be binary fractions
    if (nowS - this.changed < stabilizationS - 1e-9 || tasks < warmupTasks) return this.threads;
    let next = this.threads;
    if (ratio > high) next = cpu < cpuUpper ? next + up : next;
    else if (ratio < low || cpu > cpuUpper) next -= down;
    next = Math.min(most, Math.max(least, next));
    if (next !== this.threads) this.changed = nowS;
    return (this.threads = next);
  }
}
