// `fluxhost reproduce pi-dlinear`: the network against Euler's small steps and the numbers of the rules, power against a second reckoning by the
// second, least squares against perturbations and against both maps written out.

import { describe, expect, it } from 'vitest';
import { main } from '../../src/cli/program.js';
import { stream } from '../../src/experiments/draw.js';
import type { Claim } from '../../src/experiments/experiment.js';
import { defaultsOf, settingsOf } from '../../src/experiments/parameters.js';
import {
  type Balance,
  channelOf,
  type Known,
  mapsWith,
  mapTo,
  residuals,
  seenThrough,
} from '../../src/experiments/pi-dlinear/dlinear.js';
import { ACME_DECILES, fleetPower, type Job, wattsAt } from '../../src/experiments/pi-dlinear/fleet.js';
import { experiment } from '../../src/experiments/pi-dlinear/index.js';
import { cholesky, type Matrix, multiply, solve, transposed, zeros } from '../../src/experiments/pi-dlinear/linear.js';
import { compared, networkOf, seriesOf } from '../../src/experiments/pi-dlinear/study.js';
import { exactStep, type Network, steady, timeConstants, warmed } from '../../src/experiments/pi-dlinear/thermal.js';
import { InputError } from '../../src/input/errors.js';
import { MOST_REFUSED, UnusedPaths, WatchedSettings } from '../support/watched-settings.js';
import { captureIo } from '../cli/fake.js';
import { heldNumbers } from './claim-numbers.js';
import type { ExperimentTable } from '../../src/experiments/experiment.js';
import { heldPictures } from './held-pictures.js';

const { parameters = [] } = experiment;
const DEFAULTS = defaultsOf(parameters);
const NETWORK = networkOf(DEFAULTS);

/** By Euler, `parts` to a step, straight from the two equations. */
function euler(n: Network, from: readonly [number, number], power: number, seconds: number, parts: number) {
  let [g, m] = from;
  const dt = seconds / parts;
  for (let i = 0; i < parts; i++) {
    const across = (g - m) / n.gpuToMemory;
    const [dg, dm] = [
      (n.gpuShare * power - (g - n.room) / n.gpuToRoom - across) / n.gpuCapacity,
      ((1 - n.gpuShare) * power - (m - n.room) / n.memoryToRoom + across) / n.memoryCapacity,
    ];
    [g, m] = [g + dt * dg, m + dt * dm];
  }
  return [g, m] as const;
}

describe('the network', () => {
  it('has the numbers of the rules', () => {
    expect(steady(NETWORK, 45e3).map((one) => Number(one.toFixed(3)))).toEqual([73.109, 72.959]);
    expect(timeConstants(NETWORK).map(Math.round)).toEqual([11139, 1438]);
    const from = steady(NETWORK, 20e3);
    const after = [1, 10, 60, 600].map((minutes) => exactStep(NETWORK, 60 * minutes)(from, 45e3)[0].toFixed(3));
    expect(after).toEqual(['47.633', '48.860', '54.621', '72.100']);
    const apart = (dt: number): number => Math.abs(euler(NETWORK, [90, 20], 45e3, dt * 400, 400)[0] - 73.109);
    expect(apart(2800)).toBeLessThan(1);
    expect(apart(2950)).toBeGreaterThan(100); // Euler's way, above twice the shorter time constant
  });

  it('goes where small steps of Euler go, and keeps the balance of energy', () => {
    const next = stream(3, 1);
    for (let n = 0; n < 100; n++) {
      const own: Network = {
        gpuCapacity: 10 ** (2 + 2 * next()),
        memoryCapacity: 10 ** (2 + 2 * next()),
        gpuToRoom: 0.05 + next(),
        memoryToRoom: 0.05 + next(),
        gpuToMemory: 0.05 + next(),
        gpuShare: next(),
        room: 40 * next(),
      };
      const [from, power] = [[20 + 50 * next(), 20 + 50 * next()] as const, 200 * next()];
      const ours = exactStep(own, 30)(from, power);
      const theirs = euler(own, from, power, 30, 20_000);
      expect(ours[0]).toBeCloseTo(theirs[0], 1);
      expect(ours[1]).toBeCloseTo(theirs[1], 1);
      let stored = 0;
      const half = exactStep(own, 0.005);
      let [now, given] = [from, 0];
      for (let i = 0; i < 100; i++) {
        const then = half(now, power);
        given +=
          0.005 *
          (power -
            ((now[0] + then[0]) / 2 - own.room) / own.gpuToRoom -
            ((now[1] + then[1]) / 2 - own.room) / own.memoryToRoom);
        stored += own.gpuCapacity * (then[0] - now[0]) + own.memoryCapacity * (then[1] - now[1]);
        now = then;
      }
      expect(stored / given).toBeCloseTo(1, 4);
    }
  });

  it('cuts power above the limit until it is cooler', () => {
    const asked = new Float64Array(2000).fill(45e3);
    asked[0] = 20e3;
    const { power, gpu, throttled } = warmed(NETWORK, 60, asked, { limit: 65, factor: 0.5, below: 3 });
    expect(throttled).toBe(power.filter((one) => one === 22.5e3).length);
    expect(throttled).toBeGreaterThan(100);
    expect(Math.max(...gpu)).toBeLessThan(65.2);
    const first = power.indexOf(22.5e3);
    expect(gpu[first - 1]).toBeGreaterThan(65);
    const again = power.indexOf(45e3, first);
    expect(gpu[again - 1]).toBeLessThan(62);
    expect(gpu[again - 2]).toBeGreaterThanOrEqual(62);
  });
});

describe('power of the fleet', () => {
  it('is what a second reckoning by the second says', () => {
    const next = stream(4, 1);
    const jobs: Job[] = [];
    for (let at = 0; at < 3000; at += Math.floor(next() * 60)) jobs.push({ at, duration: Math.floor(next() * 400) });
    const fleet = { gpus: 41, gpusPerJob: 8, idle: 55.7, watts: ACME_DECILES };
    const ours = fleetPower(jobs, fleet, 9, 60, 60);
    const [draw, second] = [stream(9, 3), new Float64Array(3600).fill(41 * 55.7)];
    const left = [0, 0, 0, 0, 0];
    const waiting = jobs.map((job) => ({ ...job, watts: wattsAt(ACME_DECILES, draw()) - 55.7 }));
    const running: number[] = [0, 0, 0, 0, 0];
    for (let now = 0; now < 3600; now++) {
      for (;;) {
        const free = left.findIndex((until) => until <= now);
        if (free < 0 || waiting.length === 0 || waiting[0]!.at > now) break;
        const { duration, watts } = waiting.shift()!;
        [left[free], running[free]] = [now + duration, watts];
      }
      left.forEach((until, i) => (second[now]! += until > now ? 8 * running[i]! : 0));
    }
    for (let i = 0; i < 60; i++)
      expect(ours[i]).toBeCloseTo(second.subarray(60 * i, 60 * i + 60).reduce((a, b) => a + b, 0) / 60, 6);
  });
});

const random = (rows: number, columns: number, next: () => number): Matrix => {
  const matrix = zeros(rows, columns);
  matrix.at.forEach((_, i) => (matrix.at[i] = next() - 0.5));
  return matrix;
};

describe('DLinear', () => {
  const next = stream(8, 1);
  const series = Float64Array.from({ length: 200 }, (_, i) => Math.sin(i / 9) + next());
  const starts = Array.from({ length: 60 }, (_, i) => 2 * i);
  const windows = { lookBack: 12, horizon: 4, average: 5, ridge: 1e-3 };
  const channel = channelOf(series, starts, windows, seenThrough(12, 5));

  it('is ridge on both maps, trend and rest, written out', () => {
    const both = zeros(60, 24);
    starts.forEach((start, row) => {
      for (let i = 0; i < 12; i++) {
        let trend = 0;
        for (let k = -2; k <= 2; k++) trend += series[start + Math.min(11, Math.max(0, i + k))]! / 5;
        both.at[row * 24 + i] = trend;
        both.at[row * 24 + 12 + i] = series[start + i]! - trend;
      }
    });
    for (let j = 0; j < 24; j++) {
      let sum = 0;
      for (let i = 0; i < 60; i++) sum += both.at[i * 24 + j]! / 60;
      for (let i = 0; i < 60; i++) both.at[i * 24 + j]! -= sum;
    }
    const gram = multiply(transposed(both), both);
    gram.at.forEach((value, i) => (gram.at[i] = value / 60 + (i % 25 === 0 ? 1e-3 : 0)));
    const products = multiply(transposed(both), channel.y);
    const map = solve(cholesky(gram), { ...products, at: products.at.map((one) => one / 60) });
    const theirs = multiply(both, map);
    const ours = multiply(channel.x, mapTo(channel, channel.y));
    ours.at.forEach((value, i) => expect(value).toBeCloseTo(theirs.at[i]!, 9));
  });

  it('with the term is least in squares and residuals: no map beside it is better', () => {
    const balance: Balance = { carry: -0.9, memoryNow: 0.8, memoryBefore: -0.7, powerNow: 0.3 };
    const last = (): Float64Array => random(1, 60, next).at;
    const known: Known = {
      gpuLast: last(),
      memoryLast: last(),
      memory: random(60, 4, next),
      power: random(60, 4, next),
    };
    const slight = channelOf(series, starts, { ...windows, ridge: 1e-12 }, seenThrough(12, 5));
    for (const weight of [0, 0.5, 20]) {
      const map = mapsWith(balance, known, slight)(weight);
      const loss = (of: Matrix): number => {
        const forecast = multiply(slight.x, of);
        const errors = forecast.at.reduce((sum, value, i) => sum + (value - slight.y.at[i]!) ** 2, 0);
        return errors + weight * residuals(balance, known, forecast).at.reduce((sum, value) => sum + value ** 2, 0);
      };
      const least = loss(map);
      for (let n = 0; n < 50; n++) {
        const off = random(12, 4, next).at;
        const beside = loss({ ...map, at: map.at.map((value, i) => value + 0.01 * off[i]!) });
        expect(beside).toBeGreaterThan(least);
      }
    }
  });

  it('forecasts a constant series as it is, with the term or without', () => {
    const small = settingsOf('pi-dlinear', parameters, ['train=20', 'validate=5', 'test=5']);
    const power = new Float64Array(1000).fill(30e3);
    const { plain, physics } = compared(small, seriesOf(small, power), 1);
    expect(plain).toBeLessThan(1e-18);
    expect(physics).toBeLessThan(1e-18);
  });
});

const LESS = ['seeds=3', 'train=100', 'validate=40', 'test=60', 'lookBack=48', 'horizon=10'];

describe('reproduce pi-dlinear', () => {
  it('tells a change with an interval, and none where the term knows the power', async () => {
    const io = captureIo();
    const set = LESS.flatMap((text) => ['--set', text]);
    expect(await main(['reproduce', 'pi-dlinear', '--json', ...set], io)).toBe(0);
    const document = JSON.parse(io.out) as {
      claims: Claim[];
      tables: ExperimentTable[];
      figures: { conditions: { measured: number }[] };
    };
    heldNumbers(document.claims);
    heldPictures(document.tables);
    expect(document.claims.find(({ id }) => id === 'control')!.verdict).toBe('reproduced');
    for (const { measured } of document.figures.conditions) expect(Math.abs(measured)).toBeLessThan(1e-2);
  });

  it('refuses what is no network, and what does not fit', async () => {
    const io = captureIo();
    const wrong = ['capacity.gpu=0', 'resistance.between=-1', 'alpha=1.5', 'horizon=0'];
    expect(await main(['reproduce', 'pi-dlinear', ...wrong.flatMap((text) => ['--set', text])], io)).toBe(2);
    for (const text of wrong) expect(io.err).toContain(text.split('=')[0]);
    const fit = captureIo();
    expect(await main(['reproduce', 'pi-dlinear', '--set', 'average=97', '--set', 'gpusPerJob=449'], fit)).toBe(2);
    expect(fit.err).toContain('at most lookBack (96)');
    expect(fit.err).toContain('at most gpus (448)');
  });

  it('takes jobs of a file, and refuses one that is too short or has gaps', async () => {
    const run = (text: string) =>
      experiment.run({
        parameters: settingsOf('pi-dlinear', parameters, [...LESS, 'jobs=jobs.csv']),
        files: {
          open: () =>
            Promise.resolve(
              (async function* () {
                yield await Promise.resolve(new TextEncoder().encode(text));
              })(),
            ),
        },
      });
    const rows = Array.from({ length: 2000 }, (_, i) => `${i * 60_000},${((i * 7919) % 5000) * 1000}`);
    const { claims } = await run(`submission_time,duration\n${rows.join('\n')}\n`);
    expect(claims[0]!.ours).toContain('3 seeds');
    await expect(run(`submission_time,duration\n${rows.slice(0, 100).join('\n')}\n`)).rejects.toThrow(/arrivals over/);
    await expect(run('submission_time,duration\n0,1000\n,2000\n')).rejects.toThrow(/submission_time/);
  });

  it('gives finite figures for whatever else', async () => {
    const next = stream(7, 1);
    const caps: Record<string, number> = {
      horizon: 20,
      lookBack: 40,
      average: 20,
      train: 60,
      validate: 20,
      test: 20,
      seeds: 3,
      stride: 10,
      gpus: 1000,
      gpusPerJob: 60,
    };
    const rounds = Number(process.env['FLUXHOST_RANDOM'] ?? 20);
    const unused = new UnusedPaths();
    let refusals = 0;
    for (let n = 0; n < rounds; n++) {
      const set = parameters.flatMap(({ path, unit, min, max }) => {
        if (unit === 'file' || unit === 'list') return [];
        const [low, high] = [min ?? 0, Math.min(max ?? 1e6, caps[path] ?? Infinity)];
        const value = low + (high - low) * next() ** 4;
        return [`${path}=${unit === 'count' ? Math.round(value) : value}`];
      });
      try {
        const settings = new WatchedSettings(settingsOf('pi-dlinear', parameters, set).values);
        const { figures, claims } = await experiment.run({ parameters: settings });
        const bad = /\b(NaN|Infinity|undefined)\b|:null/.exec(JSON.stringify([figures, claims]))?.[0];
        expect(bad, set.join(' ')).toBeUndefined();
        unused.add(settings, set);
      } catch (error) {
        if (!(error instanceof InputError)) throw new Error(set.join(' '), { cause: error });
        refusals++;
      }
    }
    expect(refusals).toBeLessThanOrEqual(MOST_REFUSED * rounds);
    if (rounds > 100) {
      console.log(`pi-dlinear: ${rounds} sets, ${refusals} refused`);
      expect(unused.paths).toEqual([]);
    }
  });
});
