// Looking for vulnerabilities (VCAO, arXiv 2604.08291): targets that may be vulnerable, tools that look at them and err, Bayes after
// each look, and a report to a human once the belief is high enough. Rules: docs/vcao.md.

import { lognormal, normal } from '../metrics/draw.js';
import type { Play, Policy, Problem, Turn } from './frame.js';
import { type Luck, luckOf } from './luck.js';

/** What looks at a target. */
export interface Tool {
  readonly cost: number;
  /** Of looks at a vulnerable target that hit. */
  readonly tpr: number;
  /** Of looks at another one. */
  readonly fpr: number;
}

export interface Target {
  /** What finding it vulnerable is worth. */
  readonly value: number;
  /** How likely it is to be vulnerable: all that is known before a look. */
  readonly prior: number;
  readonly vulnerable: boolean;
}

export interface Hunt {
  readonly targets: readonly Target[];
  readonly tools: readonly Tool[];
  readonly budget: number;
  /** Belief from which on a target is reported, and not looked at any more. */
  readonly report: number;
}

/** The belief after a look. */
export function bayes(belief: number, { tpr, fpr }: Pick<Tool, 'tpr' | 'fpr'>, hit: boolean): number {
  const yes = belief * (hit ? tpr : 1 - tpr);
  const no = (1 - belief) * (hit ? fpr : 1 - fpr);
  return yes + no === 0 ? belief : yes / (yes + no);
}

const entropy = (p: number): number => (p <= 0 || p >= 1 ? 0 : -p * Math.log(p) - (1 - p) * Math.log(1 - p));

/** What a look is expected to tell, in nats: how much less uncertain the target is afterwards. */
export function information(belief: number, tool: Tool): number {
  const hit = belief * tool.tpr + (1 - belief) * tool.fpr;
  return entropy(belief) - hit * entropy(bayes(belief, tool, true)) - (1 - hit) * entropy(bayes(belief, tool, false));
}

/** Arms are target · tools + tool. */
export class HuntPlay implements Play {
  readonly belief: Float64Array;
  /** Of targets, in their order. */
  readonly reports: number[] = [];
  private readonly reported: Uint8Array;
  private readonly looks: Uint32Array;

  constructor(
    readonly hunt: Hunt,
    private readonly luck: Luck,
  ) {
    this.belief = Float64Array.from(hunt.targets, ({ prior }) => prior);
    this.reported = new Uint8Array(hunt.targets.length);
    this.looks = new Uint32Array(hunt.targets.length * hunt.tools.length);
  }

  target = (arm: number): number => Math.floor(arm / this.hunt.tools.length);
  tool = (arm: number): Tool => this.hunt.tools[arm % this.hunt.tools.length]!;
  isReported = (target: number): boolean => this.reported[target] === 1;

  open(arm: number): boolean {
    return !this.isReported(this.target(arm));
  }

  expected(arm: number): number {
    const target = this.target(arm);
    return this.hunt.targets[target]!.value * this.belief[target]! * this.tool(arm).tpr;
  }

  sampled(arm: number, uniform: number): number {
    const target = this.target(arm);
    return uniform < this.belief[target]! ? this.hunt.targets[target]!.value * this.tool(arm).tpr : 0;
  }

  act(arm: number): number {
    const { targets, tools, report } = this.hunt;
    const target = this.target(arm);
    const tool = this.tool(arm);
    const attempt = this.looks[arm]!++;
    const chance = targets[target]!.vulnerable ? tool.tpr : tool.fpr;
    const hit = this.luck(target, arm % tools.length, attempt) < chance;
    this.belief[target] = bayes(this.belief[target]!, tool, hit);
    if (this.isReported(target) || !hit || this.belief[target] < report) return 0;
    this.reported[target] = 1;
    this.reports.push(target);
    return targets[target]!.vulnerable ? 1 : 0;
  }
}

export const huntProblem = (hunt: Hunt): Problem<HuntPlay> => ({
  costs: hunt.targets.flatMap(() => hunt.tools.map(({ cost }) => cost)),
  budget: hunt.budget,
  begin: (luck) => new HuntPlay(hunt, luck),
});

/** What an attacker who sees the coverage gains at best, and the coverage that keeps it least (zero-sum Stackelberg). */
export function coverage(values: ArrayLike<number>, budget: number): { payoff: number; covered: Float64Array } {
  const sorted = Float64Array.from(values).sort(); // numbers, rising
  const order = sorted.subarray(sorted.findIndex((value) => value > 0) >>> 0).reverse();
  let [payoff, inverse] = [0, 0];
  if (budget < order.length)
    for (let k = 0; k < order.length; k++) {
      inverse += 1 / order[k]!;
      payoff = Math.max(0, (k + 1 - budget) / inverse);
      if (payoff >= (order[k + 1] ?? 0)) break;
    }
  return { payoff, covered: Float64Array.from(values, (value) => (value <= payoff ? 0 : 1 - payoff / value)) };
}

type HuntPolicy = Policy<HuntPlay>;
type HuntTurn = Turn<HuntPlay>;

/** One target after the other with the same tool. */
export const sweeping = (name: string, tool: number): HuntPolicy => ({
  name,
  begin: () => {
    let next = 0;
    return ({ play }) => {
      const { targets, tools } = play.hunt;
      for (let i = 0; i < targets.length; i++) {
        const target = (next + i) % targets.length;
        if (play.isReported(target)) continue;
        next = target + 1;
        return target * tools.length + tool;
      }
      return -1;
    };
  },
});

/** Of each target the tool that tells most for its cost, kept until the target has been looked at again. */
class Dearest {
  private readonly tools: Int32Array;
  private readonly scores: Float64Array;

  constructor({ hunt }: HuntPlay) {
    this.tools = new Int32Array(hunt.targets.length).fill(-1);
    this.scores = new Float64Array(hunt.targets.length);
  }

  tool(play: HuntPlay, target: number): number {
    if (this.tools[target]! < 0) {
      const { tools } = play.hunt;
      const worth = tools.map((tool) => information(play.belief[target]!, tool) / tool.cost);
      const found = worth.indexOf(Math.max(...worth));
      this.tools[target] = found;
      this.scores[target] = worth[found]!;
    }
    return this.tools[target]!;
  }

  /** What a look at a target tells for its cost, times what the target is worth. */
  score(play: HuntPlay, target: number): number {
    this.tool(play, target);
    return this.scores[target]! * play.hunt.targets[target]!.value;
  }

  forget(play: HuntPlay, arm: number): void {
    if (arm >= 0) this.tools[play.target(arm)] = -1;
  }
}

/** The look that tells most for its cost, in parts of the targets that take turns and do not know of each other; 1: in all. */
export const informed = (name: string, parts: number): HuntPolicy => ({
  name,
  begin: () => {
    let dearest: Dearest | undefined;
    const spent = new Float64Array(parts);
    return ({ play, last, problem }) => {
      dearest ??= new Dearest(play);
      dearest.forget(play, last);
      if (last >= 0) spent[play.target(last) % parts]! += problem.costs[last]!;
      const { targets, tools } = play.hunt;
      let [found, most] = [-1, -Infinity];
      const turns = Array.from(spent.keys()).sort((a, b) => spent[a]! - spent[b]! || a - b);
      for (const part of turns) {
        for (let target = part; target < targets.length; target += parts) {
          if (play.isReported(target)) continue;
          const score = dearest.score(play, target);
          if (score > most) [found, most] = [target, score];
        }
        if (found >= 0) break;
      }
      return found < 0 ? -1 : found * tools.length + dearest.tool(play, found);
    };
  },
});

/** VCAO: each round's budget goes to targets by their coverage in the game over value · belief; beliefs are taken anew each round. */
export const stackelberg = (roundBudget: number): HuntPolicy => ({
  name: 'stackelberg',
  begin: () => {
    let dearest: Dearest | undefined;
    let credit = new Float64Array(0);
    let spent = Infinity;
    return (turn: HuntTurn) => {
      const { play, last, problem } = turn;
      const { targets, tools } = play.hunt;
      dearest ??= new Dearest(play);
      dearest.forget(play, last);
      spent += last < 0 ? 0 : problem.costs[last]!;
      if (spent >= roundBudget) {
        spent = spent === Infinity ? 0 : spent - roundBudget;
        if (credit.length === 0) credit = new Float64Array(targets.length);
        const weights = Float64Array.from(targets, ({ value }, i) =>
          play.isReported(i) ? 0 : value * play.belief[i]! * (1 - play.belief[i]!),
        );
        const cost = tools.reduce((sum, tool) => sum + tool.cost, 0) / tools.length;
        const { covered } = coverage(weights, roundBudget / cost);
        for (let i = 0; i < credit.length; i++) credit[i]! += covered[i]!;
      }
      let [found, most] = [-1, -Infinity];
      for (let i = 0; i < targets.length; i++)
        if (!play.isReported(i) && credit[i]! > most) [found, most] = [i, credit[i]!];
      if (found < 0) return -1;
      credit[found]!--;
      return found * tools.length + dearest.tool(play, found);
    };
  },
});

/** What a look at a vulnerable target moves the odds of the belief by, in the mean, for its cost. */
function drift({ tpr, fpr, cost }: Tool): number {
  const hit = Math.log(tpr / Math.max(fpr, 1e-12));
  const miss = Math.log(Math.max(1 - tpr, 1e-12) / (1 - fpr));
  return (tpr * hit + (1 - tpr) * miss) / cost;
}

/** Who knows which targets are vulnerable looks at those alone, with the tool that convinces soonest for its cost. */
export const oracle: HuntPolicy = {
  name: 'oracle',
  begin: () => {
    let next = 0;
    return ({ play }) => {
      const { targets, tools } = play.hunt;
      while (next < targets.length && (!targets[next]!.vulnerable || play.isReported(next))) next++;
      if (next === targets.length) return -1;
      const worth = tools.map(drift);
      return next * tools.length + worth.indexOf(Math.max(...worth));
    };
  },
};

/** Beta(a, b) by two gamma variates (Marsaglia and Tsang), from uniform draws. */
export function betaVariate(a: number, b: number, uniform: () => number): number {
  const gamma = (shape: number): number => {
    if (shape < 1) return gamma(shape + 1) * (1 - uniform()) ** (1 / shape);
    const d = shape - 1 / 3;
    for (;;) {
      const x = normal(uniform);
      const v = (1 + x / Math.sqrt(9 * d)) ** 3;
      if (v > 0 && Math.log(1 - uniform()) < 0.5 * x * x + d - d * v + d * Math.log(v)) return d * v;
    }
  };
  const x = gamma(a);
  return x / (x + gamma(b));
}

/** Targets of a seed: priors by Beta(a, b), values lognormal of mean 1, vulnerable as their prior says. */
export function drawTargets(seed: number, count: number, a: number, b: number, cv: number): Target[] {
  const luck = luckOf(seed, 1);
  return Array.from({ length: count }, (_, i) => {
    let n = 0;
    const uniform = (): number => luck(i, 0, n++);
    const prior = Math.min(1 - 1e-9, Math.max(1e-9, betaVariate(a, b, uniform)));
    return { prior, value: lognormal(uniform, 1, cv), vulnerable: uniform() < prior };
  });
}

/** Expected finds where a hit is proof (no false ones) and every look costs the same: of a list of looks at each target. */
export const expectedOfPlan = (priors: readonly number[], tpr: number, looks: readonly number[]): number =>
  priors.reduce((sum, prior, i) => sum + prior * (1 - (1 - tpr) ** (looks[i] ?? 0)), 0);

/** The best list: each look goes where it adds most, as what a look adds only falls. */
export function bestPlan(priors: readonly number[], tpr: number, looks: number): number[] {
  const list = priors.map(() => 0);
  for (let look = 0; look < looks; look++) {
    const adds = priors.map((prior, i) => prior * tpr * (1 - tpr) ** list[i]!);
    list[adds.indexOf(Math.max(...adds))]!++;
  }
  return list;
}

/** The same of who looks where belief is greatest, and leaves what is found: over all that may come, exactly. */
export function expectedOfGreedy(priors: readonly number[], tpr: number, looks: number): number {
  const memory = new Map<string, number>();
  const go = (misses: readonly number[], left: number): number => {
    if (left === 0) return 0;
    const key = `${misses.join()}:${left}`;
    const known = memory.get(key);
    if (known !== undefined) return known;
    let [found, belief] = [-1, 0];
    priors.forEach((prior, i) => {
      if (misses[i]! < 0) return; // found
      const all = prior * (1 - tpr) ** misses[i]!;
      const now = all / (all + 1 - prior);
      if (now > belief) [found, belief] = [i, now];
    });
    const after = (next: number): number[] => misses.map((one, i) => (i === found ? next : one));
    const hit = belief * tpr;
    const value =
      found < 0 ? 0 : hit * (1 + go(after(-1), left - 1)) + (1 - hit) * go(after(misses[found]! + 1), left - 1);
    memory.set(key, value);
    return value;
  };
  return go(
    priors.map(() => 0),
    looks,
  );
}
