// What happened over time, in bounded memory: samples of every VM at equal intervals, histograms of latency and of queueing
// delay for each interval and VM group, and a log of the events of a window. When the samples are full, every second one is dropped and the
// interval doubles, so a run of any length fits.

import * as L from "../layout";
import { allocate } from "../kernel/arena";
import { bucketCount, GREATEST } from "../kernel/histogram";
import { schedule, RANK_SAMPLE } from "../kernel/event-queue";
import { H, Q, SLOT_SAMPLE, vmAt, VCpu, Task, TASK_STARTED, coreAt, isNull, RUNNING, clock, series } from "./state";
import { countNotes, noteDelayIf } from "./samples";
import { oldestReady } from "./waiting";

// @ts-ignore: decorator
@inline
function histogramBytes(): usize {
  return <usize>bucketCount(L.SERIES_SUB_BITS) << 2;
}

/** Of one interval: latency of every group, then queueing delay of every group. */
// @ts-ignore: decorator
@inline
function intervalBytes(): usize {
  return histogramBytes() * (<usize>H.groupCount << 1);
}

// @ts-ignore: decorator
@inline
function row(index: u32): usize {
  return series.rows + <usize>index * <usize>series.rowBytes;
}

/** Room for the samples and the log that the configuration asks for. */
export function laySeries(words: usize): bool {
  series.interval = <u64>load<f64>(words, L.HOST_SAMPLE_INTERVAL << 3);
  series.capacity = series.interval == 0 ? 0 : <u32>load<f64>(words, L.HOST_SAMPLE_CAPACITY << 3) & ~1;
  series.logCapacity = <u32>load<f64>(words, L.HOST_LOG_CAPACITY << 3);
  series.logFrom = <u64>load<f64>(words, L.HOST_LOG_FROM << 3);
  series.logUntil = <u64>load<f64>(words, L.HOST_LOG_UNTIL << 3);
  if (series.logCapacity != 0) {
    series.log = allocate(<u64>series.logCapacity * L.LOG_BYTES);
    if (series.log == 0) return false;
  }
  if (series.capacity == 0) return true;
  series.rowBytes = 8 + H.vmCount * L.SERIES_VM_VALUES * 4;
  series.rows = allocate(<u64>series.rowBytes * series.capacity);
  // one set more than samples: the interval that is running
  series.histograms = allocate(<u64>(series.capacity + 1) * intervalBytes());
  if (series.rows == 0 || series.histograms == 0) return false;
  schedule(Q, SLOT_SAMPLE, series.interval, RANK_SAMPLE);
  return true;
}

// @ts-ignore: decorator
@inline
function intervalAt(sample: u32): usize {
  return series.histograms + <usize>sample * intervalBytes();
}

/** Counts `ns` in histogram `which` of the running interval: `vm.group` latency, `H.groupCount + vm.group` queueing delay. */
export function sampleTime(which: u32, ns: u64): void {
  ns = min<u64>(ns, GREATEST);
  const octave = 63 - <u64>L.SERIES_SUB_BITS - clz<u64>(ns | (<u64>1 << L.SERIES_SUB_BITS));
  const bucket = (<usize>octave << L.SERIES_SUB_BITS) + <usize>(ns >> octave);
  const at = intervalAt(series.count) + <usize>which * histogramBytes() + (bucket << 2);
  store<u32>(at, load<u32>(at) + 1);
}

/** The interval is over: one sample of every VM. */
export function onSample(): void {
  bookDelays(clock.now + 1);
  let at = row(series.count);
  store<f64>(at, <f64>(<i64>clock.now));
  at += 8;
  for (let i: u32 = 0; i < H.vmCount; i++) {
    const vm = vmAt(i);
    store<f32>(at, <f32>vm.held);
    store<f32>(at, <f32>vm.queued, 4);
    store<f32>(at, vm.queued == 0 ? 0 : <f32>(<i64>(clock.now - oldestReady(vm))), 8);
    store<f32>(at, <f32>vm.sampleDone, 12);
    vm.sampleDone = 0;
    at += L.SERIES_VM_VALUES * 4;
  }
  if (++series.count == series.capacity) halve();
  schedule(Q, SLOT_SAMPLE, clock.now + series.interval, RANK_SAMPLE);
}

/** Every second sample goes; what was counted in its interval is added to the next one's. */
function halve(): void {
  const half = series.capacity >> 1;
  const bytes = intervalBytes();
  for (let i: u32 = 0; i < half; i++) {
    const dropped = row(2 * i);
    const kept = row(2 * i + 1);
    for (let k: u32 = 0; k < H.vmCount; k++) {
      const done: usize = 20 + ((<usize>k * <usize>L.SERIES_VM_VALUES) << 2);
      store<f32>(kept + done, load<f32>(kept + done) + load<f32>(dropped + done));
    }
    memory.copy(row(i), kept, series.rowBytes);
    const a = intervalAt(2 * i);
    const to = intervalAt(i);
    for (let k: usize = 0; k < bytes; k += 4) store<u32>(to + k, load<u32>(a + k) + load<u32>(a + bytes + k));
  }
  memory.fill(intervalAt(half), 0, <usize>(series.capacity + 1 - half) * bytes);
  series.count = half;
  series.interval *= 2;
}

/** Notes an event of the window. What no longer fits is counted, not kept. */
export function logEvent(slot: u32): void {
  if (clock.now < series.logFrom || clock.now > series.logUntil) return;
  if (series.logCount < series.logCapacity) {
    const at = series.log + <usize>series.logCount * L.LOG_BYTES;
    store<f64>(at, <f64>(<i64>clock.now));
    store<u32>(at, slot, 8);
    store<u32>(at, slot >= H.slotVcpus && slot < H.slotClients ? load<u32>(H.vcpus + <usize>(slot - H.slotVcpus) * offsetof<VCpu>(), offsetof<VCpu>("state")) : 16, 12);
  }
  series.logCount++;
}

/** The task on `v` has come to its first instruction: its queueing delay is known. Booked when it is next looked at. */
export function began(v: VCpu, t: Task): void {
  beganHere(v, t);
}

/** The same where every task passes. */
// @ts-ignore: decorator
@inline
export function beganHere(v: VCpu, t: Task): void {
  const flags = t.flags;
  const first = u32((flags & TASK_STARTED) == 0); // else it was booked before it waited for a page
  t.flags = flags | TASK_STARTED;
  const delay = v.begunAt - t.readyAt;
  noteDelayIf(v.vm, delay, first);
  if (series.capacity != 0 && first) sampleTime(H.groupCount + v.vm.group, delay);
}

/** Books the queueing delays of all that came to their first instruction before `until`, so that they can be read. */
export function bookDelays(until: u64): void {
  for (let i: u32 = 0; i < H.coreCount; i++) {
    const v = coreAt(i).vcpu;
    if (!isNull(v) && v.state == RUNNING && !isNull(v.task) && v.begunAt < until) began(v, v.task);
  }
  countNotes();
}
