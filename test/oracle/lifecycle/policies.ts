// When a dormant instance goes and which goes first, policy by policy as docs/model/lifecycle.md tells them.

import type { KeepAlive, LifecycleSpec } from '../../../src/lifecycle/spec.js';
import type { Instance } from './instance.js';
import type { Naive } from './naive.js';

export interface Policy {
  /** A request of the function has arrived. */
  arrives(fn: number): void;
  used(instance: Instance): void;
  /** A request of the function has ended. */
  ended(fn: number): void;
  /** The instance has become dormant. */
  dormant(instance: Instance): void;
  /** Of several dormant ones, the one that goes first. */
  victim(idle: Instance[]): Instance;
  evicted(instance: Instance): void;
}

const nothing = (): void => undefined;
const oldest = (a: Instance, b: Instance): number => a.lastStartNs - b.lastStartNs || a.id - b.id;

const first = (idle: readonly Instance[], before: (a: Instance, b: Instance) => number): Instance =>
  idle.reduce((best, one) => (before(one, best) < 0 ? one : best));

/** `lru`: what the others say nothing else about. */
const kept: Policy = {
  arrives: nothing,
  used: nothing,
  ended: nothing,
  dormant: nothing,
  victim: (idle) => first(idle, oldest),
  evicted: nothing,
};

function fixed(timeNs: number, from: 'end' | 'start', host: Naive): Policy {
  return {
    ...kept,
    dormant(instance) {
      const sinceNs = from === 'end' ? host.nowNs : instance.lastStartNs;
      host.expires(instance, Math.max(sinceNs + timeNs, host.nowNs));
    },
  };
}

function greedyDual(frequency: 'function' | 'instance', spec: LifecycleSpec, host: Naive): Policy {
  let clock = 0;
  return {
    ...kept,
    used(instance) {
      const { initNs, memoryBytes, memoryPerRequestBytes } = spec.functions[instance.fn]!;
      const all = frequency === 'function' ? host.of(instance.fn) : [instance];
      const uses = all.reduce((sum, one) => sum + one.uses, 0);
      const priority = clock + uses * (initNs / 1e6 / ((memoryBytes + memoryPerRequestBytes) / 2 ** 20));
      for (const one of all) one.priority = priority;
    },
    victim: (idle) => first(idle, (a, b) => a.priority - b.priority || oldest(a, b)),
    evicted: (instance) => void (clock = instance.priority),
  };
}

function pool(host: Naive): Policy {
  return {
    ...kept,
    dormant: (instance) => {
      if (!host.atMinimum(instance.fn)) host.expire(instance, 'unloaded');
    },
  };
}

// --- hist -----------------------------------------------------------------------------------------------------------

const MINUTE_NS = 60e9;
const BINS = 240;
const HOUR_NS = 3_600e9;

interface Plan {
  /** After how long to load; 0: it stays. */
  readonly loadNs: number;
  readonly unloadNs: number;
}

/** The first bin up to which so many per cent of the counts lie; whole numbers, so that nothing is rounded. */
function percentile(bins: readonly number[], percent: number): number {
  const total = bins.reduce((sum, count) => sum + count, 0);
  let cumulated = 0;
  return bins.findIndex((count) => 100 * (cumulated += count) >= percent * total);
}

function byBins(bins: readonly number[]): Plan {
  return {
    loadNs: Math.round(0.9 * percentile(bins, 5) * MINUTE_NS),
    unloadNs: Math.round(1.1 * (percentile(bins, 99) + 1) * MINUTE_NS),
  };
}

/** Idle times of a function: how many of each whole minute, and their sum. */
class Idle {
  readonly minutes: number[] = [];
  count = 0;
  sumNs = 0n;

  add(ns: number): void {
    const minute = Math.floor(ns / MINUTE_NS);
    this.minutes[minute] = (this.minutes[minute] ?? 0) + 1;
    this.count++;
    this.sumNs += BigInt(ns);
  }

  bins(): number[] {
    return Array.from({ length: BINS }, (_, minute) => this.minutes[minute] ?? 0);
  }

  /** Σ minute^power over all idle times. */
  moment(power: number): number {
    return this.minutes.reduce((sum, count, minute) => sum + count * minute ** power, 0);
  }
}

function dslab(idle: Idle): Plan {
  const bins = idle.bins();
  const within = bins.reduce((sum, count) => sum + count, 0);
  if (idle.count > 0 && 2 * (idle.count - within) >= idle.count) {
    const forecastNs = Number(idle.sumNs) / idle.count;
    return { loadNs: Math.round(0.85 * forecastNs), unloadNs: Math.round(1.15 * forecastNs) };
  }
  // deviation / mean < 2 of the 240 counts, squared
  const squares = bins.reduce((sum, count) => sum + count * count, 0);
  if (within === 0 || BINS * squares - within * within < 4 * within * within)
    return { loadNs: 0, unloadNs: 4 * HOUR_NS };
  return byBins(bins);
}

function faascache(idle: Idle): Plan {
  const [sum, squares] = [idle.moment(1), idle.moment(2)];
  // variance / mean at most 2, times mean and n²
  if (idle.count === 0 || idle.count * squares - sum * sum > 2 * idle.count * sum)
    return { loadNs: 0, unloadNs: 2 * HOUR_NS };
  const bins = idle.bins();
  bins[BINS - 1]! += idle.count - bins.reduce((total, count) => total + count, 0);
  return byBins(bins);
}

function hist(rules: 'dslab' | 'faascache', spec: LifecycleSpec, host: Naive): Policy {
  const idle = spec.functions.map(() => new Idle());
  const endedNs: (number | undefined)[] = spec.functions.map(() => undefined);
  const plans = spec.functions.map(() => 0);
  return {
    ...kept,
    arrives(fn) {
      const last = endedNs[fn];
      if (last !== undefined) idle[fn]!.add(host.nowNs - last);
    },
    ended: (fn) => void (endedNs[fn] = host.nowNs),
    dormant(instance) {
      const { fn } = instance;
      const { loadNs, unloadNs } = (rules === 'dslab' ? dslab : faascache)(idle[fn]!);
      const plan = ++plans[fn]!;
      const thenNs = host.nowNs + unloadNs;
      if (loadNs === 0) {
        host.expires(instance, thenNs);
        return;
      }
      if (host.atMinimum(fn)) return;
      host.plan('prewarm', host.nowNs + loadNs, 0, () => {
        if (plans[fn] !== plan) return;
        const made = host.prewarm(fn);
        if (made !== undefined) host.expires(made, thenNs);
      });
      host.expire(instance, 'unloaded');
    },
  };
}

export function policyOf(spec: LifecycleSpec, host: Naive): Policy {
  const { keepAlive } = spec as { keepAlive: KeepAlive };
  switch (keepAlive.policy) {
    case 'fixed':
      return fixed(keepAlive.timeNs, keepAlive.from, host);
    case 'gd':
      return greedyDual(keepAlive.frequency, spec, host);
    case 'hist':
      return hist(keepAlive.rules, spec, host);
    case 'pool':
      return pool(host);
    case 'lru':
      return kept;
    case 'policy':
      throw new Error('one of their own is not known here');
  }
}
