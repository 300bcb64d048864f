// The frame of decisions in rounds: the same luck for all policies, budgets that hold, an oracle that nobody beats, Hedge's bound.

import { describe, expect, it } from 'vitest';
import { decide, type Play, type Policy, type Problem, regret } from '../../src/decide/frame.js';
import { type Luck, luckOf } from '../../src/decide/luck.js';
import { exp3, exploreThenCommit, greedy, hedge, plan, thompson, uniform } from '../../src/decide/policies.js';

/** Arms that gain 1 with a probability each; what is believed are counts of gains. */
class Bandit implements Play {
  private readonly attempts: number[];
  private readonly wins: number[];
  constructor(
    private readonly chances: readonly number[],
    private readonly luck: Luck,
  ) {
    this.attempts = chances.map(() => 0);
    this.wins = chances.map(() => 0);
  }
  open = (): boolean => true;
  expected = (arm: number): number => (this.wins[arm]! + 1) / (this.attempts[arm]! + 2);
  sampled = (arm: number, uniform: number): number =>
    // a crude posterior: its mean, moved by two of its standard deviations
    this.expected(arm) + ((uniform - 0.5) * 2) / Math.sqrt(this.attempts[arm]! + 3);
  act(arm: number): number {
    const won = this.luck(0, arm, this.attempts[arm]!++) < this.chances[arm]! ? 1 : 0;
    this.wins[arm]! += won;
    return won;
  }
}

const CHANCES = [0.2, 0.5, 0.45, 0.7];
const bandit = (budget: number, costs = CHANCES.map(() => 1)): Problem => ({
  costs,
  budget,
  begin: (luck) => new Bandit(CHANCES, luck),
});
const draws = (seed: number): (() => number) => {
  const luck = luckOf(seed, 99);
  let n = 0;
  return () => luck(0, 0, n++);
};
const POLICIES: readonly Policy[] = [
  uniform,
  greedy,
  thompson,
  exploreThenCommit(5),
  exp3(0.1),
  plan([3, 1, 3, 3, 0, 2]),
];

describe('luck', () => {
  it('is the same for the same entity, action and attempt, and uniform over each', () => {
    const luck = luckOf(7);
    expect(luck(3, 1, 4)).toBe(luckOf(7)(3, 1, 4));
    const axes: ((i: number) => number)[] = [(i) => luck(i, 0, 0), (i) => luck(0, i, 0), (i) => luck(0, 0, i)];
    for (const draw of axes) {
      const n = 20_000;
      const cells = new Float64Array(64);
      let product = 0;
      for (let i = 0; i < n; i++) {
        const u = draw(i);
        if (!(u >= 0 && u < 1)) throw new RangeError(`${u} at ${i}`);
        cells[Math.floor(u * 64)]!++;
        product += (draw(i) - 0.5) * (draw(i + 1) - 0.5);
      }
      const chi = cells.reduce((sum, count) => sum + (count - n / 64) ** 2 / (n / 64), 0);
      expect(chi).toBeLessThan(112); // 63 degrees of freedom, p = 0.9999
      expect(Math.abs((product / n) * 12 * Math.sqrt(n))).toBeLessThan(4); // no correlation of neighbours
    }
    expect(luckOf(1)(0, 0, 0)).not.toBe(luckOf(2)(0, 0, 0));
    expect(luckOf(1, 1)(0, 0, 0)).not.toBe(luckOf(1, 2)(0, 0, 0));
  });
});

describe('decisions in rounds', () => {
  it('gives the same for the same actions, whoever takes them (D1)', () => {
    for (const policy of POLICIES) {
      const { pulled, gains } = decide(bandit(60), policy, luckOf(5), draws(5));
      const again = decide(bandit(60), plan(pulled), luckOf(5), draws(99));
      expect([again.pulled, again.gains], policy.name).toEqual([pulled, gains]);
    }
  });

  it('spends what its actions cost, never above the budget (D3), and counts changes', () => {
    const costs = [1, 2.5, 3, 7];
    for (const policy of POLICIES)
      for (const budget of [0, 0.5, 6, 20, 33.3]) {
        const { spent, pulled, gained, gains, switches } = decide(bandit(budget, costs), policy, luckOf(1), draws(1));
        expect(spent).toBeCloseTo(
          pulled.reduce((sum, arm) => sum + costs[arm]!, 0),
          9,
        );
        expect(spent).toBeLessThanOrEqual(budget);
        expect(gained).toBe(gains.reduce((a, b) => a + b, 0));
        expect(switches).toBe(pulled.filter((arm, i) => i > 0 && arm !== pulled[i - 1]).length);
      }
  });

  it('has no policy above who knows the best arm, in the mean (D2), and those that learn above those that do not', () => {
    const mean = (policy: Policy): number => {
      let sum = 0;
      for (let seed = 0; seed < 200; seed++) sum += decide(bandit(200), policy, luckOf(seed), draws(seed)).gained;
      return sum / 200;
    };
    const oracle = mean(plan(Array.from({ length: 200 }, () => 3)));
    expect(oracle).toBeCloseTo(140, 0);
    const blind = mean(uniform);
    expect(blind).toBeCloseTo(200 * 0.4625, 0);
    for (const policy of [greedy, thompson, exploreThenCommit(5), exp3(0.2)]) {
      const gained = mean(policy);
      expect(gained, policy.name).toBeLessThan(oracle);
      expect(gained, policy.name).toBeGreaterThan(blind + 5);
    }
    expect(regret(10, decide(bandit(0), uniform, luckOf(1), draws(1)))).toBe(10);
  });

  it('names an arm that does not exist', () => {
    const stray: Policy = { name: 'stray', begin: () => () => 9 };
    expect(() => decide(bandit(5), stray, luckOf(1), draws(1))).toThrow('stray chose arm 9 of 4');
  });

  it('keeps Hedge below its bound against every kind of losses (D4), and near it against the hardest', () => {
    const worlds: ((round: number, arm: number) => number)[] = [
      (round, arm) => luckOf(3)(arm, 0, round),
      (round, arm) => (luckOf(4)(arm, 0, round) < 0.5 ? 1 : 0),
      (round, arm) => (arm === round % 10 ? 0 : 1),
      (round, arm) => (Math.floor(round / 100) === arm ? 0 : 1),
    ];
    for (const loss of worlds) {
      const losses = Array.from({ length: 1000 }, (_, t) => Array.from({ length: 10 }, (_, arm) => loss(t, arm)));
      const found = hedge(losses);
      expect(found.bound).toBeCloseTo(33.93, 2);
      expect(found.regret).toBeLessThanOrEqual(found.bound);
      expect(found.best).toBe(Math.min(...losses[0]!.map((_, arm) => losses.reduce((sum, one) => sum + one[arm]!, 0))));
    }
    let hardest = 0; // fair coins: the expected regret tends to the bound's order
    for (let seed = 0; seed < 20; seed++)
      hardest += hedge(
        Array.from({ length: 1000 }, (_, t) =>
          Array.from({ length: 10 }, (_, a) => (luckOf(seed)(a, 0, t) < 0.5 ? 1 : 0)),
        ),
      ).regret;
    expect(hardest / 20).toBeGreaterThan(10);
  });

  it('gains the least that explore-then-commit can: 16 arms twice in 200 periods, the best 30 % above', () => {
    const gains = Array.from({ length: 16 }, (_, arm) => (arm === 11 ? 1.3 : 1));
    const problem: Problem = {
      costs: gains.map(() => 1),
      budget: 200,
      begin: () => ({ open: () => true, expected: () => 0, act: (arm) => gains[arm]! }),
    };
    const { gained } = decide(problem, exploreThenCommit(2), luckOf(1), draws(1));
    expect(gained / 200).toBeCloseTo(1.255, 3); // 30 of 200 periods lose the gain: (168 + 2) · 0.3 / 200
  });
});
