// Calls of functions by host, and what of them an epoch has.

import type { FunctionSpec } from '../lifecycle/spec.js';
import { Fingerprint } from './fingerprint.js';
import { type Dealt, NOWHERE } from './functions.js';
import type { Outages } from './outages.js';

/** As a chunk has them: plain data. */
export interface EpochCalls {
  /** Since the begin of the warm-up, in ns. */
  readonly atNs: readonly number[];
  /** Place in the functions of the job. */
  readonly fn: readonly number[];
  readonly serviceNs: readonly number[];
}

interface Span {
  readonly fromNs: number;
  readonly toNs: number;
}

/** Announcements are no calls. */
export const isCall = (serviceNs: number): boolean => serviceNs >= 0;

export class HostCalls {
  /** Calls, host after host, in order of time. */
  private readonly order: Uint32Array;
  private readonly begins: Uint32Array;
  private readonly functionsOf: (number[] | undefined)[];
  /** Whether some instance is there without a call. */
  private readonly keeps: boolean;
  readonly calls: number;
  readonly nowhere: number;
  readonly fingerprint: string;

  constructor(
    private readonly dealt: Dealt,
    private readonly outages: Outages,
    private readonly warmupNs: number,
    { hosts, pools }: { readonly hosts: number; readonly pools: boolean },
  ) {
    const { hosts: hostOf, homes, functions, invocations } = dealt;
    const begins = new Uint32Array(hosts + 1);
    let [calls, nowhere] = [0, 0];
    const fingerprint = new Fingerprint();
    hostOf.forEach((host, call) => {
      const service = invocations.serviceNs[call]!;
      if (isCall(service)) {
        calls++;
        if (host === NOWHERE) nowhere++;
      }
      fingerprint.add(invocations.atNs[call]!, service, invocations.fn[call]!, host);
      if (host !== NOWHERE) begins[host + 1]!++;
    });
    for (const { name, memoryBytes, initNs } of functions) {
      for (const letter of name) fingerprint.add(letter.codePointAt(0)!, 0, 0, 0);
      fingerprint.add(memoryBytes, 0, 0, initNs);
    }
    for (let host = 0; host < hosts; host++) begins[host + 1]! += begins[host]!;
    const next = begins.slice();
    this.order = new Uint32Array(begins[hosts]!);
    hostOf.forEach((host, call) => {
      if (host !== NOWHERE) this.order[next[host]!++] = call;
    });
    this.begins = begins;
    this.functionsOf = Array.from({ length: hosts });
    homes.forEach((own, fn) => {
      for (const host of own) (this.functionsOf[host] ??= []).push(fn);
    });
    this.keeps = pools || functions.some(({ minInstances }) => minInstances > 0);
    this.calls = calls;
    this.nowhere = nowhere;
    this.fingerprint = fingerprint.text();
  }

  /** Those that have a function. */
  get hosts(): number {
    return this.functionsOf.filter((own) => own !== undefined).length;
  }

  /** Calls in these spans that came when no host was open. */
  nowhereIn(spans: readonly Span[]): number {
    const { hosts, invocations } = this.dealt;
    const isIn = (ns: number): boolean => spans.some(({ fromNs, toNs }) => ns >= fromNs && ns < toNs);
    let count = 0;
    hosts.forEach((host, call) => {
      if (host === NOWHERE && isCall(invocations.serviceNs[call]!) && isIn(invocations.atNs[call]!)) count++;
    });
    return count;
  }

  functions(host: number): FunctionSpec[] {
    return (this.functionsOf[host] ?? []).map((fn) => this.dealt.functions[fn]!);
  }

  /** Instants at which an epoch of the host ends for its functions. */
  cuts(host: number): readonly number[] {
    return this.functionsOf[host] === undefined ? [] : this.outages.of(host);
  }

  /** Work that comes to a host in these spans, in ns of a core; undefined where there is nothing to simulate. */
  work(host: number, spans: readonly Span[]): number | undefined {
    if (this.functionsOf[host] === undefined) return undefined;
    let work = 0;
    let any = this.keeps;
    for (const { fromNs, toNs } of spans) {
      any ||= this.first(host, fromNs - this.warmupNs) < this.first(host, toNs);
      for (let i = this.first(host, fromNs); i < this.first(host, toNs); i++)
        work += Math.max(0, this.dealt.invocations.serviceNs[this.order[i]!]!);
    }
    return any ? work : undefined;
  }

  /** Requests in these spans that come to a host. */
  requestsIn(spans: readonly Span[]): number {
    const { atNs, serviceNs } = this.dealt.invocations;
    const isIn = (ns: number): boolean => spans.some(({ fromNs, toNs }) => ns >= fromNs && ns < toNs);
    return this.order.reduce((sum, call) => sum + Number(isCall(serviceNs[call]!) && isIn(atNs[call]!)), 0);
  }

  /** Undefined where nothing comes and nothing is kept: also where the host is out. */
  epoch(host: number, { fromNs, toNs }: Span): EpochCalls | undefined {
    const own = this.functionsOf[host];
    const since = this.outages.openSince(host, fromNs);
    if (own === undefined || since === undefined) return undefined;
    const begin = fromNs - this.warmupNs;
    // instances of before an outage are gone
    const [from, to] = [this.first(host, Math.max(begin, since)), this.first(host, toNs)];
    if (from === to && !this.keeps) return undefined;
    const { atNs, fn, serviceNs } = this.dealt.invocations;
    const places = new Map(own.map((one, place) => [one, place]));
    const calls = Array.from(this.order.subarray(from, to));
    return {
      atNs: calls.map((call) => atNs[call]! - begin),
      fn: calls.map((call) => places.get(fn[call]!)!),
      serviceNs: calls.map((call) => serviceNs[call]!),
    };
  }

  /** Of the host's calls, the first that comes at `ns` or later. */
  private first(host: number, ns: number): number {
    let [low, high] = [this.begins[host]!, this.begins[host + 1]!];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.dealt.invocations.atNs[this.order[middle]!]! < ns) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
