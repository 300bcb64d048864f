// Valve (arXiv 2604.07874): one GPU that serves requests online and works offline in between. Online work takes it at once and gives it back
// only when it has been idle for a cooldown; pages of offline requests are taken where online ones need them. Times are nanoseconds.
// One engine, one step at a time: nothing is planned but the next arrival and which request ends with which decode. Rules: docs/valve.md.

import { allocate } from "../kernel/arena";
import { createQueue, peekTime, schedule, take } from "../kernel/event-queue";
import {
  Cooldown, backgroundTime, beginCooldown, hasBegun, isBackground, startCooldown,
} from "../server/disciplines/cooldown";
import { events } from "../server/records";
import * as L from "./layout";
import { put, setting } from "./requests";

let columns: usize = 0;
let count: u32 = 0;
let prefills: usize = 0;
let decodes: usize = 0;
let jitters: usize = 0;
let slots: usize = 0; // request of each that is decoded, u32; then a list of free slots
let freeSlots: u32 = 0;

// the GPU
const turn = changetype<Cooldown>(memory.data(24, 8));
let offlineNs: u64 = 0;
let timeline: usize = 0; // of steps, GPU_STEP_COLUMNS f64 each; 0: not kept
let timelineMost: u64 = 0;
let preemptions: u64 = 0;
let step: u64 = 0;
let hasOffline: bool = false;

// pages
let freePages: i64 = 0;
let quarantine: i64 = 0;
let offlinePages: i64 = 0;
let onlinePages: i64 = 0;
let headroom: i64 = 0;
let debt: f64 = 0; // of prompts to be computed again

/** Columns of `requests`, GPU_COLUMNS of them one after the other; 0 without memory. */
export function gpuColumns(requests: u32): usize {
  count = requests;
  columns = allocate(<u64>requests * L.GPU_COLUMNS * 8);
  return columns;
}

/** Tables of the times of a prefill (by tokens, from 0 on), of a decode (by requests), and factors of steps; f64, one after the other. */
export function gpuTables(prefillCount: u32, decodeCount: u32, jitterCount: u32): usize {
  const at = allocate((<u64>prefillCount + decodeCount + jitterCount) << 3);
  prefills = at;
  decodes = at + ((<usize>prefillCount) << 3);
  jitters = decodes + ((<usize>decodeCount) << 3);
  return at;
}

/** Room for what each of so many steps was, GPU_STEP_COLUMNS f64 a step; 0 without memory. Before `gpuRun`, where it is to be kept. */
export function gpuTimeline(most: u32): usize {
  timelineMost = most;
  timeline = allocate(<u64>most * L.GPU_STEP_COLUMNS * 8);
  return timeline;
}

function keepStep(wanted: u64, start: u64, end: u64, tokens: u32): void {
  if (step > timelineMost) return;
  const at = timeline + <usize>(step - 1) * L.GPU_STEP_COLUMNS * 8;
  store<f64>(at, <f64>wanted, L.GPU_STEP_WANTED * 8);
  store<f64>(at, <f64>start, L.GPU_STEP_START * 8);
  store<f64>(at, <f64>end, L.GPU_STEP_END * 8);
  store<f64>(at, <f64>tokens, L.GPU_STEP_TOKENS * 8);
  store<f64>(at, <f64>killed, L.GPU_STEP_KILLED * 8);
}

// @ts-ignore: decorator
@inline
function cell(column: u32, request: u32): usize {
  return columns + ((<usize>column * count + request) << 3);
}

// @ts-ignore: decorator
@inline
function atOf(request: u32): u64 {
  return <u64>load<f64>(cell(L.GPU_AT, request));
}

function scaled(time: f64): u64 {
  const factors = <u32>setting(L.GPU_JITTERS);
  const factor = factors == 0 ? 1 : load<f64>(jitters + (<usize>(step % factors) << 3));
  return <u64>(time * factor + 0.5);
}

function pagesOf(request: u32): i64 {
  const tokens = load<f64>(cell(L.GPU_PROMPT, request)) + load<f64>(cell(L.GPU_OUTPUT, request));
  return <i64>Math.ceil(tokens / setting(L.GPU_PAGE_TOKENS));
}

/** What offline work does up to `until` with its time and with free pages. */
function offline(until: u64): void {
  const time = backgroundTime(turn, until);
  if (time == 0 || !hasOffline) return;
  offlineNs += time;
  const again = min<f64>(debt, <f64>time);
  debt -= again;
  recomputed += again;
  const prefill = setting(L.GPU_OFFLINE_PREFILL);
  const each = <i64>setting(L.GPU_OFFLINE_PAGES);
  const room = max<i64>(0, (freePages - headroom) / each);
  const able = prefill == 0 ? room : <i64>min<f64>((<f64>time - again) / prefill, 1e9);
  const more = min<i64>(room, able) * each;
  offlinePages += more;
  freePages -= more;
}

let recomputed: f64 = 0;
let reclaimed: i64 = 0;
let killed: i64 = 0;
let headroomMost: i64 = 0;
let pagesMost: i64 = 0;
let memoryWaits: u64 = 0;
let busyNs: u64 = 0;
let cooledNs: u64 = 0;

/** Of one step: pages come out of quarantine, the headroom follows the demand, offline requests lose pages. */
function memoryStep(demand: i64): void {
  freePages += quarantine;
  quarantine = 0;
  const up = setting(L.GPU_UP);
  if (demand > headroom) headroom = min<i64>(<i64>setting(L.GPU_PAGES), max<i64>(1, <i64>(<f64>headroom * up)));
  else headroom = max<i64>(0, headroom - <i64>setting(L.GPU_DOWN));
  headroomMost = max(headroomMost, headroom);
  const need = min<i64>(max<i64>(demand, headroom) - freePages, <i64>setting(L.GPU_RECLAIM));
  const taken = min<i64>(need, offlinePages);
  if (taken <= 0) return;
  const each = <i64>setting(L.GPU_OFFLINE_PAGES);
  const victims = (taken + each - 1) / each;
  offlinePages -= victims * each;
  quarantine = taken;
  freePages += victims * each - taken;
  reclaimed += taken;
  killed += victims;
  debt += <f64>victims * setting(L.GPU_OFFLINE_PREFILL);
}

let arrived: u32 = 0; // those before have come
let admitted: u32 = 0; // those before have, or had, their pages
let running: u32 = 0;
let decoded: u64 = 0; // decodes so far

function come(now: u64): void {
  for (; arrived < count && atOf(arrived) <= now; arrived++) store<f64>(cell(L.GPU_SEEN, arrived), <f64>preemptions);
}

function finish(request: u32, now: u64): void {
  store<f64>(cell(L.GPU_DONE, request), <f64>now);
  store<f64>(cell(L.GPU_SEEN, request), <f64>preemptions - load<f64>(cell(L.GPU_SEEN, request)));
  const pages = pagesOf(request);
  onlinePages -= pages;
  freePages += pages;
}

/** The oldest prompt, alone. Answers when it is done. */
function prefill(now: u64): u64 {
  const request = admitted++;
  const pages = pagesOf(request);
  freePages -= pages;
  onlinePages += pages;
  pagesMost = max(pagesMost, onlinePages);
  const tokens = <u32>load<f64>(cell(L.GPU_PROMPT, request));
  const end = now + scaled(load<f64>(prefills + (<usize>tokens << 3)));
  store<f64>(cell(L.GPU_FIRST, request), <f64>end);
  const output = <u64>load<f64>(cell(L.GPU_OUTPUT, request));
  if (output == 0) finish(request, end);
  else {
    const slot = load<u32>(slots + (<usize>(<u32>setting(L.GPU_BATCH) + --freeSlots) << 2));
    store<u32>(slots + (<usize>slot << 2), request);
    schedule(events, slot, decoded + output, 1);
    running++;
  }
  return end;
}

/** A token of each that runs. Answers when it is there. */
function decode(now: u64): u64 {
  const end = now + scaled(load<f64>(decodes + (<usize>running << 3)));
  decoded++;
  while (peekTime(events) == decoded) {
    const slot = take(events);
    finish(load<u32>(slots + (<usize>slot << 2)), end);
    store<u32>(slots + (<usize>(<u32>setting(L.GPU_BATCH) + freeSlots++) << 2), slot);
    running--;
  }
  return end;
}

/** Online work wants the GPU at `wanted`; answers when it has it. */
function acquire(wanted: u64): u64 {
  come(wanted);
  const idle = hasBegun(turn) ? wanted - <u64>turn.idleFrom : 0;
  cooledNs += min<u64>(idle, turn.length);
  if (!isBackground(turn, wanted)) return wanted;
  offline(wanted);
  if (!hasOffline) return wanted;
  preemptions++;
  const start = wanted + <u64>setting(L.GPU_PREEMPT);
  come(start);
  return start;
}

function reset(): bool {
  const batch = <u32>setting(L.GPU_BATCH);
  slots = allocate(<u64>batch << 3);
  if (slots == 0 || !createQueue(events, batch)) return false;
  for (let i: u32 = 0; i < batch; i++) store<u32>(slots + (<usize>(batch + i) << 2), i);
  freeSlots = batch;
  startCooldown(turn, <u64>setting(L.GPU_COOLDOWN));
  hasOffline = setting(L.GPU_OFFLINE_PAGES) > 0;
  freePages = <i64>setting(L.GPU_PAGES);
  headroom = <i64>setting(L.GPU_HEADROOM);
  headroomMost = headroom;
  return true;
}

/** After columns, tables and settings, once an instance. Answers SYSTEM_*. */
export function gpuRun(): i32 {
  if (!reset()) return L.SYSTEM_MEMORY;
  const end = <u64>setting(L.GPU_END);
  const batch = <u32>setting(L.GPU_BATCH);
  let last: u64 = 0;
  while (true) {
    if (hasBegun(turn)) come(last); // what came during a step is work that the engine goes on with
    const busy = admitted < arrived || running > 0;
    if (!busy && arrived == count) break;
    const gap = busy ? scaled(setting(L.GPU_GAP)) : 0;
    const wanted = busy ? last + gap : max<u64>(last, atOf(arrived));
    if (wanted >= end) break;
    const now = acquire(wanted);
    step++;
    const waits = admitted < arrived && running < batch;
    const demand = waits ? pagesOf(admitted) : 0;
    memoryStep(demand);
    let tokens: u32 = 0;
    if (waits && demand <= freePages) last = prefill(now);
    else if (running > 0) {
      tokens = running;
      last = decode(now);
    } else {
      last = now + <u64>setting(L.GPU_WAIT);
      memoryWaits++;
    }
    if (timeline != 0) keepStep(wanted, now, last, tokens);
    busyNs += last - now;
    beginCooldown(turn, last);
  }
  if (end > last) offline(end);
  answer(last);
  return L.SYSTEM_OK;
}

function answer(last: u64): void {
  put(L.GPU_OFFLINE_NS, <f64>offlineNs);
  put(L.GPU_RECOMPUTED_NS, recomputed);
  put(L.GPU_PREEMPTIONS, <f64>preemptions);
  put(L.GPU_STEPS, <f64>step);
  put(L.GPU_BUSY_NS, <f64>busyNs);
  put(L.GPU_RECLAIMED, <f64>reclaimed);
  put(L.GPU_KILLED, <f64>killed);
  put(L.GPU_MEMORY_WAITS, <f64>memoryWaits);
  put(L.GPU_ENDED, <f64>last);
  put(L.GPU_HEADROOM_LAST, <f64>headroom);
  put(L.GPU_HEADROOM_MOST, <f64>headroomMost);
  put(L.GPU_PAGES_MOST, <f64>pagesMost);
  put(L.GPU_COOLED_NS, <f64>cooledNs);
}
