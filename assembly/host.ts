// One host: lays a scenario out in linear memory, runs its events, and keeps the accounts. This is the way of the data
// through the core; what each event means stands in cpu/.

import * as L from "./layout";
import { allocate } from "./kernel/arena";
import { SLOTS_MAX, createQueue, schedule, RANK_WARMUP, peekTime } from "./kernel/event-queue";
import { createHistograms } from "./kernel/histogram";
import { prepareTables, layDistributions, Distribution } from "./kernel/distribution";
import { H, SLOT_VMS, VM_SLOTS_SHIFT, VM_BYTES, VCPU_OWN_BYTES, VCpu, Core, Move, Q, coreAt, vmAt, Vm, SLOT_CONTROL } from "./cpu/state";
import { pushIdle } from "./cpu/idle";
import { settleAll } from "./cpu/accounts";
import { checkConservation } from "./cpu/laws";
import { startArrivals, setRate, changeStates } from "./cpu/workload/arrivals";
import { layRecords } from "./cpu/workload/request";
import { prepareSwitch, setCoreCount, finishSwitch } from "./cpu/cores/switch";
import { laySeries, bookDelays } from "./cpu/series";
import { chooseMechanism } from "./cpu/mechanisms/index";
import { takeOver } from "./cpu/cores/refit";
import { swapSlots, configureSwap } from "./memory/swap/configure";
import { settleSwap } from "./memory/swap/laws";
import { word, readHost, readVm, layVcpus, shareHistograms, readPolicies, seedVm } from "./cpu/configure";
import { hooks } from "./cpu/hooks";

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
  H.ownOfVcpus = allocate(vcpus * VCPU_OWN_BYTES);
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
  hooks.start();
  for (let i: u32 = 0; i < vmCount; i++) startArrivals(vmAt(i));
  return <i32>H.status;
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
  const kind = <u32>word(words, L.HOST_MECHANISM);
  const same = kind == H.mechanism;
  prepareSwitch(kind);
  H.fingerprintOn = <u32>word(words, L.HOST_FINGERPRINT);
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
  if (!chooseMechanism(kind)) return L.E_CONFIG;
  takeOver(same, finishSwitch(same));
  return <i32>H.status;
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
