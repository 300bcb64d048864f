// The table of docs/real.md, out of what `fluxhost calibrate --out` leaves of each repetition of each load.

import { tasksOf, underQuota } from './quota.mjs';

/** What Linux keeps of unused quota on a CPU. */
const KEPT_NS = 1e6;
/** Less is no difference. */
const EQUAL = 0.005;

const FIGURES = [
  ['throttled', null],
  ['wait', 'mean'],
  ['wait', 'p50'],
  ['wait', 'p99'],
  ['latency', 'p99'],
];

const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];
const share = (value) => `${value > 0 ? '+' : ''}${(100 * value).toFixed(1)} %`;
const ns = (text) => Number(text.slice(0, -2));

/** Of the same arrivals and services, throttled time where 1 ms of unused quota is kept; null where a CPU is shared. */
function kept({ scenario, files }) {
  const [vm, ...others] = scenario.vms;
  if (others.length > 0 || scenario.host.cores !== 1) return null;
  const [periodNs, switchNs] = [ns(scenario.mechanism.period), ns(scenario.costs.taskSwitch)];
  const quota = { quotaNs: vm.quota * periodNs, periodNs, switchNs, keptNs: KEPT_NS };
  return underQuota(tasksOf(files[vm.workload.arrivals.file]), quota).throttledNs;
}

/**
 * One row a figure of a VM of a load: errors of each repetition, the median of them, and the spread of the repetitions.
 *
 * @param loads each with its repetitions: { scenario, files, calibration }
 */
export function rowsOf(loads) {
  return loads.flatMap(({ name, repetitions }) =>
    repetitions[0].calibration.vms.flatMap((vm) =>
      FIGURES.flatMap(([figure, quantile]) => {
        const rows = repetitions.map(({ calibration }) =>
          calibration.rows.find((row) => row.vm === vm.name && row.figure === figure && row.quantile === quantile),
        );
        if (rows.includes(undefined)) return [];
        const errors = rows.map(({ error }) => error ?? 0);
        const keeping = figure === 'throttled' ? repetitions.map(kept) : [null];
        const isNone = keeping.includes(null) || rows.some(({ recordedNs }) => recordedNs === 0);
        const keptErrors = isNone ? null : keeping.map((value, i) => value / rows[i].recordedNs - 1);
        const spread = rows[0].spread ?? 0;
        const error = median(errors);
        const within =
          figure === 'throttled' ? Math.abs(error) <= 0.05 : Math.abs(error) <= Math.max(2 * spread, EQUAL);
        return [{ load: name, vm: vm.name, figure, quantile, errors, error, spread, keptErrors, within }];
      }),
    ),
  );
}

/** As Markdown. */
export function tableOf(loads) {
  const several = (load) => loads.find(({ name }) => name === load).repetitions[0].calibration.vms.length > 1;
  const lines = rowsOf(loads).map(({ load, vm, figure, quantile, errors, error, spread, keptErrors, within }) => {
    const what = `${several(load) ? `${vm.replace('fluxhost-real-', '').replace('fluxhost-real', 'load')}: ` : ''}${figure}${quantile === null ? '' : ` ${quantile}`}`;
    const keeping = keptErrors === null ? '' : share(median(keptErrors));
    return [
      load,
      what,
      errors.map(share).join(', '),
      share(error),
      `${(100 * spread).toFixed(0)} %`,
      keeping,
      within ? '' : 'miss',
    ];
  });
  const head = ['load', 'figure', 'errors', 'median', 'spread', '1 ms kept', ''];
  const widths = head.map((_, k) => Math.max(3, ...[head, ...lines].map((line) => line[k].length)));
  const line = (cells) => `| ${cells.map((cell, k) => cell.padEnd(widths[k])).join(' | ')} |`;
  return [line(head), `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`, ...lines.map(line)].join('\n');
}
