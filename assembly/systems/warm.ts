// Instances of functions that are kept for a while: one request at a time each, a keep-alive, a budget of memory. A small form
// of the lifecycle for systems in which a request is more than a task: docs/nexus.md tells what it leaves out. The lifecycle's policies
// say which goes (docs/model/lifecycle.md): fixed, lru, gd with `frequency: instance`, hist by both rules, pool.

import { allocate } from "../kernel/arena";
import { cancel, schedule } from "../kernel/event-queue";
import { IDLE_BYTES, IdleTimes, countIdle, planAsDslab, planAsFaascache } from "../kernel/idle-times";
import { RANK_PREWARM, events } from "../server/records";
import * as L from "./layout";
import { put } from "./requests";

@unmanaged
class Instance {
  fn: u32;
  id: u32;
  lastStart: u64;
  expires: u64;
  // dormant ones, in the order in which they became so
  before: u32;
  after: u32;
  // dormant ones of one function, the last first
  younger: u32;
  older: u32;
  memory: u64;
  priority: f64; // gd's H
  uses: u32;
  pad: u32;
}

// @ts-ignore: decorator
@inline const INSTANCE_BYTES: u64 = 64;
if (offsetof<Instance>() > <usize>INSTANCE_BYTES) ERROR("an Instance outgrows its room");
// @ts-ignore: decorator
@inline const NEVER: u64 = 1 << 53; // beyond every run

@unmanaged
class Warm {
  used: u64;
  dormant: u64; // memory of dormant ones
  budget: u64; // 0: none
  keep: u64;
  first: u32; // lies dormant longest
  last: u32;
  free: u32; // records to be used again
  made: u32;
  peak: u64;
  changed: u64; // when the integrals were brought up to date
  byteTime: f64;
  dormantByteTime: f64;
  evicted: u64;
  expired: u64;
  heads: usize; // u32 a function
  hook: usize; // told of each that is gone; 0: nobody
  policy: u32; // KEEP_*
  pad: u32;
  clock: f64; // gd's
  startMs: f64; // what an instance takes to start
  owners: usize; // Owner of each function
  pasts: usize; // hist's IdleTimes of each function
  ahead: usize; // makes an instance of a function that nobody has asked for: false without memory
  plans: u32; // hist: slots of the event queue from here on, one a function, at which it is loaded ahead
  held: u32; // pool: instances of each function
  shortest: u32; // functions + 1 that lack some, in the order in which they came to
  shortestTail: u32;
}

@unmanaged
class Owner {
  lastEnd: u64; // NEVER: none yet
  until: u64; // when what is loaded ahead is unloaded
  instances: u32;
  short: u32; // 1: it stands in the list of those
  nextShort: u32;
  pad: u32;
}
// @ts-ignore: decorator
@inline const OWNER_BYTES: u64 = 32;
if (offsetof<Owner>() > <usize>OWNER_BYTES) ERROR("an Owner outgrows its room");

export const warm = changetype<Warm>(memory.data(offsetof<Warm>(), 8));

/** `held`: instances of each function, under KEEP_POOL. */
export function makeWarm(functions: u32, budget: u64, keep: u64, policy: u32, startMs: f64, held: u32): bool {
  memory.fill(changetype<usize>(warm), 0, offsetof<Warm>());
  warm.policy = policy;
  warm.startMs = startMs;
  warm.heads = allocate(<u64>functions << 2);
  warm.budget = budget;
  warm.keep = keep;
  warm.held = policy == L.KEEP_POOL ? held : 0;
  warm.owners = allocate(<u64>functions * OWNER_BYTES);
  warm.pasts = loadsAhead() ? allocate(<u64>functions * <u64>IDLE_BYTES) : 1;
  if (warm.heads == 0 || warm.owners == 0 || warm.pasts == 0) return false;
  for (let fn: u32 = 0; fn < functions; fn++) ownerOf(fn).lastEnd = NEVER;
  return true;
}

/** Whether the policy has plans for functions: it needs an event slot for each. */
export function loadsAhead(): bool {
  return warm.policy == L.KEEP_HIST || warm.policy == L.KEEP_HIST_FAASCACHE;
}

// @ts-ignore: decorator
@inline
function ownerOf(fn: u32): Owner {
  return changetype<Owner>(warm.owners + <usize>fn * <usize>OWNER_BYTES);
}

// @ts-ignore: decorator
@inline
function pastOf(fn: u32): IdleTimes {
  return changetype<IdleTimes>(warm.pasts + <usize>fn * IDLE_BYTES);
}

/** A request of the function has come. */
export function noteArrival(fn: u32, now: u64): void {
  const last = ownerOf(fn).lastEnd;
  if (loadsAhead() && last != NEVER) countIdle(pastOf(fn), now - last, warm.policy == L.KEEP_HIST_FAASCACHE);
}

/** One of its requests has ended. */
export function noteEnd(fn: u32, now: u64): void {
  ownerOf(fn).lastEnd = now;
}

/** Instances of the function, in whatever state. */
export function instancesOf(fn: u32): u32 {
  return ownerOf(fn).instances;
}

// @ts-ignore: decorator
@inline
function instanceAt(handle: u32): Instance {
  return changetype<Instance>(<usize>handle);
}

function account(now: u64): void {
  const passed = <f64>(now - warm.changed);
  warm.byteTime += passed * <f64>warm.used;
  warm.dormantByteTime += passed * <f64>warm.dormant;
  warm.changed = now;
}

/** Brings the integrals up to that instant. */
export function settleWarm(now: u64): void {
  account(now);
}

function take(instance: Instance, now: u64): void {
  account(now);
  warm.dormant -= instance.memory;
  if (instance.before == 0) warm.first = instance.after;
  else instanceAt(instance.before).after = instance.after;
  if (instance.after == 0) warm.last = instance.before;
  else instanceAt(instance.after).before = instance.before;
  if (instance.younger == 0) store<u32>(warm.heads + (<usize>instance.fn << 2), instance.older);
  else instanceAt(instance.younger).older = instance.older;
  if (instance.older != 0) instanceAt(instance.older).younger = instance.younger;
}

/** The dormant instance of the function that was started last, put to use; 0: none. */
export function reuse(fn: u32, now: u64): u32 {
  let best: u32 = 0;
  for (let at = load<u32>(warm.heads + (<usize>fn << 2)); at != 0; at = instanceAt(at).older) {
    if (best == 0) best = at;
    else {
      const one = instanceAt(at);
      const other = instanceAt(best);
      if (one.lastStart > other.lastStart || (one.lastStart == other.lastStart && one.id > other.id)) best = at;
    }
  }
  if (best != 0) {
    take(instanceAt(best), now);
    instanceAt(best).lastStart = now;
    use(instanceAt(best));
  }
  return best;
}

/** It serves a request more. */
function use(instance: Instance): void {
  instance.uses++;
  if (warm.policy == L.KEEP_GD) {
    instance.priority = warm.clock + <f64>instance.uses * (warm.startMs / (<f64>instance.memory / 1_048_576.0));
  }
}

/** Whether `one` goes before `other` for want of memory. */
function goesBefore(one: Instance, other: Instance): bool {
  if (one.priority != other.priority) return one.priority < other.priority;
  return one.lastStart < other.lastStart || (one.lastStart == other.lastStart && one.id < other.id);
}

/** Who goes first: under `fixed` who lies dormant longest. */
function victim(): u32 {
  let first = warm.first;
  if (warm.policy == L.KEEP_FIXED) return first;
  for (let at = instanceAt(first).after; at != 0; at = instanceAt(at).after) {
    if (goesBefore(instanceAt(at), instanceAt(first))) first = at;
  }
  if (warm.policy == L.KEEP_GD) warm.clock = instanceAt(first).priority;
  return first;
}

function remove(handle: u32, now: u64): void {
  const instance = instanceAt(handle);
  take(instance, now);
  warm.used -= instance.memory;
  instance.after = warm.free;
  warm.free = handle;
  ownerOf(instance.fn).instances--;
  lacks(instance.fn);
  if (warm.hook != 0) changetype<(fn: u32, now: u64) => void>(warm.hook)(instance.fn, now);
}

/** Room for so much, others evicted for it; false: even then there is none, and nothing is evicted. */
export function makeRoom(size: u64, now: u64): bool {
  if (warm.budget == 0) return true;
  if (warm.used - warm.dormant + size > warm.budget) return false;
  while (warm.used + size > warm.budget) {
    remove(victim(), now);
    warm.evicted++;
  }
  return true;
}

/** Memory of what is no instance. There must be room. */
export function hold(size: u64, now: u64): void {
  account(now);
  warm.used += size;
  if (warm.used > warm.peak) warm.peak = warm.used;
}

export function release(size: u64, now: u64): void {
  account(now);
  warm.used -= size;
}

/** A record that is counted, of an instance that has no request yet; there must be room. */
function create(fn: u32, size: u64, now: u64): u32 {
  account(now);
  let handle = warm.free;
  if (handle != 0) warm.free = instanceAt(handle).after;
  else handle = <u32>allocate(INSTANCE_BYTES);
  assert(handle != 0);
  const instance = instanceAt(handle);
  instance.fn = fn;
  instance.id = ++warm.made;
  instance.memory = size;
  instance.lastStart = now;
  instance.uses = 0;
  instance.priority = 0;
  ownerOf(fn).instances++;
  warm.used += size;
  if (warm.used > warm.peak) warm.peak = warm.used;
  return handle;
}

/** A new instance; 0: there is no room. */
export function begin(fn: u32, size: u64, now: u64): u32 {
  if (!makeRoom(size, now)) return 0;
  const handle = create(fn, size, now);
  use(instanceAt(handle));
  return handle;
}

function layDormant(handle: u32, until: u64, now: u64): void {
  account(now);
  const instance = instanceAt(handle);
  instance.expires = until;
  instance.before = warm.last;
  instance.after = 0;
  if (warm.last == 0) warm.first = handle;
  else instanceAt(warm.last).after = handle;
  warm.last = handle;
  const head = warm.heads + (<usize>instance.fn << 2);
  const older = load<u32>(head);
  instance.older = older;
  instance.younger = 0;
  if (older != 0) instanceAt(older).younger = handle;
  store<u32>(head, handle);
  warm.dormant += instance.memory;
}

/** One that is there at once, and dormant; 0: its memory does not fit without an eviction. */
export function layAhead(fn: u32, size: u64, now: u64): u32 {
  if (warm.budget != 0 && warm.used + size > warm.budget) return 0;
  const handle = create(fn, size, now);
  layDormant(handle, loadsAhead() ? ownerOf(fn).until : NEVER, now);
  return handle;
}

function keepUntil(fn: u32, now: u64): u64 {
  if (warm.policy == L.KEEP_FIXED) return now + warm.keep;
  if (!loadsAhead()) return warm.policy == L.KEEP_POOL && instancesOf(fn) > warm.held ? now : NEVER;
  const p = pastOf(fn);
  if (warm.policy == L.KEEP_HIST) planAsDslab(p);
  else planAsFaascache(p);
  ownerOf(fn).until = now + p.unload;
  if (p.ahead == 0) {
    cancel(events, warm.plans + fn);
    return now + p.unload;
  }
  schedule(events, warm.plans + fn, now + p.ahead, RANK_PREWARM);
  return now;
}

/** Its request is over: it lies dormant until its keep-alive ends, or goes at once where the policy says so. */
export function end(handle: u32, now: u64): void {
  const fn = instanceAt(handle).fn;
  const until = keepUntil(fn, now);
  layDormant(handle, until, now);
  if (until != now || warm.policy == L.KEEP_FIXED) return;
  remove(handle, now);
  warm.expired++;
}

/** The first to expire, of one instant whose end was planned first, which is who lies dormant longer; 0: none does. Under `fixed` who lies so longest. */
function firstToGo(): u32 {
  let first = warm.first;
  if (first == 0 || !loadsAhead()) return first;
  for (let at = instanceAt(first).after; at != 0; at = instanceAt(at).after) {
    if (instanceAt(at).expires < instanceAt(first).expires) first = at;
  }
  return first;
}

/** When the first expires. */
export function nextExpiry(): u64 {
  const first = firstToGo();
  return first == 0 ? NEVER : instanceAt(first).expires;
}

/** Those whose time is over. */
export function expire(now: u64): void {
  for (let first = firstToGo(); first != 0 && instanceAt(first).expires <= now; first = firstToGo()) {
    remove(first, now);
    warm.expired++;
  }
}

// --- instances that nobody has asked for ---------------------------------------------------------------------------------

function makeAhead(fn: u32, now: u64): bool {
  return changetype<(fn: u32, now: u64) => bool>(warm.ahead)(fn, now);
}

/** It is time to load the function ahead, unless an instance of it lies dormant. */
export function prewarm(fn: u32, now: u64): void {
  if (load<u32>(warm.heads + (<usize>fn << 2)) == 0) makeAhead(fn, now);
}

/** The function may have fewer instances than are held of it: it stands in the list of those, once. */
function lacks(fn: u32): void {
  const owner = ownerOf(fn);
  if (owner.short || owner.instances >= warm.held) return;
  owner.short = 1;
  owner.nextShort = 0;
  if (warm.shortest == 0) warm.shortest = fn + 1;
  else ownerOf(warm.shortestTail - 1).nextShort = fn + 1;
  warm.shortestTail = fn + 1;
}

/** At time 0. */
export function lackAll(functions: u32): void {
  for (let fn: u32 = 0; fn < functions; fn++) lacks(fn);
  fill(0);
}

/** Functions that lack instances get them, in the order in which they came to, as far as memory goes without an eviction. */
export function fill(now: u64): void {
  while (warm.shortest != 0) {
    const fn = warm.shortest - 1;
    const owner = ownerOf(fn);
    while (owner.instances < warm.held) {
      if (!makeAhead(fn, now)) return;
    }
    owner.short = 0;
    warm.shortest = owner.nextShort;
  }
}

/** What is told of memory, and of the run. */
export function answerWarm(ended: u64, steps: u64): void {
  put(L.ANSWER_BYTE_NS, warm.byteTime);
  put(L.ANSWER_DORMANT_BYTE_NS, warm.dormantByteTime);
  put(L.ANSWER_PEAK_BYTES, <f64>warm.peak);
  put(L.ANSWER_EVICTED, <f64>warm.evicted);
  put(L.ANSWER_EXPIRED, <f64>warm.expired);
  put(L.ANSWER_ENDED_NS, <f64>ended);
  put(L.ANSWER_EVENTS, <f64>steps);
}
