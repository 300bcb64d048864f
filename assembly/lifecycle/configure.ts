// Lays functions, slots and counters out from the configuration words (layout.ts).

import * as L from "../layout";
import * as W from "./layout";
import { allocate } from "../kernel/arena";
import { NEVER, RANK_SAMPLE, schedule } from "../kernel/event-queue";
import { createHistograms } from "../kernel/histogram";
import { Part } from "../kernel/part";
import { word } from "../cpu/configure";
import { Q, clock, vmAt } from "../cpu/state";
import { choosePolicy } from "./keeper";
import { lackAll } from "./instances";
import { IDLE_BYTES } from "../kernel/idle-times";
import { COUNTERS, Fn, SLOT_LIFE_SAMPLE, SLOT_PREWARM, SlotClass, classAt, fnAt, life } from "./state";
import { planFill } from "./timers";

/** Timer slots that it needs. */
export function lifeSlots(words: usize): u32 {
  return SLOT_PREWARM + <u32>word(words, W.LIFE_FUNCTIONS);
}

function readHeader(words: usize): void {
  const budget = word(words, W.LIFE_MEMORY);
  life.budget = budget < 0 ? NEVER : <u64>budget;
  life.policy = <u32>word(words, W.LIFE_POLICY);
  life.time = <u64>word(words, W.LIFE_TIME);
  life.variant = <u32>word(words, W.LIFE_VARIANT);
  life.overflow = <u32>word(words, W.LIFE_OVERFLOW);
  life.timeout = <u64>word(words, W.LIFE_TIMEOUT);
  life.order = NEVER;
  for (let i: i32 = W.TIERS - 1; i >= 0; i--) {
    life.order = (life.order << 8) | <u64>(<u8>(<i32>word(words, <usize>(W.LIFE_ORDER + i))));
  }
  life.bootSlots = <u32>word(words, W.LIFE_BOOT_SLOTS);
  life.bootPeriod = <u64>word(words, W.LIFE_BOOT_PERIOD);
  life.evictAll = <u32>word(words, W.LIFE_EVICT_ALL);
  life.snapshots = <u32>word(words, W.LIFE_SNAPSHOTS);
  life.activeNs = <u64>word(words, W.LIFE_ACTIVE);
  life.dormantNs = <u64>word(words, W.LIFE_DORMANT);
  life.restoreNs = <u64>word(words, W.LIFE_RESTORE);
  life.vmNs = <u64>word(words, W.LIFE_VM);
  life.attestNs = <u64>word(words, W.LIFE_ATTEST);
  life.proactive = <u32>word(words, W.LIFE_PROACTIVE);
  life.bootCpu = word(words, W.LIFE_BOOT_CPU);
  life.sampleInterval = <u64>word(words, W.LIFE_SAMPLE_INTERVAL);
  life.classCount = <u32>word(words, W.LIFE_CLASSES);
  life.fnCount = <u32>word(words, W.LIFE_FUNCTIONS);
  life.plannedKey = NEVER;
}

function readFn(f: Fn, index: u32, words: usize): void {
  f.index = index;
  f.memory = <u64>word(words, W.FUNCTION_MEMORY);
  f.perRequest = <u64>word(words, W.FUNCTION_PER_REQUEST);
  f.init = <u64>word(words, W.FUNCTION_INIT);
  f.concurrency = <u32>word(words, W.FUNCTION_CONCURRENCY);
  f.minInstances = <u32>word(words, W.FUNCTION_MIN);
  f.confidential = <u8>word(words, W.FUNCTION_CONFIDENTIAL);
  f.slotClass = <u32>word(words, W.FUNCTION_CLASS);
  f.hopeless = u8(life.budget != NEVER && f.memory + f.perRequest > life.budget);
  f.cost = <f64>f.init / 1e6 / (<f64>(f.memory + f.perRequest) / 1_048_576.0);
  f.lastEnd = NEVER;
  f.counters = life.functionCounters + ((<usize>index * W.FN_COUNTERS) << 3);
}

/** All slots are free. */
function layClasses(words: usize): bool {
  life.firstSlot = 0xffff_ffff;
  for (let k: u32 = 0; k < life.classCount; k++) {
    const c = classAt(k);
    const w = words + ((<usize>k * W.CLASS_WORDS) << 3);
    c.firstVm = <u32>word(w, W.CLASS_FIRST_VM);
    c.slots = <u32>word(w, W.CLASS_SLOTS);
    c.words = (c.slots + 63) >> 6;
    c.free = allocate(<u64>c.words << 3);
    if (c.free == 0) return false;
    for (let i: u32 = 0; i < c.words; i++) {
      const left = c.slots - (i << 6);
      store<u64>(c.free + (<usize>i << 3), left >= 64 ? NEVER : (<u64>1 << left) - 1);
    }
    life.firstSlot = min<u32>(life.firstSlot, c.firstVm);
    life.slotCount += c.slots;
    const vcpus = vmAt(c.firstVm).max;
    life.slotVcpus += c.slots * vcpus;
    life.vcpusMost = max<u32>(life.vcpusMost, vcpus);
  }
  life.ofSlot = allocate(<u64>life.slotCount << 2);
  life.resting = allocate(<u64>life.slotCount << 2);
  life.restingFlags = allocate(<u64>life.slotCount);
  return life.restingFlags != 0;
}

/** Answers 0 or E_*. */
export function configureLife(part: Part): i32 {
  const words = part.section;
  life.on = 1;
  life.slot = part.slot;
  readHeader(words);
  life.fns = allocate(<u64>life.fnCount * offsetof<Fn>());
  life.classes = allocate(<u64>life.classCount * offsetof<SlotClass>());
  life.functionCounters = allocate((<u64>life.fnCount * W.FN_COUNTERS) << 3);
  life.samples = allocate((<u64>W.SAMPLES * W.SAMPLE_VALUES) << 3);
  part.histograms = createHistograms(W.LIFE_HISTOGRAMS, L.HOST_HISTOGRAM_SUB_BITS);
  part.keepCounters(W.LIFE_SET, COUNTERS);
  part.keepCounters(W.LIFE_SET_FUNCTIONS, life.functionCounters);
  part.keepCounters(W.LIFE_SET_SAMPLES, life.samples);
  const classWords = words + (W.LIFE_HEADER << 3);
  const functionWords = classWords + ((<usize>life.classCount * W.CLASS_WORDS) << 3);
  if (part.histograms == 0 || life.fns == 0 || life.samples == 0 || !layClasses(classWords)) return L.E_MEMORY;
  const pasts = life.policy == W.KEEP_HIST ? allocate(<u64>life.fnCount * IDLE_BYTES) : 1;
  if (pasts == 0) return L.E_MEMORY;
  for (let k: u32 = 0; k < life.fnCount; k++) {
    readFn(fnAt(k), k, functionWords + ((<usize>k * W.FUNCTION_WORDS) << 3));
    fnAt(k).past = pasts + <usize>k * IDLE_BYTES;
  }
  if (!choosePolicy(life.policy)) return L.E_CONFIG;
  lackAll();
  planFill();
  if (life.sampleInterval != 0) schedule(Q, life.slot + SLOT_LIFE_SAMPLE, clock.now + life.sampleInterval, RANK_SAMPLE);
  return 0;
}

