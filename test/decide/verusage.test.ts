// Plans of agents: the exact shares and attempts, the same drawn, and who gives attempts where they are likeliest to succeed.

import { describe, expect, it } from 'vitest';
import { decide } from '../../src/decide/frame.js';
import { luckOf } from '../../src/decide/luck.js';
import {
  kindsOf,
  leastAttempts,
  likeliest,
  planned,
  proofProblem,
  solved,
  type Step,
} from '../../src/decide/verusage.js';

const CLASSES = [
  { share: 0.5, success: [0.6, 0.3] },
  { share: 0.3, success: [0.25, 0.3] },
  { share: 0.2, success: [0.02, 0.1] },
];
const a = (attempts: number): Step => ({ agent: 0, attempts });
const b = (attempts: number): Step => ({ agent: 1, attempts });

describe('plans', () => {
  it('solve what the rules say for what they cost', () => {
    const rounded = (plan: Step[]): number[] => {
      const { share, attempts } = solved(CLASSES, plan);
      return [Number(share.toFixed(3)), Number(attempts.toFixed(2))];
    };
    expect(rounded([a(4)])).toEqual([0.708, 2.41]);
    expect(rounded([a(2), b(2)])).toEqual([0.723, 2.41]);
    expect(rounded([a(8)])).toEqual([0.799, 3.41]);
    expect(rounded([a(4), b(4)])).toEqual([0.853, 3.32]);
    expect(solved([{ share: 1, success: [0.3] }], [a(5)]).share).toBeCloseTo(1 - 0.7 ** 5, 12);
  });

  it('gain nothing by changing where both agents are equally good', () => {
    const equal = CLASSES.map(({ share, success }) => ({ share, success: [success[0]!, success[0]!] }));
    expect(solved(equal, [a(4), b(4)])).toEqual(solved(equal, [a(8)]));
  });

  it('solve the same drawn, pretended ones apart', () => {
    // a second model: one task after the other by a plain generator
    let state = 1;
    const next = (): number => (state = (state * 48_271) % 2_147_483_647) / 2_147_483_647;
    const n = 200_000;
    let [truly, pretended, tries] = [0, 0, 0];
    for (let task = 0; task < n; task++) {
      const draw = next();
      const { success } = CLASSES[draw < 0.5 ? 0 : draw < 0.8 ? 1 : 2]!;
      for (const agent of [0, 0, 0, 1, 1]) {
        tries++;
        if (next() < success[agent]!) {
          truly++;
          break;
        }
        if (next() < 0.1) {
          pretended++;
          break;
        }
      }
    }
    const exact = solved(CLASSES, [a(3), b(2)], 0.1);
    expect(Math.abs(truly / n - exact.share)).toBeLessThan(4 * Math.sqrt(0.25 / n));
    expect(Math.abs(pretended / n - exact.pretended)).toBeLessThan(4 * Math.sqrt(0.25 / n));
    expect(Math.abs(tries / n - exact.attempts)).toBeLessThan(4 * Math.sqrt(2 / n));
  });

  it('name the least attempts that pass a share, and that none does', () => {
    const least = leastAttempts(CLASSES, (n) => [a(n)], 0.8, 64)!;
    expect(solved(CLASSES, [a(least.limit)]).share).toBeGreaterThanOrEqual(0.8);
    expect(solved(CLASSES, [a(least.limit - 1)]).share).toBeLessThan(0.8);
    expect(leastAttempts([{ share: 1, success: [0] }], (n) => [a(n)], 0.1, 64)).toBeNull();
  });
});

describe('attempts over tasks', () => {
  const kinds = kindsOf(CLASSES, 849);

  it('have classes of whole tasks', () => {
    const counts = [0, 1, 2].map((kind) => kinds.filter((one) => one === kind).length);
    counts.forEach((count, i) => expect(Math.abs(count - 849 * CLASSES[i]!.share)).toBeLessThan(1));
    expect(kindsOf(CLASSES, 1)).toEqual(Uint8Array.of(0));
  });

  it('are the exact shares in the mean, by plan', () => {
    let [share, attempts] = [0, 0];
    for (let seed = 0; seed < 50; seed++) {
      const run = decide(proofProblem(CLASSES, kinds, Infinity), planned([a(4), b(4)], 'p'), luckOf(seed), () => 0);
      share += run.gained / 849 / 50;
      attempts += run.spent / 849 / 50;
    }
    expect(Math.abs(share - 0.8528)).toBeLessThan(4 * Math.sqrt(0.13 / 849 / 50) + 0.001); // shares of whole tasks differ a little
    expect(Math.abs(attempts - 3.32)).toBeLessThan(0.05);
  });

  it('are given where they are likeliest to succeed, as a search over all arms does', () => {
    for (let seed = 0; seed < 5; seed++) {
      const few = kindsOf(CLASSES, 40);
      const problem = proofProblem(CLASSES, few, 120);
      for (const knowing of [false, true]) {
        const run = decide(problem, likeliest('l', knowing), luckOf(seed), () => 0);
        // each pull had the greatest chance of all that were open then
        const play = problem.begin(luckOf(seed));
        run.pulled.forEach((arm) => {
          const chance = (one: number): number => (knowing ? play.truly(one) : play.expected(one));
          const open = problem.costs.map((_, one) => one).filter((one) => play.open(one));
          expect(chance(arm)).toBeCloseTo(Math.max(...open.map(chance)), 12);
          play.act(arm);
        });
        expect(run.spent).toBe(Math.min(120, run.pulled.length));
      }
    }
  });

  it('solve more in the mean by who knows the classes than by any other', () => {
    let [knowing, believing, plan] = [0, 0, 0];
    for (let seed = 0; seed < 20; seed++) {
      const problem = proofProblem(CLASSES, kinds, 1500);
      knowing += decide(problem, likeliest('k', true), luckOf(seed), () => 0).gained;
      believing += decide(problem, likeliest('l', false), luckOf(seed), () => 0).gained;
      plan += decide(problem, planned([a(4), b(4)], 'p'), luckOf(seed), () => 0).gained;
    }
    expect(knowing).toBeGreaterThan(believing);
    expect(believing).toBeGreaterThan(plan);
  });
});
