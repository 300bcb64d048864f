// What rows of hosts add up to: by class of VMs, of functions, and the cores' time by use.

import { FunctionSums, type FunctionSumsState } from './function-row.js';
import { Tally, type TallyState } from './tally.js';
import type { HostRow, RowCores } from './work.js';
import { CLASSES, type VmClass } from './vms.js';

export type Count = 'vms' | 'arrived' | 'completed' | 'dropped' | 'inFlight' | 'attained' | 'judged' | 'late';
export const COUNTS: readonly Count[] = [
  'vms',
  'arrived',
  'completed',
  'dropped',
  'inFlight',
  'attained',
  'judged',
  'late',
];
export const USES: readonly (keyof RowCores)[] = ['task', 'steal', 'idlePoll', 'transition', 'idle', 'poll'];

export type ClassSums = Tally<Count>;

/** What hosts of one kind did, exactly. */
export class Sums {
  readonly classes = new Map<VmClass, ClassSums>();
  /** Absent where no host has functions. */
  functions: FunctionSums | undefined;
  /** In ns. */
  readonly cores = new Map<keyof RowCores, bigint>(USES.map((use) => [use, 0n]));

  add(row: HostRow): void {
    for (const name of CLASSES) {
      const part = row.classes[name];
      if (part === undefined) continue;
      let sums = this.classes.get(name);
      if (sums === undefined) this.classes.set(name, (sums = new Tally(COUNTS)));
      sums.add(part.latency, part);
    }
    if (row.functions !== undefined) (this.functions ??= new FunctionSums()).add(row.functions);
    for (const use of USES) this.cores.set(use, this.cores.get(use)! + BigInt(row.cores[use]));
  }

  state(): SumsState {
    return {
      classes: [...this.classes].map(([name, sums]) => [name, sums.state()]),
      ...(this.functions === undefined ? {} : { functions: this.functions.state() }),
      cores: USES.map((use) => String(this.cores.get(use)!)),
    };
  }

  absorb({ classes, functions, cores }: SumsState): void {
    for (const [name, state] of classes) {
      const sums = this.classes.get(name) ?? new Tally(COUNTS);
      this.classes.set(name, sums);
      sums.absorb(state);
    }
    if (functions !== undefined) (this.functions ??= new FunctionSums()).absorb(functions);
    USES.forEach((use, i) => this.cores.set(use, this.cores.get(use)! + BigInt(cores[i]!)));
  }
}

/** As it is kept; plain data. */
export interface SumsState {
  readonly classes: readonly (readonly [name: VmClass, sums: TallyState])[];
  readonly functions?: FunctionSumsState;
  /** In the order of USES. */
  readonly cores: readonly string[];
}
