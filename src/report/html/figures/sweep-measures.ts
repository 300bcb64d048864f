// What a sweep is looked at by: the latencies that its objectives judge, what functions gain and cost, how busy the host was.

import type { SweepResult, SweepRow } from '../../../study/sweep.js';
import type { ResponsePlot } from '../figure.js';
import { sloWords } from '../words.js';

const MOST_PANELS = 4;

export interface Measure {
  readonly path: string;
  readonly title: string;
  readonly unit: 'ns' | 'share' | 'number';
  /** The VM, where the measure is one's latency. */
  readonly vm?: string;
}

/** What keeping instances of functions warm gains and costs. */
const FUNCTIONS: readonly Measure[] = [
  { path: 'lifecycle.coldStartRate', title: 'cold starts', unit: 'share' },
  { path: 'lifecycle.warmGibSecondsPer1000', title: 'warm GiB·s for 1,000 requests', unit: 'number' },
  { path: 'lifecycle.latencyNs.p99', title: 'functions p99', unit: 'ns' },
];

/** The quantile of its SLO for a VM that has one, p99 for others, cold starts and warm memory of functions, and how busy the host was. */
export function measuresOf({ rows, slos = [] }: SweepResult): Measure[] {
  const paths = [...new Set(rows.flatMap(({ figures }) => Object.keys(figures)))];
  const functions = paths.includes('lifecycle.coldStartRate') ? FUNCTIONS : [];
  const vms = paths
    .filter((path) => path.endsWith('.latencyNs.p99') && functions.every((measure) => measure.path !== path))
    .map((path) => path.slice(0, -14));
  const withSlo = (vm: string): boolean => paths.includes(`${vm}.slo.attained`);
  const ordered = [...vms].sort((a, b) => Number(withSlo(b)) - Number(withSlo(a)));
  const shown = ordered.some(withSlo) ? ordered.filter(withSlo) : ordered;
  const latencies = shown.slice(0, MOST_PANELS - 1).map((vm): Measure => {
    const quantile = slos.find((slo) => slo.vm === vm)?.quantile ?? 0.99;
    const key = `p${String(quantile * 100).replace('.', '')}`;
    const known = paths.includes(`${vm}.latencyNs.${key}`) ? key : 'p99';
    return { path: `${vm}.latencyNs.${known}`, title: `${vm} ${known.replace('p999', 'p99.9')}`, unit: 'ns', vm };
  });
  return [...latencies, ...functions, { path: 'host.utilization', title: 'core time that runs tasks', unit: 'share' }];
}

export const missed = (row: SweepRow, vm: string | undefined): boolean => {
  const share = vm === undefined ? undefined : row.figures[`${vm}.slo.attained`]?.mean;
  return share !== undefined && share !== null && share < 1;
};

export const mechanismsOf = ({ rows }: SweepResult): string[] => [...new Set(rows.map(({ mechanism }) => mechanism))];

/** What is aimed at with it. */
export function sloOf(result: SweepResult, { vm, path }: Measure): ResponsePlot['panels'][number]['slo'] {
  const slo = result.slos?.find((one) => one.vm === vm);
  if (slo === undefined || !path.includes('latencyNs')) return null;
  return { value: slo.targetNs, text: `SLO ${sloWords(slo)}` };
}
