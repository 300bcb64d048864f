// Which cores may be taken, so that a victim is found without a look at every core (victims.ts says by whom). Cores whose vCPU can be told to leave
// are kept by level (class, then priority), by how many cores their VM has above its guarantee, and by whether they search: a bitmap of cores for
// each (levels.ts). A VM that wins or loses a core moves its bits to the next row. Kept only from the first question on; what has changed of a core
// is written down when somebody asks, but in words, behind a move, at once. Where more happens between rounds than there are cores, each round that
// asks lays it out anew. On hosts with up to 64 cores it is four words instead (Words): who asks compares what VMs have above it.
//
//   level, the lowest first ─→ rows by cores above the guarantee, 1 … most ─→ cores that run | cores that search

import { Level, Own, RUNS, SEARCHES, coresOf, filledOf, halfOf, levelAt, levelOf, levels, ownOf, rowAt } from "./levels";
import { Core, H, RUNNING, SEARCHING, SPINNING, STEALING, STEP_NONE, Vm, arbiter, clearBit, clock, coreAt, isNull, nothing, setBit } from "./state";

@unmanaged
class Takeable {
  on: u32; //         kept up to date: IN_ROWS, IN_WORDS; 0: it is not
  layout: u64; //     how many times it was laid out
  askedAt: u64; //    events when somebody asked last,
  gap: u64; //        and how many since the event before in which somebody had
}

const T: Takeable = changetype<Takeable>(memory.data(offsetof<Takeable>(), 64));

// @ts-ignore: decorator
@inline const IN_ROWS: u32 = 1;
// @ts-ignore: decorator
@inline const IN_WORDS: u32 = 2;

/** Cores that may be taken, on a host with up to 64: of VMs of the lowest class and priority, and of all others. */
@unmanaged
class Words {
  lowSearches: u64;
  lowRuns: u64;
  searches: u64;
  runs: u64;
  lowLeast: i64; // no VM of those has a lesser key (victims.ts)
  least: i64;
}

export const words: Words = changetype<Words>(memory.data(offsetof<Words>(), 8));

// Core.takeable of others than RUNS and SEARCHES
// @ts-ignore: decorator
@inline const NOT: u32 = 0;

// bits of the states in which a vCPU can be told to leave its core
// @ts-ignore: decorator
@inline const LEAVING: u32 = (1 << RUNNING) | (1 << SEARCHING) | (1 << STEALING) | (1 << SPINNING);

// @ts-ignore: decorator
@inline
export function mayLeave(core: Core): bool {
  if (isNull(core.vcpu) || !isNull(core.target) || core.step != STEP_NONE) return false; // nobody's, promised, or being parked for nobody
  return ((LEAVING >> core.vcpu.state) & 1) != 0;
}

/** The same without a branch, 1 or 0; of an idle core it reads what it pleases, and it is masked. */
// @ts-ignore: decorator
@inline
export function mayLeaveMasked(core: Core): u32 {
  const still = load<u64>(changetype<usize>(core) + offsetof<Core>("target")) == 0; // target and step in one
  return u32(!isNull(core.vcpu)) & u32(still) & (LEAVING >> core.vcpu.state);
}

// --- kept up to date ------------------------------------------------------------------------------------------------

/** Nobody looks for victims any more, or not yet. */
export function keepNoTakeable(): void {
  T.on = 0;
}

/** A round is over: what may change at every event until somebody asks again is laid out anew then. */
export function restTakeable(): void {
  if (T.gap > <u64>H.coresInAll) T.on = 0;
}

function keepTakeable(): void {
  T.on = IN_ROWS;
  T.layout++;
  for (let w: u32 = 0; w < (levels.count + 63) >> 6; w++) store<u64>(levels.filled + (<usize>w << 3), 0);
  for (let i: u32 = 0; i < levels.count; i++) if (levelAt(i).count != 0) clearLevel(levelAt(i));
  for (let w: u32 = 0; w < levels.words; w++) {
    store<u64>(levels.changed + (<usize>w << 3), 0);
    keepWord(w);
  }
}

/** Up to 64 cores, from that of number 64 w on. */
function keepWord(w: u32): void {
  let runs: u64 = 0;
  let searches: u64 = 0;
  const first = w << 6;
  const n = min<u32>(H.coresInAll - first, 64);
  for (let i: u32 = 0; i < n; i++) {
    const core = coreAt(first + i);
    const may = mayLeaveMasked(core);
    const search = may & u32(core.vcpu.state == SEARCHING);
    core.takeable = <u8>(may + search);
    runs |= <u64>(may ^ search) << i;
    searches |= <u64>search << i;
  }
  for (; runs != 0; runs &= runs - 1) enlist(coreAt(first + <u32>ctz<u64>(runs)), RUNS);
  for (; searches != 0; searches &= searches - 1) enlist(coreAt(first + <u32>ctz<u64>(searches)), SEARCHES);
}

function clearLevel(level: Level): void {
  for (let which = RUNS; which <= SEARCHES; which++) {
    for (let w: u32 = 0; w < level.words; w++) {
      const filled = filledOf(level, which) + (<usize>w << 3);
      for (let bits = load<u64>(filled); bits != 0; bits &= bits - 1) {
        const row = rowAt(level, (w << 6) + <u32>ctz<u64>(bits)) + halfOf(which);
        for (let at = row, end = row + (<usize>levels.words << 3); at < end; at += 8) store<u64>(at, 0);
      }
      store<u64>(filled, 0);
    }
  }
  level.count = 0;
}

/** A VM of which the first core is laid out. */
function see(vm: Vm, own: Own): void {
  const end = coresOf(own) + (<usize>levels.words << 4);
  for (let at = coresOf(own); at < end; at += 8) store<u64>(at, 0); // a few words
  own.layout = T.layout;
  own.row = rowOf(vm);
}

/** Cores above the guarantee; 0: what it has is not taken. */
// @ts-ignore: decorator
@inline
function rowOf(vm: Vm): u32 {
  return vm.held > vm.min ? vm.held - vm.min : 0;
}

/** What `vm` holds or is guaranteed has changed; `less`: it has become less. */
// @ts-ignore: decorator
@inline
export function takeableHeld(vm: Vm, less: bool = false): void {
  const row = rowOf(vm);
  vm.victimKey = row == 0 ? i64.MAX_VALUE : vm.rankKey - (<i64>row << 1);
  if (T.on == IN_WORDS) {
    if (!less && vm.dormantCount != vm.max) lowerLeast(vm);
  } else if (T.on && ownOf(vm).row != row) changeRow(vm, row);
}

// @ts-ignore: decorator
@inline
function lowerLeast(vm: Vm): void {
  const at = changetype<usize>(words) + offsetof<Words>("least") - (<usize>vm.lowest << 3);
  store<i64>(at, min<i64>(load<i64>(at), vm.victimKey));
}

/** The vCPU on `core` was in state `before`, and is in `state`: it says whether the core may be taken. */
// @ts-ignore: decorator
@inline
export function takeableCore(core: Core, before: u32, state: u32): void {
  if (T.on && ((LEAVING >> before) | (LEAVING >> state)) & 1) changeCore(core, (LEAVING >> state) & 1);
}

/** Its vCPU, which was in state `before`, is about to leave `core`; in words it does not stand where it could not be told to. */
// @ts-ignore: decorator
@inline
export function takeableLeft(core: Core, before: u32): void {
  if (T.on == IN_ROWS || ((LEAVING >> before) & 1) != 0) takeableGone(core);
}

/** It is promised, or taken. */
// @ts-ignore: decorator
@inline
export function takeableGone(core: Core): void {
  if (T.on) dropGone(core);
}

/** It has come to a vCPU, which is in `state`. */
// @ts-ignore: decorator
@inline
export function takeableCame(core: Core, state: u32): void {
  if (T.on && ((LEAVING >> state) & 1) != 0) setBit(levels.changed, core.index);
}

/** `core` may perhaps be taken, or may not. */
function changeCore(core: Core, may: u32): void {
  if (T.on != IN_WORDS) setBit(levels.changed, core.index);
  else if (may == 0) forget(core);
  else put(core, <u64>1 << core.index); // who asks soon need not look
}

/** It is off the list at once, however that is kept. */
function dropGone(core: Core): void {
  if (T.on == IN_WORDS) forget(core);
  else if (core.takeable != NOT) drop(core);
}

function forget(core: Core): void {
  if (core.step == STEP_NONE) forgetAll(<u64>1 << core.index); // else it was when its move began
}

// @ts-ignore: decorator
@inline
function standing(core: Core): u32 {
  return !mayLeave(core) ? NOT : core.vcpu.state == SEARCHING ? SEARCHES : RUNS;
}

function refresh(core: Core): void {
  const is = standing(core);
  if (core.takeable == is) return;
  if (core.takeable != NOT) drop(core);
  core.takeable = <u8>is;
  if (is != NOT) enlist(core, is);
}

// @ts-ignore: decorator
@inline
function enlist(core: Core, is: u32): void {
  const vm = core.lastVm; // whose vCPU it runs
  const own = ownOf(vm);
  if (own.layout != T.layout) see(vm, own);
  const half = halfOf(is);
  setBit(coresOf(own) + half, core.index);
  const row = own.row;
  if (row == 0) return;
  const level = levelOf(vm);
  setBit(rowAt(level, row) + half, core.index);
  fill(level, row, is);
}

function drop(core: Core): void {
  const vm = core.lastVm;
  const own = ownOf(vm);
  const was = <u32>core.takeable;
  const half = halfOf(was);
  core.takeable = <u8>NOT;
  clearBit(coresOf(own) + half, core.index);
  if (own.row == 0) return;
  const row = rowAt(levelOf(vm), own.row) + half;
  clearBit(row, core.index);
  if (isEmpty(row)) empty(levelOf(vm), own.row, was);
}

/** The cores of `vm`, if any are laid out, go to another row. */
function changeRow(vm: Vm, row: u32): void {
  const own = ownOf(vm);
  if (own.layout != T.layout) return;
  const before = own.row;
  const level = levelOf(vm);
  assert(row <= level.most);
  own.row = row;
  changeHalf(own, level, before, row, RUNS);
  changeHalf(own, level, before, row, SEARCHES);
}

function changeHalf(own: Own, level: Level, before: u32, row: u32, which: u32): void {
  const half = halfOf(which);
  const cores = coresOf(own) + half;
  if (isEmpty(cores)) return;
  const bytes = <usize>levels.words << 3;
  if (before != 0) {
    const at = rowAt(level, before) + half;
    let left: u64 = 0;
    for (let w: usize = 0; w < bytes; w += 8) {
      const bits = load<u64>(at + w) & ~load<u64>(cores + w);
      store<u64>(at + w, bits);
      left |= bits;
    }
    if (left == 0) empty(level, before, which);
  }
  if (row == 0) return;
  const at = rowAt(level, row) + half;
  for (let w: usize = 0; w < bytes; w += 8) store<u64>(at + w, load<u64>(at + w) | load<u64>(cores + w));
  fill(level, row, which);
}

function isEmpty(bits: usize): bool {
  if (levels.words == 1) return load<u64>(bits) == 0;
  const end = bits + (<usize>levels.words << 3);
  for (let at = bits; at < end; at += 8) if (load<u64>(at) != 0) return false;
  return true;
}

function fill(level: Level, row: u32, which: u32): void {
  const at = filledOf(level, which) + (<usize>(row >> 6) << 3);
  const bits = load<u64>(at);
  const bit = <u64>1 << (row & 63);
  if (bits & bit) return;
  store<u64>(at, bits | bit);
  if (level.count++ == 0) setBit(levels.filled, level.index);
}

function empty(level: Level, row: u32, which: u32): void {
  clearBit(filledOf(level, which), row);
  if (--level.count == 0) clearBit(levels.filled, level.index);
}

// --- asked ----------------------------------------------------------------------------------------------------------

// @ts-ignore: decorator
@inline
function noteAsked(): void {
  const events = clock.events;
  const gap = events - T.askedAt;
  T.gap = select<u64>(gap, T.gap, gap != 0);
  T.askedAt = events;
}

/** Whether it is known without a look at any core that none is of a VM with a key below `bound`. */
// @ts-ignore: decorator
@inline
export function noneBelow(bound: i64): bool {
  return T.on == IN_WORDS && load<u64>(levels.changed) == 0 && words.lowLeast >= bound && words.least >= bound;
}

/** The words are what they say. */
// @ts-ignore: decorator
@inline
export function readWords(): void {
  if (arbiter.on != 0) noteAsked(); // for its rounds
  if (T.on == 0) {
    T.on = IN_WORDS;
    words.lowLeast = i64.MAX_VALUE;
    words.least = i64.MAX_VALUE;
    store<u64>(levels.changed, ~<u64>0 >> (64 - H.coresInAll));
  }
  if (load<u64>(levels.changed) != 0) refreshWords();
}

function refreshWords(): void {
  let changed = load<u64>(levels.changed);
  store<u64>(levels.changed, 0);
  forgetAll(changed);
  for (; changed != 0; changed &= changed - 1) {
    const core = coreAt(<u32>ctz<u64>(changed));
    if (mayLeave(core)) put(core, changed & -changed); // else seldom
  }
}

/** The vCPU on `core`, whose bit is `bit`, can be told to leave, if that is not under way: it stands where that belongs, whatever it did before. */
function put(core: Core, bit: u64): void {
  if (load<u64>(changetype<usize>(core) + offsetof<Core>("target")) != 0) return; // target or step
  const at = changetype<usize>(words) + offsetof<Words>("searches") - (<usize>core.lastVm.lowest << 4);
  const search = <u64>(core.vcpu.state == SEARCHING);
  store<u64>(at, (load<u64>(at) & ~bit) | (bit & (0 - search)));
  store<u64>(at, (load<u64>(at, 8) & ~bit) | (bit & (search - 1)), 8);
  lowerLeast(core.lastVm);
}

// @ts-ignore: decorator
@inline
function forgetAll(cores: u64): void {
  words.lowSearches &= ~cores;
  words.lowRuns &= ~cores;
  words.searches &= ~cores;
  words.runs &= ~cores;
}

/** The lowest level of which any core can be taken; null: none. */
export function lowestLevel(): Level {
  noteAsked();
  if (T.on == 0) keepTakeable();
  for (let w: u32 = 0; w < levels.words; w++) {
    const at = levels.changed + (<usize>w << 3);
    let changed = load<u64>(at);
    store<u64>(at, 0);
    for (; changed != 0; changed &= changed - 1) refresh(coreAt((w << 6) + <u32>ctz<u64>(changed)));
  }
  for (let w: u32 = 0; w < (levels.count + 63) >> 6; w++) {
    const bits = load<u64>(levels.filled + (<usize>w << 3));
    if (bits != 0) return levelAt((w << 6) + <u32>ctz<u64>(bits));
  }
  return nothing<Level>();
}

/**
 * The first core of the level whose VM has most above its guarantee, and at least `least` ≥ 1; rather one that searches. Null: there
 * is none.
 */
export function takeableOf(level: Level, least: u32): Core {
  let which = SEARCHES;
  let row = greatestRow(level, which, least);
  if (row == 0) {
    which = RUNS;
    row = greatestRow(level, which, least);
    if (row == 0) return nothing<Core>();
  }
  const bits = rowAt(level, row) + halfOf(which);
  for (let w: u32 = 0; w < levels.words; w++) {
    const word = load<u64>(bits + (<usize>w << 3));
    if (word != 0) return coreAt((w << 6) + <u32>ctz<u64>(word));
  }
  assert(false);
  return nothing<Core>();
}

/** 0: none is filled from `least` on. */
function greatestRow(level: Level, which: u32, least: u32): u32 {
  const filled = filledOf(level, which);
  for (let w = <i32>level.words - 1; w >= <i32>(least >> 6); w--) {
    let bits = load<u64>(filled + (<usize>w << 3));
    if (w == <i32>(least >> 6)) bits &= ~<u64>0 << (least & 63);
    if (bits != 0) return (<u32>w << 6) + 63 - <u32>clz<u64>(bits);
  }
  return 0;
}
