// Upgrades and switches: their phases, the pause, and who waits for its end.

import { RANK, type Clock } from '../clock.js';
import type { TouchingTask } from '../seam.js';
import type { Counting } from './counting.js';
import type { UpgradeFigures } from './figures.js';
import type { HostSpec, Waiting } from './things.js';

type Spec = HostSpec['upgrades'][number];

interface Upgrade {
  readonly spec: Spec;
  readonly figures: UpgradeFigures;
  quiescing: boolean;
  pausedAt: number | null;
}

interface Wait {
  readonly task: TouchingTask;
  readonly since: number;
  /** It waits within a stall, not at a touch. */
  readonly stalled: boolean;
}

export interface Around {
  serversIdle(): boolean;
  /** Tasks that wait for what cannot begin in a pause. */
  waitingForServers(): Waiting[];
  ready(task: TouchingTask): void;
  /** The pause is over. */
  over(): void;
}

export class Upgrades {
  private readonly all: Upgrade[];
  private current: Upgrade | null = null;
  private waiting: Wait[] = [];

  constructor(
    specs: readonly Spec[],
    private readonly clock: Clock,
    private readonly counted: Counting,
    private readonly around: Around,
  ) {
    this.all = specs.map((spec) => ({
      spec,
      quiescing: false,
      pausedAt: null,
      figures: {
        kind: spec.kind,
        outcome: 'not reached',
        startedNs: 0,
        pausedNs: 0,
        quiesceNs: 0,
        waited: 0,
        waitMaxNs: 0,
      },
    }));
    this.planNext(0);
  }

  get pausing(): boolean {
    return this.current !== null && this.current.pausedAt !== null;
  }

  /** Whether a touch waits for the end of a pause. */
  stops(hit: boolean): boolean {
    return this.pausing && (this.current!.spec.kind === 'hot-switch' || !hit);
  }

  stopped(task: TouchingTask): void {
    this.wait({ task, since: this.clock.now, stalled: false });
  }

  /** A fault has left its guest, and nothing begins for it before the pause is over. */
  waits({ task }: Waiting): void {
    if (this.pausing) this.wait({ task, since: this.clock.now, stalled: true });
  }

  serversIdle(): void {
    if (this.current?.quiescing && this.around.serversIdle()) this.transfer(this.current);
  }

  figures(): UpgradeFigures[] {
    return this.all.map(({ figures, pausedAt }) => {
      const now = { ...figures };
      if (pausedAt !== null) now.pausedNs = this.clock.now - pausedAt;
      return now;
    });
  }

  private planNext(index: number): void {
    const upgrade = this.all[index];
    if (upgrade === undefined) return;
    this.clock.at(Math.max(upgrade.spec.atNs, this.clock.now), RANK.serve, () => this.begin(upgrade));
  }

  private begin(upgrade: Upgrade): void {
    const { prepareNs, fails } = upgrade.spec;
    this.current = upgrade;
    upgrade.figures.outcome = 'in progress';
    upgrade.figures.startedNs = this.clock.now;
    this.after(prepareNs, () => {
      if (fails === 'prepare') {
        this.rollBack(upgrade);
        return;
      }
      upgrade.pausedAt = this.clock.now;
      upgrade.quiescing = true;
      for (const waiting of this.around.waitingForServers()) this.waits(waiting);
      this.serversIdle();
    });
  }

  private transfer(upgrade: Upgrade): void {
    upgrade.quiescing = false;
    upgrade.figures.quiesceNs = this.clock.now - upgrade.pausedAt!;
    this.after(upgrade.spec.transferNs, () => {
      if (upgrade.spec.fails === 'transfer') this.rollBack(upgrade);
      else this.after(upgrade.spec.switchNs, () => this.finish(upgrade, 'done'));
    });
  }

  private rollBack(upgrade: Upgrade): void {
    this.after(upgrade.spec.rollbackNs, () => this.finish(upgrade, 'rolled back'));
  }

  private wait(wait: Wait): void {
    this.waiting.push(wait);
    this.counted.pauseWaits();
    this.current!.figures.waited++;
  }

  private finish(upgrade: Upgrade, outcome: 'done' | 'rolled back'): void {
    upgrade.figures.outcome = outcome;
    if (upgrade.pausedAt !== null) upgrade.figures.pausedNs = this.clock.now - upgrade.pausedAt;
    upgrade.pausedAt = null;
    this.current = null;
    const { waiting } = this;
    this.waiting = [];
    for (const { task, since, stalled } of waiting) {
      const ns = this.clock.now - since;
      upgrade.figures.waitMaxNs = Math.max(upgrade.figures.waitMaxNs, ns);
      this.counted.pauseWait(task.vm, ns, stalled);
    }
    const stopped = waiting.filter(({ stalled }) => !stalled).map(({ task }) => task);
    for (const task of stopped.toSorted((a, b) => a.vm - b.vm)) this.around.ready(task);
    this.around.over();
    this.planNext(this.all.indexOf(upgrade) + 1);
  }

  private after(ns: number, act: () => void): void {
    if (ns === 0) act();
    else this.clock.at(this.clock.now + ns, RANK.serve, act);
  }
}
