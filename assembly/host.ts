// One host: lays a scenario out in linear memory, runs its events, and keeps the accounts. This is the way of the data
// through the core; what each event means stands in cpu/.

import * as L from "./layout";
import { allocate } from "./kernel/arena";
import { closeInstant, createQueue, peekTime, schedule, take, RANK_WARMUP, SLOTS_MAX } from "./kernel/event-queue";
import { createHistograms, histogramBytes } from "./kernel/histogram";
import { layDistributions, prepareTables, Distribution } from "./kernel/distribution";
import { seedStream } from "./kernel/random";
import {
  H, Q, Host, Vm, VCpu, Core, Move,
  SLOT_CONTROL, SLOT_ARBITER, SLOT_INJECT, SLOT_PUBLISH, SLOT_SAMPLE, SLOT_VMS, VM_SLOT_ARRIVAL, VM_SLOT_MODULATE, VM_SLOT_OWN, VM_SLOTS_SHIFT, VM_BYTES,
  coreAt, setBit, vmAt, vcpuOf,
} from "./cpu/state";
import { beginStatistics, checkConservation, pushIdle, settleAll } from "./cpu/accounts";
import { changeStates, onArrival, onClient, onInject, onModulate, setRate, startArrivals } from "./cpu/arrivals";
import { layRecords } from "./cpu/request";
import { finishSwitch, prepareSwitch, setCoreCount } from "./cpu/switch";
import { onCore, rankKey, rekey } from "./cpu/grant";
import { onPublish } from "./cpu/arbiter";
import { onLook } from "./cpu/steal";
import { bookDelays, onVcpu } from "./cpu/vcpu";
import { laySeries, logEvent, onSample } from "./cpu/series";
import { chooseMechanism } from "./cpu/mechanisms/index";
import { configureSwap, swapSlots } from "./memory/swap/configure";
import { beginSwapStatistics, onSwap } from "./memory/swap/engine";
import { settleSwap } from "./memory/swap/laws";

// @ts-ignore: decorator
@inline
function word(base: usize, index: usize): f64 {
  return load<f64>(base + (index << 3));
}

/** Lays out the host that `words` describes (layout.ts). Once per instance. Answers 0 or E_*. */
export function configure(words: usize): i32 {
  prepareTables();
  H.seed = (<u64>word(words, L.HOST_SEED_HI) << 32) | <u64>word(words, L.HOST_SEED_LO);
  H.warmup = <u64>word(words, L.HOST_WARMUP);
  H.fingerprintOn = <u32>word(words, L.HOST_FINGERPRINT);
  H.fingerprint = 0xcbf29ce484222325;
  H.bits = <u32>word(words, L.HOST_HISTOGRAM_BITS);
  H.coresInAll = <u32>word(words, L.HOST_CORES);
  readHost(words);
  H.coreCount = H.coresInAll - H.dedicated;
  H.varies = u32(H.smt > 1);
  H.memorySpeed = 1;
  const groups = <u32>word(words, L.HOST_GROUPS);
  const vmCount = <u32>word(words, L.HOST_VMS);
  const stateCount = <u32>word(words, L.HOST_STATES);
  const stageCount = <u32>word(words, L.HOST_STAGES);
  const distributionCount = <u32>word(words, L.HOST_DISTRIBUTIONS);
  const groupWords = words + (L.HOST_WORDS << 3);
  const vmWords = groupWords + ((<usize>groups * L.GROUP_WORDS) << 3);
  const stateWords = vmWords + ((<usize>vmCount * L.VM_WORDS) << 3);
  const stageWords = stateWords + ((<usize>stateCount * L.STATE_WORDS) << 3);
  const distributionWords = stageWords + ((<usize>stageCount * L.STAGE_WORDS) << 3);
  const tableWords = distributionWords + ((<usize>distributionCount * L.DISTRIBUTION_WORDS) << 3);

  H.distributions = layDistributions(distributionWords, distributionCount, tableWords);
  H.stages = allocate((<u64>stageCount * L.STAGE_WORDS) << 2);
  if (H.distributions == 0 || H.stages == 0) return L.E_MEMORY;
  for (let i: usize = 0; i < <usize>stageCount * L.STAGE_WORDS; i++) {
    store<usize>(H.stages + (i << 2), H.distributions + <usize>word(stageWords, i) * <usize>offsetof<Distribution>());
  }

  // how much of everything
  H.vmCount = vmCount;
  H.groupCount = groups;
  let vcpus: u64 = 0;
  let clients: u64 = 0;
  for (let i: u32 = 0; i < vmCount; i++) {
    const g = groupWords + ((<usize>word(vmWords, i * L.VM_WORDS + L.VM_GROUP) * L.GROUP_WORDS) << 3);
    vcpus += <u64>word(g, L.GROUP_MAX);
    if (<u32>word(g, L.GROUP_ARRIVALS) == L.ARRIVALS_CLOSED) clients += <u64>word(g, L.GROUP_CLIENTS);
  }
  const swapWords: usize = word(words, L.HOST_SWAP) == 0 ? 0 : words + (<usize>word(words, L.HOST_SWAP) << 3);
  const slots = <u64>SLOT_VMS + (<u64>vmCount << VM_SLOTS_SHIFT) + H.coresInAll + vcpus + clients + swapSlots(swapWords);
  if (slots > SLOTS_MAX) return L.E_SLOTS;
  H.vcpuCount = <u32>vcpus;
  H.slotCores = SLOT_VMS + (vmCount << VM_SLOTS_SHIFT);
  H.slotVcpus = H.slotCores + H.coresInAll;
  H.slotClients = H.slotVcpus + <u32>vcpus;
  H.slotMemory = H.slotClients + <u32>clients;

  H.histogramSets = <u32>word(words, L.HOST_HISTOGRAM_SHARED) ? groups : vmCount;
  H.vms = allocate(<u64>vmCount * VM_BYTES);
  H.vcpus = allocate(vcpus * offsetof<VCpu>());
  H.cores = allocate(<u64>H.coresInAll * offsetof<Core>());
  H.moves = allocate(<u64>H.coresInAll * offsetof<Move>());
  H.idle = allocate(<u64>H.coresInAll << 2);
  H.bag = allocate(<u64>vmCount << 2);
  H.scratch = allocate((<u64>vmCount + 1) << 5);
  H.clientVm = allocate((clients + 1) << 2);
  H.curveCapacity = H.coresInAll;
  H.curve = allocate(<u64>H.coresInAll << 3);
  H.counters = allocate(L.HOST_COUNTERS << 3);
  H.histograms = createHistograms(<u64>H.histogramSets * L.VM_HISTOGRAMS, H.bits);
  H.hostHistograms = createHistograms(L.HOST_HISTOGRAMS, L.HOST_HISTOGRAM_SUB_BITS);
  H.ringCapacity = <u32>word(words, L.HOST_RING);
  H.ring = allocate(<u64>H.ringCapacity * L.ARRIVAL_BYTES + 8);
  if (!createQueue(Q, <u32>slots) || H.ring == 0 || H.hostHistograms == 0 || H.histograms == 0) return L.E_MEMORY;
  for (let i: u32 = 0; i < H.coresInAll; i++) {
    const core = coreAt(i);
    core.index = i;
    core.slot = H.slotCores + i;
    core.sibling = i - (i % H.smt);
    core.socket = <u16>((i * H.sockets) / H.coresInAll);
  }
  for (let i: u32 = H.coreCount; i > 0; i--) pushIdle(coreAt(i - 1)); // the first core is on top

  let vcpu: u32 = 0;
  let client: u32 = H.slotClients;
  for (let i: u32 = 0; i < vmCount; i++) {
    const w = vmWords + ((<usize>i * L.VM_WORDS) << 3);
    const g = groupWords + ((<usize>word(w, L.VM_GROUP) * L.GROUP_WORDS) << 3);
    const vm = vmAt(i);
    readVm(vm, i, w, g, stateWords);
    vm.vcpus = H.vcpus + <usize>vcpu * offsetof<VCpu>();
    if (!layVcpus(vm, vcpu)) return L.E_MEMORY;
    vcpu += vm.max;
    if (vm.arrivals == L.ARRIVALS_CLOSED) {
      vm.firstClient = client;
      for (let k: u32 = 0; k < vm.clients; k++) store<Vm>(H.clientVm + (<usize>(client++ - H.slotClients) << 2), vm);
    }
  }
  shareHistograms(<u32>word(words, L.HOST_HISTOGRAM_SHARED));

  if (!laySeries(words)) return L.E_MEMORY;
  const answer = configureSwap(swapWords, vmWords, groups, tableWords, H.slotMemory);
  if (answer != 0) return answer;

  // task records come last, so that their arena can be lengthened while the host runs
  if (!layRecords(<u32>word(words, L.HOST_TASKS), <u32>word(words, L.HOST_TASK_LIMIT))) return L.E_MEMORY;

  if (!chooseMechanism(<u32>word(words, L.HOST_MECHANISM))) return L.E_CONFIG;
  if (H.warmup > 0) schedule(Q, SLOT_CONTROL, H.warmup, RANK_WARMUP);
  call_indirect<void>(H.onStart);
  for (let i: u32 = 0; i < vmCount; i++) startArrivals(vmAt(i));
  return <i32>H.status;
}

/** What a fork may change as well: costs, arbiter, knobs. */
function readHost(w: usize): void {
  let to = changetype<usize>(H) + offsetof<Host>("stealCheck");
  for (let i: usize = L.HOST_STEAL_CHECK; i < <usize>L.HOST_SIGNAL; i++, to += 8) store<u64>(to, <u64>word(w, i));
  for (let i: usize = L.HOST_SIGNAL; i < <usize>L.HOST_QUEUE_LENGTH; i++, to += 4) store<u32>(to, <u32>word(w, i));
  memory.copy(changetype<usize>(H) + offsetof<Host>("queueLength"), w + (L.HOST_QUEUE_LENGTH << 3), (L.HOST_SAMPLE_INTERVAL - L.HOST_QUEUE_LENGTH) << 3);
}

function readVm(vm: Vm, index: u32, w: usize, g: usize, stateWords: usize): void {
  vm.index = index;
  vm.group = <u32>word(w, L.VM_GROUP);
  vm.slot = SLOT_VMS + (index << VM_SLOTS_SHIFT);
  vm.cls = <u32>word(g, L.GROUP_CLASS);
  vm.priority = <i32>word(g, L.GROUP_PRIORITY);
  vm.max = <u32>word(g, L.GROUP_MAX);
  vm.rankKey = rankKey(vm);
  vm.limit = vm.max;
  vm.bandwidth = word(g, L.GROUP_BANDWIDTH);
  if (vm.bandwidth > 0) H.varies = 1;
  readPolicies(vm, g);
  vm.arrivals = <u32>word(g, L.GROUP_ARRIVALS);
  const rate = word(g, L.GROUP_RATE);
  vm.gapMean = rate > 0 ? 1e9 / rate : 0;
  if (rate == 0 && (vm.arrivals == L.ARRIVALS_POISSON || vm.arrivals == L.ARRIVALS_DETERMINISTIC)) vm.arrivals = L.ARRIVALS_NONE;
  vm.clients = <u32>word(g, L.GROUP_CLIENTS);
  vm.think = changetype<Distribution>(H.distributions + <usize>word(g, L.GROUP_THINK) * <usize>offsetof<Distribution>());
  vm.states = <u32>word(g, L.GROUP_STATES);
  vm.stateWords = stateWords + ((<usize>word(g, L.GROUP_STATES_FROM) * L.STATE_WORDS) << 3);
  vm.dwellConstant = <u8>word(g, L.GROUP_DWELL_CONSTANT);
  vm.stageCount = <u32>word(g, L.GROUP_STAGES);
  vm.stages = H.stages + ((<usize>word(g, L.GROUP_STAGES_FROM) * L.STAGE_WORDS) << 2);
  vm.lockProbability = word(g, L.GROUP_LOCK_PROBABILITY);
  vm.lockHold = <u64>word(g, L.GROUP_LOCK_HOLD);
  vm.lockSpins = <u8>word(g, L.GROUP_LOCK_SPINS);
  if (vm.stageCount != 0) {
    const tasks = load<Distribution>(vm.stages, L.STAGE_TASKS << 2);
    vm.service = load<Distribution>(vm.stages, L.STAGE_SERVICE << 2);
    vm.single = u8(vm.stageCount == 1 && tasks.kind == L.DIST_CONSTANT && tasks.a == 1);
  }
  vm.lookAt = 0xffff_ffff_ffff_ffff;
  seedVm(vm, w, H.seed);
}

function seedVm(vm: Vm, w: usize, seed: u64): void {
  const name = (<u64>word(w, L.VM_NAME_HI) << 32) | <u64>word(w, L.VM_NAME_LO);
  // arrivals, services, dispatch, stealing, locks: one stream each, one behind the other
  const at = changetype<usize>(vm) + offsetof<Vm>("arrivalStream0");
  for (let k: u32 = 0; k < 5; k++) seedStream(at + (<usize>k << 4), seed, name, k + 1);
}

/** What a mechanism may override, and a fork change. */
function readPolicies(vm: Vm, g: usize): void {
  vm.min = <u32>word(g, L.GROUP_MIN);
  vm.quota = word(g, L.GROUP_QUOTA);
  vm.dispatch = <u32>word(g, L.GROUP_DISPATCH);
  vm.stealAmount = <u32>word(g, L.GROUP_STEAL_AMOUNT);
  vm.stealVictim = <u32>word(g, L.GROUP_STEAL_VICTIM);
  vm.quantum = <u64>word(g, L.GROUP_QUANTUM);
  vm.room = <u32>word(g, L.GROUP_ROOM);
  rekey(vm);
}

/**
 * The same host goes on under the costs, mechanism, policies and rates that `words` describe; everything else in them
 * must be as it was. With another seed, what is drawn from now on differs. Answers 0 or E_*.
 */
export function reconfigure(words: usize): i32 {
  const seed = (<u64>word(words, L.HOST_SEED_HI) << 32) | <u64>word(words, L.HOST_SEED_LO);
  const groups = <u32>word(words, L.HOST_GROUPS);
  const groupWords = words + (L.HOST_WORDS << 3);
  const vmWords = groupWords + ((<usize>groups * L.GROUP_WORDS) << 3);
  const stateWords = vmWords + ((<usize>H.vmCount * L.VM_WORDS) << 3);
  prepareSwitch();
  readHost(words);
  setCoreCount(H.coresInAll - H.dedicated);
  for (let i: u32 = 0; i < H.vmCount; i++) {
    const w = vmWords + ((<usize>i * L.VM_WORDS) << 3);
    const g = groupWords + ((<usize>word(w, L.VM_GROUP) * L.GROUP_WORDS) << 3);
    const vm = vmAt(i);
    readPolicies(vm, g);
    if (seed != H.seed) seedVm(vm, w, seed);
    const rate = word(g, L.GROUP_RATE);
    if ((vm.arrivals == L.ARRIVALS_POISSON || vm.arrivals == L.ARRIVALS_DETERMINISTIC) && rate > 0) {
      if (1e9 / rate != vm.gapMean || seed != H.seed) setRate(vm, rate);
    } else if (vm.arrivals == L.ARRIVALS_MODULATED) changeStates(vm, stateWords + ((<usize>word(g, L.GROUP_STATES_FROM) * L.STATE_WORDS) << 3));
  }
  // not before all VMs of a group have seen what their states were; those of the first group come first
  memory.copy(vmAt(0).stateWords, stateWords, (<usize>word(words, L.HOST_STATES) * L.STATE_WORDS) << 3);
  H.seed = seed;
  if (!chooseMechanism(<u32>word(words, L.HOST_MECHANISM))) return L.E_CONFIG;
  finishSwitch();
  return <i32>H.status;
}

function layVcpus(vm: Vm, first: u32): bool {
  vm.words = (vm.max + 63) >> 6;
  vm.actives = allocate(<u64>vm.max << 2);
  vm.dormant = allocate(<u64>vm.words << 3);
  vm.occupied = allocate(<u64>vm.words << 3);
  if (vm.occupied == 0) return false;
  for (let k: u32 = 0; k < vm.max; k++) {
    const v = vcpuOf(vm, k);
    v.vm = vm;
    v.index = k;
    v.slot = H.slotVcpus + first + k;
    setBit(vm.dormant, k);
  }
  vm.dormantCount = vm.max;
  return true;
}

function shareHistograms(shared: u32): void {
  const bytes = <usize>histogramBytes(H.bits);
  let lastGroup: u32 = 0xffff_ffff;
  for (let i: u32 = 0; i < H.vmCount; i++) {
    const vm = vmAt(i);
    const set = <usize>(shared ? vm.group : i);
    vm.latency = H.histograms + (set * L.VM_HISTOGRAMS + L.HISTOGRAM_LATENCY) * bytes;
    vm.queueDelay = H.histograms + (set * L.VM_HISTOGRAMS + L.HISTOGRAM_QUEUE_DELAY) * bytes;
    vm.slowdown = H.histograms + (set * L.VM_HISTOGRAMS + L.HISTOGRAM_SLOWDOWN) * bytes;
    vm.histogramOwner = u8(!shared || vm.group != lastGroup);
    lastGroup = vm.group;
  }
}

// --- the event loop ---------------------------------------------------------------------------------------------

/** Order-sensitive 64-bit hash: one multiplication an event. */
// @ts-ignore: decorator
@inline
function fold(hash: u64, time: u64, slot: u64, kind: u64): u64 {
  const x = (hash ^ time ^ (slot << 40) ^ (kind << 34)) * 0x9fb21c651e98df25;
  return x ^ (x >> 32);
}

/**
 * Simulates every event up to and including `untilNs`, at most `budget` of them. Answers RUN_*, or E_* when the event
 * could not be carried out; after an E_* the accounts can still be read, and every further call answers the same.
 */
export function run(untilNs: f64, budget: f64): i32 {
  if (H.status != 0) return <i32>H.status; // the event that could not be carried out is gone, and so is what it would have led to
  // in memory: the compiler sinks the conversions into the loop otherwise, and each event pays for them (1.5 %)
  H.runUntil = <u64>(<i64>untilNs);
  H.runLast = H.events + <u64>(<i64>budget);
  while (true) {
    if (H.ringMore && H.ringRead == H.ringWrite) return L.RUN_INPUT;
    const time = peekTime(Q);
    if (time > H.runUntil) {
      if (H.runUntil > H.now) H.now = H.runUntil;
      closeInstant(Q);
      return L.RUN_DONE;
    }
    if (H.events == H.runLast) return L.RUN_BUDGET;
    const slot = take(Q);
    H.now = time;
    H.events++;
    if (H.logCapacity != 0) logEvent(slot);
    if (slot >= H.slotVcpus) {
      if (slot < H.slotClients) {
        const v = changetype<VCpu>(H.vcpus + <usize>(slot - H.slotVcpus) * offsetof<VCpu>());
        if (H.fingerprintOn) H.fingerprint = fold(H.fingerprint, time, slot, v.state);
        onVcpu(v);
      } else if (slot >= H.slotMemory) {
        if (H.fingerprintOn) H.fingerprint = fold(H.fingerprint, time, slot, 18);
        onSwap(slot);
      } else {
        if (H.fingerprintOn) H.fingerprint = fold(H.fingerprint, time, slot, 16);
        onClient(load<Vm>(H.clientVm + (<usize>(slot - H.slotClients) << 2)), slot);
      }
    } else {
      if (H.fingerprintOn) H.fingerprint = fold(H.fingerprint, time, slot, 17);
      onOther(slot);
    }
    if (H.status != 0) return <i32>H.status;
  }
}

function onOther(slot: u32): void {
  if (slot >= H.slotCores) onCore(coreAt(slot - H.slotCores));
  else if (slot >= SLOT_VMS) {
    const vm = vmAt((slot - SLOT_VMS) >> VM_SLOTS_SHIFT);
    const which = (slot - SLOT_VMS) & ((1 << VM_SLOTS_SHIFT) - 1);
    if (which == VM_SLOT_ARRIVAL) onArrival(vm);
    else if (which == VM_SLOT_MODULATE) onModulate(vm);
    else if (which == VM_SLOT_OWN) call_indirect<void>(H.onTimer, vm);
    else onLook(vm);
  } else if (slot == SLOT_ARBITER) call_indirect<void>(H.onArbiter);
  else if (slot == SLOT_INJECT) onInject();
  else if (slot == SLOT_SAMPLE) onSample();
  else if (slot == SLOT_PUBLISH) onPublish();
  else {
    beginStatistics();
    beginSwapStatistics();
  }
}

/** Books everything up to now and checks the core's own accounts. Answers 0 or E_CONSERVATION. */
export function settleAccounts(): u32 {
  settleAll();
  bookDelays(peekTime(Q) > H.now ? H.now + 1 : H.now); // who begins in a nanosecond that is not over may still be stopped in it
  store<u64>(H.counters, H.events, L.HOST_EVENTS << 3);
  store<u64>(H.counters, H.fingerprint, L.HOST_FINGERPRINT_VALUE << 3);
  store<u64>(H.counters, H.curveLength, L.HOST_CURVE_LENGTH << 3);
  return checkConservation() | settleSwap();
}
