// A round as most scenarios have it: VMs are short by the mean or the longest delay of their tasks as they are now, any idle core or victim
// will do, there are two classes and priorities at most, and no move begins before the round is over (isUsual). Backlogs lie in the order in
// which they began (backlogs.ts), so that who is short of each rank is in order as it is found: nobody is ranked, and who comes behind is
// denied one by one. Whatever no processor can guess, as who is short, is no branch.

import * as L from "../../layout";
import { CONTENDED, Core, DENIED, H, RECORD_BYTES, SEARCHING, Vm, arbiter, clock, countHost, isNull, nothing, settings, traits } from "../state";
import { BACKLOG_BYTES, backlogs, beganAt, keepBacklog, waiterAt } from "../backlogs";
import { canGrow } from "../holding";
import { chooseIdle } from "../idle";
import { levels } from "../levels";
import { mayLeaveMasked } from "../takeable";
import { bound, chooseAmong, chooseVictim, leastOfAmong, refused } from "../victims";
import { oldestReady } from "../waiting";
import { reading } from "./collect";
import { chooseCore, give } from "./grant";
import { overrule } from "./overrule";
import { hooks } from "../hooks";

// @ts-ignore: decorator
@inline const RANKS: usize = 8; // levels.ts, lineOf

/** Of those of each rank that are short and want a core, where the next one is written; they lie in H.scratch, room for all VMs of each. */
const ENDS: usize = memory.data(8 << 2, 4);

/** Cores that may be taken, of hosts with up to 64. */
@unmanaged
class Cores {
  searches: u64;
  runs: u64;
  least: i64; // no VM of theirs has a lesser key (victims.ts)
  known: u32; // 1: so it was as the round began, less those that it has taken
}

const cores: Cores = changetype<Cores>(memory.data(offsetof<Cores>(), 8));

/** The first line of those that hold what they are guaranteed, or more. */
// @ts-ignore: decorator
@inline const GUARANTEED: usize = 16;

export function isUsual(): bool {
  return (settings.signal == L.SIGNAL_AVERAGE || settings.signal == L.SIGNAL_OLDEST) && (settings.mode & L.MODE_REACTIVE) != 0
    && !settings.aggregate && settings.staleness == 0 && arbiter.published == 0
    && levels.count <= 2 && traits.parkedBusy == 0 && isShortEnough() && overrule.kind == L.OVERRULE_NOTHING && hooks.choosesBy(chooseCore) && reading(0) + settings.issue != 0;
}

/** Whether what all tasks have waited has room in 63 bits. */
// @ts-ignore: decorator
@inline
function isShortEnough(): bool {
  return (clock.now | settings.threshold) <= <u64>i64.MAX_VALUE / <u64>((H.recordsEnd - H.records) / RECORD_BYTES);
}

/** Who is short is served, in the order of the ranks. */
export function serveUsual(): void {
  arbiter.busyUntil = clock.now + reading(0); // decisions are made on what was read, when all is read
  cores.known = 0;
  findShort();
  const one = settings.grant == L.GRANT_ONE;
  const room = <usize>H.vmCount << 2;
  let denied: u64 = 0;
  let first = H.scratch;
  for (let line: usize = 0; line < RANKS << 2; line += 4) {
    const end = load<usize>(ENDS + line);
    for (let at = first; at != end; at += 4) {
      const vm = load<Vm>(at);
      if (line >= GUARANTEED && vm.rankKey - 2 <= refused()) {
        // nor does any behind it in its line get one, who has no less above its guarantee
        denied += <u64>(end - at) >> 2;
        for (; at != end; at += 4) load<Vm>(at).denied = <u8>(DENIED | CONTENDED); // tasks wait
        break;
      }
      if (bound(vm) > refused() && serve(vm, one)) vm.denied &= ~<u8>DENIED;
      else {
        vm.denied = <u8>(DENIED | CONTENDED);
        denied++;
      }
    }
    first += room;
  }
  countHost(L.HOST_CONGESTED_DENIED, denied);
}

/** Gives `vm` what it wants, as far as there is; answers whether that was all. */
function serve(vm: Vm, one: bool): bool {
  const wanted = one ? 1 : vm.queued - vm.coming;
  let want = wanted;
  while (want != 0 && canGrow(vm)) {
    const core: Core = H.idleCount != 0 ? chooseIdle(vm) : bound(vm) <= refused() ? nothing<Core>() : H.coreCount <= 64 ? chooseMasked(vm) : chooseVictim(vm);
    if (isNull(core)) break;
    give(core, vm);
    cores.least = min<i64>(cores.least, vm.victimKey);
    want--;
  }
  if (one && want != wanted) vm.skipUntil = clock.now + arbiter.period + 1;
  return want == 0;
}

/** Drops backlogs that are over, and writes down who is short and wants a core; nobody else is denied any. */
function findShort(): void {
  const room = <usize>H.vmCount << 2;
  let place = H.scratch;
  for (let line: usize = 0; line < RANKS << 2; line += 4) {
    store<usize>(ENDS + line, place);
    place += room;
  }
  const now = clock.now;
  const threshold = settings.threshold;
  const from = now - threshold;
  const oldest = settings.signal == L.SIGNAL_OLDEST;
  const end = backlogs.end;
  let kept = backlogs.first;
  for (let at = kept; at != end; at += BACKLOG_BYTES) {
    const since = beganAt(at);
    const vm = waiterAt(at);
    const tasks = <i64>vm.queued;
    // of these numbers only the sign counts: below 0 is yes
    const waits = (<i64>(vm.backlogSince ^ since) - 1) & -tasks;
    const long = (<i64>vm.held - 1) | ~<i64>(<u64>tasks * from - vm.readySum); // modulo 2^64: the difference is what it is, and has room
    const may = waits & (<i64>vm.coming - tasks) & (<i64>vm.skipUntil - 1 - <i64>now);
    let wants = <u64>(may & long) >> 63;
    // the oldest has waited for as long as all on average, and longer only where there is another
    if (oldest && (may & ~long & (1 - tasks)) < 0) wants = u64(now - oldestReady(vm) >= threshold);
    keepBacklog(kept, since, vm);
    kept += <usize>(<u64>waits >> 59) & BACKLOG_BYTES;
    vm.denied = <u8>(vm.denied & (<u32>wants | CONTENDED)); // DENIED is 1
    const line = ENDS + <usize>vm.line;
    place = load<usize>(line);
    store<Vm>(place, vm);
    store<usize>(line, place + (<usize>wants << 2));
  }
  backlogs.end = kept;
}

/** A victim for `vm` on a host with up to 64 cores, where none is idle: of those that might be taken as the round began, less those that were. */
function chooseMasked(vm: Vm): Core {
  if (cores.known == 0) findTakeable();
  const core = chooseAmong(vm, cores.searches, cores.runs, cores.least);
  cores.least = leastOfAmong();
  if (!ASC_NO_ASSERT) assert(core == chooseVictim(vm)); // its call would stay
  if (isNull(core)) return core;
  const others = ~(<u64>1 << core.index);
  cores.searches &= others;
  cores.runs &= others;
  return core;
}

function findTakeable(): void {
  let may: u64 = 0;
  let searching: u64 = 0;
  const n = <u64>H.coreCount;
  let at = H.cores;
  for (let i: u64 = 0; i < n; i++) {
    const core = changetype<Core>(at);
    may |= <u64>mayLeaveMasked(core) << i;
    searching |= u64(core.vcpu.state == SEARCHING) << i;
    at += offsetof<Core>();
  }
  cores.searches = may & searching;
  cores.runs = may & ~searching;
  cores.least = i64.MIN_VALUE;
  cores.known = 1;
}
