// A host laid out from the words of its configuration (layout.ts).

import { settings, H, Vm, SLOT_VMS, VM_SLOTS_SHIFT, VCPU_OWN_BYTES, vcpuOf, setBit, vmAt, Settings, ACTIVES_HERE, activesOf, dormantOf, occupiedOf } from "./state";
import * as L from "../layout";
import { rankKey } from "./victims";
import { lineOf } from "./levels";
import { takeableHeld } from "./takeable";
import { Distribution, exponential } from "../kernel/distribution";
import { seedStream } from "../kernel/random";
import { allocate } from "../kernel/arena";
import { histogramBytes } from "../kernel/histogram";
import { KNOB_BYTES, KNOBS } from "./own";
import { NEVER } from "../kernel/event-queue";

// @ts-ignore: decorator
@inline
export function word(base: usize, index: usize): f64 {
  return load<f64>(base + (index << 3));
}

/** Where the words of a configuration lie, in their order in layout.ts. */
@unmanaged
class Sections {
  host: usize;
  groups: usize;
  vms: usize;
  states: usize;
  stages: usize;
  distributions: usize;
  tables: usize;
}

/** Those of the configuration that is being read. */
export const sections: Sections = changetype<Sections>(memory.data(offsetof<Sections>(), 8));

export function findSections(words: usize): void {
  sections.host = words;
  sections.groups = words + (L.HOST_WORDS << 3);
  sections.vms = sections.groups + ((<usize>word(words, L.HOST_GROUPS) * L.GROUP_WORDS) << 3);
  sections.states = sections.vms + ((<usize>word(words, L.HOST_VMS) * L.VM_WORDS) << 3);
  sections.stages = sections.states + ((<usize>word(words, L.HOST_STATES) * L.STATE_WORDS) << 3);
  sections.distributions = sections.stages + ((<usize>word(words, L.HOST_STAGES) * L.STAGE_WORDS) << 3);
  sections.tables = sections.distributions + ((<usize>word(words, L.HOST_DISTRIBUTIONS) * L.DISTRIBUTION_WORDS) << 3);
}

/** The words of VM `index`. */
export function vmWords(index: u32): usize {
  return sections.vms + ((<usize>index * L.VM_WORDS) << 3);
}

/** Those of the group that it belongs to. */
export function groupWords(index: u32): usize {
  return sections.groups + ((<usize>word(vmWords(index), L.VM_GROUP) * L.GROUP_WORDS) << 3);
}

/** Those of its arrivals' states. */
export function stateWords(index: u32): usize {
  return sections.states + ((<usize>word(groupWords(index), L.GROUP_STATES_FROM) * L.STATE_WORDS) << 3);
}

/** What a fork may change as well: costs, arbiter, knobs. */
export function readHost(w: usize): void {
  let to = changetype<usize>(settings) + offsetof<Settings>("stealCheck");
  for (let i: usize = L.HOST_STEAL_CHECK; i < <usize>L.HOST_SIGNAL; i++, to += 8) store<u64>(to, <u64>word(w, i));
  for (let i: usize = L.HOST_SIGNAL; i < <usize>L.HOST_QUEUE_LENGTH; i++, to += 4) store<u32>(to, <u32>word(w, i));
  memory.copy(changetype<usize>(settings) + offsetof<Settings>("queueLength"), w + (L.HOST_QUEUE_LENGTH << 3), (L.HOST_KNOBS - L.HOST_QUEUE_LENGTH) << 3);
  memory.copy(KNOBS, w + (L.HOST_KNOBS << 3), KNOB_BYTES);
}

/**
 * A mechanism has no costs but those that it names: steps of a move, yields and the arbiter's own work take no time, from the given
 * field of Host on.
 */
export function costNothing(from: usize): void {
  memory.fill(changetype<usize>(settings) + from, 0, offsetof<Settings>("migrateTask") - from);
}

export function readVm(vm: Vm, index: u32): void {
  const w = vmWords(index);
  const g = groupWords(index);
  vm.index = index;
  vm.group = <u32>word(w, L.VM_GROUP);
  vm.cls = <u32>word(g, L.GROUP_CLASS);
  vm.priority = <i32>word(g, L.GROUP_PRIORITY);
  vm.max = <u32>word(g, L.GROUP_MAX);
  vm.rankKey = rankKey(vm);
  vm.limit = vm.max;
  vm.bandwidth = word(g, L.GROUP_BANDWIDTH);
  if (vm.bandwidth > 0) H.varies = 1;
  readChoices(vm, g);
  vm.arrivals = <u8>word(g, L.GROUP_ARRIVALS);
  const rate = word(g, L.GROUP_RATE);
  vm.gapMean = rate > 0 ? 1e9 / rate : 0;
  if (rate == 0 && (vm.arrivals == L.ARRIVALS_POISSON || vm.arrivals == L.ARRIVALS_DETERMINISTIC)) vm.arrivals = <u8>L.ARRIVALS_NONE;
  vm.clients = <u32>word(g, L.GROUP_CLIENTS);
  vm.think = changetype<Distribution>(H.distributions + <usize>word(g, L.GROUP_THINK) * <usize>offsetof<Distribution>());
  vm.states = <u32>word(g, L.GROUP_STATES);
  vm.stateWords = stateWords(index);
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
  vm.lookAt = NEVER;
  seedVm(vm, w, H.seed);
}

export function seedVm(vm: Vm, w: usize, seed: u64): void {
  const name = (<u64>word(w, L.VM_NAME_HI) << 32) | <u64>word(w, L.VM_NAME_LO);
  // arrivals, services, dispatch, stealing, locks: one stream each
  const at = changetype<usize>(vm) + offsetof<Vm>("arrivalStream0");
  seedStream(at, seed, name, 1);
  seedStream(changetype<usize>(vm) + offsetof<Vm>("serviceStream0"), seed, name, 2);
  seedStream(changetype<usize>(vm) + offsetof<Vm>("dispatchStream0"), seed, name, 3);
  seedStream(changetype<usize>(vm) + offsetof<Vm>("stealStream0"), seed, name, 4);
  seedStream(changetype<usize>(vm) + offsetof<Vm>("lockStream0"), seed, name, 5);
  vm.ahead = vm.arrivals == L.ARRIVALS_POISSON || vm.arrivals == L.ARRIVALS_MODULATED ? exponential(at) : 1;
}

/** What a mechanism may override, and a fork change. */
export function readChoices(vm: Vm, g: usize): void {
  vm.min = <u32>word(g, L.GROUP_MIN);
  vm.quota = word(g, L.GROUP_QUOTA);
  vm.dispatch = <u8>word(g, L.GROUP_DISPATCH);
  vm.stealAmount = <u8>word(g, L.GROUP_STEAL_AMOUNT);
  vm.stealVictim = <u8>word(g, L.GROUP_STEAL_VICTIM);
  vm.quantum = <u64>word(g, L.GROUP_QUANTUM);
  vm.room = <u32>word(g, L.GROUP_ROOM);
  takeableHeld(vm);
  vm.line = lineOf(vm);
}

export function layVcpus(vm: Vm, first: u32): bool {
  vm.words = <u16>((vm.max + 63) >> 6);
  const bytes = (<u64>vm.words << 4) + (<u64>vm.max << 2);
  vm.bits = vm.max <= ACTIVES_HERE ? changetype<usize>(vm) + offsetof<Vm>("dormantBits") : allocate(bytes);
  if (vm.bits == 0) return false;
  for (let k: u32 = 0; k < vm.max; k++) {
    const v = vcpuOf(vm, k);
    v.vm = vm;
    v.index = k;
    v.slot = H.slotVcpus + first + k;
    v.own = H.ownOfVcpus + <usize>(first + k) * VCPU_OWN_BYTES;
    v.askedAt = NEVER;
    setBit(dormantOf(vm), k);
  }
  vm.dormantCount = vm.max;
  return true;
}

export function shareHistograms(shared: u32): void {
  const bytes = <usize>histogramBytes(H.bits);
  let lastGroup: u32 = 0xffff_ffff;
  for (let i: u32 = 0; i < H.vmCount; i++) {
    const vm = vmAt(i);
    const set = <usize>(shared ? vm.group : i);
    vm.histograms = H.histograms + set * L.VM_HISTOGRAMS * bytes;
    vm.histogramOwner = u8(!shared || vm.group != lastGroup);
    lastGroup = vm.group;
  }
}
