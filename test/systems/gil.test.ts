// Threads of one interpreter: G1 to G3 with their numbers, one trajectory with the naive interpreter.

import { describe, expect, it } from 'vitest';
import { Controller } from '../../src/experiments/gil/controller.js';
import { type GilSpec, Interpreter } from '../../src/systems/gil.js';
import { chance } from '../oracle/server/draw.js';
import { type Change, naiveInterpreter } from '../oracle/server/interpreter.js';
import { BUILDS, moduleOf } from '../support/builds.js';
import { machineRepairman } from '../support/queueing.js';

const US = 1000;
const GIL: GilSpec = {
  workers: 1,
  intervalNs: 1e15,
  switchNs: 0,
  perWaiterNs: 0,
  tasks: { law: 'exponential', cpuNs: 100 * US, ioNs: 900 * US },
  threads: 256,
  lazy: false,
  startNs: 0,
  window: 100,
  seed: 1,
};

async function steady(spec: GilSpec, threads: number, seconds: number) {
  const interpreter = await Interpreter.create(spec);
  interpreter.limit(threads);
  interpreter.run(0.1 * seconds * 1e9);
  interpreter.forget();
  interpreter.run(seconds * 1e9);
  const answers = interpreter.answers();
  return { ...answers, rate: answers.tasks / (0.9 * seconds * 1e9) };
}

describe('G1: without hand-over costs it is a closed network', () => {
  it.each([
    [1, 0.1],
    [4, 0.38619],
    [10, 0.7855],
    [16, 0.98895],
    [32, 1],
  ])('%i threads do %d tasks in the time of one computation', async (threads, x) => {
    const { X } = machineRepairman(threads, 9, 1);
    expect(X).toBeCloseTo(x, threads === 10 ? 1 : 4);
    const runs = [];
    for (let seed = 1; seed <= 6; seed++) runs.push((await steady({ ...GIL, seed }, threads, 8)).rate * 100 * US);
    const mean = runs.reduce((a, b) => a + b, 0) / runs.length;
    const error = Math.sqrt(runs.reduce((sum, one) => sum + (one - mean) ** 2, 0) / (runs.length - 1) / runs.length);
    expect(Math.abs(mean - X)).toBeLessThan(4 * error + 1e-4);
    expect(error).toBeLessThan(0.01);
  });
});

describe('G2: the blocking ratio rises with contention', () => {
  it.each([
    [4, 0.9035],
    [32, 0.9688],
    [256, 0.9961],
  ])('of %i threads it is %d', async (threads, expected) => {
    const { cpuNs, wallNs } = await steady(GIL, threads, 20);
    expect(1 - cpuNs / wallNs).toBeCloseTo(expected, 3);
  });
});

const BETAPOOL = {
  stabilizationS: 2,
  warmupTasks: 10,
  high: 0.7,
  low: 0.3,
  up: 2,
  down: 1,
  cpuUpper: 0.85,
  least: 4,
  most: 64,
};

describe('G3: the controller', () => {
  it('climbs by two, falls by one, every two seconds', () => {
    const seen = [...Array(20).fill([0.9, 0.4]), ...Array(10).fill([0.5, 0.9]), ...Array(14).fill([0.2, 0.6])] as [
      number,
      number,
    ][];
    const controller = new Controller(BETAPOOL);
    const threads = seen.map(([ratio, cpu], i) => controller.look(0.5 * (i + 1), 1000, ratio, cpu));
    const expected =
      '4 4 4 6 6 6 6 8 8 8 8 10 10 10 10 12 12 12 12 14 14 14 14 13 13 13 13 12 12 12 12 11 11 11 11 10 10 10 10 9 9 9 9 8';
    expect(threads.join(' ')).toBe(expected);
  });

  it('holds where the ratio is high and so is the CPU, waits for tasks, and keeps its bounds', () => {
    const controller = new Controller(BETAPOOL);
    expect(controller.look(10, 1000, 0.9, 0.9)).toBe(4);
    expect(controller.look(20, 9, 0.9, 0.1)).toBe(4);
    expect(controller.look(30, 1000, 0.1, 0.1)).toBe(4);
    for (let s = 40; s < 400; s += 2) controller.look(s, 1000, 0.9, 0.1);
    expect(controller.threads).toBe(64);
  });
});

/** Small whole numbers, so that much falls into one instant. */
function drawn(seed: number): { spec: GilSpec; changes: Change[] } {
  const next = chance(seed);
  const upTo = (n: number): number => 1 + Math.floor(next() * n);
  const column = (least: number, n: number): Float64Array =>
    Float64Array.from({ length: 40 }, () => least + Math.floor(next() * n));
  const threads = upTo(8);
  let at = 0;
  return {
    spec: {
      workers: upTo(2) === 1 ? 1 : upTo(3),
      intervalNs: upTo(6),
      switchNs: Math.floor(next() * 3),
      perWaiterNs: Math.floor(next() * 2),
      tasks: { cpuNs: column(1, 12), ioNs: column(1, 20) },
      threads,
      lazy: next() < 0.3,
      startNs: Math.floor(next() * 4),
      window: upTo(20),
      seed,
    },
    changes: Array.from({ length: 3 }, (_, i) => ({ at: i === 0 ? 0 : (at += upTo(150)), threads: upTo(threads) })),
  };
}

describe('the interpreter', () => {
  it('takes the trajectory of the naive one, whatever the threads and their limits', async () => {
    let [preemptions, handovers] = [0, 0];
    for (let seed = 1; seed <= 250; seed++) {
      const { spec, changes } = drawn(seed);
      const interpreter = await Interpreter.create(spec);
      for (const { at, threads } of changes) {
        interpreter.run(at);
        interpreter.limit(threads);
      }
      interpreter.run(500);
      const { latency, ...answers } = interpreter.answers();
      const naive = naiveInterpreter(spec, changes, 500);
      expect({ ...answers, ratio: 0 }, `seed ${seed}`).toEqual({ ...naive, ratio: 0 });
      expect(answers.ratio).toBeCloseTo(naive.ratio, 12);
      expect(latency.count).toBe(naive.tasks);
      preemptions += answers.preemptions;
      handovers += answers.handovers;
    }
    expect(preemptions).toBeGreaterThan(1000);
    expect(handovers).toBeGreaterThan(5000);
  });

  it('never computes at once under one lock, and accounts for its time', async () => {
    const { usedNs, overheadNs, cpuNs } = await steady(
      { ...GIL, intervalNs: 5e6, switchNs: 2000, perWaiterNs: 20 },
      64,
      2,
    );
    expect(usedNs + overheadNs).toBeLessThanOrEqual(1.8e9 + 1e6);
    expect(usedNs + overheadNs).toBeGreaterThan(1.79e9);
    expect(usedNs / cpuNs).toBeCloseTo(1, 2);
  });

  it.each([
    [false, 2],
    [true, 8],
  ])('has fewer threads once the limit falls, unless shrinking is lazy (%j)', async (lazy, left) => {
    const interpreter = await Interpreter.create({ ...GIL, lazy });
    interpreter.limit(8);
    interpreter.run(1e8);
    expect(interpreter.answers().active).toBe(8);
    interpreter.limit(2);
    interpreter.run(2e8);
    expect(interpreter.answers().active).toBe(left);
  });

  it('is one trajectory in every build', async () => {
    const runs = [];
    for (const build of BUILDS) {
      const interpreter = await Interpreter.create(
        { ...GIL, intervalNs: 50 * US, switchNs: 2000 },
        await moduleOf(build),
      );
      interpreter.limit(20);
      interpreter.run(1e8);
      runs.push(interpreter.answers());
    }
    expect(runs[1]).toEqual(runs[0]);
    expect(runs[2]).toEqual(runs[0]);
  });
});
