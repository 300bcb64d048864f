// A round as most scenarios have it: VMs are short by the mean delay of their tasks as they are now, any idle core or victim will do, there
// are two classes and priorities at most, and no move begins before the round is over (isUsual). Backlogs lie in the order in which they
// began (backlogs.ts), so that who is short of each rank is in order as it is found: nobody is ranked, and who comes behind is denied one by one.
// Without branches as far as that goes, since no processor guesses who is short.

import * as L from "../../layout";
import { Core, H, Vm, arbiter, clock, countHost, isNull, settings, traits } from "../state";
import { BACKLOG_BYTES, backlogs, beganAt, keepBacklog, waiterAt } from "../backlogs";
import { canGrow } from "../holding";
import { chooseIdle } from "../idle";
import { levelsInAll, lowest } from "../takeable";
import { chooseVictim, isRefused } from "../victims";
import { chooseCore, give, markDenied } from "./arbiter";
import { reading } from "./collect";
import { overrule } from "./overrule";
import { hooks } from "../hooks";

/** Ranks (bag.ts, rankOf): below its guarantee or not, the higher of the levels or the lowest, without any core or not. */
// @ts-ignore: decorator
@inline const LINES: usize = 8;
/** Of those of each rank that are short and want a core, where the next one is written; they lie in H.scratch, room for all VMs in each line. */
const ENDS: usize = memory.data(8 << 2, 4);

export function isUsual(): bool {
  return settings.signal == L.SIGNAL_AVERAGE && (settings.mode & L.MODE_REACTIVE) != 0 && !settings.aggregate && settings.staleness == 0 && arbiter.published == 0
    && levelsInAll() <= 2 && traits.parkedBusy == 0 && overrule.kind == L.OVERRULE_NOTHING && hooks.choosesBy(chooseCore) && reading(0) + settings.issue != 0;
}

// @ts-ignore: decorator
@inline
function firstOf(line: usize): usize {
  return H.scratch + line * (<usize>H.vmCount << 2);
}

/** Who is short is served, in the order of the ranks. */
export function serveUsual(): void {
  arbiter.busyUntil = clock.now + reading(0); // decisions are made on what was read, when all is read
  findShort();
  const one = settings.grant == L.GRANT_ONE;
  let denied: u64 = 0;
  for (let line: usize = 0; line < LINES; line++) {
    const end = load<usize>(ENDS + (line << 2));
    for (let at = firstOf(line); at != end; at += 4) {
      const vm = load<Vm>(at);
      if (isRefused(vm) || serve(vm, one) != 0) {
        markDenied(vm);
        denied++;
      } else vm.denied = 0;
    }
  }
  countHost(L.HOST_CONGESTED_DENIED, denied);
}

/** Gives `vm` what it wants, as far as there is; answers how many cores it is short of still. */
function serve(vm: Vm, one: bool): u32 {
  const wanted = one ? 1 : vm.queued - vm.coming;
  let want = wanted;
  while (want != 0 && canGrow(vm) && !isRefused(vm)) {
    const core: Core = H.idleCount != 0 ? chooseIdle(vm) : chooseVictim(vm);
    if (isNull(core)) break;
    give(core, vm);
    want--;
  }
  if (one && want != wanted) vm.skipUntil = clock.now + arbiter.period + 1;
  return want;
}

/** Drops backlogs that are over, and writes down who is short and wants a core; of others it is known that they are not denied any. */
function findShort(): void {
  for (let line: usize = 0; line < LINES; line++) store<usize>(ENDS + (line << 2), firstOf(line));
  const now = clock.now;
  const threshold = settings.threshold;
  const low = lowest();
  const first = backlogs.first;
  const end = backlogs.end;
  let kept = first;
  for (let at = first; at != end; at += BACKLOG_BYTES) {
    const since = beganAt(at);
    const vm = waiterAt(at);
    const tasks = vm.queued;
    const held = vm.held;
    const waits = u32(vm.backlogSince == since) & u32(tasks != 0);
    // both sides modulo 2^64: the difference is what it is
    const long = u32(held == 0) | u32(<u64>tasks * now - vm.readySum >= threshold * <u64>tasks);
    const wants = waits & long & u32(tasks > vm.coming) & u32(now >= vm.skipUntil);
    keepBacklog(kept, since, vm);
    kept += <usize>waits << 4;
    vm.inBag = <u8>waits;
    vm.denied = <u8>(u32(vm.denied) & wants);
    const line = ENDS + ((<usize>(held >= vm.min) << 4) | (<usize>(vm.level == low) << 3) | (<usize>(held != 0) << 2));
    const place = load<usize>(line);
    store<Vm>(place, vm);
    store<usize>(line, place + (<usize>wants << 2));
  }
  backlogs.end = kept;
}
