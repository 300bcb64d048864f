// The first half of the arbiter's round: reading, who is short.

import { DENIED, H, arbiter, clock, settings } from "../state";
import { BACKLOG_BYTES, backlogs, isLatest, keepBacklog, waiterAt } from "../backlogs";
import { isStale } from "../rounds";
import { beginRanks, endRanks, setRank } from "./rank";
import { congested } from "./signal";

/** Words that hold one bit for every VM: what the arbiter reads first when the VMs' metrics are aggregated. */
function aggregated(): u64 {
  return (<u64>H.polled + 63) >> 6;
}

/** What a round's reading takes, where `waiting` VMs have their bit set. */
// @ts-ignore: decorator
@inline
export function reading(waiting: u32): u64 {
  return settings.pollBase + settings.pollPerVm * (settings.aggregate ? aggregated() + <u64>waiting : <u64>H.polled);
}

/** Drops backlogs that are over and ranks who is short; answers how many are. */
export function collect(): u32 {
  beginRanks();
  const stale = isStale();
  const end = backlogs.end;
  let kept = backlogs.first;
  let n: u32 = 0;
  let bits: u32 = 0;
  for (let at = kept; at != end; at += BACKLOG_BYTES) {
    if (!isLatest(at)) continue;
    const vm = waiterAt(at);
    const tasks = stale ? vm.snapQueued : vm.queued;
    if (tasks == 0 && vm.queued == 0 && vm.snapQueued == 0) continue;
    keepBacklog(kept, vm.backlogSince, vm);
    kept += BACKLOG_BYTES;
    bits += u32(tasks != 0);
    // after a grant one interval passes before the VM is looked at again (Caladan's congestion rule)
    if (clock.now < vm.skipUntil || !congested(vm)) vm.denied &= ~<u8>DENIED;
    else setRank(n++, vm, stale ? vm.snapSince : vm.backlogSince);
  }
  backlogs.end = kept;
  arbiter.busyUntil = clock.now + reading(bits); // decisions are made on what was read, when all is read
  endRanks(n);
  return n;
}
