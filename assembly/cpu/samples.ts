// Delays, latencies and slowdowns on their way to their VM's histograms. A histogram's line is seldom in the cache, and whoever counts
// at once waits for it, one task after the other; noted here, in lines that always are, and counted by the dozen, the processor waits for
// many lines at a time. Nobody sees the difference: what is noted is counted before anybody looks.

import * as L from "../layout";
import { histogramBytes, record, recordMany, recordSeldom } from "../kernel/histogram";
import { H, Task, Vm, clock, count } from "./state";

// @ts-ignore: decorator
@inline const ROOM: usize = 64; // notes of each kind

/** A task's queueing delay, or a request's latency beside the time that it takes at least. */
@unmanaged
class Note {
  ns: u64;
  ideal: u64;
  vm: Vm;
  pad: u32;
}

/** Of a request of one task that ran without a break. */
@unmanaged
class Visit {
  delay: u64;
  ns: u64;
  ideal: u64;
  vm: Vm;
  pad: u32;
}

@unmanaged
class Notes {
  delays: usize; //   bytes that hold any
  requests: usize;
  visits: usize;
}

const N: Notes = changetype<Notes>(memory.data(offsetof<Notes>(), 8));
const DELAYS: usize = memory.data(64 * 24, 64);
const REQUESTS: usize = memory.data(64 * 24, 64);
const VISITS: usize = memory.data(64 * 32, 64);

/** A task of `vm` has waited for so long. */
// @ts-ignore: decorator
@inline
export function noteDelay(vm: Vm, ns: u64): void {
  const end = N.delays;
  const note = changetype<Note>(DELAYS + end);
  note.ns = ns;
  note.vm = vm;
  N.delays = end + offsetof<Note>();
  if (end == (ROOM - 1) * offsetof<Note>()) countDelays();
}

/** The same if `counts` is 1, which nobody can foresee: written anyway, without a branch, where the next one will be. */
// @ts-ignore: decorator
@inline
export function noteDelayIf(vm: Vm, ns: u64, counts: u32): void {
  const end = N.delays;
  const note = changetype<Note>(DELAYS + end);
  note.ns = ns;
  note.vm = vm;
  const next = end + counts * <u32>offsetof<Note>();
  N.delays = next;
  if (next == ROOM * offsetof<Note>()) countDelays();
}

/** A request of `vm` has taken so long; `ideal` is the least that it takes. */
// @ts-ignore: decorator
@inline
export function noteRequest(vm: Vm, ns: u64, ideal: u64): void {
  const end = N.requests;
  const note = changetype<Note>(REQUESTS + end);
  note.ns = ns;
  note.ideal = ideal;
  note.vm = vm;
  N.requests = end + offsetof<Note>();
  if (end == (ROOM - 1) * offsetof<Note>()) countRequests();
}

/** The task `t` of `vm`, the whole of its request, is done; it has run since `begun`. That it is completed is counted with the rest. */
// @ts-ignore: decorator
@inline
export function noteVisit(vm: Vm, t: Task, begun: u64): void {
  assert(clock.now - t.arrivedAt >= t.service);
  const end = N.visits;
  const visit = changetype<Visit>(VISITS + end);
  visit.delay = begun - t.readyAt;
  visit.ns = clock.now - t.arrivedAt;
  visit.ideal = t.service;
  visit.vm = vm;
  N.visits = end + offsetof<Visit>();
  if (end == (ROOM - 1) * offsetof<Visit>()) countVisits();
}

function countVisits(): void {
  const end = VISITS + N.visits;
  N.visits = 0;
  const bits = H.bits;
  const bytes = <usize>histogramBytes(bits);
  const delays = <usize>L.HISTOGRAM_QUEUE_DELAY * bytes;
  const latencies = <usize>L.HISTOGRAM_LATENCY * bytes;
  const slowdowns = <usize>L.HISTOGRAM_SLOWDOWN * bytes;
  for (let at = VISITS; at < end; at += offsetof<Visit>()) {
    const visit = changetype<Visit>(at);
    const histograms = visit.vm.histograms;
    count(visit.vm, L.VM_COMPLETED, 1);
    count(visit.vm, L.VM_LATENCY_NS_SUM, visit.ns);
    record(histograms + delays, bits, visit.delay);
    record(histograms + latencies, bits, visit.ns);
    record(histograms + slowdowns, bits, slowdown(visit.ns, visit.ideal));
  }
}

function countDelays(): void {
  const end = DELAYS + N.delays;
  N.delays = 0;
  const bits = H.bits;
  const delays = <usize>L.HISTOGRAM_QUEUE_DELAY * <usize>histogramBytes(bits);
  for (let at = DELAYS; at < end; at += offsetof<Note>()) {
    const note = changetype<Note>(at);
    recordSeldom(note.vm.histograms + delays, bits, note.ns);
  }
}

function countRequests(): void {
  const end = REQUESTS + N.requests;
  N.requests = 0;
  const bits = H.bits;
  const bytes = <usize>histogramBytes(bits);
  for (let at = REQUESTS; at < end; at += offsetof<Note>()) {
    const note = changetype<Note>(at);
    const histograms = note.vm.histograms;
    count(note.vm, L.VM_LATENCY_NS_SUM, note.ns);
    recordSeldom(histograms + <usize>L.HISTOGRAM_LATENCY * bytes, bits, note.ns);
    recordSeldom(histograms + <usize>L.HISTOGRAM_SLOWDOWN * bytes, bits, slowdown(note.ns, note.ideal));
  }
}

/** In 1/1024; by floating point, whose division is IEEE's and so the same everywhere, and twice as fast as the integer one. */
// @ts-ignore: decorator
@inline
function slowdown(ns: u64, ideal: u64): u64 {
  return <u64>(<i64>((<f64>(<i64>max<u64>(ns, 1)) * <f64>L.SLOWDOWN_ONE) / <f64>(<i64>max<u64>(ideal, 1))));
}

// --- steps of moves ---------------------------------------------------------------------------------------------------

// A step takes what it took the time before, nearly always; a grant what one of the last two took, as a core was idle or was not: how many
// times is counted when it takes something else.

// @ts-ignore: decorator
@inline
export function hostHistogram(which: usize): usize {
  return H.hostHistograms + which * <usize>histogramBytes(L.HOST_HISTOGRAM_SUB_BITS);
}

/** The last of a kind, and how many times it came. */
@unmanaged
class Repeat {
  ns: u64;
  times: u64;
}

const REPEATS: usize = memory.data(2 * 16 * 16, 8);
/** Those before the last. */
// @ts-ignore: decorator
@inline const BEFORE: usize = 16 * 16;
if (L.HOST_HISTOGRAMS > 16) ERROR("REPEATS have no room for all histograms of the host");

/** Something about a move has taken so long. */
// @ts-ignore: decorator
@inline
export function noteStep(which: usize, ns: u64): void {
  const repeat = changetype<Repeat>(REPEATS + (which << 4));
  if (repeat.ns == ns) repeat.times++;
  else changeStep(which, ns);
}

/** Another than the last: the last from now on. */
function changeStep(which: usize, ns: u64): void {
  const last = changetype<Repeat>(REPEATS + (which << 4));
  const before = changetype<Repeat>(REPEATS + (which << 4) + BEFORE);
  const was = last.ns;
  const times = last.times;
  if (before.ns != ns) countRepeats(which, BEFORE);
  last.ns = ns;
  last.times = before.times + 1;
  before.ns = was;
  before.times = times;
}

function countRepeats(which: usize, at: usize): void {
  const repeat = changetype<Repeat>(REPEATS + (which << 4) + at);
  if (repeat.times != 0) recordMany(hostHistogram(which), L.HOST_HISTOGRAM_SUB_BITS, repeat.ns, repeat.times);
  repeat.times = 0;
}

/** All that was noted is counted. */
export function countNotes(): void {
  for (let which: usize = 0; which < <usize>L.HOST_HISTOGRAMS; which++) {
    countRepeats(which, 0);
    countRepeats(which, BEFORE);
  }
  if (N.delays != 0) countDelays();
  if (N.requests != 0) countRequests();
  if (N.visits != 0) countVisits();
}
