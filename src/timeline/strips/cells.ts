// Columns of a strip chart as numbers, and as a result writes them. A cell is 0 for an idle core, else VM and doing in one number.

import * as L from '../../../assembly/layout.js';
import { VCPU_STATES, type Records } from '../../core/records.js';
import { DOING, runsText } from '../../result/runs.js';
import type { StripWindow } from '../../result/strips.js';

/** Cells of one window, at most: what a result and a page can carry. */
const MOST_CELLS = 2 ** 17;
/** VMs whose queues are kept. */
const MOST_QUEUES = 16;
const KINDS = 3;
const LETTERS = [DOING.running, DOING.searching, DOING.moving] as const;
const SEARCHING: ReadonlySet<string> = new Set(['searching', 'stealing', 'spinning']);

/** By state of a vCPU: place in LETTERS. */
const KIND_OF = VCPU_STATES.map((state) => (state === 'running' ? 0 : SEARCHING.has(state) ? 1 : 2));

/** Columns that a window of so many cores may have. */
export const columnsFor = (cores: number, wanted: number): number =>
  Math.max(16, Math.min(wanted, Math.floor(MOST_CELLS / cores)));

export const queuesOf = (vms: number): number => Math.min(vms, MOST_QUEUES);

/** `vms`: of the scenario; those that functions run in stand together behind them. */
export function cellOf(records: Records, core: number, vms: number): number {
  const vcpu = records.word(records.core(core), L.CORE_VCPU);
  if (vcpu === 0) return 0;
  const vm = Math.min(records.word(records.word(vcpu, L.VCPU_VM), L.VM_INDEX), vms);
  return 1 + vm * KINDS + KIND_OF[records.word(vcpu, L.VCPU_STATE)]!;
}

export const waitingOf = (records: Records, vm: number): number => records.word(records.vm(vm), L.VM_QUEUED);

const holderOf = (cell: number): number => (cell === 0 ? -1 : Math.floor((cell - 1) / KINDS));
const letterOf = (cell: number): string => (cell === 0 ? DOING.idle : LETTERS[(cell - 1) % KINDS]!);

/** Rows of cells, one a core, as a result has them. */
export function windowOf(
  head: Pick<StripWindow, 'what' | 'fromNs' | 'columnNs'>,
  rows: readonly Uint32Array[],
  waiting: readonly (readonly number[])[],
): StripWindow {
  const cores = rows.map((row) => ({
    vms: runsText(Array.from(row, holderOf)),
    doing: Array.from(row, letterOf).join(''),
  }));
  return { ...head, columns: rows[0]?.length ?? 0, cores, waiting: waiting.map(runsText) };
}
