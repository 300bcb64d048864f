// The table of docs/real.md, out of what `fluxhost calibrate --out` leaves of each repetition of each load.

import { perCpu } from './percpu.mjs';
import { tasksOf, underQuota } from './quota.mjs';

/** What Linux keeps of unused quota on a CPU. */
const KEPT_NS = 1e6;
/** Less is no difference. */
const EQUAL = 0.005;

/** What several CPUs have and the model has not, one after the other: each heads a column. `HZ=250` ticks every 4 ms (their phase: assumed). */
export const STEPS = [
  ['a queue each', { sliceNs: 1e4, keptNs: 0 }],
  ['and slices', { sliceNs: 5e6, keptNs: KEPT_NS, tickNs: 4e6 }],
  ['and order', { sliceNs: 5e6, keptNs: KEPT_NS, tickNs: 4e6, isOrdered: true }],
];
/** As the model: one queue, the quota to the microsecond. */
export const AS_THE_MODEL = { sliceNs: 1e4, keptNs: 0, isOne: true };

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

const mean = (values) => values.reduce((sum, one) => sum + one, 0) / values.length;
const quantile = (values, share) => Float64Array.from(values).sort()[Math.max(0, Math.ceil(share * values.length) - 1)];
const ofFigure = {
  throttled: ({ throttledNs }) => throttledNs,
  wait: ({ waitsNs }, q) => (q === 'mean' ? mean(waitsNs) : quantile(waitsNs, Number(q.slice(1)) / 100)),
  latency: ({ latenciesNs }, q) => quantile(latenciesNs, Number(q.slice(1)) / 100),
};

/** A repetition's arrivals and services by the naive calculation of `percpu.mjs`: of each VM its figures. */
export function steppedBy(rules, { scenario, files }) {
  const [periodNs, switchNs] = [ns(scenario.mechanism.period), ns(scenario.costs.taskSwitch)];
  const groups = scenario.vms.map(({ quota, workload }) => ({
    ...(quota === undefined ? {} : { quotaNs: quota * periodNs }),
    tasks: tasksOf(files[workload.arrivals.file]).map(([atNs, serviceNs, cpu, order]) => ({
      atNs,
      serviceNs,
      cpu,
      order,
    })),
  }));
  const done = perCpu(groups, { ...rules, periodNs, switchNs, cpus: scenario.host.cores });
  return new Map(scenario.vms.map(({ name }, i) => [name, (figure, q) => ofFigure[figure](done[i], q)]));
}

/** Of repetitions on several CPUs whose traces tell where tasks ran: the figures of each step. */
function stepsOf(repetitions) {
  const tell = ({ scenario, files }) =>
    scenario.host.cores > 1 && Object.values(files).every((csv) => /^.*,cpu,order\n/.test(csv));
  if (!repetitions.every(tell)) return null;
  return STEPS.map(([, rules]) => repetitions.map((one) => steppedBy(rules, one)));
}

/**
 * One row a figure of a VM of a load: errors of each repetition, the median of them, and the spread of the repetitions.
 *
 * @param loads each with its repetitions: { scenario, files, calibration }
 */
export function rowsOf(loads) {
  return loads.flatMap(({ name, repetitions }) => {
    const steps = stepsOf(repetitions);
    return repetitions[0].calibration.vms.flatMap((vm) =>
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
        const stepErrors =
          steps?.map((each) =>
            each.map((of, i) =>
              rows[i].recordedNs === 0 ? 0 : of.get(vm.name)(figure, quantile) / rows[i].recordedNs - 1,
            ),
          ) ?? null;
        return [{ load: name, vm: vm.name, figure, quantile, errors, error, spread, keptErrors, stepErrors, within }];
      }),
    );
  });
}

/** As Markdown. */
export function tableOf(loads, rows = rowsOf(loads)) {
  const several = (load) => loads.find(({ name }) => name === load).repetitions[0].calibration.vms.length > 1;
  const stepped = rows.some(({ stepErrors }) => stepErrors !== null);
  const beside = ({ keptErrors, stepErrors }) => {
    if (stepped) return STEPS.map((_, i) => (stepErrors === null ? '' : share(median(stepErrors[i]))));
    return [keptErrors === null ? '' : share(median(keptErrors))];
  };
  const lines = rows.map((row) => {
    const { load, vm, figure, quantile, errors, error, spread, within } = row;
    const of = vm.replace('fluxhost-real-', '').replace('fluxhost-real', 'load');
    const what = `${several(load) ? `${of}: ` : ''}${figure}${quantile === null ? '' : ` ${quantile}`}`;
    const told = [
      errors.map((one) => share(one).replace(' %', '')).join(', '),
      share(error),
      `${(100 * spread).toFixed(0)} %`,
    ];
    return [load, what, ...told, ...beside(row), within ? '' : 'miss'];
  });
  const besides = stepped ? STEPS.map(([name]) => name) : ['1 ms kept'];
  const head = ['load', 'figure', 'errors, %', 'median', 'spread', ...besides, ''];
  const widths = head.map((_, k) => Math.max(3, ...[head, ...lines].map((line) => line[k].length)));
  const line = (cells) => `| ${cells.map((cell, k) => cell.padEnd(widths[k])).join(' | ')} |`;
  return [line(head), `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`, ...lines.map(line)].join('\n');
}
