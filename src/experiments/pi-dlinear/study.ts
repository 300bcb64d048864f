// One series, two models: DLinear, and DLinear with the balance of energy, on the same windows.

import { normal } from '../../metrics/draw.js';
import { stream } from '../draw.js';
import { refuse, type Settings } from '../parameters.js';
import {
  type Balance,
  channelOf,
  type Channel,
  type Known,
  less,
  mapTo,
  rowsOf,
  seenThrough,
  mapsWith,
} from './dlinear.js';
import { ACME_DECILES, fleetPower, generatedJobs, type Job, scaledTo } from './fleet.js';
import { multiply, type Matrix } from './linear.js';
import { type Network, type Series, warmed } from './thermal.js';

export function networkOf(settings: Settings): Network {
  return {
    gpuCapacity: settings.number('capacity.gpu'),
    memoryCapacity: settings.number('capacity.memory'),
    gpuToRoom: settings.number('resistance.gpu'),
    memoryToRoom: settings.number('resistance.memory'),
    gpuToMemory: settings.number('resistance.between'),
    gpuShare: settings.number('alpha'),
    room: settings.number('room'),
  };
}

/** Windows of training, validation and test; none sees into what the one before forecasts. */
function parts(settings: Settings) {
  const [stride, gap] = [settings.number('stride'), settings.number('horizon') + settings.number('lookBack')];
  let at = 0;
  const next = (name: string): number[] => {
    const starts = Array.from({ length: settings.number(name) }, (_, i) => at + i * stride);
    at = starts.at(-1)! + gap;
    return starts;
  };
  return { train: next('train'), validate: next('validate'), test: next('test'), steps: at };
}
type Parts = ReturnType<typeof parts>;

export function checked(settings: Settings, jobs: readonly Job[] | null): void {
  const problems: { path: string; given: number | string; expected: string }[] = [];
  const seconds = parts(settings).steps * settings.number('step');
  const over = (path: string, most: string): void => {
    const [given, limit] = [settings.number(path), settings.number(most)];
    if (given > limit) problems.push({ path, given, expected: `at most ${most} (${limit})` });
  };
  over('gpusPerJob', 'gpus');
  over('average', 'lookBack');
  const expected = seconds * rateOf(settings) * (settings.number('gpus') / settings.number('gpusPerJob'));
  if (jobs === null && expected > 2e8)
    problems.push({ path: 'duration', given: settings.number('duration'), expected: 'longer or fewer jobs' });
  const span = jobs?.at(-1)?.at ?? 0;
  if (jobs !== null && span < seconds)
    problems.push({
      path: 'jobs',
      given: `${jobs.length} jobs within ${span.toFixed(0)} s`,
      expected: `arrivals over ${seconds} s at least (train, validate, test, stride, lookBack, horizon)`,
    });
  refuse(problems);
}

const rateOf = (settings: Settings): number =>
  (settings.number('load') * settings.number('gpus')) / settings.number('gpusPerJob') / settings.number('duration');

/** The power that jobs ask for; of a trace, a stretch that the seed chooses. */
export function powerOf(settings: Settings, seed: number, jobs: readonly Job[] | null): Float64Array {
  const [{ steps }, step] = [parts(settings), settings.number('step')];
  const fleet = {
    gpus: settings.number('gpus'),
    gpusPerJob: settings.number('gpusPerJob'),
    idle: ACME_DECILES[0]!,
    watts: ACME_DECILES,
  };
  let own: readonly Job[];
  if (jobs === null)
    own = generatedJobs(
      seed,
      steps * step,
      rateOf(settings),
      settings.number('duration'),
      settings.number('durationCv'),
    );
  else {
    const from = stream(seed, 4)() * (jobs.at(-1)!.at - steps * step);
    own = jobs.filter(({ at }) => at >= from && at < from + steps * step).map((job) => ({ ...job, at: job.at - from }));
  }
  return scaledTo(fleetPower(own, fleet, seed, steps, step), settings.number('peak') * 1e3);
}

/** In deviations from the mean of training. */
interface Standard {
  readonly power: Float64Array;
  readonly gpu: Float64Array;
  readonly memory: Float64Array;
  /** Kelvin, and watts, of one. */
  readonly kelvin: number;
  readonly watt: number;
}

function standard({ power, gpu, memory }: Series, until: number): Standard {
  const scaleOf = (series: Float64Array): readonly [number, number] => {
    let [sum, squares] = [0, 0];
    for (let i = 0; i < until; i++) sum += series[i]! / until;
    for (let i = 0; i < until; i++) squares += (series[i]! - sum) ** 2 / until;
    return [sum, Math.sqrt(squares) > 1e-9 * Math.abs(sum) ? Math.sqrt(squares) : 1];
  };
  const [[p, watt], [g, kelvin], [m]] = [scaleOf(power), scaleOf(gpu), scaleOf(memory)];
  // both temperatures by one scale, so that the balance stays one of both
  return {
    power: power.map((one) => (one - p) / watt),
    gpu: gpu.map((one) => (one - g) / kelvin),
    memory: memory.map((one) => (one - m) / kelvin),
    kelvin,
    watt,
  };
}

function balanceOf(network: Network, step: number, kelvin: number, watt: number): Balance {
  const [gpu, memory] = [network.gpuCapacity / step, network.memoryCapacity / step];
  const [toRoom, memoryToRoom] = [0.5 / network.gpuToRoom, 0.5 / network.memoryToRoom];
  const first = gpu + toRoom;
  return {
    carry: (toRoom - gpu) / first,
    memoryNow: (memory + memoryToRoom) / first,
    memoryBefore: (memoryToRoom - memory) / first,
    powerNow: watt / kelvin / first,
  };
}

function meanSquare(map: Matrix, x: Matrix, y: Matrix): number {
  const forecast = multiply(x, map);
  return forecast.at.reduce((sum, value, i) => sum + (value - y.at[i]!) ** 2, 0) / forecast.at.length;
}

/** What both models make of a series: mean squared errors of the standardized temperature of the GPUs. */
export interface Outcome {
  readonly plain: number;
  readonly physics: number;
  readonly weight: number;
  /** The term with the power and the memory that were measured, of weight 1. */
  readonly measured: number;
}

const lastOf = (series: Float64Array, starts: readonly number[], lookBack: number): Float64Array => {
  const last = Float64Array.from(starts, (start) => series[start + lookBack - 1]!);
  const mean = last.reduce((sum, one) => sum + one, 0) / last.length;
  return last.map((one) => one - mean);
};

function rowsFor(channel: Channel, series: Float64Array, starts: readonly number[], lookBack: number) {
  const x = less(rowsOf(series, starts, 0, lookBack), channel.xMean);
  return { x, y: less(rowsOf(series, starts, lookBack, channel.y.columns), channel.yMean) };
}

function noisy(series: Float64Array, deviation: number, seed: number, purpose: number): Float64Array {
  if (deviation === 0) return series;
  const next = stream(seed, purpose);
  return series.map((one) => one + deviation * normal(next));
}

/** The same for all series. */
export const throughOf = (settings: Settings): Matrix =>
  seenThrough(settings.number('lookBack'), settings.number('average'));

/** Both models on one series. */
export function compared(settings: Settings, series: Series, seed: number, through = throughOf(settings)): Outcome {
  const { train, validate, test }: Parts = parts(settings);
  const lookBack = settings.number('lookBack');
  const windows = {
    lookBack,
    horizon: settings.number('horizon'),
    average: settings.number('average'),
    ridge: settings.number('ridge'),
  };
  const noise = settings.number('noise');
  const seen = { ...series, gpu: noisy(series.gpu, noise, seed, 5), memory: noisy(series.memory, noise, seed, 6) };
  const own = standard(seen, train.at(-1)! + lookBack + windows.horizon);
  const [gpu, memory, power] = [own.gpu, own.memory, own.power].map((one) =>
    channelOf(one, train, windows, through),
  ) as [Channel, Channel, Channel];
  const balance = balanceOf(networkOf(settings), settings.number('step'), own.kelvin, own.watt);
  const known: Known = {
    gpuLast: lastOf(own.gpu, train, lookBack),
    memoryLast: lastOf(own.memory, train, lookBack),
    memory: multiply(memory.x, mapTo(memory, memory.y)),
    power: multiply(power.x, mapTo(power, power.y)),
  };
  const [valid, told] = [validate, test].map((starts) => rowsFor(gpu, own.gpu, starts, lookBack)) as [
    ReturnType<typeof rowsFor>,
    ReturnType<typeof rowsFor>,
  ];
  const error = (map: Matrix): number => meanSquare(map, told.x, told.y);
  const weights = settings.list('weights').map(Number);
  const maps = weights.map(mapsWith(balance, known, gpu));
  const errors = maps.map((map) => meanSquare(map, valid.x, valid.y));
  const best = errors.indexOf(Math.min(...errors));
  const exact = mapsWith(balance, { ...known, memory: memory.y, power: power.y }, gpu);
  return {
    plain: error(mapTo(gpu, gpu.y)),
    physics: error(maps[best]!),
    weight: weights[best]!,
    measured: error(exact(1)),
  };
}

/** Never cut. */
export function unthrottled(settings: Settings, power: Float64Array): Series {
  return seriesOf(settings.with({ throttle: 1 }), power);
}

export function seriesOf(settings: Settings, power: Float64Array): Series {
  const throttle = {
    limit: settings.number('limit'),
    factor: settings.number('throttle'),
    below: settings.number('below'),
  };
  return warmed(networkOf(settings), settings.number('step'), power, throttle);
}
