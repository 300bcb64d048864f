// The manager's operations, one after the other, and the hot upgrade that they go through: prepare (nothing waits), quiesce (the
// operations in flight end, new ones wait), transfer (the tables are copied), switch. A copy that is not sound is dropped before the
// switch and the old version goes on. The copy and its check are done for real, on the allocator's tables.
// `reload` is the control: the module is gone meanwhile and operations fail.

import { perGB } from './boot.js';
import type { VmemCore } from './core.js';
import type { ReserveScenario } from './schema.js';

export interface UpgradeOutcome {
  readonly switched: boolean;
  readonly drainNs: number;
  readonly transferNs: number;
  readonly pauseNs: number;
}

export class Gate {
  private freeAtNs = 0;
  private closedFromNs = 0;
  private closedUntilNs = 0;
  private refuses = false;
  version = 1;

  constructor(private readonly scenario: ReserveScenario) {}

  /** Whether an operation at `nowNs` finds no module to answer it; always false but under `reload`. */
  fails(nowNs: number): boolean {
    return this.refuses && nowNs < this.closedUntilNs;
  }

  /** When the module answers again after a failed operation. */
  get reopensNs(): number {
    return this.closedUntilNs;
  }

  /** How long an operation asked for now waits for its turn. */
  waitNs(nowNs: number): number {
    return Math.max(this.freeAtNs - nowNs, 0);
  }

  /** The operation holds the manager for `costNs`; whether an upgrade was what it waited for. */
  hold(nowNs: number, costNs: number): boolean {
    const delayed = nowNs < this.closedUntilNs && nowNs >= this.closedFromNs;
    this.freeAtNs = Math.max(this.freeAtNs, nowNs) + costNs;
    return delayed;
  }

  /** Quiesce, transfer and switch from `nowNs` on; `damaged`: the transfer goes wrong. */
  upgrade(nowNs: number, core: VmemCore, damaged: boolean): UpgradeOutcome {
    const { upgrade } = this.scenario;
    if (upgrade === undefined) throw new Error('an upgrade without upgrade parameters');
    const drainNs = this.waitNs(nowNs);
    const transferNs = perGB(core.tableBytes, upgrade.transferPerGB);
    core.transfer(damaged);
    const switched = core.switch();
    if (switched) this.version += 1;
    const pauseNs = drainNs + transferNs + (switched ? upgrade.switch : 0);
    this.closedFromNs = nowNs;
    this.closedUntilNs = nowNs + pauseNs;
    this.refuses = upgrade.mode === 'reload';
    this.freeAtNs = this.closedUntilNs;
    return { switched, drainNs, transferNs, pauseNs };
  }
}
