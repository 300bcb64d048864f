// A vCPU without work looks into the queues of the others: docs/model/guest.md, "Searching and stealing".

import { RANK } from './clock.js';
import { book } from './accounts.js';
import { choose, switchTo, takeNext } from './guest.js';
import { decide } from './orders.js';
import { exitLeft } from './touching.js';
import { speedsChanged } from './speeds.js';
import { noteWaiting } from './waiting.js';
import type { Host, Task, Vcpu } from './types.js';

const STEAL_MOST = 32;

export function beginSearch(h: Host, v: Vcpu): void {
  v.state = 'searching';
  v.search = {
    since: h.clock.now,
    ticket: h.clock.ticket(),
    start: drawStart(v),
    looks: 0,
    counted: h.clock.now,
    walksFrom: h.clock.now,
    walks: v.vm.spec.stealing !== null,
    look: null,
    giveUp: null,
    ownLook: null,
  };
  bookSearch(h, v);
  speedsChanged(h);
  planGiveUp(h, v);
  planLook(h, v);
}

/** Transition until a fault's exit is over. */
function bookSearch(h: Host, v: Vcpu): void {
  const { search } = v;
  const exit = exitLeft(h, v);
  book(h, v.core!, v.vm, exit > 0 ? 'transition' : 'idlePoll');
  if (exit > 0)
    h.clock.at(v.exitUntil, RANK.afterAll, () => {
      if (v.search === search) bookSearch(h, v);
    });
}

function place(v: Vcpu): number[] {
  return [0, v.vm.index, v.search!.since, v.search!.ticket];
}

function planGiveUp(h: Host, v: Vcpu): void {
  const most = h.mechanism.searchFor(h, v);
  v.search!.counted = h.clock.now;
  if (most === Infinity) return;
  v.search!.giveUp = h.clock.at(h.clock.now + most, RANK.giveUp, () => givesUp(h, v), [v.vm.index, v.index]);
}

/** All others, in cyclic order from its own index, beginning `start` behind its neighbour. */
function circle(v: Vcpu, start: number): Vcpu[] {
  const { vcpus } = v.vm;
  if (v.vm.spec.stealing === null) return [];
  const others = vcpus.length - 1;
  return vcpus.slice(1).map((_, k) => vcpus[(v.index + 1 + ((start + k) % others)) % vcpus.length]!);
}

function drawStart({ vm }: Vcpu): number {
  return vm.spec.stealing?.victim === 'random' && vm.max > 1 ? vm.streams.stealing.below(vm.max - 1) : 0;
}

function planLook(h: Host, v: Vcpu, others = circle(v, v.search!.start)): void {
  const search = v.search!;
  const check = h.costs.stealCheck;
  if (others.length === 0 || check === 0) return;
  search.look = h.clock.at(
    h.clock.now + check,
    RANK.look,
    () => {
      const victim = others[search.looks++ % others.length]!;
      if (victim.queue.length > 0) steal(h, v, victim);
      else planLook(h, v, others);
    },
    place(v),
  );
}

/** Where a look takes no time, all queues are looked into in every instant: after each event, if any of them holds tasks. */
export function looksAtOnce(h: Host): void {
  if (h.costs.stealCheck > 0) return;
  for (const v of h.vms.flatMap(({ vcpus }) => vcpus)) {
    const { search } = v;
    if (search === null || search.look !== null) continue;
    const found = (): Vcpu | undefined => circle(v, search.start).find(({ queue }) => queue.length > 0);
    if (found() === undefined) continue;
    const look = (): void => {
      search.look = null;
      const victim = found();
      if (victim !== undefined) steal(h, v, victim);
    };
    search.look = h.clock.at(h.clock.now, RANK.look, look, place(v));
  }
}

function steal(h: Host, v: Vcpu, victim: Vcpu): void {
  v.vm.counted.stealAttempts++;
  endSearch(v);
  v.state = 'stealing';
  book(h, v.core!, v.vm, 'steal');
  const take = (): void => {
    v.step = null;
    takeFrom(v, victim);
    choose(h, v);
  };
  const cost = h.costs.steal;
  if (cost === 0) take();
  else v.step = h.clock.at(h.clock.now + cost, RANK.step, take);
}

/** What costs nothing, or is part of `dispatch`: from the first queue that holds tasks. */
export function freeSteal(h: Host, v: Vcpu): void {
  if (v.vm.spec.stealing === null || v.vm.vcpus.every(({ queue }) => queue.length === 0)) return;
  const victim = circle(v, drawStart(v)).find(({ queue }) => queue.length > 0);
  if (victim === undefined) return;
  v.vm.counted.stealAttempts++;
  takeFrom(v, victim);
}

function takeFrom(v: Vcpu, victim: Vcpu): void {
  const half = Math.max(0, Math.ceil((victim.queue.length - v.queue.length) / 2));
  const most = v.vm.spec.stealing!.amount === 'one' ? 1 : Math.min(half, STEAL_MOST);
  const taken: Task[] = [];
  while (taken.length < most && victim.queue.length > 0) {
    const oldest = victim.queue.reduce((a, b) => (b.readyAt < a.readyAt ? b : a));
    victim.queue.splice(victim.queue.indexOf(oldest), 1);
    oldest.putBackOn = null;
    taken.push(oldest);
  }
  if (taken.length === 0) return;
  v.vm.counted.steals++;
  v.vm.counted.tasksStolen += taken.length;
  v.queue = [...v.queue, ...taken].sort((a, b) => a.readyAt - b.readyAt);
}

/** After a fork: the end counts from the beginning of the search; the walk begins anew where it has changed. */
export function replanSearch(h: Host, v: Vcpu, old: Host['costs']): void {
  const search = v.search!;
  const { stealCheck, localCheck } = h.costs;
  const most = h.mechanism.searchFor(h, v);
  if (search.giveUp !== null) search.giveUp.cancelled = true;
  search.giveUp = null;
  if (most !== Infinity) {
    const at = Math.max(h.clock.now, search.counted + most);
    search.giveUp = h.clock.at(at, RANK.giveUp, () => givesUp(h, v), [v.vm.index, v.index]);
  }
  const walks = v.vm.spec.stealing !== null;
  if (walks && !search.walks) search.start = drawStart(v);
  if (stealCheck === old.stealCheck && localCheck === old.localCheck && walks === search.walks) return;
  if (search.look !== null) search.look.cancelled = true;
  search.look = null;
  search.looks = 0;
  search.walksFrom = h.clock.now;
  search.walks = walks;
  planLook(h, v);
  if (search.ownLook !== null) {
    search.ownLook.cancelled = true;
    search.ownLook = null;
    noticesLater(h, v);
  }
}

export function endSearch(v: Vcpu): void {
  const search = v.search!;
  for (const event of [search.look, search.giveUp, search.ownLook]) if (event !== null) event.cancelled = true;
  v.search = null;
}

/** A task was put into the own queue of this searching vCPU: it sees it at the next multiple of `localCheck`, now at the earliest. */
export function noticesLater(h: Host, v: Vcpu): void {
  const search = v.search!;
  const { localCheck } = h.costs;
  if (search.ownLook !== null && !search.ownLook.cancelled) return;
  const passed = h.clock.now - search.walksFrom;
  const at = localCheck === 0 ? h.clock.now : search.walksFrom + Math.ceil(passed / localCheck) * localCheck;
  search.ownLook = h.clock.at(
    at,
    RANK.look,
    () => {
      search.ownLook = null;
      runsWhatIsThere(h, v);
    },
    [1, v.vm.index, v.index],
  );
}

/** Ends the search if own queue or ingress queue hold a task. */
function runsWhatIsThere(h: Host, v: Vcpu): boolean {
  const task = takeNext(h, v);
  if (task === null) return false;
  noteWaiting(h, v.vm);
  endSearch(v);
  switchTo(h, v, task);
  decide(h, v.vm);
  return true;
}

/** The searching vCPU runs the task at once. */
export function takesAtOnce(h: Host, v: Vcpu, task: Task): void {
  endSearch(v);
  switchTo(h, v, task);
}

/** Of those that search, who has longest. */
export function longestSearching(vcpus: readonly Vcpu[]): Vcpu | undefined {
  return vcpus
    .filter((v) => v.state === 'searching')
    .sort((a, b) => a.search!.since - b.search!.since || a.search!.ticket - b.search!.ticket)[0];
}

function givesUp(h: Host, v: Vcpu): void {
  if (runsWhatIsThere(h, v)) return;
  if (!h.mechanism.mayYield(h, v)) {
    planGiveUp(h, v);
    return;
  }
  endSearch(v);
  h.mechanism.yieldCore(h, v);
}
