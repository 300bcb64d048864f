// Decisions in rounds: a problem has arms, each of which costs something to pull and may gain something; a policy pulls one after the
// other until the budget does not take the next. What an arm gives the n-th time is the same under every policy (luck.ts).

import type { Luck } from './luck.js';

/** What is to be decided, without luck. */
export interface Problem<P extends Play = Play> {
  /** What each arm costs to pull; above 0. */
  readonly costs: readonly number[];
  /** Of all that is pulled. */
  readonly budget: number;
  /** How many may be pulled at most. */
  readonly rounds?: number;
  /** A world in which nothing has been pulled yet. */
  begin(luck: Luck): P;
}

/** One world while it is played: what a policy may know of it, and what acting does. */
export interface Play {
  /** Whether pulling an arm can still gain anything. */
  open(arm: number): boolean;
  /** What pulling it gains by what is believed now. */
  expected(arm: number): number;
  /** The same by one draw from the belief, from a uniform one; absent where nothing is believed. */
  sampled?(arm: number, uniform: number): number;
  /** Pulls it: the gain; the belief is another afterwards. */
  act(arm: number): number;
}

/** What a policy sees before each pull. */
export interface Turn<P extends Play = Play> {
  readonly play: P;
  readonly problem: Problem<P>;
  /** Pulled until now. */
  readonly round: number;
  /** Left of the budget. */
  readonly left: number;
  /** Pulled last; -1: nothing yet. */
  readonly last: number;
  /** What the last pull gained. */
  readonly gained: number;
  /** Uniform draws of the policy's own. */
  readonly draw: () => number;
}

/** Begins anew for every run. */
export interface Policy<P extends Play = Play> {
  readonly name: string;
  /** The arm to pull; -1: none any more. */
  begin(problem: Problem<P>): (turn: Turn<P>) => number;
}

/** What came of it. */
export interface Outcome {
  /** Of the budget. */
  readonly spent: number;
  readonly gained: number;
  /** In their order. */
  readonly pulled: readonly number[];
  /** What each of them gained. */
  readonly gains: readonly number[];
  /** How often another arm was pulled than before. */
  readonly switches: number;
}

/** A policy in a world. An arm that does not fit into what is left of the budget ends it. */
export function decide<P extends Play>(
  problem: Problem<P>,
  policy: Policy<P>,
  luck: Luck,
  draw: () => number,
): Outcome & { readonly play: P } {
  const play = problem.begin(luck);
  const choose = policy.begin(problem);
  const pulled: number[] = [];
  const gains: number[] = [];
  let [spent, gained, switches] = [0, 0, 0];
  const rounds = problem.rounds ?? Infinity;
  while (pulled.length < rounds) {
    const arm = choose({
      play,
      problem,
      round: pulled.length,
      left: problem.budget - spent,
      last: pulled.at(-1) ?? -1,
      gained: gains.at(-1) ?? 0,
      draw,
    });
    if (arm < 0) break;
    const cost = problem.costs[arm];
    if (cost === undefined) throw new RangeError(`${policy.name} chose arm ${arm} of ${problem.costs.length}`);
    if (spent + cost > problem.budget) break;
    const gain = play.act(arm);
    spent += cost;
    gained += gain;
    if (pulled.length > 0 && arm !== pulled.at(-1)) switches++;
    pulled.push(arm);
    gains.push(gain);
  }
  return { spent, gained, pulled, gains, switches, play };
}

/** How much less a policy gained than who knew all. */
export const regret = (oracle: number, { gained }: Outcome): number => oracle - gained;
