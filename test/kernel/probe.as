// What the kernel's property tests call: thin exports over the queue, run queue, histogram, random streams and
// distributions of the core, each on a structure of its own. AssemblyScript, compiled when the tests start
// (test/support/probe.ts); not part of the core. Leaves out whatever the whole core's tests reach by themselves.

import { allocate } from "../../assembly/kernel/arena";
import { EventQueue, createQueue, schedule, scheduleAt, takeSequence, cancel, isPending, keyOf, peekTime, take, timeOfKey, NO_TIME } from "../../assembly/kernel/event-queue";
import { SourceQueue, createSources, dropSource, nameSource, putSource } from "../../assembly/kernel/source-queue";
import { createHistograms, histogramBytes, record, resetHistogram, countSamples, OCTAVES, bucketOfRank } from "../../assembly/kernel/histogram";
import { Distribution, drawInto, exponential, layDistributions, prepareTables, sampleCount, sampleNs } from "../../assembly/kernel/distribution";
import { below, next, seedStream } from "../../assembly/kernel/random";
import { Task, RunQueue, isNull } from "../../assembly/cpu/state";
import { half, moveOldest, popHead, pushHead, pushTail } from "../../assembly/cpu/run-queue";

export function room(bytes: u32): usize {
  return allocate(<u64>bytes);
}

// --- event queue: time 2^53 stands for "none"

const queue: EventQueue = changetype<EventQueue>(memory.data(64, 64));

export function queueCreate(slots: u32): bool {
  return createQueue(queue, slots);
}
export function queueSchedule(slot: u32, time: f64, rank: u32): void {
  schedule(queue, slot, <u64>(<i64>time), rank);
}
export function queueTakeSequence(): f64 {
  return <f64>takeSequence(queue);
}
export function queueScheduleAt(slot: u32, time: f64, rank: u32, sequence: f64): void {
  scheduleAt(queue, slot, <u64>(<i64>time), rank, <u64>(<i64>sequence));
}
export function queueCancel(slot: u32): void {
  cancel(queue, slot);
}
export function queueIsPending(slot: u32): bool {
  return isPending(queue, slot);
}
export function queuePeek(): f64 {
  const time = peekTime(queue);
  return time >= NO_TIME ? -1 : <f64>(<i64>time);
}
export function queueTake(): u32 {
  return take(queue);
}

// --- sources: each named by three times its index, and something above that; time -1 stands for "none"

const sources: SourceQueue = changetype<SourceQueue>(memory.data(64, 64));

export function sourcesCreate(count: u32): bool {
  if (!createSources(sources, count)) return false;
  for (let i: u32 = 0; i < count; i++) nameSource(sources, i, (<u64>(7 * i) << 32) | <u64>(3 * i));
  return true;
}
export function sourcesPut(index: u32, time: f64, rank: u32): void {
  putSource(sources, index, keyOf(<u64>(<i64>time), rank));
}
export function sourcesDrop(index: u32): void {
  dropSource(sources, index);
}
export function sourcesFirst(): f64 {
  const time = timeOfKey(sources.key);
  return time >= NO_TIME ? -1 : <f64>(<i64>time);
}
export function sourcesWho(): u32 {
  return <u32>sources.who;
}
export function sourcesBeside(): u32 {
  return <u32>(sources.who >> 32);
}

// --- run queues of tasks; a task's client field is its number

export function runQueueCreate(): usize {
  return allocate(<u64>offsetof<RunQueue>());
}
export function taskCreate(number: u32, readyAt: f64): usize {
  const at = allocate(64);
  const task = changetype<Task>(at);
  task.client = number;
  task.readyAt = <u64>(<i64>readyAt);
  return at;
}
export function runQueuePushHead(q: usize, task: usize): void {
  pushHead(changetype<RunQueue>(q), changetype<Task>(task));
}
export function runQueuePushTail(q: usize, task: usize): void {
  pushTail(changetype<RunQueue>(q), changetype<Task>(task));
}
export function runQueuePop(q: usize): u32 {
  return popHead(changetype<RunQueue>(q)).client;
}
export function runQueueLength(q: usize): u32 {
  return changetype<RunQueue>(q).length;
}
export function runQueueMoveOldest(from: usize, to: usize, n: u32): void {
  moveOldest(changetype<RunQueue>(from), changetype<RunQueue>(to), n);
}
export function stealHalf(waiting: u32, own: u32): u32 {
  return half(waiting, own);
}
/** Writes the numbers of the waiting tasks, head first, at `out`; answers how many. */
export function runQueueList(q: usize, out: usize): u32 {
  const from = changetype<RunQueue>(q);
  let n: u32 = 0;
  let last = from.head;
  for (let t = from.head; n < from.length; t = t.next) {
    assert(!isNull(t));
    store<u32>(out + (<usize>n << 2), t.client);
    last = t;
    n++;
  }
  assert(n == 0 || (last == from.tail && isNull(last.next)));
  return n;
}

// --- histogram

export function histogramCreate(bits: u32): usize {
  return createHistograms(1, bits);
}
export function histogramSize(bits: u32): f64 {
  return <f64>(<i64>histogramBytes(bits));
}
export function histogramRecord(h: usize, bits: u32, value: f64): void {
  record(h, bits, <u64>(<i64>value));
}
export function histogramReset(h: usize, bits: u32): void {
  resetHistogram(h, bits);
}
export function histogramCount(h: usize, bits: u32): f64 {
  return <f64>(<i64>countSamples(h, bits));
}
export function histogramOctaves(): usize {
  return OCTAVES;
}
export function histogramBucket(h: usize, bits: u32, octave: u32, rank: f64): u32 {
  return bucketOfRank(h, bits, octave, <u64>(<i64>rank));
}

// --- random streams and distributions

export function streamSeed(stream: usize, seed: u64, entity: u64, purpose: u64): void {
  seedStream(stream, seed, entity, purpose);
}
export function drawBits(stream: usize, out: usize, n: u32): void {
  for (let i: u32 = 0; i < n; i++) store<u64>(out + (<usize>i << 3), next(stream));
}
export function drawBelow(stream: usize, bound: u32, out: usize, n: u32): void {
  for (let i: u32 = 0; i < n; i++) store<u32>(out + (<usize>i << 2), below(stream, bound));
}
export function drawExponential(stream: usize, out: usize, n: u32): void {
  for (let i: u32 = 0; i < n; i++) store<f64>(out + (<usize>i << 3), exponential(stream));
}
export function prepare(): void {
  prepareTables();
}
export function lay(words: usize, count: u32, tables: usize): usize {
  return layDistributions(words, count, tables);
}
export function draw(distributions: usize, which: u32, stream: usize, out: usize, n: u32): void {
  drawInto(distributions + <usize>which * <usize>offsetof<Distribution>(), stream, out, n);
}
/** Whole nanoseconds, and counts: their roundings. */
export function drawNs(distributions: usize, which: u32, stream: usize, out: usize, n: u32): void {
  const d = changetype<Distribution>(distributions + <usize>which * <usize>offsetof<Distribution>());
  for (let i: u32 = 0; i < n; i++) store<f64>(out + (<usize>i << 3), <f64>(<i64>sampleNs(d, stream)));
}
export function drawCounts(distributions: usize, which: u32, stream: usize, out: usize, n: u32): void {
  const d = changetype<Distribution>(distributions + <usize>which * <usize>offsetof<Distribution>());
  for (let i: u32 = 0; i < n; i++) store<f64>(out + (<usize>i << 3), <f64>(<i64>sampleCount(d, stream)));
}
