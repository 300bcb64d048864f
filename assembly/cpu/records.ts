// The records of the simulated host in linear memory: tasks, requests, vCPUs, cores, VMs, and the host itself.
// Every field that changes in a run is here, so that a copy of linear memory is a snapshot.

import { Distribution } from "../kernel/distribution";
import { Order } from "./order-record";

/** A uThread: one cache line. Where `request` is 0 the task is the whole request. */
@unmanaged
export class Task {
  next: Task; //         0 in its run queue, waiters' list or the free list
  flags: u32; //         4 TASK_*
  readyAt: u64; //       8 since when it could have run
  remaining: u64; //    16 ns of the present phase; while it waits for the lock, since when
  service: u64; //      24 ns in all
  arrivedAt: u64; //    32
  request: Request; //  40
  client: u32; //       44 slot of the closed client that waits for it, 0: none
  touch: u64; //        48 from which the pages that it still touches follow (memory/swap/access.ts); in a VM with deadlines: its own
  afterLock: u64; //    56 ns behind it; of a function's task, which takes no lock: its VM; in a VM with an order: its place among the ready
}

/** A fork-join request: a chain of stages, each as wide as is drawn when it starts. */
@unmanaged
export class Request {
  next: Request; //      0 free list
  vm: Vm; //             4
  arrivedAt: u64; //     8
  draws: u64; //        16 SplitMix64 state: widths and services of this request, whatever the order of completion
  ideal: u64; //        24 Σ over stages of the longest service: time on an idle host with cores for all
  longest: u64; //      32 of the stage that runs
  stage: u32; //        40
  left: u32; //         44 tasks of the stage not done yet
  client: u32; //       48
  touch: u64; //        56 its tasks' next place in the order of its VM's touches (memory/swap/access.ts); in a VM with deadlines: its own
}

/** First in, first out, singly linked through the tasks: no capacity of its own. */
@unmanaged
export class RunQueue {
  head: Task;
  tail: Task;
  length: u32;
  front: u32; // how many at the head were preempted and put back; MIXED: in no order that is known
}

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

@unmanaged
export class Core {
  index: u32; //          0
  slot: u32; //           4
  vcpu: VCpu; //          8 null: idle
  target: Vm; //         12 the VM that this core was promised to
  step: u32; //          16 STEP_*
  idlePlace: u32; //     20 index in the idle stack, + 1
  since: u64; //         24 idle since, or since when it has had its vCPU
  decidedAt: u64; //     32 of the move under way
  parkedAt: u64; //      40 when its parking began
  round: u32; //         48 the arbiter round of the move
  lastVm: Vm; //         52
  socket: u16; //        56
  kept: u8; //           58 1: to stay empty for the sake of a sibling (caladan)
  takeable: u8; //       59 as what it stands in takeable.ts
  sibling: u32; //       60 first hardware thread of its physical core
}

/** How long each step of a core's move takes, in the order of Settings' fields. Fixed when it is decided; kept where settings say otherwise (move.ts). */
@unmanaged
export class Move {
  notify: u64;
  preempt: u64;
  suspend: u64;
  deschedule: u64;
  wake: u64;
  dispatchStep: u64;
  own: u64; // 1: these are kept; 0: it goes by the settings
}

/**
 * By cache lines, 64 bytes each: what few requests read, four lines; what all do, four, the last with the first counter; behind it the
 * other counters of every request, a line (state.ts), and those of few.
 */
@unmanaged
export class Vm {
  // dispatch, stages, policies, locks
  dispatchStream0: u64;
  dispatchStream1: u64;
  lockStream0: u64;
  lockStream1: u64;
  quantum: u64;
  lockProbability: f64;
  lockHold: u64;
  level: usize; //       its class and priority,
  takeable: usize; //    and which of its cores may be taken (levels.ts)
  roundRobin: u32;
  stageCount: u32;
  stages: usize;
  sampleDone: u32; //    requests completed in the running sample interval
  group: u32;
  room: u32; //          requests that it holds at once; one that finds so many is dropped
  order: Order; //       null: first in, first out, without deadlines
  snapQueued: u32; //    as last published (arbiter.ts), like the others of that name
  looker: VCpu; //       of the planned successful look
  lookVictim: VCpu; //   null: the ingress queue
  lockHolder: Task;
  lockWaitHead: Task;
  lockWaitTail: Task;
  lockWaiting: u32;
  // seldom
  cls: u32;
  priority: i32;
  clients: u32;
  firstClient: u32; //   slot
  state: u32;
  states: u32;
  stateWords: usize;
  think: Distribution;
  snapActive: u32;
  snapStranded: u8;
  dwellConstant: u8;
  lockSpins: u8;
  histogramOwner: u8;
  snapReadySum: u64;
  snapOldest: u64;
  snapSince: u64;
  quota: f64; //         cores, 0: none (cgroup)
  bandwidth: f64; //     memory traffic of a vCPU that runs a task, bytes per second
  traffic: f64; //       of all that run one now
  own0: u64; //          what belongs to the mechanism (own.ts): VM_OWN_BYTES
  own1: u64;
  own2: u64;
  own3: u64;
  own4: u64;
  own5: u64;
  // what an arbiter reads of every VM
  queued: u32; //        tasks waiting anywhere in the VM
  held: u32; //          cores that it has or was promised, less those being taken
  min: u32;
  max: u32;
  promised: u32; //      cores under way to it that no vCPU has yet
  coming: u32; //        cores decided for it on which its vCPU has not run yet
  dormantCount: u32;
  inBag: u8;
  denied: u8; //         DENIED, CONTENDED
  line: u8; //           its rank as an arbiter serves it (levels.ts)
  special: u8; //        SPECIAL, WAITS, DRAWN (host.ts, markSpecial), FROZEN_IDLE; 0: nothing of the kind
  limit: u32; //         vCPUs allowed at present: max, or fewer (caladan)
  activeCount: u32;
  readySum: u64; //      Σ of the waiting tasks' readyAt, modulo 2^64
  backlogSince: u64;
  skipUntil: u64; //     the arbiter leaves it alone before; under cgroup core time used (quota.ts)
  // who waits, who searches, who loses a core first (victims.ts)
  ingressHead: Task; //  tasks that no active vCPU could take, or all of them under single-queue dispatch
  ingressTail: Task;
  ingressLength: u32;
  ingressFront: u32;
  searching: VCpu; //    list, the longest searcher first
  searchingTail: VCpu;
  vcpus: usize;
  bits: usize; //        bitmaps of vCPUs and list of the active ones (state.ts): the fields below, or elsewhere where they are more
  index: u32;
  frozen: u32; //        vCPUs that were taken off their core in the middle of a task; none but where traits.blind
  rankKey: i64;
  victimKey: i64; //     the same less what it has above its guarantee
  lookAt: u64; //        the planned successful look
  // its vCPUs; arrivals
  dormantBits: u64;
  occupiedBits: u64;
  active0: u64; //       ACTIVES_HERE pointers
  active1: u64;
  words: u16; //         of each bitmap
  stealAmount: u8;
  stealVictim: u8;
  arrivals: u8;
  dispatch: u8;
  single: u8; //         1: one stage of one task
  lowest: u8; //         1: its level is the lowest (levels.ts)
  service: Distribution; // of the first stage
  histograms: usize; //  HISTOGRAM_*, one behind the other
  gapMean: f64; //       ns at the present rate, 0: none
  carry: f64; //         fraction of a nanosecond that the last arrival left over
  ahead: f64; //         the next gap that is memoryless, of a mean of 1; drawn before it is needed
  arrivalStream0: u64;
  arrivalStream1: u64;
  serviceStream0: u64;
  serviceStream1: u64;
  stealStream0: u64;
  stealStream1: u64;
}

/** Time, and how far the present call goes. */
@unmanaged
export class Clock {
  now: u64; //            ns
  events: u64; //         so far
  runUntil: u64; //       of the present call of run
  runLast: u64; //        number of its last event
  bound: u64; //          an event of this key or more is not simulated before the call has looked why
  fingerprint: u64; //    of all events
  fingerprintOn: u32;
  private raised: u32;
  warmup: u64; //         ns
  statsFrom: u64; //      when statistics began

  /** E_*: error raised by the present event, which is the last. */
  // @ts-ignore: decorator
  @inline
  get status(): u32 {
    return this.raised;
  }
  set status(error: u32) {
    this.raised = error;
    this.bound = 0;
  }
}

/** Rounds of the polling core (rounds.ts, cores/arbiter.ts). */
@unmanaged
export class Arbiter {
  on: u32; //          1: rounds are held
  round: u32; //       number of the last one
  period: u64;
  gridAt: u64; //      the first round that was not held
  wantedAt: u64; //    from when on the planned round is needed
  lateAt: u64; //      the last nanosecond of which the rounds are over
  heldAt: u64; //      when the last round was
  publishedFrom: u64; // what is published is no older: a fork published then
  published: u32; //   1: something has been
  busyUntil: u64; //   it issues one move after another
  start: u64; //       when the round's first move is issued
  moves: u32; //       of the round
}

/** Arrivals from outside: a ring in linear memory. */
@unmanaged
export class Injection {
  ring: usize;
  capacity: u32;
  read: u32;
  write: u32;
  more: u32; //  1: others will follow
  at: u64; //    when the pending one is due
}

/** Grants of the largest round, ns after its first decision. */
@unmanaged
export class Curve {
  grants: usize; // f64 each
  capacity: u32;
  length: u32;
  round: u32;
  moves: u32; //    that the round has issued
  start: u64;
}

/** Samples and the event log (series.ts). */
@unmanaged
export class Series {
  interval: u64; //     ns between samples, 0 off
  capacity: u32;
  count: u32;
  rows: usize;
  histograms: usize; // of each interval
  rowBytes: u32;
  logCapacity: u32;
  logCount: u32;
  log: usize;
  logFrom: u64;
  logUntil: u64;
}

/** Cores, VMs and their vCPUs, tasks, and what is counted of them. */
@unmanaged
export class Host {
  seed: u64;
  mechanism: u32; //         MECHANISM_*
  coreCount: u32; //         cores for VMs
  coresInAll: u32;
  vmCount: u32;
  polled: u32; //            VMs that an arbiter reads: of a pool of slots as many as it has functions
  groupCount: u32;
  vcpuCount: u32;
  cores: usize;
  moves: usize; //           a Move of each core,
  movesKept: u32; //         so many of which are kept
  vms: usize;
  vcpus: usize;
  ownOfVcpus: usize; //      a mechanism's record of each (own.ts)
  clientVm: usize; //        u32 pointer to the VM, per client slot
  slotCores: u32; //         timer slots
  slotVcpus: u32;
  slotClients: u32;
  slotParts: u32;
  slotsEnd: u32;
  idle: usize; //            stack of idle cores
  idleCount: u32;
  keptCount: u32; //         cores that stay empty for a sibling's sake
  bagCount: u32;
  bag: usize; //             VMs with tasks waiting, where no arbiter serves them (bag.ts)
  scratch: usize; //         those of them that are over their threshold, by rank (cores/rank.ts, cores/usual.ts)
  varies: u32; //            1: a task's speed depends on what else runs
  traffic: f64; //           bytes per second that all running tasks would like
  memorySpeed: f64; //       of who uses memory bandwidth, 1 where there is enough
  // tasks and requests
  records: usize; //         first record
  recordsEnd: usize;
  recordsFresh: usize; //    never used so far
  freeRecords: Task;
  freeCount: u32;
  recordLimit: u32; //       that may be alive at once
  distributions: usize;
  stages: usize;
  idleNs: u64; //            of cores that were idle since statistics began, until they ceased to be
  capacityNs: u64; //        core time for VMs up to capacitySince; a fork may change how many cores there are
  capacitySince: u64;
  counters: usize; //        u64[HOST_COUNTERS]
  hostHistograms: usize;
  histograms: usize;
  histogramSets: u32;
  bits: u32; //              histogram sub-bucket bits
}
