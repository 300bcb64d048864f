// PI-DLinear (arXiv 2605.04074): forecasts of a GPU fleet's temperature, and whether the balance of energy as a term of the loss makes
// them better. Rules: docs/pi-dlinear.md.

import { InputError } from '../../input/errors.js';
import { studentQuantile } from '../../metrics/confidence.js';
import { mean, quantile } from '../draw.js';
import { type Asked, type Claim, type ExperimentTable, experimentOf } from '../experiment.js';
import type { Settings } from '../parameters.js';
import { type Job, readJobs } from './fleet.js';
import { PI_DLINEAR_PARAMETERS } from './parameters.js';
import { checked, compared, networkOf, powerOf, seriesOf, throughOf, unthrottled } from './study.js';
import { exactStep, steady, timeConstants } from './thermal.js';
import { pictured } from '../pictures.js';
import { conditionsPicture, stepPicture } from './pictures.js';

const COMMAND = 'fluxhost reproduce pi-dlinear';
const SOURCE = 'arXiv 2605.04074, abstract';
const [LEAST, MOST] = [-0.00782, -0.3908];

/** Of all seeds under one condition. */
interface Condition {
  readonly name: string;
  readonly plain: number;
  readonly physics: number;
  readonly change: number;
  readonly low: number;
  readonly high: number;
  readonly weights: readonly number[];
  readonly measured: number;
  readonly throttled: number;
}

function paired(values: readonly number[]): { mean: number; low: number; high: number } {
  const middle = mean(values);
  const squares = values.reduce((sum, one) => sum + (one - middle) ** 2, 0) / (values.length - 1);
  const half = studentQuantile(0.95, values.length - 1) * Math.sqrt(squares / values.length);
  return { mean: middle, low: middle - half, high: middle + half };
}

const changed = (after: number, before: number): number => (before > 0 ? after / before - 1 : 0);

function condition(name: string, settings: Settings, jobs: readonly Job[] | null, hot = false): Condition {
  let throttled = 0;
  const through = throughOf(settings);
  const outcomes = Array.from({ length: settings.number('seeds') }, (_, i) => {
    const seed = settings.number('seed') + i;
    const power = powerOf(settings, seed, jobs);
    const own = hot ? settings.with({ limit: quantile(unthrottled(settings, power).gpu, 0.95) }) : settings;
    const series = seriesOf(own, power);
    throttled += series.throttled / power.length / settings.number('seeds');
    return compared(own, series, seed, through);
  });
  const change = paired(outcomes.map(({ plain, physics }) => changed(physics, plain)));
  return {
    name,
    plain: mean(outcomes.map((one) => one.plain)),
    physics: mean(outcomes.map((one) => one.physics)),
    change: change.mean,
    low: change.low,
    high: change.high,
    weights: outcomes.map((one) => one.weight),
    measured: mean(outcomes.map((one) => changed(one.measured, one.plain))),
    throttled,
  };
}

function conditions(settings: Settings, jobs: readonly Job[] | null): [Condition, ...Condition[]] {
  const [train, horizon] = [settings.number('train'), settings.number('horizon')];
  const short = Math.max(2, Math.round(train / 4));
  const other = (steps: number): Condition[] =>
    steps === horizon ? [] : [condition(`horizon ${steps}`, settings.with({ horizon: steps }), jobs)];
  return [
    condition('as set', settings, jobs),
    ...other(5),
    ...other(80),
    condition(`${short} windows for training`, settings.with({ train: short }), jobs),
    condition('throttled above the 95th percentile', settings, jobs, true),
    condition('both', settings.with({ train: short }), jobs, true),
  ];
}

const percent = (share: number): string => `${share > 0 ? '+' : ''}${(100 * share).toFixed(3)} %`;
const within = ({ low, high }: Condition): string => `${percent(low)} to ${percent(high)}`;

function claims(settings: Settings, all: readonly [Condition, ...Condition[]], control: Condition): Claim[] {
  const [own] = all;
  const best = all.reduce((least, one) => (one.change < least.change ? one : least));
  const reached = all.some(({ change, high }) => change <= LEAST && high < 0);
  const common = { unit: '', command: COMMAND, source: SOURCE } as const;
  const many = `${settings.number('seeds')} seeds`;
  return [
    {
      ...common,
      id: 'error',
      claim: 'less squared error by the balance of energy',
      paper: '-0.782 to -39.08 % against the best other',
      ours: `${percent(own.change)} (${within(own)}, ${many}) against DLinear; ${percent(best.change)} (${within(best)}) at the best: ${best.name}`,
      brief: `${percent(own.change)}; ${percent(best.change)} at the best (${best.name})`,
      numbers: {
        unit: 'change',
        paper: { bound: '=', value: LEAST, to: MOST },
        ours: [
          { where: 'as set', value: own.change, reach: { kind: 'interval', low: own.low, high: own.high } },
          { where: 'at the best', value: best.change, reach: { kind: 'interval', low: best.low, high: best.high } },
        ],
      },
      supported: reached ? 'partly' : 'no',
      verdict: reached ? 'reachable' : 'not reached',
      assumptions: [
        'jobs and their power are generated or of other clusters',
        'power and the temperature of memory are forecast by DLinear itself; the term moves the forecast of the GPUs',
        'look-back, ridge, amount of training and weights to choose from are assumed; with less ridge the gain is not told from chance',
      ],
    },
    {
      ...common,
      id: 'control',
      claim: 'negative control: the term with the power that was measured',
      paper: 'no change expected: data that obey a linear balance fit it already',
      ours: percent(control.measured),
      supported: 'yes',
      met: Math.abs(control.measured) < 1e-3,
      assumptions: [],
    },
  ];
}

function tables(settings: Settings, all: readonly Condition[]): ExperimentTable[] {
  const network = networkOf(settings);
  const peak = settings.number('peak') * 1e3;
  const drawn = [
    {
      title: 'Mean squared error of the forecast temperature, in variances of training',
      question: 'When does the balance of energy help a forecast?',
      head: ['condition', 'DLinear', 'with the balance', 'change', '95 %', 'weight, median', 'throttled'],
      rows: all.map((one) => [
        one.name,
        one.plain.toPrecision(4),
        one.physics.toPrecision(4),
        percent(one.change),
        within(one),
        String(quantile(Float64Array.from(one.weights), 0.5)),
        `${(100 * one.throttled).toFixed(1)} %`,
      ]),
    },
    {
      title: `GPUs and memory after a step of power from ${(peak / 2.25e3).toFixed(0)} to ${(peak / 1e3).toFixed(0)} kW`,
      question: 'How do temperatures follow a step of power?',
      head: ['minutes', 'GPUs, °C', 'memory, °C'],
      rows: [0, 1, 10, 60, 180, 600].map((minutes) => {
        const [gpu, memory] = exactStep(network, minutes * 60)(steady(network, peak / 2.25), peak);
        return [String(minutes), gpu.toFixed(3), memory.toFixed(3)];
      }),
    },
  ];
  return pictured(drawn, [conditionsPicture, stepPicture]);
}

async function jobsOf({ settings, files }: Asked): Promise<Job[] | null> {
  const file = settings.text('jobs');
  if (file === '') return null;
  if (files === undefined)
    throw new InputError({ path: 'jobs', given: file, expected: 'options.files to read it from' });
  return readJobs(files, file);
}

export const experiment = experimentOf(PI_DLINEAR_PARAMETERS, async (asked) => {
  const { settings } = asked;
  const jobs = await jobsOf(asked);
  for (const horizon of [settings.number('horizon'), 80]) checked(settings.with({ horizon }), jobs);
  const all = conditions(settings, jobs);
  const control = settings.number('noise') === 0 ? all[0] : condition('control', settings.with({ noise: 0 }), jobs);
  const network = networkOf(settings);
  const peak = settings.number('peak') * 1e3;
  const [slow, fast] = timeConstants(network);
  return {
    claims: claims(settings, all, control),
    tables: tables(settings, all),
    figures: { conditions: all.map((one) => ({ ...one })) },
    laws: {
      steady: { celsius: [...steady(network, peak)] },
      timeConstants: { seconds: [slow, fast], eulerUnstableAbove: 2 * fast },
      step: {
        celsius: [1, 10, 60, 600].map(
          (minutes) => exactStep(network, minutes * 60)(steady(network, peak / 2.25), peak)[0],
        ),
      },
    },
  };
});
