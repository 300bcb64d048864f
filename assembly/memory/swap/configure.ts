// Lays the guests' memory out from the configuration words (layout.ts) and puts every page where it is at time 0: as after a
// long time, the pages that the access pattern touches least are out, up to the high watermark. Page numbers run from hot to
// cold, so those are each VM's last ones; pinned pages, spread evenly over all, stay.

import * as L from "../../layout";
import * as W from "../pages/layout";
import { allocate } from "../../kernel/arena";
import { createHistograms } from "../../kernel/histogram";
import { Distribution, sampleNs } from "../../kernel/distribution";
import { seedStream, unit, mixed } from "../../kernel/random";
import { H, isNull, nothing } from "../../cpu/state";
import { sections, word } from "../../cpu/configure";
import { Part } from "../../kernel/part";
import { layRanks } from "../pages/access";
import { layLevels, levelBytes, pushCold } from "../pages/levels";
import { planUpgrade } from "./upgrade";
import { layTier } from "./tier";
import { PLAN_BYTES } from "../pages/touch";
import { allOf, compressed, keeps, stream } from "./frames";
import {
  COUNTERS, SERVER_SLOTS, S, Guest, Backend, Swap, guestAt, GUEST_SHIFT_BITS, BACKEND_SHIFT, RESIDENT, PINNED, STATE, OUT, MISSING, mark,
  backendOf, add, countersOf, kindOf,
} from "../pages/state";
import { restOf, setRest } from "../pages/moving";

// purposes of random streams: beyond those of the CPU's, so that memory shifts no other draw
// @ts-ignore: decorator
@inline const PURPOSE_ENGINE: u64 = 10;
// @ts-ignore: decorator
@inline const PURPOSE_TOUCHES: u64 = 11;
// @ts-ignore: decorator
@inline const NEARLY: f64 = 0.001; // a product so close to a whole number is that number (src/swap/words.ts)
// @ts-ignore: decorator
@inline const CHUNKS: u64 = 1024; // in which VMs take turns at having pages out at time 0

/** Faults that may leave their guests at once, whatever the number of vCPUs; memory that is not used costs nothing. */
// @ts-ignore: decorator
@inline const EXITS_LEAST: u32 = 65536;

/** Timer slots that the engine needs. */
export function swapSlots(words: usize): u32 {
  return SERVER_SLOTS + <u32>word(words, W.SWAP_WORKERS) + <u32>word(words, W.SWAP_DEPTH);
}

/** `count` words as whole numbers, into fields of 8 bytes in the same order. */
function layWhole(to: usize, words: usize, count: usize): void {
  for (let i: usize = 0; i < count; i++) store<i64>(to + (i << 3), <i64>word(words, i));
}

function lawAt(number: f64): Distribution {
  return changetype<Distribution>(H.distributions + <usize>number * <usize>offsetof<Distribution>());
}

/** What reading from each backend and writing to it takes, and what of a page it keeps. */
function layBackends(backendWords: usize): void {
  for (let k: usize = 0; k < <usize>W.BACKENDS; k++) {
    const w = backendWords + ((k * W.BACKEND_WORDS) << 3);
    const b = backendOf(<u32>k << BACKEND_SHIFT);
    b.read = lawAt(word(w, W.BACKEND_IN));
    b.write = lawAt(word(w, W.BACKEND_OUT));
    layWhole(changetype<usize>(b) + offsetof<Backend>("readMore"), w + (W.BACKEND_IN_MORE << 3), W.BACKEND_RATIO - W.BACKEND_IN_MORE);
    if (b.read.kind == L.DIST_CONSTANT) {
      b.readMore += sampleNs(b.read, stream());
      b.read = nothing<Distribution>();
    }
    if (b.write.kind == L.DIST_CONSTANT) {
      b.writeMore += sampleNs(b.write, stream());
      b.write = nothing<Distribution>();
    }
    b.kept = <u32>S.metadata;
    const ratio = word(w, W.BACKEND_RATIO);
    if (ratio != 0) {
      // a constant ratio, the usual case, draws nothing: it is worked out once instead of at every swap-out
      if (lawAt(ratio).kind == L.DIST_CONSTANT) b.kept += compressed(lawAt(ratio).a);
      else b.ratio = lawAt(ratio);
    }
    b.device = <u32>word(w, W.BACKEND_DEVICE);
  }
}

/** Whether it has to be known of each page how much of it is kept. */
function keptVaries(): bool {
  for (let k: u32 = 0; k < <u32>W.BACKENDS; k++) {
    if (!isNull(backendOf(k << BACKEND_SHIFT).ratio)) return true;
  }
  return false;
}

/** Answers 0 or E_*. */
export function configureSwap(part: Part): i32 {
  const words = part.section;
  const tables = sections.tables;
  const groups = H.groupCount;
  S.on = 1;
  S.slot = part.slot;
  layWhole(changetype<usize>(S), words, W.SWAP_HEADER);
  S.free = S.capacity;
  S.idleWorkers = allOf(S.workers);
  S.idleDevices = allOf(S.depth);
  const backendWords = words + (W.SWAP_HEADER << 3);
  const guestWords = backendWords + ((W.BACKENDS * W.BACKEND_WORDS) << 3);
  S.upgradeWords = guestWords + ((<usize>groups * W.GUEST_WORDS) << 3);

  S.guestCount = H.vmCount + <u32>S.functions;
  const functionWords = S.upgradeWords + ((<usize>S.upgrades * W.UPGRADE_WORDS) << 3);
  let pages: u64 = 0;
  for (let i: u32 = 0; i < S.guestCount; i++) pages += <u64>word(wordsOf(i, guestWords, functionWords), W.GUEST_PAGES);
  S.pageCount = <u32>pages;
  S.guests = allocate(<u64>S.guestCount * offsetof<Guest>());
  S.ofVms = allocate(<u64>H.vmCount << 2);
  S.guestCounters = allocate((<u64>S.guestCount * W.GUEST_COUNTERS) << 3);
  S.histograms = createHistograms(W.SWAP_HISTOGRAMS, L.HOST_HISTOGRAM_SUB_BITS);
  // a vCPU that yields at no cost is taken again in the same instant and may fault again: tasks are the bound, not vCPUs
  S.exitsMax = 2 * H.vcpuCount + EXITS_LEAST;
  S.exits = allocate(<u64>S.exitsMax << 4);
  S.plans = allocate(<u64>H.coresInAll * PLAN_BYTES);
  S.planLeft = allocate(<u64>H.coresInAll);
  S.servers = allocate(<u64>(<u32>S.workers + <u32>S.depth) << 4);
  S.upgradeCounters = allocate((<u64>S.upgrades * W.UPGRADE_COUNTERS) << 3);
  part.histograms = S.histograms;
  part.keepCounters(W.SWAP_SET, COUNTERS);
  part.keepCounters(W.SWAP_SET_GUESTS, S.guestCounters);
  part.keepCounters(W.SWAP_SET_UPGRADES, S.upgradeCounters);
  part.keepCounters(W.SWAP_SET_FREE, changetype<usize>(S) + offsetof<Swap>("free"));
  const levels = allocate(<u64>S.guestCount * levelBytes());
  if (pages >= 0xffff_ffff) return L.E_MEMORY;
  S.words = allocate((pages + 1) << 2);
  S.pages = allocate((pages + 1) << 4); // as many as may move at once; what is not used costs nothing
  S.marks = allocate(pages + 1);
  S.devices = u32(hasDevices(guestWords, groups, W.GUEST_WORDS) || hasDevices(functionWords, <u32>S.functions, W.FUNCTION_GUEST_WORDS));
  S.stages = S.devices ? allocate((pages + 1) << 4) : 1;
  if (S.words == 0 || S.pages == 0 || S.marks == 0 || levels == 0 || S.histograms == 0 || S.guests == 0 || S.plans == 0 || S.stages == 0) return L.E_MEMORY;

  seedStream(changetype<usize>(S) + offsetof<Swap>("stream0"), H.seed, 0, PURPOSE_ENGINE);
  layBackends(backendWords);
  if (keptVaries()) {
    S.kepts = allocate((pages + 1) << 2);
    if (S.kepts == 0) return L.E_MEMORY;
  }
  let first: u32 = 1;
  for (let i: u32 = 0; i < S.guestCount; i++) {
    const g = guestAt(i);
    g.counters = S.guestCounters + ((<usize>i * W.GUEST_COUNTERS) << 3);
    g.first = first;
    if (i < H.vmCount) store<Guest>(S.ofVms + (<usize>i << 2), g);
    if (!readGuest(g, i, wordsOf(i, guestWords, functionWords), tables)) return L.E_MEMORY;
    if (!layLevels(g, levels + <usize>(i * levelBytes()))) return L.E_MEMORY;
    first += g.pages;
  }
  if (!settleDown()) return L.E_FRAMES;
  if (!layTier(functionWords + ((<usize>S.functions * W.FUNCTION_GUEST_WORDS) << 3))) return L.E_MEMORY;
  planUpgrade();
  S.plain = u32(isPlain());
  return 0;
}

/** Whether pages are compressed by workers and nothing else (plain.ts). */
function isPlain(): bool {
  if ((S.upgrades | S.functions | S.tiered | S.prefetch | S.budget) != 0 || S.devices != 0 || S.kepts != 0 || S.entry == 0) return false;
  for (let i: u32 = 0; i < S.guestCount; i++) {
    if (guestAt(i).quota != 0) return false;
  }
  return true;
}

/** Whether any page may go to a device. */
function hasDevices(guestWords: usize, groups: u32, each: usize): bool {
  for (let i: u32 = 0; i < groups; i++) {
    const w = guestWords + ((<usize>i * each) << 3);
    const before = word(w, W.GUEST_CONTENT + W.BACKEND_ZSTD);
    if (word(w, W.GUEST_PAGES) != 0 && before < word(w, W.GUEST_CONTENT + W.BACKEND_REMOTE)) return true;
  }
  return false;
}

/** The words of guest `index`: those of its VM's group, or of its function. */
function wordsOf(index: u32, guestWords: usize, functionWords: usize): usize {
  if (index >= H.vmCount) return functionWords + ((<usize>(index - H.vmCount) * W.FUNCTION_GUEST_WORDS) << 3);
  return guestWords + ((<usize>word(sections.vms, index * L.VM_WORDS + L.VM_GROUP) * W.GUEST_WORDS) << 3);
}

/** Its name's hash. */
function nameOf(index: u32, w: usize): u64 {
  if (index >= H.vmCount) return (<u64>word(w, W.FUNCTION_NAME_HI) << 32) | <u64>word(w, W.FUNCTION_NAME_LO);
  const vm = sections.vms + ((<usize>index * L.VM_WORDS) << 3);
  return (<u64>word(vm, L.VM_NAME_HI) << 32) | <u64>word(vm, L.VM_NAME_LO);
}

function readGuest(g: Guest, index: u32, w: usize, tables: usize): bool {
  g.pages = <u32>word(w, W.GUEST_PAGES);
  if (g.pages == 0) return true;
  layWhole(changetype<usize>(g) + offsetof<Guest>("quota"), w + (W.GUEST_QUOTA << 3), W.GUEST_TOUCHES - W.GUEST_QUOTA);
  memory.copy(changetype<usize>(g) + offsetof<Guest>("touches"), w + (W.GUEST_TOUCHES << 3), (W.GUEST_PATTERN - W.GUEST_TOUCHES) << 3);
  g.free = g.quota;
  g.high = <i64>word(w, W.GUEST_HIGH);
  g.low = <i64>word(w, W.GUEST_LOW);
  g.pattern = <u32>word(w, W.GUEST_PATTERN);
  g.hot = <u32>word(w, W.GUEST_HOT);
  if (g.hot == g.pages) g.coldTouches = 0;
  g.trace = tables + (<usize>word(w, W.GUEST_TRACE) << 3);
  const name = nameOf(index, w);
  seedStream(changetype<usize>(g) + offsetof<Guest>("stream0"), H.seed, name, PURPOSE_TOUCHES);
  if (g.pattern == W.PATTERN_ZIPF && !layRanks(g, word(w, W.GUEST_EXPONENT))) return false;
  // a page's content, and with it its backend, is the VM's and the page's own
  const pinned = word(w, W.GUEST_PINNED);
  let pins: u32 = 0;
  for (let k: u32 = 0; k < g.pages; k++) {
    const u = unit(mixed(mixed(H.seed ^ name) + k));
    let kind: u32 = 0;
    while (kind < <u32>W.BACKENDS - 1 && u >= word(w, <usize>(W.GUEST_CONTENT + <i32>kind))) kind++;
    let word = (index << GUEST_SHIFT_BITS) | (kind << BACKEND_SHIFT) | RESIDENT;
    // a share of 0.1 of ten pages is one page, whatever the tenth is in binary
    if (<u32>(<f64>(k + 1) * pinned + NEARLY) > pins) {
      pins++;
      word |= PINNED;
    }
    setRest(g.first + k, word);
  }
  S.free -= <i64>g.pages * S.unit;
  if (g.quota != 0) g.free -= <i64>g.pages * S.unit;
  return true;
}

// @ts-ignore: decorator
@inline
function edge(pages: u32, chunk: u64): u32 {
  return pages - <u32>((<u64>pages * chunk) / CHUNKS);
}

function putOut(g: Guest, page: u32): void {
  const word = restOf(page);
  if ((word & (STATE | PINNED)) != RESIDENT) return;
  setRest(page, (word & ~STATE) | OUT);
  mark(page, MISSING);
  const kept = keeps(backendOf(word));
  if (S.kepts != 0) store<u32>(S.kepts + (<usize>page << 2), kept);
  S.free += S.unit - kept;
  g.free += S.unit;
  add(countersOf(kindOf(word)), W.BACKEND_FIRST, 1);
}

/** Time 0. False: even with every page out there would be no frame to bring one in. */
function settleDown(): bool {
  // quotas first: a VM over its own takes nothing from others
  const target = max<i64>(S.high, S.unit * <i64>S.workers);
  for (let step: u64 = 0; step < 2 * CHUNKS; step++) {
    const chunk = step % CHUNKS;
    for (let i: u32 = 0; i < S.guestCount; i++) {
      const g = guestAt(i);
      for (let page = g.first + edge(g.pages, chunk); page > g.first + edge(g.pages, chunk + 1); page--) {
        if (step >= CHUNKS ? S.free < target : g.quota != 0 && g.free < max<i64>(g.high, S.unit)) putOut(g, page - 1);
      }
    }
  }
  if (S.free < S.unit * <i64>S.workers) return false;
  for (let i: u32 = 0; i < S.guestCount; i++) {
    const g = guestAt(i);
    for (let page = g.first + g.pages; page > g.first; page--) {
      if ((restOf(page - 1) & (STATE | PINNED)) == RESIDENT) pushCold(g, page - 1);
    }
    if (g.quota != 0 && g.free < S.unit) return false;
  }
  return true;
}
