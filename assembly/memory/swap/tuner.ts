// A tuner of the slow tier: in rounds of the same length it tries counts at which a page is to come up, and keeps the one whose rounds
// cost least. What a round costs: the longer accesses of tasks, and the core time of moves that began in it. docs/model/memory.md.

import * as W from "../pages/layout";
import { S, tally } from "../pages/state";
import { clock } from "../../cpu/state";

@unmanaged
class Tuner {
  // as configured, in the order of layout.ts
  round: u64; //      ns; 0: none
  arms: u64;
  explore: u64; //    rounds in which each is tried
  keep: u64; //       rounds after which all are tried anew; 0: never
  // as it goes
  words: usize; //    of the arms: a count each
  endsAt: u64; //     the present round
  index: u64; //      of it, since all began to be tried
  cost: u64; //       of it, so far, ns
  armCost: u64; //    of the present arm's rounds before
  best: u64;
  bestCost: u64;
}

const T: Tuner = changetype<Tuner>(memory.data(offsetof<Tuner>(), 8));

/** From its words; the first arm is tried first. */
export function layTuner(words: usize): void {
  for (let i: usize = 0; i < <usize>W.TUNER_WORDS; i++)
    store<u64>(changetype<usize>(T) + (i << 3), <u64>load<f64>(words + (i << 3)));
  T.words = words + ((<usize>W.TUNER_WORDS) << 3);
  T.endsAt = T.round;
  if (T.round != 0) tryAnew();
}

function take(arm: u64): void {
  S.tiers.threshold = <u32>load<f64>(T.words + (<usize>arm << 3));
}

function tryAnew(): void {
  T.index = 0;
  T.armCost = 0;
  T.bestCost = ~(<u64>0);
  take(0);
}

/** Rounds that have ended by now. */
export function closeRounds(): void {
  if (T.round == 0) return;
  for (; T.endsAt <= clock.now; T.endsAt += T.round) closeRound();
}

function closeRound(): void {
  const tried = T.arms * T.explore;
  tally(W.SWAP_ROUNDS, 1);
  T.armCost += T.cost;
  T.cost = 0;
  T.index++;
  if (T.index > tried) {
    if (T.keep != 0 && T.index == tried + T.keep) tryAnew();
    return;
  }
  if (T.index % T.explore != 0) return;
  const arm = T.index / T.explore;
  if (T.armCost < T.bestCost) {
    T.bestCost = T.armCost;
    T.best = arm - 1;
  }
  T.armCost = 0;
  take(arm < T.arms ? arm : T.best);
}

/** What has been spent in the present round. */
// @ts-ignore: decorator
@inline
export function addCost(ns: u64): void {
  T.cost += ns;
}
