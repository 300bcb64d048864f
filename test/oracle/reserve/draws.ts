// What a server draws: docs/vmem.md, "Draws". Each draw has a stream of its own.

import { Stream } from '../chance.js';
import type { ReserveScenario } from '../../../src/reserve/schema.js';

/** How a VM's memory changes on the way. */
export interface Resize {
  readonly bytes: number;
  /** Share of its lifetime that is over then. */
  readonly when: number;
}

export interface VmLine {
  readonly atNs: number;
  readonly bytes: number;
  readonly lifetimeNs: number;
  readonly resize?: Resize | undefined;
}

const DRAW = {
  gap: 101n,
  size: 102n,
  lifetimeClass: 103n,
  lifetime: 104n,
  resize: 105n,
  resizeWhen: 106n,
  resizeSize: 107n,
  poisonGap: 108n,
  poisonWhere: 109n,
  upgrade: 110n,
} as const;

export const uniform = (seed: number, index: number, what: keyof typeof DRAW): number =>
  new Stream(BigInt(seed), BigInt(index), DRAW[what]).unit();

export const gapNs = (seed: number, index: number, what: keyof typeof DRAW, meanNs: number): number =>
  Math.max(1, Math.round(meanNs * -Math.log(1 - uniform(seed, index, what))));

function byWeight<T extends { readonly weight: number }>(list: readonly T[], at: number): T {
  let left = at * list.reduce((sum, { weight }) => sum + weight, 0);
  return list.find(({ weight }) => (left -= weight) < 0) ?? list.at(-1)!;
}

/** The VMs that come by `until`. */
export function drawnVms({ seed, vms }: ReserveScenario, until: number): VmLine[] {
  const lines: VmLine[] = [];
  if (vms === undefined) return lines;
  let atNs = 0;
  for (let i = 0; ; i++) {
    atNs += gapNs(seed, i, 'gap', vms.meanGap);
    if (atNs > until) return lines;
    const bytes = byWeight(vms.sizes, uniform(seed, i, 'size')).memory;
    const { mean } = byWeight(vms.lifetimes, uniform(seed, i, 'lifetimeClass'));
    const resize =
      uniform(seed, i, 'resize') < vms.resizeShare
        ? {
            bytes: byWeight(vms.sizes, uniform(seed, i, 'resizeSize')).memory,
            when: uniform(seed, i, 'resizeWhen'),
          }
        : undefined;
    lines.push({ atNs, bytes, lifetimeNs: gapNs(seed, i, 'lifetime', mean), resize });
  }
}
