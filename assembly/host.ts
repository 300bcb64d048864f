// One host: lays a scenario out in linear memory, runs its events, and keeps the accounts. This is the way of the data
// through the core; what each event means stands in cpu/.

import * as L from "./layout";
import { allocate, arenaBase } from "./kernel/arena";
import { SLOTS_MAX, createQueue, schedule, RANK_WARMUP } from "./kernel/event-queue";
import { createSources, nameSource } from "./kernel/source-queue";
import { createHistograms, histogramBytes, resetHistogram } from "./kernel/histogram";
import { prepareTables, layDistributions, isExponential, Distribution } from "./kernel/distribution";
import {
  H, SLOT_VMS, arrivals, nextTime, slotOf, VM_SLOTS_SHIFT, VM_BYTES, VM_SLOT_ARRIVAL, VCPU_OWN_BYTES, VCpu, Core, Move, Q, coreAt, isNull, vmAt, Vm, SLOT_CONTROL, clock, curve,
  injection, series, settings, traits, DRAWN, FROZEN_IDLE, SPECIAL, WAITS,
} from "./cpu/state";
import { layBacklogs } from "./cpu/backlogs";
import { pushIdle } from "./cpu/idle";
import { settleAll } from "./cpu/accounts";
import { checkConservation } from "./cpu/laws";
import { startArrivals, setRate, changeStates } from "./cpu/workload/arrivals";
import { beginUpcoming, layUpcoming, mayLookAhead } from "./cpu/workload/upcoming";
import { layRecords } from "./cpu/workload/task-records";
import { prepareFork, releaseFrozen, setCoreCount, finishFork } from "./cpu/cores/fork";
import { laySeries, bookDelays } from "./cpu/series";
import { chooseMechanism } from "./cpu/mechanisms/index";
import { takeOver } from "./cpu/cores/refit";
import { reorder } from "./cpu/guest/reorder";
import { configureParts, openParts, settleParts } from "./parts";
import {
  findSections, groupWords, layVcpus, readHost, readChoices, readVm, sections, seedVm, shareHistograms, stateWords, vmWords, word,
} from "./cpu/configure";
import { S } from "./memory/pages/state";
import { beginRearranging, endRearranging } from "./memory/pages/touch";
import { layLevels } from "./cpu/levels";
import { hooks } from "./cpu/hooks";

/** Lays out the host that `words` describes (layout.ts). Once per instance. Answers 0 or E_*. */
export function configure(words: usize): i32 {
  prepareTables();
  findSections(words);
  readAtStart(words);
  if (!layLaws()) return L.E_MEMORY;
  const answer = countAll(words);
  if (answer != 0) return answer;
  if (!allocateAll(words)) return L.E_MEMORY;
  layCores();
  if (!layVms() || !layLevels() || !layUpcoming()) return L.E_MEMORY;
  shareHistograms(<u32>word(words, L.HOST_HISTOGRAM_SHARED));
  if (!laySeries(words)) return L.E_MEMORY;
  const parts = configureParts();
  if (parts != 0) return parts;

  // task records come last, so that their arena can be lengthened while the host runs
  if (!layRecords(<u32>word(words, L.HOST_TASKS), <u32>word(words, L.HOST_TASK_LIMIT))) return L.E_MEMORY;

  if (!chooseMechanism(<u32>word(words, L.HOST_MECHANISM))) return L.E_CONFIG;
  markSpecial(false);
  if (clock.warmup > 0) schedule(Q, SLOT_CONTROL, clock.warmup, RANK_WARMUP);
  hooks.start();
  for (let i: u32 = 0; i < H.vmCount; i++) startArrivals(vmAt(i));
  beginUpcoming();
  return <i32>clock.status;
}

/**
 * Leaves the arena as it was before `configure`: zero, without having walked over histograms that are mostly untouched. What lies
 * before the arena is put back by whoever has kept it.
 */
export function wipe(): void {
  const bytes = <usize>histogramBytes(H.bits);
  const histograms = H.histograms;
  const behind = histograms + <usize>H.histogramSets * L.VM_HISTOGRAMS * bytes;
  for (let at = histograms; at < behind; at += bytes) resetHistogram(at, H.bits);
  assert(arenaBase() <= histograms && behind <= H.recordsFresh);
  memory.fill(arenaBase(), 0, histograms - arenaBase());
  memory.fill(behind, 0, H.recordsFresh - behind);
}

/** What no fork changes, then what it may. */
function readAtStart(words: usize): void {
  H.seed = seedOf(words);
  clock.warmup = <u64>word(words, L.HOST_WARMUP);
  clock.fingerprintOn = <u32>word(words, L.HOST_FINGERPRINT);
  clock.fingerprint = 0xcbf29ce484222325;
  H.bits = <u32>word(words, L.HOST_HISTOGRAM_BITS);
  H.coresInAll = <u32>word(words, L.HOST_CORES);
  readHost(words);
  H.coreCount = H.coresInAll - settings.dedicated;
  H.varies = u32(settings.smt > 1);
  H.memorySpeed = 1;
  H.vmCount = <u32>word(words, L.HOST_VMS);
  H.polled = <u32>word(words, L.HOST_POLLED);
  H.groupCount = <u32>word(words, L.HOST_GROUPS);
}

function seedOf(words: usize): u64 {
  return (<u64>word(words, L.HOST_SEED_HI) << 32) | <u64>word(words, L.HOST_SEED_LO);
}

/** Distributions, and the stages of requests, each a pair of pointers to them. */
function layLaws(): bool {
  const stages = <usize>word(sections.host, L.HOST_STAGES) * L.STAGE_WORDS;
  H.distributions = layDistributions(sections.distributions, <u32>word(sections.host, L.HOST_DISTRIBUTIONS), sections.tables);
  H.stages = allocate(<u64>stages << 2);
  if (H.distributions == 0 || H.stages == 0) return false;
  for (let i: usize = 0; i < stages; i++) {
    store<usize>(H.stages + (i << 2), H.distributions + <usize>word(sections.stages, i) * <usize>offsetof<Distribution>());
  }
  return true;
}

/** How much of everything there is, and which timer slots are whose. Answers 0 or E_SLOTS. */
function countAll(words: usize): i32 {
  let vcpus: u64 = 0;
  let clients: u64 = 0;
  for (let i: u32 = 0; i < H.vmCount; i++) {
    const g = groupWords(i);
    vcpus += <u64>word(g, L.GROUP_MAX);
    if (<u32>word(g, L.GROUP_ARRIVALS) == L.ARRIVALS_CLOSED) clients += <u64>word(g, L.GROUP_CLIENTS);
  }
  const slots = <u64>SLOT_VMS + (<u64>H.vmCount << VM_SLOTS_SHIFT) + H.coresInAll + vcpus + clients;
  if (slots > SLOTS_MAX) return L.E_SLOTS;
  H.vcpuCount = <u32>vcpus;
  H.slotCores = SLOT_VMS + (H.vmCount << VM_SLOTS_SHIFT);
  H.slotVcpus = H.slotCores + H.coresInAll;
  H.slotClients = H.slotVcpus + <u32>vcpus;
  H.slotParts = H.slotClients + <u32>clients;
  const end = openParts(words, slots);
  if (end > SLOTS_MAX) return L.E_SLOTS;
  H.slotsEnd = <u32>end;
  return 0;
}

/** Room for all of it but the tasks. */
function allocateAll(words: usize): bool {
  const vmCount = <u64>H.vmCount;
  const cores = <u64>H.coresInAll;
  H.histogramSets = <u32>word(words, L.HOST_HISTOGRAM_SHARED) ? H.groupCount : H.vmCount;
  H.vms = allocate(vmCount * VM_BYTES);
  H.vcpus = allocate(<u64>H.vcpuCount * offsetof<VCpu>());
  H.ownOfVcpus = allocate(<u64>H.vcpuCount * VCPU_OWN_BYTES);
  H.cores = allocate(cores * offsetof<Core>());
  H.moves = allocate(cores * offsetof<Move>());
  H.idle = allocate(cores << 2);
  H.bag = allocate(vmCount << 2);
  H.scratch = allocate((vmCount + 1) << 5);
  H.clientVm = allocate(<u64>(H.slotParts - H.slotClients + 1) << 2);
  curve.capacity = H.coresInAll;
  curve.grants = allocate(cores << 3);
  H.counters = allocate(L.HOST_COUNTERS << 3);
  H.histograms = createHistograms(<u64>H.histogramSets * L.VM_HISTOGRAMS, H.bits);
  H.hostHistograms = createHistograms(L.HOST_HISTOGRAMS, L.HOST_HISTOGRAM_SUB_BITS);
  injection.capacity = <u32>word(words, L.HOST_RING);
  injection.ring = allocate(<u64>injection.capacity * L.ARRIVAL_BYTES + 8);
  return layBacklogs() && createQueue(Q, H.slotsEnd) && createSources(arrivals, H.vmCount) && injection.ring != 0 && H.hostHistograms != 0 && H.histograms != 0;
}

function layCores(): void {
  for (let i: u32 = 0; i < H.coresInAll; i++) {
    const core = coreAt(i);
    core.index = i;
    core.slot = H.slotCores + i;
    core.sibling = i - (i % settings.smt);
    core.socket = <u16>((i * settings.sockets) / H.coresInAll);
  }
  for (let i: u32 = H.coreCount; i > 0; i--) pushIdle(coreAt(i - 1)); // the first core is on top
}

/** VMs with their vCPUs and closed clients. */
function layVms(): bool {
  let vcpu: u32 = 0;
  let client: u32 = H.slotClients;
  for (let i: u32 = 0; i < H.vmCount; i++) {
    const vm = vmAt(i);
    readVm(vm, i);
    nameSource(arrivals, i, (<u64>changetype<usize>(vm) << 32) | <u64>(slotOf(vm) + VM_SLOT_ARRIVAL));
    vm.vcpus = H.vcpus + <usize>vcpu * offsetof<VCpu>();
    if (!layVcpus(vm, vcpu)) return false;
    vcpu += vm.max;
    if (vm.arrivals == L.ARRIVALS_CLOSED) {
      vm.firstClient = client;
      for (let k: u32 = 0; k < vm.clients; k++) store<Vm>(H.clientVm + (<usize>(client++ - H.slotClients) << 2), vm);
    }
  }
  return true;
}

/**
 * The same host goes on under the costs, mechanism, policies and rates that `words` describe; everything else in them
 * must be as it was. With another seed, what is drawn from now on differs. Answers 0 or E_*.
 */
export function reconfigure(words: usize): i32 {
  findSections(words);
  markSpecial(true);
  const seed = seedOf(words);
  const kind = <u32>word(words, L.HOST_MECHANISM);
  const same = kind == H.mechanism;
  beginRearranging();
  prepareFork(kind);
  clock.fingerprintOn = <u32>word(words, L.HOST_FINGERPRINT);
  readHost(words);
  for (let i: u32 = 0; i < H.vmCount; i++) {
    const vm = vmAt(i);
    const g = groupWords(i);
    readChoices(vm, g);
    if (seed != H.seed) seedVm(vm, vmWords(i), seed);
    const rate = word(g, L.GROUP_RATE);
    if ((vm.arrivals == L.ARRIVALS_POISSON || vm.arrivals == L.ARRIVALS_DETERMINISTIC) && rate > 0) {
      if (1e9 / rate != vm.gapMean || seed != H.seed) setRate(vm, rate);
    } else if (vm.arrivals == L.ARRIVALS_MODULATED) changeStates(vm, stateWords(i));
  }
  // not before all VMs of a group have seen what their states were; those of the first group come first
  memory.copy(vmAt(0).stateWords, sections.states, (<usize>word(words, L.HOST_STATES) * L.STATE_WORDS) << 3);
  H.seed = seed;
  releaseFrozen(kind);
  setCoreCount(H.coresInAll - settings.dedicated);
  if (!chooseMechanism(kind)) return L.E_CONFIG;
  takeOver(same, finishFork(same));
  for (let i: u32 = 0; i < H.vmCount; i++) {
    if (!isNull(vmAt(i).order)) reorder(vmAt(i));
  }
  endRearranging();
  markSpecial(false);
  return <i32>clock.status;
}

/**
 * Which VMs are asked of every task what it may do beside running: all, or those in which it may do any of that. One question then
 * stands for all of them where every task passes.
 */
function markSpecial(all: bool): void {
  const host = all || S.on != 0 || H.varies != 0 || settings.moveCost != 0 || series.capacity != 0 || hooks.schedule;
  const atOnce = traits.central != 0 && settings.smt == 1 && settings.taskSwitch == 0;
  for (let i: u32 = 0; i < H.vmCount; i++) {
    const vm = vmAt(i);
    const own = host || vm.lockProbability > 0 || vm.room != 0xffff_ffff || vm.quantum != 0 || !isNull(vm.order);
    const waits = own || !atOnce || vm.words != 1 || vm.limit != vm.max;
    const drawn = own || mayLookAhead() || vm.arrivals == L.ARRIVALS_DETERMINISTIC || vm.arrivals == L.ARRIVALS_PERIODIC || !vm.single || !isExponential(vm.service);
    vm.special = (vm.special & <u8>FROZEN_IDLE) | u8(own) * u8(SPECIAL) + u8(waits) * u8(WAITS) + u8(drawn) * u8(DRAWN);
  }
}

/** Books everything up to now and checks the core's own accounts. Answers 0 or E_CONSERVATION. */
export function settleAccounts(): u32 {
  settleAll();
  bookDelays(nextTime() > clock.now ? clock.now + 1 : clock.now); // who begins in a nanosecond that is not over may still be stopped in it
  store<u64>(H.counters, clock.events, L.HOST_EVENTS << 3);
  store<u64>(H.counters, clock.fingerprint, L.HOST_FINGERPRINT_VALUE << 3);
  store<u64>(H.counters, curve.length, L.HOST_CURVE_LENGTH << 3);
  return checkConservation() | settleParts();
}
