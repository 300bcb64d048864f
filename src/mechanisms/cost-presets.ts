// Costs that were measured together, under one name: `costs: measured-linux-6`. What was not measured keeps its default.

import { formatDuration } from '../input/quantities.js';
import type { CostName } from './costs.js';

export const PRESET_NAMES = ['measured-linux-6'] as const;

export interface CostPreset {
  readonly name: (typeof PRESET_NAMES)[number];
  readonly meaning: string;
  /** The command that measured, and where. */
  readonly source: string;
  /** In ns, and what was measured. */
  readonly values: Partial<Record<CostName, readonly [ns: number, what: string]>>;
}

export const COST_PRESETS: readonly CostPreset[] = [
  {
    name: 'measured-linux-6',
    meaning:
      'Tasks are threads of Linux and cores are moved by its wake-ups and signals; other costs keep their defaults.',
    source:
      'npm run real -- --costs: Linux 6.18, two virtual CPUs of an AMD EPYC under KVM, whose inter-processor interrupts leave the guest; ' +
      'nothing else on the machine; the median of 400 in the best of 15 rounds, the lesser of two runs, which differ by less than 5 %, those of ' +
      '`wake` by 34 % (docs/real.md)',
    values: {
      taskSwitch: [900, 'sched_yield from one thread to the next on a CPU'],
      notify: [9_700, "a signal to a thread that runs on another CPU, until its handler's first instruction"],
      wake: [14_900, 'FUTEX_WAKE of a thread that sleeps on another CPU, until it runs there'],
      yield: [2_000, 'FUTEX_WAIT and the switch to the next thread that was woken on the CPU'],
      issue: [6_100, 'FUTEX_WAKE for another CPU, until the caller goes on'],
    },
  },
];

/** Undefined: there is no such preset, or it leaves the cost as it is. */
export function presetNs(preset: string, cost: CostName): number | undefined {
  return COST_PRESETS.find(({ name }) => name === preset)?.values[cost]?.[0];
}

/** Cost, value and what was measured, for a table. */
export function rowsOfPreset({ values }: CostPreset): [name: string, value: string, what: string][] {
  return Object.entries(values).map(([name, [ns, what]]) => [`costs.${name}`, formatDuration(ns), what]);
}
