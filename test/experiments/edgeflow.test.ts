// `fluxhost reproduce edgeflow`: the pipeline against a second one that goes event by event, bits against a search, the numbers of the rules.

import { describe, expect, it } from 'vitest';
import { main } from '../../src/cli/program.js';
import type { Claim } from '../../src/experiments/experiment.js';
import {
  boundByCompute,
  budgetOf,
  type Device,
  fragmentsOf,
  loadMs,
  makespan,
  roundingError,
  storedBits,
} from '../../src/experiments/edgeflow/pipeline.js';
import { experiment } from '../../src/experiments/edgeflow/index.js';
import { settingsOf } from '../../src/experiments/parameters.js';
import { stream } from '../../src/experiments/draw.js';
import { InputError } from '../../src/input/errors.js';
import { captureIo } from '../cli/fake.js';
import { MOST_REFUSED } from '../support/watched-settings.js';
import { heldNumbers } from './claim-numbers.js';
import type { ExperimentTable } from '../../src/experiments/experiment.js';
import { heldPictures } from './held-pictures.js';

const FAST: Device = { layers: 32, weights: 218e6, flash: 2e9, unpack: 10, computeMs: 25 };

/** Event by event: who may begin begins, and time goes on to the next end. */
function simulated(times: readonly (readonly number[])[], room = Infinity): number {
  const stages = times.length;
  const items = times[0]!.length;
  const next = times.map(() => 0); // item that each stage takes next
  const ends = times.map(() => Infinity);
  let now = 0;
  for (;;) {
    for (let stage = 0; stage < stages; stage++) {
      const item = next[stage]!;
      const busy = ends[stage]! < Infinity;
      const ready = stage === 0 ? item < next[stages - 1]! + room : item < next[stage - 1]!;
      if (!busy && item < items && ready) ends[stage] = now + times[stage]![item]!;
    }
    const soonest = Math.min(...ends);
    if (soonest === Infinity) return now;
    now = soonest;
    for (let stage = 0; stage < stages; stage++)
      if (ends[stage] === now) {
        ends[stage] = Infinity;
        next[stage]!++;
      }
  }
}

describe('the pipeline', () => {
  it('has the example of the rules, and its times for layers alike', () => {
    const example = [
      [4, 1, 6, 2],
      [2, 5, 1, 3],
      [3, 3, 2, 4],
    ];
    expect([makespan(example), makespan(example, 1), makespan(example, 2)]).toEqual([20, 36, 24]);
    expect(loadMs(FAST, 8, true)).toBeCloseTo(3534.8, 6);
    expect(loadMs(FAST, 5, true)).toBeCloseTo(2226.8, 6);
    expect(loadMs(FAST, 4, true)).toBeCloseTo(1790.8, 6);
    expect(loadMs(FAST, 8, false)).toBeCloseTo(4985.6, 6);
    expect(boundByCompute(FAST)).toBeCloseTo(1.835, 3);
    expect(loadMs(FAST, 1.8, true)).toBeCloseTo(loadMs(FAST, 1.5, true), -1); // the NPU binds
  });

  it('ends when a second one ends that goes event by event', () => {
    const next = stream(5, 1);
    for (let n = 0; n < 2000; n++) {
      const stages = 1 + Math.floor(next() * 4);
      const items = 1 + Math.floor(next() * 7);
      const times = Array.from({ length: stages }, () =>
        Array.from({ length: items }, () => 1 + Math.floor(next() * 9)),
      );
      const room = next() < 0.4 ? Infinity : 1 + Math.floor(next() * 4);
      expect(makespan(times, room), JSON.stringify({ times, room })).toBe(simulated(times, room));
    }
  });
});

describe('bits of channels', () => {
  it('have the least error of all with as many bits', () => {
    const next = stream(6, 1);
    for (let n = 0; n < 200; n++) {
      const importance = Array.from({ length: 3 }, () => next() ** 3 + 1e-3);
      const total = 3 + Math.floor(next() * 22);
      let least = Infinity;
      for (let a = 1; a <= 8; a++)
        for (let b = 1; b <= 8; b++) {
          const c = total - a - b;
          if (c < 1 || c > 8) continue;
          const error = [a, b, c].reduce((sum, bits, i) => sum + roundingError(importance[i]!, bits), 0);
          least = Math.min(least, error);
        }
      const found = budgetOf(importance, total / 3, 1);
      expect(found.bits.reduce((a, b) => a + b, 0)).toBe(total);
      expect(found.error).toBeCloseTo(least, 12);
    }
  });

  it('are stored in fragments that fill whole blocks', () => {
    for (let bits = 1; bits <= 8; bits++) expect(fragmentsOf(bits).reduce((a, b) => a + b, 0)).toBe(bits);
    expect(storedBits([5, 5, 5, 5], 4)).toBe(5);
    expect(storedBits([5, 4, 4, 4], 4)).toBe(5); // one channel's fragment of 1 takes a block of four
    expect(storedBits([8, 8], 2)).toBe(8);
  });
});

describe('reproduce edgeflow', () => {
  it('takes the published factor apart, and finds none where the NPU takes all the time', async () => {
    const io = captureIo();
    expect(await main(['reproduce', 'edgeflow', '--json'], io)).toBe(0);
    const document = JSON.parse(io.out) as {
      claims: Claim[];
      tables: ExperimentTable[];
      figures: { ms: Record<string, number> };
    };
    heldNumbers(document.claims);
    heldPictures(document.tables);
    const { prepared, serialSlow, overlapped, fewerBits, all } = document.figures.ms;
    expect([serialSlow, overlapped, fewerBits, all].map((one) => Math.round(one!))).toEqual([8594, 4440, 4399, 2227]);
    expect(serialSlow! / all!).toBeCloseTo(3.86, 2);
    expect(prepared! / all!).toBeCloseTo(4.53, 2);
    expect(Object.fromEntries(document.claims.map(({ id, verdict }) => [id, verdict]))).toMatchObject({
      'speed-up': 'reachable',
      'over-packing': 'not reached',
      control: 'reproduced',
    });
  });

  it('refuses what is no device, and gives finite figures for whatever else', async () => {
    const io = captureIo();
    const wrong = ['bits=9', 'flash=0', 'layers=0'].flatMap((text) => ['--set', text]);
    expect(await main(['reproduce', 'edgeflow', ...wrong], io)).toBe(2);
    for (const part of ['bits', 'from 1 to 8', 'flash', 'layers']) expect(io.err).toContain(part);
    const next = stream(7, 1);
    const { parameters = [] } = experiment;
    const rounds = Number(process.env['FLUXHOST_RANDOM'] ?? 100);
    let refusals = 0;
    for (let n = 0; n < rounds; n++) {
      const set = parameters.map(({ path, unit, min, max }) => {
        const [low, high] = [min ?? 0, Math.min(max ?? 1e6, path === 'channels' || path === 'layers' ? 200 : 1e6)];
        const value = low + (high - low) * next() ** 4;
        return `${path}=${unit === 'count' ? Math.round(value) : value}`;
      });
      try {
        const { figures, claims } = await experiment.run({ parameters: settingsOf('edgeflow', parameters, set) });
        const bad = /\b(NaN|Infinity|undefined)\b|:null/.exec(JSON.stringify([figures, claims]))?.[0];
        expect(bad, set.join(' ')).toBeUndefined();
      } catch (error) {
        if (!(error instanceof InputError)) throw new Error(set.join(' '), { cause: error });
        refusals++;
      }
    }
    expect(refusals).toBeLessThanOrEqual(MOST_REFUSED * rounds);
  });
});
