// A vCPU's record in linear memory.

import { Core, Task, Vm } from "./records";

/** Three cache lines: what every visit reads, what running or searching does, all else. */
@unmanaged
export class VCpu {
  vm: Vm;
  core: Core; //           null while dormant
  index: u32; //           within the VM
  slot: u32;
  state: u32;
  activePlace: u32; //     its place among the VM's actives, + 1; 0: no task is dispatched to it
  since: u64; //           of the state: what is not accounted yet begins here
  task: Task;
  lastCore: Core;
  queueHead: Task; //      its run queue, a RunQueue record
  queueTail: Task;
  queueLength: u32;
  queueFront: u32;
  frozen: u8; //           FROZEN_*: taken off its core blindly, with whatever it did
  asked: u8; //            1: to switch at this instant, since its quantum is past and somebody has come to wait
  switching: u8; //        1: it switches to its task, and its siblings do not notice
  finishing: u8; //        1: told to leave its core; it does when the section that it is in has ended
  own: usize; //           the mechanism's record of it (own.ts)
  faultUntil: u64; //      it is busy with the exit of a page fault before
  switchLeft: u64; //      ns of uThread switches not accounted yet
  begunAt: u64; //         since when it has run its task without a break, or had
  // while it runs a task; while it searches these three are searchAt, searchSince and deadline
  startedAt: u64; //       when the instructions of its task began; frozen: when it was taken off
  runsUntil: u64; //       when they end
  endPlace: u64; //        of its task's end among those of the same nanosecond
  // while it searches
  nextSearching: VCpu;
  priorSearching: VCpu;
  searchOffset: u32; //    distance to the first victim it looks at, less 1
  stealVictim: VCpu;
  // where memory is short, speeds vary or a quantum holds
  touchAt: u64; //         when its task needs a page that is not there
  speed: f64; //           at which its task gets on, of 1; set where Host.varies
  askedAt: u64; //         when it was last asked to switch
  touchPage: u32; //       the page that is not there, 0: to be found out
  private pad0: u32;
  private pad1: u64;
  private pad2: u64;
  private pad3: u64;
  private pad4: u64;

  /** When its search, or the walk by which it looks, began. */
  // @ts-ignore: decorator
  @inline
  get searchAt(): u64 {
    return this.startedAt;
  }
  // @ts-ignore: decorator
  @inline
  set searchAt(at: u64) {
    this.startedAt = at;
  }
  /** When its search began, or went on for as long again. */
  // @ts-ignore: decorator
  @inline
  get searchSince(): u64 {
    return this.runsUntil;
  }
  // @ts-ignore: decorator
  @inline
  set searchSince(at: u64) {
    this.runsUntil = at;
  }
  /** When the search is given up. */
  // @ts-ignore: decorator
  @inline
  get deadline(): u64 {
    return this.endPlace;
  }
  // @ts-ignore: decorator
  @inline
  set deadline(at: u64) {
    this.endPlace = at;
  }
}
