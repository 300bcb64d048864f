// Looking for vulnerabilities: the numbers that the rules must give, a second search written anew, and what cannot happen.

import { describe, expect, it } from 'vitest';
import { decide } from '../../src/decide/frame.js';
import { luckOf } from '../../src/decide/luck.js';
import {
  bayes,
  bestPlan,
  betaVariate,
  coverage,
  drawTargets,
  expectedOfGreedy,
  expectedOfPlan,
  type Hunt,
  huntProblem,
  information,
  informed,
  oracle,
  stackelberg,
  sweeping,
} from '../../src/decide/vcao.js';

const TOOLS = [
  { cost: 1, tpr: 0.5, fpr: 0.3 },
  { cost: 5, tpr: 0.7, fpr: 0.05 },
  { cost: 8, tpr: 0.9, fpr: 0.01 },
];
const PRIORS = [0.5, 0.2, 0.1, 0.05, 0.05, 0.02, 0.02, 0.02, 0.02, 0.02];

describe('the arithmetic of a hunt', () => {
  it('has the posteriors of the rules', () => {
    const tool = { tpr: 0.8, fpr: 0.1 };
    expect(bayes(bayes(0.05, tool, true), tool, true)).toBeCloseTo(0.7711, 4);
    expect(bayes(bayes(0.05, tool, true), tool, false)).toBeCloseTo(0.0856, 4);
    expect(information(0.3, { cost: 1, tpr: 0.4, fpr: 0.4 })).toBeCloseTo(0, 12); // a coin tells nothing
    expect(information(0.3, { cost: 1, tpr: 1, fpr: 0 })).toBeCloseTo(-0.3 * Math.log(0.3) - 0.7 * Math.log(0.7), 12);
  });

  it('covers so that an attacker gains least', () => {
    const game = coverage([10, 5, 2], 1);
    expect(game.payoff).toBeCloseTo(10 / 3, 12);
    expect([...game.covered].map((c) => Number(c.toFixed(12)))).toEqual([0.666666666667, 0.333333333333, 0]);
    expect(coverage([4, 4, 4, 4], 1).payoff).toBeCloseTo(3, 12);
    // held against a search: the payoff of the best spread of the budget over a grid
    const luck = luckOf(1);
    for (let n = 0; n < 50; n++) {
      const values = [0, 1, 2].map((i) => 1 + 9 * luck(n, 0, i));
      const budget = 0.2 + 2 * luck(n, 1, 0);
      const { payoff, covered } = coverage(values, budget);
      let least = Infinity;
      for (let a = 0; a <= 1; a += 0.01)
        for (let b = 0; b <= 1; b += 0.01) {
          const c = budget - a - b;
          if (c < 0) continue;
          const spread = [a, b, Math.min(1, c)];
          least = Math.min(least, Math.max(...values.map((v, i) => v * (1 - spread[i]!))));
        }
      expect(payoff).toBeLessThanOrEqual(least + 1e-9);
      expect(payoff).toBeGreaterThan(least - 0.25);
      expect(covered.reduce((x, y) => x + y, 0)).toBeCloseTo(Math.min(budget, 3), 9);
    }
    expect(coverage([1, 2], 5)).toEqual({ payoff: 0, covered: Float64Array.of(1, 1) });
    expect([...coverage([], 1).covered]).toEqual([]);
    expect([...coverage([0, 0], 1).covered]).toEqual([0, 0]);
  });

  it('expects of twenty looks what the rules say', () => {
    expect(
      expectedOfPlan(
        PRIORS,
        0.3,
        PRIORS.map(() => 2),
      ),
    ).toBeCloseTo(0.51, 12);
    expect(bestPlan(PRIORS, 0.3, 20)).toEqual([8, 5, 3, 2, 2, 0, 0, 0, 0, 0]);
    expect(expectedOfPlan(PRIORS, 0.3, bestPlan(PRIORS, 0.3, 20))).toBeCloseTo(0.7543, 4);
    expect(expectedOfGreedy(PRIORS, 0.3, 20)).toBeCloseTo(0.7842, 4);
  });

  it('has no policy above greedy where a hit is proof and looks cost alike', () => {
    // the best of all policies, by looking at every target after every history
    const best = (beliefs: readonly number[], tpr: number, looks: number): number =>
      looks === 0
        ? 0
        : Math.max(
            ...beliefs.map((belief, i) => {
              const after = (then: number): readonly number[] => beliefs.map((one, j) => (j === i ? then : one));
              const [hit, miss] = [belief * tpr, bayes(belief, { tpr, fpr: 0 }, false)];
              return hit * (1 + best(after(0), tpr, looks - 1)) + (1 - hit) * best(after(miss), tpr, looks - 1);
            }),
          );
    const luck = luckOf(4);
    let above = 0;
    for (let n = 0; n < 60; n++) {
      const priors = [0, 1, 2].map((i) => luck(n, 0, i));
      const tpr = 0.05 + 0.9 * luck(n, 1, 0);
      const greedy = expectedOfGreedy(priors, tpr, 4);
      expect(greedy).toBeCloseTo(best(priors, tpr, 4), 12);
      above += greedy - expectedOfPlan(priors, tpr, bestPlan(priors, tpr, 4));
    }
    expect(above).toBeGreaterThan(1); // a list fixed beforehand finds less
  });

  it('draws priors of a Beta distribution', () => {
    const luck = luckOf(3);
    for (const [a, b] of [
      [1, 19],
      [0.05, 0.95],
      [10, 190],
    ] as const) {
      const n = 20_000;
      let at = 0;
      let [sum, squares] = [0, 0];
      for (let i = 0; i < n; i++) {
        const x = betaVariate(a, b, () => luck(0, 0, at++));
        sum += x;
        squares += x * x;
      }
      const mean = a / (a + b);
      const variance = (mean * (1 - mean)) / (a + b + 1);
      expect(Math.abs(sum / n - mean)).toBeLessThan(4 * Math.sqrt(variance / n));
      expect(squares / n - (sum / n) ** 2).toBeGreaterThan(0.9 * variance);
      expect(squares / n - (sum / n) ** 2).toBeLessThan(1.1 * variance);
    }
  });
});

describe('a hunt', () => {
  const easy = (seed: number): Hunt => {
    const luck = luckOf(seed, 5);
    return {
      targets: PRIORS.map((prior, i) => ({ prior, value: 1, vulnerable: luck(i, 0, 0) < prior })),
      tools: [{ cost: 1, tpr: 0.3, fpr: 0 }],
      budget: 20,
      report: 0.99,
    };
  };

  it('finds in the mean what the arithmetic expects, by greedy and by the sweep', () => {
    const n = 20_000;
    let [greedy, swept] = [0, 0];
    const byBelief = {
      name: 'by belief',
      begin:
        () =>
        ({ play }: { play: ReturnType<ReturnType<typeof huntProblem>['begin']> }) => {
          let found = -1;
          for (let i = 0; i < PRIORS.length; i++)
            if (!play.isReported(i) && (found < 0 || play.belief[i]! > play.belief[found]!)) found = i;
          return found;
        },
    };
    for (let seed = 0; seed < n; seed++) {
      greedy += decide(huntProblem(easy(seed)), byBelief, luckOf(seed), () => 0).gained;
      const once = { ...easy(seed), report: 2 }; // never reported: two looks each, of which none is saved
      const { pulled, play } = decide(huntProblem(once), sweeping('sweep', 0), luckOf(seed), () => 0);
      expect(pulled).toHaveLength(20);
      swept += play.belief.filter((belief) => belief === 1).length;
    }
    const error = 4 * Math.sqrt(0.8 / n);
    expect(Math.abs(greedy / n - 0.7842)).toBeLessThan(error);
    expect(Math.abs(swept / n - 0.51)).toBeLessThan(error);
  });

  it('believes and reports as a second search does, look by look', () => {
    for (let seed = 0; seed < 12; seed++) {
      const targets = drawTargets(seed, 30, 1, 9, 1);
      const hunt: Hunt = { targets, tools: TOOLS, budget: 600, report: 0.8 };
      for (const policy of [sweeping('static', 0), informed('one', 1), informed('three', 3), stackelberg(10), oracle]) {
        const luck = luckOf(seed);
        const { pulled, play, gained } = decide(huntProblem(hunt), policy, luck, () => 0);
        // the odds of each target, from scratch
        const odds = targets.map(({ prior }) => prior / (1 - prior));
        const count = new Map<number, number>();
        const reports: number[] = [];
        for (const arm of pulled) {
          const [target, at] = [Math.floor(arm / 3), arm % 3];
          const { tpr, fpr } = TOOLS[at]!;
          const attempt = count.get(arm) ?? 0;
          count.set(arm, attempt + 1);
          if (reports.includes(target)) throw new Error(`${target} was looked at after its report`);
          const hit = luck(target, at, attempt) < (targets[target]!.vulnerable ? tpr : fpr);
          odds[target]! *= hit ? tpr / fpr : (1 - tpr) / (1 - fpr);
          if (hit && odds[target]! / (1 + odds[target]!) >= 0.8) reports.push(target);
        }
        expect(play.reports, policy.name).toEqual(reports);
        expect(gained).toBe(reports.filter((target) => targets[target]!.vulnerable).length);
        play.belief.forEach((belief, i) => expect(belief).toBeCloseTo(odds[i]! / (1 + odds[i]!), 9));
      }
    }
  });

  it('has nobody above who knows all, in the mean, and parts that spend alike', () => {
    let [knows, game] = [0, 0];
    for (let seed = 0; seed < 30; seed++) {
      const targets = drawTargets(seed, 100, 1, 19, 1);
      const hunt: Hunt = { targets, tools: TOOLS, budget: 300, report: 0.85 };
      knows += decide(huntProblem(hunt), oracle, luckOf(seed), () => 0).gained;
      game += decide(huntProblem(hunt), stackelberg(10), luckOf(seed), () => 0).gained;
      const problem = huntProblem(hunt);
      const { pulled } = decide(problem, informed('five', 5), luckOf(seed), () => 0);
      const spent = [0, 1, 2, 3, 4].map((part) =>
        pulled.filter((arm) => Math.floor(arm / 3) % 5 === part).reduce((sum, arm) => sum + problem.costs[arm]!, 0),
      );
      expect(Math.max(...spent) - Math.min(...spent)).toBeLessThanOrEqual(8);
    }
    expect(knows).toBeGreaterThan(game + 30);
  });
});
