// Virtuoso (arXiv 2309.14016): a datapath that tenants share, under budgets of cycles or under other disciplines. Packets are made as
// they come and their records used again, so that a run is as long as one likes. Times and costs are cycles. Rules: docs/virtuoso.md.

import { allocate } from "../kernel/arena";
import { exponential, normal, prepareTables } from "../kernel/distribution";
import { NO_TIME, createQueue, peekTime, schedule, take } from "../kernel/event-queue";
import { createHistograms, histogramBytes, recordSeldom } from "../kernel/histogram";
import { exp, log } from "../kernel/math";
import { STREAM_BYTES, seedStream } from "../kernel/random";
import { BATCH_MAX, ITEM_BYTES, SILOED } from "../server/layout";
import { arrive, halt, step } from "../server/loop";
import {
  Hook, Item, POLLING, RANK_ARRIVE, Server,
  batchOf, events, fairQueueAt, itemAt, makeItems, makeServer, makeSlots, queueAt, tenantAt, workerOfSlot,
} from "../server/records";
import * as L from "./layout";
import { setting } from "./requests";

@unmanaged
class Source {
  process: u32;
  size: u32;
  gap: f64;
  phase: f64;
  count: f64; // of what is deterministic
  on: f64;
  off: f64;
  onEnds: f64;
  cost: f64;
  a: f64; // of a lognormal cost
  b: f64;
  // then streams of gaps, of costs, of being on and off
}

// @ts-ignore: decorator
@inline const STREAMS_AT: usize = 88;
// @ts-ignore: decorator
@inline const SOURCE_BYTES: usize = STREAMS_AT + 3 * STREAM_BYTES;

let rows: usize = 0;
let tenants: u32 = 0;
let sources: usize = 0;
let histograms: usize = 0;
let free: u32 = 0; // items that nobody has
let fast: Server = changetype<Server>(0);
let warmup: u64 = 0;
let full: bool = false;

/** Zeroed rows of tenants, SOURCE_WORDS each; 0 without memory. */
export function fastpathTenants(count: u32): usize {
  tenants = count;
  rows = allocate(<u64>count * L.SOURCE_WORDS * 8);
  return rows;
}

/** Its tenants' accounts are those of any server. */
export function fastpathServer(): usize {
  return changetype<usize>(fast);
}

/** Of the cycles from arrival to the end, of the tenant's served packets. */
export function fastpathHistogram(tenant: u32): usize {
  return histograms + <usize>tenant * <usize>histogramBytes(L.FASTPATH_BITS);
}

// @ts-ignore: decorator
@inline
function sourceAt(tenant: u32): Source {
  return changetype<Source>(sources + <usize>tenant * SOURCE_BYTES);
}

// @ts-ignore: decorator
@inline
function streamOf(source: Source, purpose: u32): usize {
  return changetype<usize>(source) + STREAMS_AT + <usize>purpose * STREAM_BYTES;
}

function rowWord(tenant: u32, word: u32): f64 {
  return load<f64>(rows + ((<usize>tenant * L.SOURCE_WORDS + word) << 3));
}

function makeSource(tenant: u32, seed: u64): void {
  const source = sourceAt(tenant);
  source.process = <u32>rowWord(tenant, L.SOURCE_PROCESS);
  source.size = <u32>rowWord(tenant, L.SOURCE_SIZE);
  source.gap = rowWord(tenant, L.SOURCE_GAP);
  source.phase = rowWord(tenant, L.SOURCE_PHASE);
  source.on = rowWord(tenant, L.SOURCE_ON);
  source.off = rowWord(tenant, L.SOURCE_OFF);
  source.cost = rowWord(tenant, L.SOURCE_COST);
  const cv = rowWord(tenant, L.SOURCE_CV);
  const variance = log(1 + cv * cv);
  source.a = log(source.cost) - variance / 2;
  source.b = Math.sqrt(variance);
  for (let purpose: u32 = 0; purpose < 3; purpose++) seedStream(streamOf(source, purpose), seed, tenant, purpose);
  if (source.process == L.ON_OFF) source.onEnds = source.on * exponential(streamOf(source, 2));
  if (source.process == L.FULL) full = true;
  const own = tenantAt(fast, tenant);
  fast.weights += rowWord(tenant, L.SOURCE_WEIGHT) - own.weight;
  own.weight = rowWord(tenant, L.SOURCE_WEIGHT);
  own.limit = <u32>rowWord(tenant, L.SOURCE_LIMIT);
}

/** When the source's next packet comes, after `now`. */
function nextTime(source: Source, now: u64): u64 {
  if (source.process == L.DETERMINISTIC) {
    const at = source.phase + source.gap * source.count;
    source.count += 1;
    return <u64>(at + 0.5);
  }
  let at = <f64>now + source.gap * exponential(streamOf(source, 0));
  if (source.process == L.ON_OFF)
    while (at >= source.onEnds) {
      const begins = source.onEnds + source.off * exponential(streamOf(source, 2));
      source.onEnds = begins + source.on * exponential(streamOf(source, 2));
      at = begins + source.gap * exponential(streamOf(source, 0));
    }
  return <u64>min<f64>(at + 0.5, 4e17);
}

function packet(tenant: u32, now: u64): void {
  const source = sourceAt(tenant);
  const item = itemAt(free);
  free = item.next;
  const drawn = source.b == 0 ? source.cost : exp(source.a + source.b * normal(streamOf(source, 1)));
  const stages = fast.stages;
  const cost = max<u64>(<u64>(min<f64>(drawn, 9e15) + 0.5), 1);
  const part = cost / stages;
  item.cost0 = cost - part * (stages - 1);
  item.cost1 = part;
  item.cost2 = part;
  item.cost3 = part;
  item.at = now;
  item.waited = 0;
  item.size = source.size;
  item.tenant = tenant;
  arrive(fast, item, now);
}

function release(at: usize, now: u64): void {
  const item = changetype<Item>(at);
  item.next = free;
  free = <u32>at;
}

function served(at: usize, now: u64): void {
  const item = changetype<Item>(at);
  if (item.at >= warmup) recordSeldom(fastpathHistogram(item.tenant), L.FASTPATH_BITS, now - item.at);
  release(at, now);
}

/** Of those whose queue never runs out: in turns, until a batch is there. */
function refill(worker: u32, atLeast: u32, now: u64): void {
  if (fast.kind == SILOED) {
    const tenant = worker % tenants;
    while (fairQueueAt(fast, 0, tenant).length < atLeast) packet(tenant, now);
  } else
    while (queueAt(fast, 0).length < atLeast)
      for (let t: u32 = 0; t < tenants && queueAt(fast, 0).length < atLeast; t++) packet(t, now);
}

function makeFast(): bool {
  const workers = <u32>setting(L.FASTPATH_WORKERS);
  const stages = <u32>setting(L.FASTPATH_STAGES);
  const limit = <u32>setting(L.FASTPATH_LIMIT);
  if (!makeSlots(workers) || !createQueue(events, workers + tenants)) return false;
  fast = changetype<Server>(
    makeServer(workers, 1, stages, <u32>setting(L.FASTPATH_DISCIPLINE), tenants, <i64>setting(L.FASTPATH_CAP)),
  );
  histograms = createHistograms(tenants, L.FASTPATH_BITS);
  sources = allocate(<u64>tenants * SOURCE_BYTES);
  const count = limit * stages + workers * <u32>BATCH_MAX + 1;
  const pool = makeItems(count);
  if (changetype<usize>(fast) == 0 || histograms == 0 || sources == 0 || pool == 0) return false;
  free = 0;
  for (let i: u32 = count; i-- > 0; ) release(pool + <usize>i * ITEM_BYTES, 0);
  fast.batch = 0;
  for (let s: u32 = 0; s < 4; s++) fast.batch |= <u32>setting(L.FASTPATH_BATCH + s) << (s << 3);
  fast.idlePoll = <u32>setting(L.FASTPATH_IDLE_POLL);
  fast.limit = limit;
  fast.period = <u64>setting(L.FASTPATH_PERIOD);
  fast.nextReplenished = fast.period;
  fast.boost = setting(L.FASTPATH_BOOST);
  fast.atPoll = u32(setting(L.FASTPATH_AT_POLL) != 0);
  const onServed: Hook = served;
  const onDropped: Hook = release;
  fast.hook = changetype<usize>(onServed);
  fast.droppedHook = changetype<usize>(onDropped);
  return true;
}

/** After the settings and the rows of tenants. Nothing comes and no batch is begun from `until` on. Answers SYSTEM_*. */
export function fastpathRun(): i32 {
  prepareTables();
  if (!makeFast()) return L.SYSTEM_MEMORY;
  const workers = fast.workers;
  const until = <u64>setting(L.FASTPATH_UNTIL);
  const batch = batchOf(fast, 0);
  warmup = <u64>setting(L.FASTPATH_WARMUP);
  full = false;
  for (let t: u32 = 0; t < tenants; t++) makeSource(t, <u64>setting(L.FASTPATH_SEED));
  if (full) for (let i: u32 = 0; i < workers; i++) refill(i, fast.kind == SILOED ? batch : batch * workers, 0);
  else for (let t: u32 = 0; t < tenants; t++) plan(t, 0, until);
  while (true) {
    const now = peekTime(events);
    if (now >= NO_TIME) break;
    if (now >= until && fast.halted == 0) halt(fast);
    const slot = take(events);
    if (slot < workers) {
      const worker = workerOfSlot(slot);
      if (full && worker.state == POLLING && fast.halted == 0) refill(slot, batch, now);
      step(worker, now);
    } else {
      const tenant = slot - workers;
      packet(tenant, now);
      plan(tenant, now, until);
    }
  }
  return L.SYSTEM_OK;
}

function plan(tenant: u32, now: u64, until: u64): void {
  const at = nextTime(sourceAt(tenant), now);
  if (at < until) schedule(events, fast.workers + tenant, at, RANK_ARRIVE);
}
