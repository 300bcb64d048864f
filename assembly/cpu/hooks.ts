// What a mechanism is asked and told: the machinery calls these hooks, a mechanism sets those that concern it, by name:
//
//   hooks.onQueued = serve;
//
// Each is documented at its setter: when it is called, and what it may do. One that nobody sets does what its setter says. A hook
// goes by the host's records, by no clock and by no chance but a VM's own streams, so that a run stays the same bits everywhere.
// Where cores may move ("moves cores"), it may call chooseIdle, chooseVictim, beginMove, beginPark, pushIdle.
//
// A hook is an index into the table of functions, 0 where nobody listens: the compiler resolves no function that is passed on, so
// what is called for every task asks first whether there is anybody.

import { NEVER } from "../kernel/event-queue";
import { Core, Move, Task, VCpu, Vm } from "./state";

@unmanaged
class Hooks {
  private starts: u32;
  queues: u32; // these two a fork to ideal holds back meanwhile (cores/fork.ts)
  frees: u32;
  private announces: u32;
  private moves: u32;
  private rounds: u32;
  private yields: u32;
  private chooses: u32;
  private gain: u32;
  private loss: u32;
  private turns: u32;
  decides: u32;
  private wakes: u32;
  private paces: u32;
  private timers: u32;
  private readies: u32;
  private rests: u32;
  private steps: u32;
  private books: u32;
  private refits: u32;
  private leaves: u32;
  private wants: u32;

  // --- who gets which core ---------------------------------------------------------------------------------------

  /**
   * At time 0, and when the mechanism takes over in a fork: gives VMs their first cores, starts the arbiter if there is one. Moves
   * cores. Unset: nothing.
   */
  set onStart(f: () => void) {
    this.starts = f.index;
  }
  // @ts-ignore: decorator
  @inline
  start(): void {
    call_indirect<void>(this.starts);
  }

  /**
   * One task more waits in `vm`, and no vCPU of it has taken it at once. Called last, when all about the task is written down, so it may
   * move cores, and the task may run before it returns. Unset: nothing.
   */
  set onQueued(f: (vm: Vm) => void) {
    this.queues = f.index;
  }
  // @ts-ignore: decorator
  @inline
  queued(vm: Vm): void {
    call_indirect<void>(this.queues, vm);
  }

  /**
   * `core` has been given up or taken and belongs to nobody, nor does it stand among the idle ones: the hook gives it away or calls
   * pushIdle. Moves cores. Unset: nothing, so whoever lets cores come free sets it.
   */
  set onCoreFree(f: (core: Core) => void) {
    this.frees = f.index;
  }
  // @ts-ignore: decorator
  @inline
  coreFree(core: Core): void {
    call_indirect<void>(this.frees, core);
  }

  /**
   * Under a proactive mode: a request's next stage is about to bring `width` tasks, more than one, none of them ready yet. Moves cores.
   * Unset: nothing.
   */
  set onAnnounce(f: (vm: Vm, width: u32) => void) {
    this.announces = f.index;
  }
  // @ts-ignore: decorator
  @inline
  announce(vm: Vm, width: u32): void {
    call_indirect<void>(this.announces, vm, width);
  }

  /**
   * A core has arrived at the vCPU that it was sent to, or a vCPU has become dormant: who was denied a core may get one now. Moves
   * cores. Unset: nothing.
   */
  set onMoved(f: () => void) {
    this.moves = f.index;
  }
  // @ts-ignore: decorator
  @inline
  moved(): void {
    if (this.moves != 0) call_indirect<void>(this.moves);
  }

  /**
   * The event that was scheduled at SLOT_ARBITER: a round of the arbiter, or what a mechanism without one plans there. Moves cores.
   * Unset: nothing.
   */
  set onArbiter(f: () => void) {
    this.rounds = f.index;
  }
  // @ts-ignore: decorator
  @inline
  arbiter(): void {
    call_indirect<void>(this.rounds);
  }

  /** The event that was scheduled at the slot VM_SLOT_OWN of `vm`. Moves cores. Whoever schedules one sets it. */
  set onTimer(f: (vm: Vm) => void) {
    this.timers = f.index;
  }
  // @ts-ignore: decorator
  @inline
  timer(vm: Vm): void {
    call_indirect<void>(this.timers, vm);
  }

  // --- questions ---------------------------------------------------------------------------------------------------

  /**
   * Which core the arbiter may give to `vm` now; null: none. Chooses, and moves nothing. As every mechanism begins: an idle one, else a
   * victim's (chooseCore).
   */
  set onChoose(f: (vm: Vm) => Core) {
    this.chooses = f.index;
  }
  // @ts-ignore: decorator
  @inline
  choose(vm: Vm): Core {
    return call_indirect<Core>(this.chooses, vm);
  }
  /** Whether that is so. */
  choosesBy(f: (vm: Vm) => Core): bool {
    return this.chooses == f.index;
  }

  /**
   * When `vm`, which was denied a core, may get one though nothing changes; NEVER: not before something does. Changes nothing. Unset:
   * NEVER.
   */
  set onTurn(f: (vm: Vm) => u64) {
    this.turns = f.index;
  }
  // @ts-ignore: decorator
  @inline
  turn(vm: Vm): u64 {
    return this.turns == 0 ? NEVER : call_indirect<u64>(this.turns, vm);
  }
  /** Whether that is ever anything else. */
  // @ts-ignore: decorator
  @inline
  get hasTurns(): bool {
    return this.turns != 0;
  }

  /**
   * `vm` may want a core though no task has just come to wait in it: one that was coming is there, and its vCPU is about to look for work;
   * or a task that ran waits again on a vCPU that leaves. Moves nothing. Unset: nothing.
   */
  set onMayWant(f: (vm: Vm) => void) {
    this.wants = f.index;
  }
  // @ts-ignore: decorator
  @inline
  mayWant(vm: Vm): void {
    if (this.wants != 0) call_indirect<void>(this.wants, vm);
  }

  // --- what happens to vCPUs ------------------------------------------------------------------------------------

  /** A vCPU of `vm` has given `core` up by itself. As every mechanism begins: the core is free (coreReleased). */
  set onYield(f: (core: Core, vm: Vm) => void) {
    this.yields = f.index;
  }
  // @ts-ignore: decorator
  @inline
  yielded(core: Core, vm: Vm): void {
    call_indirect<void>(this.yields, core, vm);
  }

  /** A vCPU of `vm` is about to get a core: what counts core time closes its account. Moves nothing. Unset: nothing. */
  set onGains(f: (vm: Vm) => void) {
    this.gain = f.index;
  }
  // @ts-ignore: decorator
  @inline
  gains(vm: Vm): void {
    if (this.gain != 0) call_indirect<void>(this.gain, vm);
  }

  /** The vCPU on `core` is about to lose it. Moves nothing. Unset: nothing. */
  set onLoses(f: (core: Core) => void) {
    this.loss = f.index;
  }
  // @ts-ignore: decorator
  @inline
  loses(core: Core): void {
    if (this.loss != 0) call_indirect<void>(this.loss, core);
  }

  /**
   * A core's move to `vm` has been decided, and each step takes what the costs say: where they depend on the VM, the mechanism sets
   * them in `move`. Moves nothing. Unset: nothing.
   */
  set onMove(f: (vm: Vm, move: Move) => void) {
    this.decides = f.index;
  }
  // @ts-ignore: decorator
  @inline
  move(vm: Vm, move: Move): void {
    call_indirect<void>(this.decides, vm, move);
  }

  /** A vCPU of `vm` has been woken, booted or restored, and enters the guest. Moves nothing. Unset: nothing. */
  set onWoken(f: (vm: Vm) => void) {
    this.wakes = f.index;
  }
  // @ts-ignore: decorator
  @inline
  woken(vm: Vm): void {
    if (this.wakes != 0) call_indirect<void>(this.wakes, vm);
  }

  /**
   * Where speeds vary: `v` has begun or ceased to run tasks. In the middle of a change of state: plans what it wants to do, and moves
   * nothing. Unset: nothing.
   */
  set onPace(f: (v: VCpu) => void) {
    this.paces = f.index;
  }
  // @ts-ignore: decorator
  @inline
  pace(v: VCpu): void {
    if (this.paces != 0) call_indirect<void>(this.paces, v);
  }

  // --- a guest's scheduler of the mechanism's own: all three or none -----------------------------------------------

  /** `t` is ready in `vm`, which has active vCPUs: queues or runs it, instead of the VM's dispatch. Unset: the guest does. */
  set onReady(f: (vm: Vm, t: Task) => void) {
    this.readies = f.index;
  }
  // @ts-ignore: decorator
  @inline
  ready(vm: Vm, t: Task): void {
    call_indirect<void>(this.readies, vm, t);
  }

  /** `v`, which has a core, has nothing to run: looks for work, instead of the guest's loop. Unset: the guest does. */
  set onRest(f: (v: VCpu) => void) {
    this.rests = f.index;
  }
  // @ts-ignore: decorator
  @inline
  rest(v: VCpu): void {
    call_indirect<void>(this.rests, v);
  }

  /** The event of `v`, which neither runs a task nor searches as the guest does. Unset: the guest's steals and yields. */
  set onStep(f: (v: VCpu) => void) {
    this.steps = f.index;
  }
  // @ts-ignore: decorator
  @inline
  step(v: VCpu): void {
    call_indirect<void>(this.steps, v);
  }

  /** Whether the mechanism schedules guests in a way of its own. */
  // @ts-ignore: decorator
  @inline
  get schedule(): bool {
    return this.steps != 0;
  }

  // --- accounts and forks -----------------------------------------------------------------------------------------

  /** Accounts of `vm` are about to be read: counts what runs on. Changes nothing else. Unset: nothing. */
  set onBook(f: (vm: Vm) => void) {
    this.books = f.index;
  }
  // @ts-ignore: decorator
  @inline
  book(vm: Vm): void {
    if (this.books != 0) call_indirect<void>(this.books, vm);
  }

  /**
   * A fork goes on under the same mechanism with other settings (cores/fork.ts, differs): plans anew what hangs on them; `guarantees`:
   * one of them, or a quota, is another. As every mechanism begins: the arbiter's rounds (replanArbiter).
   */
  set onRefit(f: (guarantees: bool) => void) {
    this.refits = f.index;
  }
  // @ts-ignore: decorator
  @inline
  refit(guarantees: bool): void {
    call_indirect<void>(this.refits, guarantees);
  }

  /** A fork goes on under another mechanism: undoes what only this one understands. No other hook is set any more. Unset: nothing. */
  set onLeave(f: () => void) {
    this.leaves = f.index;
  }
  /** Answers the one that is set, which is to be called when all others are gone; 0: none. */
  get leave(): u32 {
    return this.leaves;
  }

  /** Nobody is told any more that a core has come, or is about to. */
  ignoreGains(): void {
    this.moves = 0;
    this.gain = 0;
  }

  /** Nobody reacts to what happens to tasks and cores; what a guest does by rules of the mechanism's own goes on. */
  silence(): void {
    this.onStart = doNothing;
    this.onQueued = ignoreVm;
    this.onCoreFree = ignoreCore;
    this.onAnnounce = ignoreWidth;
    this.onArbiter = doNothing;
    this.ignoreGains();
    this.loss = 0;
    this.wants = 0;
    this.paces = 0;
    this.books = 0;
  }

  /** Nobody listens. */
  clear(): void {
    memory.fill(changetype<usize>(this), 0, offsetof<Hooks>());
    this.silence();
  }
}

export const hooks: Hooks = changetype<Hooks>(memory.data(offsetof<Hooks>(), 64));

function doNothing(): void {}

export function ignoreVm(_: Vm): void {}

function ignoreCore(_: Core): void {}

function ignoreWidth(_: Vm, __: u32): void {}
