// What density comes to: functions that a host takes in VMs of each kind and in containers, as a claim and as a table.

import type { Claim, OwnVerdict, WordTable } from '../experiment.js';
import type { Settings } from '../parameters.js';
import { percent } from '../words.js';
import { type DensityPoint, type VmKind, VM_KINDS } from './density.js';

const lookUp =
  (points: readonly DensityPoint[]) =>
  (sloMs: number, kind: VmKind): number =>
    points.find((point) => point.sloMs === sloMs && point.kind === kind)!.functions;

/** By whether small VMs that boot fast hold more functions than each of the others, at every objective, at some or at none. */
export function densityVerdict(points: readonly DensityPoint[]): OwnVerdict {
  const at = lookUp(points);
  const slos = [...new Set(points.map(({ sloMs }) => sloMs))];
  const sides = slos.map((slo) =>
    Math.sign(at(slo, 'hyperflux') - Math.max(...VM_KINDS.slice(1).map((kind) => at(slo, kind)))),
  );
  if (sides.some((side) => side > 0)) return 'reachable';
  return sides.every((side) => side < 0) ? 'refuted under every objective that was asked for' : 'not reached';
}

export function densityClaim(settings: Settings, points: readonly DensityPoint[], command: string): Claim {
  const at = lookUp(points);
  const slos = settings.list('density.slos').map(Number);
  const row = (kind: VmKind): string => slos.map((slo) => at(slo, kind)).join(', ');
  const seconds = (1 / settings.number('density.rate')).toFixed(0);
  return {
    id: 'density',
    claim: 'VMs of 3.2 MB that boot in 1.37 ms: more functions on a host, for an objective on the time to start',
    source: 'arXiv:2608.12633, abstract',
    paper: '3.2 MB, 1.37 ms; no figure of density',
    ours: `${slos
      .map(
        (slo) =>
          `p99 of ${slo} ms: ${at(slo, 'hyperflux')} against ${at(slo, 'firecracker')} in Firecracker VMs that boot, ` +
          `${at(slo, 'restored')} in restored ones, ${at(slo, 'container')} in containers`,
      )
      .join(
        '; ',
      )}; ${points.every(({ misses }) => misses !== null) ? `each was run, as was a number at most ${percent(settings.number('precision'))} or one above it, which misses` : 'for some of them no more were tried'}`,
    brief: `${row('hyperflux')} (p99 of ${slos.join(', ')} ms); Firecracker ${row('firecracker')}; containers ${row('container')}`,
    unit: '',
    supported: 'partly',
    verdict: densityVerdict(points),
    assumptions: [
      `functions of ${settings.number('density.function')} MiB called every ${seconds} s, without a runtime; what lies dormant goes when memory is needed`,
      `a container takes ${settings.number('memory.container')} MiB beside its function, and ${settings.number('container.start')} ms to start (Docker's figure; runc alone 33 ms)`,
      'the cores do not bind',
    ],
    command,
  };
}

export function densityTable(settings: Settings, points: readonly DensityPoint[]): WordTable {
  const at = lookUp(points);
  const memory = settings.number('density.memory');
  return {
    title: `Functions on ${memory} GiB until p99 of the time to start passes an objective, to within ${percent(settings.number('precision'))}`,
    question: `How many functions does a host of ${memory} GiB take?`,
    head: ['p99, ms', ...VM_KINDS],
    rows: settings.list('density.slos').map((slo) => [slo, ...VM_KINDS.map((kind) => String(at(Number(slo), kind)))]),
  };
}
