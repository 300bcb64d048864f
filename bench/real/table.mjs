// The table of docs/real.md, out of what `fluxhost calibrate --out` leaves of each repetition of each load.

import { perCpu } from './percpu.mjs';
import { tasksOf } from './quota.mjs';
import { byShares } from './shares.mjs';

/** What Linux keeps of unused quota on a CPU. */
const KEPT_NS = 1e6;
/** Less is no difference. */
const EQUAL = 0.005;

/** What Linux has on one CPU and the model has not: heads of columns. */
export const ON_ONE = ['cpu.stat', 'by weight', '1 ms kept', 'and slices', 'and order'];
/** The same on several. */
export const ON_SEVERAL = ['a queue each', 'and slices', 'and weight', 'and order'];
/** Of groups on CPUs of a machine with two: 0.7 ms times 1 + log2 of CPUs (sysctl_sched_base_slice), and `HZ=250`. */
const SHARING = { sliceNs: 1.4e6, tickNs: 4e6 };
/** When in 4 ms the ticks fall is recorded nowhere: all of these. */
const TICKS_AT = [0, 0.5, 1, 1.5, 2, 2.5, 3, 3.5].map((ms) => ms * 1e6);

/** Rules of percpu.mjs. `HZ=250` ticks every 4 ms (their phase: assumed). */
const QUEUE_EACH = { sliceNs: 1e4, keptNs: 0 };
export const SLICES = { sliceNs: 5e6, keptNs: KEPT_NS, tickNs: 4e6 };
/** The same of shares.mjs. */
export const WEIGHT = { quotaSliceNs: SLICES.sliceNs, keptNs: KEPT_NS };
/** As the model: one queue, the quota to the microsecond. */
export const AS_THE_MODEL = { sliceNs: 1e4, keptNs: 0, isOne: true };

const FIGURES = [
  ['throttled', null],
  ['wait', 'mean'],
  ['wait', 'p50'],
  ['wait', 'p99'],
  ['latency', 'p99'],
];

function median(values) {
  const [sorted, middle] = [[...values].sort((a, b) => a - b), values.length / 2];
  return Number.isInteger(middle) ? (sorted[middle - 1] + sorted[middle]) / 2 : sorted[Math.floor(middle)];
}
const signed = (value) => `${value > 0 ? '+' : ''}${(100 * value).toFixed(1)}`;
const share = (value) => `${signed(value)} %`;
/** Of each repetition: an error, or from which to which. */
const each = (errors) =>
  errors.map((one) => (typeof one === 'number' ? signed(one) : one.map(signed).join(' to '))).join(', ');
const inMs = (ns) => String(Number((ns / 1e6).toPrecision(3)));
const ns = (text) => Number(text.slice(0, -2));

const mean = (values) => values.reduce((sum, one) => sum + one, 0) / values.length;
const quantile = (values, share) => Float64Array.from(values).sort()[Math.max(0, Math.ceil(share * values.length) - 1)];
const ofFigure = {
  throttled: ({ throttledNs }) => throttledNs,
  wait: ({ waitsNs }, q) => (q === 'mean' ? mean(waitsNs) : quantile(waitsNs, Number(q.slice(1)) / 100)),
  latency: ({ latenciesNs }, q) => quantile(latenciesNs, Number(q.slice(1)) / 100),
};

function groupsOf({ scenario, files }) {
  const periodNs = ns(scenario.mechanism.period);
  return scenario.vms.map(({ quota, workload }) => ({
    ...(quota === undefined ? {} : { quotaNs: quota * periodNs }),
    tasks: tasksOf(files[workload.arrivals.file]).map(([atNs, serviceNs, cpu, order]) => ({
      atNs,
      serviceNs,
      cpu,
      order,
    })),
  }));
}

/** A repetition's arrivals and services by a naive calculation: of each VM its figures. */
function calculated(by, rules, repetition) {
  const { scenario } = repetition;
  const [periodNs, switchNs] = [ns(scenario.mechanism.period), ns(scenario.costs.taskSwitch)];
  const done = by(groupsOf(repetition), { ...rules, periodNs, switchNs, cpus: scenario.host.cores });
  return new Map(scenario.vms.map(({ name }, i) => [name, (figure, q) => ofFigure[figure](done[i], q)]));
}

export const steppedBy = (rules, repetition) => calculated(perCpu, rules, repetition);
export const sharedBy = (rules, repetition) => calculated(byShares, { ...SHARING, ...rules }, repetition);

/** Whether traces tell where tasks ran, and in which order. */
const tells = ({ files }) => Object.values(files).every((csv) => /^.*,cpu,order\n/.test(csv));

/** Where its ticks may have fallen. */
function sliced(repetition) {
  const first = { ...repetition, files: onFirst(repetition.files) };
  const all = TICKS_AT.map((tickAtNs) => steppedBy({ ...SLICES, tickAtNs }, first));
  return new Map(
    repetition.scenario.vms.map(({ name }) => [
      name,
      (figure, q) => {
        const values = all.map((of) => of.get(name)(figure, q));
        return figure === 'throttled' ? [Math.min(...values), Math.max(...values)] : null;
      },
    ]),
  );
}

/** Whatever its number was, it is the only one. */
const onFirst = (files) =>
  Object.fromEntries(
    Object.entries(files).map(([name, csv]) => {
      const rows = tasksOf(csv).map(([atNs, serviceNs]) => `${atNs},${serviceNs},0`);
      return [name, `arrival,service,cpu\n${rows.join('\n')}\n`];
    }),
  );

/** What the kernel counted as throttled. */
const counted = ({ calibration }) =>
  new Map(
    calibration.vms.map(({ name, statThrottledNs }) => [
      name,
      (figure) => (figure === 'throttled' ? statThrottledNs : null),
    ]),
  );

/** Of repetitions, column by column: the figures of each, or null where a column is not for them. */
function stepsOf(repetitions) {
  const { scenario } = repetitions[0];
  const isShared = scenario.vms.length > 1;
  const by = (rules) => repetitions.map((one) => sharedBy(rules, one));
  if (scenario.host.cores > 1) {
    if (!repetitions.every(tells)) return null;
    const steps = (rules) => repetitions.map((one) => steppedBy(rules, one));
    const last = isShared ? by({ ...WEIGHT, isOrdered: true }) : steps({ ...SLICES, isOrdered: true });
    return [steps(QUEUE_EACH), steps(SLICES), isShared ? by(WEIGHT) : null, last];
  }
  const keptNs = KEPT_NS;
  return [
    repetitions.map(counted),
    isShared ? by({}) : null,
    by({ keptNs }),
    isShared ? null : repetitions.map(sliced),
    isShared && repetitions.every(tells) ? by({ keptNs, isOrdered: true }) : null,
  ];
}

/** Whether it is no miss. */
export const isWithin = (figure, error, spread) =>
  Math.abs(error) <= (figure === 'throttled' ? 0.05 : Math.max(2 * spread, EQUAL));

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
        const spread = rows[0].spread ?? 0;
        const error = median(errors);
        const within = isWithin(figure, error, spread);
        const errorOf = (value, i) => (rows[i].recordedNs === 0 ? 0 : value / rows[i].recordedNs - 1);
        const stepErrors =
          steps?.map((repeated) => {
            const values = repeated?.map((of) => of.get(vm.name)(figure, quantile)) ?? [null];
            if (values.includes(null)) return null;
            return values.map((value, i) =>
              Array.isArray(value) ? value.map((one) => errorOf(one, i)) : errorOf(value, i),
            );
          }) ?? null;
        const recordedNs = rows.map((row) => row.recordedNs);
        return [{ load: name, vm: vm.name, figure, quantile, recordedNs, errors, error, spread, stepErrors, within }];
      }),
    );
  });
}

/** As Markdown. */
export function tableOf(loads, rows = rowsOf(loads)) {
  const several = (load) => loads.find(({ name }) => name === load).repetitions[0].calibration.vms.length > 1;
  const heads = loads[0].repetitions[0].scenario.host.cores > 1 ? ON_SEVERAL : ON_ONE;
  const used = heads.map((_, i) => rows.some(({ stepErrors }) => (stepErrors?.[i] ?? null) !== null));
  const beside = ({ stepErrors }) =>
    heads.flatMap((_, i) => (used[i] ? [(stepErrors?.[i] ?? null) === null ? '' : each(stepErrors[i])] : []));
  const lines = rows.map((row) => {
    const { load, vm, figure, quantile, recordedNs, errors, error, spread, within } = row;
    const of = vm.replace('fluxhost-real-', '').replace('fluxhost-real', 'load');
    const what = `${several(load) ? `${of}: ` : ''}${figure}${quantile === null ? '' : ` ${quantile}`}`;
    const told = [recordedNs.map(inMs).join(', '), each(errors), share(error), `${(100 * spread).toFixed(0)} %`];
    return [load, what, ...told, ...beside(row), within ? '' : 'miss'];
  });
  const head = [
    'load',
    'figure',
    'recorded, ms',
    'errors, %',
    'median',
    'spread',
    ...heads.filter((_, i) => used[i]),
    'verdict',
  ];
  const widths = head.map((_, k) => Math.max(3, ...[head, ...lines].map((line) => line[k].length)));
  const line = (cells) => `| ${cells.map((cell, k) => cell.padEnd(widths[k])).join(' | ')} |`;
  return [line(head), `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`, ...lines.map(line)].join('\n');
}
