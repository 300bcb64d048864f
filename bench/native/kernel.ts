// The kernel alone: the anchor's program (mmk.c) over assembly/kernel/, compiled by asc with the core's options.
// What it loses against C is lost by the queue, the generator, the distributions and the histogram; what the simulator loses
// against this is the model of a host.

import { allocate } from "../../assembly/kernel/arena";
import { Distribution, exponential, prepareTables, sampleNs } from "../../assembly/kernel/distribution";
import { EventQueue, createQueue, peekTime, scheduleHere, take, RANK_ARRIVAL, RANK_END } from "../../assembly/kernel/event-queue";
import { bucketCount, createHistograms, histogramBytes, record } from "../../assembly/kernel/histogram";
import { mix, seedStream } from "../../assembly/kernel/random";
import { DIST_EXPONENTIAL, SLOWDOWN_ONE } from "../../assembly/layout";

// @ts-ignore: decorator
@inline const BITS: u32 = 10; // as in mmk.c
// @ts-ignore: decorator
@inline const ENTRY_BYTES: usize = 16; // arrival, service

const Q = changetype<EventQueue>(memory.data(64, 64));
const ARRIVALS: usize = memory.data(16, 16);
const SERVICES: usize = memory.data(16, 16);

let law: Distribution = changetype<Distribution>(0);
let gapMean: f64 = 0;
let carry: f64 = 0;
let latency: usize = 0;
let delay: usize = 0;
let slowdown: usize = 0;
let serving: usize = 0;
let idle: usize = 0;
let idleCount: u32 = 0;
let ring: usize = 0;
let mask: u32 = 0;
let head: u32 = 0;
let waiting: u32 = 0;
let eventCount: u64 = 0;
let arrivedCount: u64 = 0;

/** Lays out an M/M/k; `waitingMax` is a power of two that the queue must never pass. False: memory cannot grow that far. */
export function configure(servers: u32, rate: f64, meanNs: f64, seed: f64, entityHi: u32, entityLo: u32, waitingMax: u32): bool {
  prepareTables();
  const entity = (<u64>entityHi << 32) | <u64>entityLo;
  seedStream(ARRIVALS, <u64>seed, entity, 1);
  seedStream(SERVICES, <u64>seed, entity, 2);
  gapMean = 1e9 / rate;
  law = changetype<Distribution>(allocate(offsetof<Distribution>()));
  law.kind = <u32>DIST_EXPONENTIAL;
  law.a = meanNs;
  latency = createHistograms(3, BITS);
  delay = latency + <usize>histogramBytes(BITS);
  slowdown = delay + <usize>histogramBytes(BITS);
  serving = allocate(<u64>servers * ENTRY_BYTES);
  idle = allocate(<u64>servers << 2);
  ring = allocate(<u64>waitingMax * ENTRY_BYTES);
  mask = waitingMax - 1;
  if (latency == 0 || ring == 0 || !createQueue(Q, servers + 1)) return false;
  for (let k = servers; k > 0; k--) store<u32>(idle + (<usize>(idleCount++) << 2), k);
  scheduleArrival(0);
  return true;
}

// @ts-ignore: decorator
@inline
function scheduleArrival(now: u64): void {
  const gap = gapMean * exponential(ARRIVALS) + carry;
  const whole = <i64>gap;
  carry = gap - <f64>whole;
  scheduleHere(Q, 0, now + <u64>whole, RANK_ARRIVAL);
}

// @ts-ignore: decorator
@inline
function serve(server: u32, arrivedAt: u64, service: u64, now: u64): void {
  const at = serving + <usize>(server - 1) * ENTRY_BYTES;
  store<u64>(at, arrivedAt);
  store<u64>(at, service, 8);
  record(delay, BITS, now - arrivedAt);
  scheduleHere(Q, server, now + service, RANK_END);
}

/** Runs every event up to and including `untilNs`. False: more requests wait than was said at most. */
export function run(untilNs: f64): bool {
  const until = <u64>untilNs;
  while (true) {
    const now = peekTime(Q);
    if (now > until) return true;
    const slot = take(Q);
    eventCount++;
    if (slot == 0) {
      arrivedCount++;
      scheduleArrival(now);
      const service = sampleNs(law, SERVICES);
      if (idleCount > 0) serve(load<u32>(idle + (<usize>(--idleCount) << 2)), now, service, now);
      else {
        if (waiting > mask) return false;
        const at = ring + <usize>((head + waiting++) & mask) * ENTRY_BYTES;
        store<u64>(at, now);
        store<u64>(at, service, 8);
      }
    } else {
      const at = serving + <usize>(slot - 1) * ENTRY_BYTES;
      const spent = now - load<u64>(at);
      record(latency, BITS, spent);
      const ideal = max<u64>(load<u64>(at, 8), 1);
      record(slowdown, BITS, <u64>(<i64>((<f64>(<i64>spent) * <f64>SLOWDOWN_ONE) / <f64>(<i64>ideal))));
      if (waiting > 0) {
        const first = ring + <usize>(head++ & mask) * ENTRY_BYTES;
        waiting--;
        serve(slot, load<u64>(first), load<u64>(first, 8), now);
      } else store<u32>(idle + (<usize>(idleCount++) << 2), slot);
    }
  }
}

export function events(): f64 {
  return <f64>eventCount;
}

export function arrived(): f64 {
  return <f64>arrivedCount;
}

/** Where histogram 0 (latency), 1 (queueing delay) or 2 (slowdown) lies. */
export function histogram(which: u32): usize {
  return latency + <usize>which * <usize>histogramBytes(BITS);
}

/** Hash of a histogram's counters, as mmk.c prints it: halves, since 64 bits do not fit a number. */
export function histogramHash(which: u32, high: bool): u32 {
  const at = histogram(which) + 64;
  let hash: u64 = 0;
  for (let i: u32 = 0; i < bucketCount(BITS); i++) hash = mix(hash ^ (load<u64>(at + (<usize>i << 3)) + <u64>i));
  return <u32>(high ? hash >> 32 : hash);
}
