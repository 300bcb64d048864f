// Policies of decisions in rounds. Each looks at nothing but its turn.

import type { Policy, Turn } from './frame.js';

const arms = ({ problem }: Turn): number => problem.costs.length;

/** The open arm of the greatest score; the first of equals. -1: none is open. */
function best(turn: Turn, score: (arm: number) => number): number {
  let [found, most] = [-1, -Infinity];
  for (let arm = 0; arm < arms(turn); arm++) {
    if (!turn.play.open(arm)) continue;
    const value = score(arm);
    if (value > most) [found, most] = [arm, value];
  }
  return found;
}

/** One open arm after the other, round and round. */
export const uniform: Policy = {
  name: 'uniform',
  begin: () => {
    let next = 0;
    return (turn) => {
      const count = arms(turn);
      for (let i = 0; i < count; i++) {
        const arm = (next + i) % count;
        if (!turn.play.open(arm)) continue;
        next = arm + 1;
        return arm;
      }
      return -1;
    };
  },
};

/** What gains most for its cost by what is believed now. */
export const greedy: Policy = {
  name: 'greedy',
  begin: () => (turn) => best(turn, (arm) => turn.play.expected(arm) / turn.problem.costs[arm]!),
};

/** What gains most for its cost in a world drawn from the belief. */
export const thompson: Policy = {
  name: 'thompson',
  begin: () => (turn) =>
    best(turn, (arm) => {
      const uniform = turn.draw(); // drawn for each arm, so that draws do not hang on the world's kind
      const { play } = turn;
      return (play.sampled?.(arm, uniform) ?? play.expected(arm)) / turn.problem.costs[arm]!;
    }),
};

/** A fixed list; what is not open is left out. */
export const plan = (list: readonly number[], name = 'plan'): Policy => ({
  name,
  begin: () => {
    let next = 0;
    return (turn) => {
      while (next < list.length && !turn.play.open(list[next]!)) next++;
      return next < list.length ? list[next++]! : -1;
    };
  },
});

/** Every arm `each` times, then the one that gained most for its cost as long as it is open. */
export const exploreThenCommit = (each: number): Policy => ({
  name: 'explore-then-commit',
  begin: (problem) => {
    const count = problem.costs.length;
    const sums = new Float64Array(count);
    return (turn) => {
      if (turn.last >= 0 && turn.round <= each * count) sums[turn.last]! += turn.gained;
      if (turn.round < each * count) return turn.round % count;
      return best(turn, (arm) => sums[arm]! / problem.costs[arm]!);
    };
  },
});

const drawn = (weights: Float64Array, uniform: number): number => {
  let sum = 0;
  for (const weight of weights) sum += weight;
  let left = uniform * sum;
  for (let arm = 0; arm < weights.length; arm++) {
    left -= weights[arm]!;
    if (left < 0) return arm;
  }
  return weights.length - 1;
};

/**
 * EXP3: a weight an arm, raised by what a pull gained over how likely it was; `exploration` of the pulls are uniform. Gains lie
 * between 0 and 1.
 */
export const exp3 = (exploration: number): Policy => ({
  name: 'exp3',
  begin: (problem) => {
    const count = problem.costs.length;
    const logs = new Float64Array(count);
    const shares = new Float64Array(count);
    return (turn) => {
      if (turn.last >= 0) logs[turn.last]! += (exploration * turn.gained) / (shares[turn.last]! * count);
      const most = logs.reduce((a, b) => Math.max(a, b), -Infinity);
      let sum = 0;
      for (let arm = 0; arm < count; arm++) sum += shares[arm] = Math.exp(logs[arm]! - most);
      for (let arm = 0; arm < count; arm++)
        shares[arm] = ((1 - exploration) * shares[arm]!) / sum + exploration / count;
      return drawn(shares, turn.draw());
    };
  },
});

/** What Hedge lost, and what the best arm would have. */
export interface Hedged {
  /** In expectation over the draws of Hedge itself. */
  readonly loss: number;
  /** Of the best fixed arm. */
  readonly best: number;
  readonly regret: number;
  /** At most that: √(T ln K / 2). */
  readonly bound: number;
}

/** Hedge with full information: every arm's loss in [0, 1] is seen after each round; the step is the one for a known length. */
export function hedge(losses: readonly (readonly number[])[]): Hedged {
  const rounds = losses.length;
  const count = losses[0]?.length ?? 0;
  const step = Math.sqrt((8 * Math.log(count)) / rounds);
  const sums = new Float64Array(count);
  let loss = 0;
  for (const round of losses) {
    const least = sums.reduce((a, b) => Math.min(a, b), Infinity);
    let [weights, weighted] = [0, 0];
    for (let arm = 0; arm < count; arm++) {
      const weight = Math.exp(-step * (sums[arm]! - least));
      weights += weight;
      weighted += weight * round[arm]!;
    }
    loss += weighted / weights;
    for (let arm = 0; arm < count; arm++) sums[arm]! += round[arm]!;
  }
  const best = sums.reduce((a, b) => Math.min(a, b), Infinity);
  return { loss, best, regret: loss - best, bound: Math.sqrt((rounds * Math.log(count)) / 2) };
}
