// The things of the model: host, cores, VMs, vCPUs, tasks, requests. Plain records; the rules are in the other files.

import type { Scenario } from '../../src/index.js';
import type { ScenarioVm } from './scenario.js';
import type { Streams } from './chance.js';
import type { Clock, Event } from './clock.js';
import type { Sampler } from './sampler.js';
import type { SwapEngine, TouchingTask } from './seam.js';
import type { Steps } from './moves.js';
import type { Costs, Mechanism } from './mechanism.js';

export type VcpuState =
  | 'dormant'
  | 'waking'
  | 'entering'
  | 'running' // a task, or switching to it
  | 'spinning'
  | 'searching'
  | 'stealing'
  | 'yielding'
  | 'preempting'
  | 'suspending'
  | 'descheduling';

export type Account = 'task' | 'steal' | 'idlePoll' | 'transition';

export interface Task extends TouchingTask {
  readonly id: number;
  readonly of: Request;
  readonly createdAt: number;
  /** Since when it waits: for its first instruction, or since it was put back. */
  readyAt: number;
  /** Work done, ns at speed 1. */
  doneNs: number;
  begun: boolean;
  /** Work done at which its critical section begins and ends; null: it takes no lock, or is through. */
  section: { readonly from: number; readonly to: number } | null;
  holds: boolean;
  /** Since when it waits for the lock. */
  lockSince: number;
  readonly serviceNs: number;
  /** The core whose caches know it. */
  home: Core | null;
  /** It was preempted on this vCPU and put back there. */
  putBackOn: Vcpu | null;
  /** When a quantum's end put it behind the others. */
  putBehindAt: number;
  /** Given up while its vCPU was stopped. */
  gone?: boolean;
}

export interface Request {
  readonly vm: Vm;
  readonly place: number;
  readonly arrivedAt: number;
  /** Infinity: it has none. */
  readonly deadlineAt: number;
  stage: number;
  tasksLeft: number;
  /** Demand and width that the trace gave it; -1 and 0: as the VM's workload says. */
  readonly serviceNs: number;
  readonly width: number;
  /** Tasks of its VM before its own. */
  readonly tasksBefore: number;
  /** What its stages draw from; null: it is one task. */
  readonly word: bigint | null;
  /** Which pages it touches, if it is one task. */
  readonly touches: bigint;
  /** The longest service of each stage so far, added up. */
  idealNs: number;
  /** Those of its stages so far. */
  tasks: number;
  /** The closed client that sent it. */
  readonly client: number | null;
  /** Of a function's request: what its end is to the function's instance. */
  readonly answered?: () => void;
}

/** A task on its vCPU. */
export interface Running {
  readonly task: Task;
  /** When its first instruction comes, or came. */
  beginsAt: number;
  /** The first instruction after the switch. */
  readonly firstAt: number;
  begin: Event | null;
  /** null: it has to touch pages first. */
  end: Event | null;
  touch: Event | null;
  /** Up to when `task.doneNs` counts, and the speed since. */
  workedUntil: number;
  speed: number;
  /** Planned: the end of its quantum. */
  quantum: Event | null;
  quantumEndsAt: number;
}

export interface Search {
  readonly since: number;
  readonly ticket: number;
  /** How far behind its neighbour it looks first. */
  start: number;
  looks: number;
  /** From when `minSearch` counts. */
  counted: number;
  /** From when looks count. */
  walksFrom: number;
  /** Whether its VM's vCPUs steal. */
  walks: boolean;
  look: Event | null;
  giveUp: Event | null;
  ownLook: Event | null;
}

export interface Vcpu {
  /** The core that it had last. */
  lastCore: Core | null;
  readonly vm: Vm;
  readonly index: number;
  state: VcpuState;
  core: Core | null;
  queue: Task[];
  running: Running | null;
  search: Search | null;
  /** Switches to its task, unnoticed by sibling threads (`smtSwitch: false`). */
  switching: boolean;
  /** The task that spins on it. */
  spinning: Task | null;
  spinningSince: number;
  /** Until when it is busy with the exit of a fault. */
  exitUntil: number;
  /** The event that ends a step. */
  step: Event | null;
  /** When it was last asked to end a quantum that is past. */
  askedAt: number;
  /** Taken off its core unasked, in the middle of what it did. */
  frozen: boolean;
  frozenTask: Task | null;
  frozenSince: number;
  /** Parks it when the critical section that it is in has ended (`finishSection`). */
  sectionEnds: (() => void) | null;
  /** The task that is being preempted. */
  parked: Task | null;
}

/** A core on its way to a VM. */
export interface Move {
  readonly core: Core;
  /** null: taken for nobody. */
  readonly to: Vm | null;
  issuedAt: number;
  steps: Steps;
  /** The round or announcement that decided it; null: none did. */
  readonly round: Round | null;
}

/** A round, or an announcement, that has issued moves. */
export interface Round {
  moves: number;
  startsAt: number;
  /** When cores were there. */
  readonly grantedAt: number[];
}

export interface Core {
  readonly index: number;
  readonly socket: number;
  readonly physical: number;
  vcpu: Vcpu | null;
  /** The move under way, from its decision until its vCPU has entered. */
  move: Move | null;
  idleSince: number;
  lastVm: Vm | null;
  /** Since when its vCPU has it, waking included. */
  heldSince: number;
  /** Empty beside a long task (caladan). */
  keptEmpty: boolean;
  /** What its time is booked to. */
  payer: Vm | null;
  account: Account;
  since: number;
}

export interface Locks {
  holder: Task | null;
  line: Task[];
  acquires: number;
  waits: number;
  waitsEnded: number;
  waitNs: number;
  longestWaitNs: number;
  longestConvoy: number;
  holderPreemptions: number;
  spinNs: number;
}

export interface Vm {
  readonly index: number;
  readonly name: string;
  spec: ScenarioVm;
  min: number;
  readonly max: number;
  readonly latencyCritical: boolean;
  readonly priority: number;
  readonly vcpus: Vcpu[];
  /** Tasks that came while no vCPU took any; under `single-queue` all of them. */
  ingress: Task[];
  /** vCPUs to which tasks are dispatched, in the order of their list. */
  active: Vcpu[];
  /** Cores that it has or is promised. */
  held: number;
  /** Most cores that it may hold now. */
  allowed: number;
  /** Until when rounds pass it over, since one has granted it its one core. */
  passedOverUntil: number;
  /** It was short in vain, and something has waited in it ever since. */
  denied: boolean;
  /** Since when tasks wait in it; Infinity: none does. */
  waitingSince: number;
  /** Since when it is without quota; null: it is not. */
  throttledSince: number | null;
  /** Core time booked to it since time 0. */
  chargedNs: number;
  /** Cores on their way, whose vCPU has not run its first instruction yet. */
  coming: number;
  roundRobin: number;
  inFlight: number;
  arrivals: number;
  /** Tasks of all requests that have arrived, dropped ones too. */
  tasksArrived: number;
  locks: Locks;
  readonly streams: Streams;
  counted: Counters;
}

export interface Counters {
  arrived: number;
  /** Service time that has come with stages, and with dropped requests. */
  offeredNs: number;
  completed: number;
  dropped: number;
  /** Of deadlines. */
  met: number;
  late: number;
  abandoned: number;
  overtaken: number;
  latencies: number[];
  /** Latency over what it would have been alone. */
  slowdowns: number[];
  queueDelays: number[];
  cpu: Record<Account, number>;
  steals: number;
  stealAttempts: number;
  tasksStolen: number;
  preemptions: number;
  yields: number;
  grants: number;
  revocations: number;
  migrations: number;
  stranded: number;
  longestOffCoreNs: number;
  throttledNs: number;
  coldStarts: { boot: number; restore: number };
}

export interface Host {
  /** Words that the arbiter reads: one a VM, of functions' VMs one a function. */
  readonly polled: number;
  readonly clock: Clock;
  scenario: Scenario;
  readonly cores: Core[];
  readonly vms: Vm[];
  mechanism: Mechanism;
  /** The scenario's, and what the mechanism sets. */
  costs: Costs;
  swap: SwapEngine | null;
  sampler: Sampler | null;
  warmedAt: number;
  /** Time of polling cores up to `pollSince`: a fork changes how many there are. */
  pollNs: number;
  pollSince: number;
  /** Cores of nobody, in the order in which they became so. */
  idle: Core[];
  idleNs: number;
  /** From the decision to the end of `dispatch`, and of `deschedule`. */
  grantNs: number[];
  parkNs: number[];
  /** Since statistics began. */
  rounds: Round[];
  /** From since when the oldest task waits to the decision. */
  detectionNs: number[];
  /** Each step of a move that took place. */
  stepNs: Record<keyof Steps, number[]>;
  /** Of requests that are complete, those of the warm-up too. */
  readonly finished: { readonly vm: string; readonly arrivedAt: number; readonly at: number }[];
  readonly controllers: {
    punishedThreads: number;
    relaxedThreads: number;
    punishedBandwidth: number;
    relaxedBandwidth: number;
  };
}
