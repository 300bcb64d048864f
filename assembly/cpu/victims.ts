// Who may lose a core to whom: class, priority, guarantee; and which of those cores goes first.

import { Vm, SEARCHING, Core, isNull, nothing, H, coreAt } from "./state";
import { levelOf } from "./levels";
import { lowestLevel, mayLeaveMasked, noneBelow, readWords, takeableOf, words } from "./takeable";

// --- who may take a core from whom ------------------------------------------------------------------------------

// Class, then priority, decide; among equals Caladan's predicate: only from who has at least two cores more above its
// guarantee. What is guaranteed is never taken, and a VM below its own guarantee may take from anybody above theirs.
// As numbers: a VM's key, lower where a core is rather taken, and a bound that the key must stay below.

/** The part of it that stays as it is: class, then priority; room for 2^17 cores above the guarantee. */
export function rankKey(vm: Vm): i64 {
  return ((<i64>vm.cls << 60) | ((<i64>vm.priority + 0x8000_0000) << 26)) + (0x1_ffff << 1);
}

/** In a key: of the same class and priority, who searches comes first. */
// @ts-ignore: decorator
@inline const RUNS_LATER: i64 = 1 << 25;

/** Cores of VMs whose key is below this may be taken for `a`. Its own never are. */
// @ts-ignore: decorator
@inline
export function bound(a: Vm): i64 {
  const held = a.held;
  const min = a.min;
  return held < min ? i64.MAX_VALUE : a.rankKey - (<i64>(held - min + 1) << 1);
}

// @ts-ignore: decorator
@inline
export function mayPreempt(a: Vm, b: Vm): bool {
  return b.victimKey < bound(a);
}

/**
 * Of up to 64 cores, those whose vCPU searches and those whose vCPU does something else: the one that `a` takes if all of them can be told to leave,
 * as chooseVictim says, where no VM's key is below `floor`. Null: none.
 */
export function chooseAmong(a: Vm, searches: u64, runs: u64, floor: i64): Core {
  const core = among(bound(a), searches, runs, floor);
  if (isNull(core)) store<i64>(REFUSED, max<i64>(load<i64>(REFUSED), bound(a)));
  return core;
}

/** The least key of those among which a core was chosen last. */
// @ts-ignore: decorator
@inline
export function leastOfAmong(): i64 {
  return load<i64>(LEAST);
}

/** Of those, the one that goes first of all whose VMs' keys are below `most`, where none is below `floor`; in LEAST what the least key is. */
function among(most: i64, searches: u64, runs: u64, floor: i64): Core {
  const searching = firstOf(searches, floor);
  const running = firstOf(runs, floor);
  const key = isNull(searching) ? i64.MAX_VALUE : searching.lastVm.victimKey;
  const other = isNull(running) ? i64.MAX_VALUE : running.lastVm.victimKey;
  store<i64>(LEAST, min<i64>(key, other));
  if (key < most && key < (other | RUNS_LATER)) return searching;
  return other < most ? running : nothing<Core>();
}

const LEAST: usize = memory.data(8, 8);

/** The first of the cores whose VM has the least key; null: there are none. */
// @ts-ignore: decorator
@inline
function firstOf(cores: u64, floor: i64): Core {
  let best: usize = 0;
  let least = i64.MAX_VALUE;
  const all = H.cores;
  for (let bits = cores; bits != 0; bits &= bits - 1) {
    const core = all + <usize>ctz<u64>(bits) * offsetof<Core>();
    const key = changetype<Core>(core).lastVm.victimKey;
    // each with a comparison of its own, as the engine makes a word of one that two share
    best = select(core, best, key < least);
    least = select<i64>(least, key, least <= key);
    if (key == floor) break;
  }
  return changetype<Core>(best);
}

/** Whether it is known at once that nobody's core may be taken for `a`. */
// @ts-ignore: decorator
@inline
export function isInVain(a: Vm): bool {
  const is = noneBelow(bound(a));
  if (!ASC_NO_ASSERT) assert(!is || isNull(byScan(a))); // its call would stay
  return is;
}

/**
 * The core that `a` takes: of the lowest class and priority, rather a searching vCPU's than a running one's, then of who has most
 * above its guarantee, then the first. Null: none.
 */
export function chooseVictim(a: Vm): Core {
  const most = bound(a);
  let core = nothing<Core>();
  if (H.coresInAll > 64) core = byLevel(a);
  else {
    // mostly none is looked for where there is none, as no VM has as much as that takes
    readWords();
    if (most > words.lowLeast) {
      core = among(most, words.lowSearches, words.lowRuns, words.lowLeast);
      words.lowLeast = load<i64>(LEAST);
    }
    if (isNull(core) && most > words.least) {
      core = among(most, words.searches, words.runs, words.least);
      words.least = load<i64>(LEAST);
    }
  }
  if (!ASC_NO_ASSERT) assert(core == byScan(a)); // its call would stay
  if (isNull(core)) store<i64>(REFUSED, max<i64>(load<i64>(REFUSED), most));
  return core;
}

/** The greatest bound below which a victim was looked for in vain in this round. */
const REFUSED: usize = memory.data(8, 8);

/** Who may take only below this gets nobody's core in this round. */
// @ts-ignore: decorator
@inline
export function refused(): i64 {
  return H.idleCount == 0 ? load<i64>(REFUSED) : i64.MIN_VALUE;
}

/** A round begins, in which nobody has been refused yet. */
export function beginRefusals(): void {
  store<i64>(REFUSED, i64.MIN_VALUE);
}

/**
 * Whether nobody's core may be taken for `a` since none might for another in this round, nor is any idle. What is taken in between changes
 * nothing: who gets a core is above its guarantee by no more than who lost it was, and so not below what was in vain.
 */
// @ts-ignore: decorator
@inline
export function isRefused(a: Vm): bool {
  return bound(a) <= refused();
}

function byLevel(a: Vm): Core {
  const level = lowestLevel();
  let core = nothing<Core>();
  if (!isNull(level)) {
    if (a.held < a.min || changetype<usize>(level) < a.level) core = takeableOf(level, 1);
    else if (level == levelOf(a)) core = takeableOf(level, a.held - a.min + 2);
  }
  return core;
}

/** The same by a look at every core. */
function byScan(a: Vm): Core {
  let best: usize = 0;
  const most = bound(a);
  let least = i64.MAX_VALUE;
  for (let i: u32 = 0; i < H.coreCount; i++) {
    const core = coreAt(i);
    // of an idle core these read what they please, and it is masked
    const searches = core.vcpu.state == SEARCHING;
    const key = core.lastVm.victimKey; // of the VM that it runs
    const ranked = key | (searches ? 0 : RUNS_LATER);
    const take = mayLeaveMasked(core) & u32(key < most) & u32(ranked < least);
    least = select(ranked, least, take);
    best = select(changetype<usize>(core), best, take);
  }
  return changetype<Core>(best);
}
