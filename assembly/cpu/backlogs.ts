// VMs in which tasks wait, where an arbiter serves them: in the order in which their backlogs began, and within a nanosecond in that of their
// indices, as a round serves those of one rank. So nobody is put in order by a round: a backlog that begins comes last, but for those of its
// own nanosecond. One that has ended leaves its entry until the next walk; if another has begun since in the same VM, that has an entry of its own.

import { allocate } from "../kernel/arena";
import { H, Vm } from "./state";

// @ts-ignore: decorator
@inline export const BACKLOG_BYTES: usize = 16;

@unmanaged
class Backlogs {
  first: usize;
  end: usize;
  limit: usize; // room for two of each VM
  holding: u32; // 1: in the midst of a round, which goes by those of its beginning; what begins meanwhile stands behind them, in any order
}

export const backlogs: Backlogs = changetype<Backlogs>(memory.data(offsetof<Backlogs>(), 8));

/** Room for them, when the VMs are known. */
export function layBacklogs(): bool {
  const bytes = (<u64>H.vmCount << 5) + BACKLOG_BYTES;
  backlogs.first = allocate(bytes);
  backlogs.limit = backlogs.first + <usize>bytes;
  forgetBacklogs();
  return backlogs.first != 0;
}

export function forgetBacklogs(): void {
  backlogs.end = backlogs.first;
}

/** When the backlog at `at` began. */
// @ts-ignore: decorator
@inline
export function beganAt(at: usize): u64 {
  return load<u64>(at);
}

// @ts-ignore: decorator
@inline
export function waiterAt(at: usize): Vm {
  return load<Vm>(at, 8);
}

/** Whether it is the one of now, or at least was the last of its VM. */
// @ts-ignore: decorator
@inline
export function isLatest(at: usize): bool {
  return beganAt(at) == waiterAt(at).backlogSince;
}

// @ts-ignore: decorator
@inline
export function keepBacklog(at: usize, since: u64, vm: Vm): void {
  store<u64>(at, since);
  store<Vm>(at, vm, 8);
}

/** Whether the one at `at` comes before one of `vm` that began at `since`. */
// @ts-ignore: decorator
@inline
function isBefore(at: usize, since: u64, vm: Vm): bool {
  const began = beganAt(at);
  return began < since || (began == since && changetype<usize>(waiterAt(at)) < changetype<usize>(vm));
}

/** The backlog of `vm` has begun, if it is not there already. */
export function addBacklog(vm: Vm): void {
  const since = vm.backlogSince;
  if (backlogs.end == backlogs.limit) dropOld();
  const end = backlogs.end;
  if (end != backlogs.first && beganAt(end - BACKLOG_BYTES) >= since) addAmong(vm, since);
  else {
    keepBacklog(end, since, vm);
    backlogs.end = end + BACKLOG_BYTES;
  }
}

/** Others have begun no sooner. */
function addAmong(vm: Vm, since: u64): void {
  const end = backlogs.end;
  let place = end;
  if (backlogs.holding) {
    for (let at = end; at != backlogs.first && beganAt(at - BACKLOG_BYTES) >= since; at -= BACKLOG_BYTES) {
      if (waiterAt(at - BACKLOG_BYTES) == vm) return;
    }
  } else {
    let n = <usize>(end - backlogs.first) / BACKLOG_BYTES; // of so many before `place` it is not known
    place = backlogs.first;
    while (n != 0) {
      const half = n >> 1;
      const middle = place + half * BACKLOG_BYTES;
      if (isBefore(middle, since, vm)) {
        place = middle + BACKLOG_BYTES;
        n -= half + 1;
      } else n = half;
    }
    if (place != end && beganAt(place) == since && waiterAt(place) == vm) return;
    memory.copy(place + BACKLOG_BYTES, place, end - place);
  }
  keepBacklog(place, since, vm);
  backlogs.end = end + BACKLOG_BYTES;
}

/** All that are not their VM's last go. */
function dropOld(): void {
  let kept = backlogs.first;
  for (let at = kept; at != backlogs.end; at += BACKLOG_BYTES) {
    if (!isLatest(at)) continue;
    keepBacklog(kept, beganAt(at), waiterAt(at));
    kept += BACKLOG_BYTES;
  }
  backlogs.end = kept;
}

/** A round has walked them all, and decides; answers where those end that it goes by. */
export function holdBacklogs(): usize {
  backlogs.holding = 1;
  return backlogs.end;
}

/** The round is over: what has begun meanwhile, behind `end`, comes into its place. */
export function freeBacklogs(end: usize): void {
  backlogs.holding = 0;
  const last = backlogs.end;
  backlogs.end = end;
  for (let at = end; at != last; at += BACKLOG_BYTES) if (isLatest(at)) addBacklog(waiterAt(at));
}
