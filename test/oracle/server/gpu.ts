// One GPU, written from docs/valve.md alone: requests as objects that lose a token at a time, pages counted from who holds them, what
// is offline told from a list of intervals.

import type { GpuRequests, GpuSpec } from '../../../src/systems/valve.js';

interface Request {
  readonly at: number;
  readonly prompt: number;
  readonly output: number;
  readonly pages: number;
  left: number;
  first: number;
  done: number;
  seen: number;
}

export function naiveGpu(spec: GpuSpec, { at, prompt, output }: GpuRequests) {
  const requests: Request[] = [...at].map((time, i) => ({
    at: time,
    prompt: prompt[i]!,
    output: output[i]!,
    pages: Math.ceil((prompt[i]! + output[i]!) / spec.pageTokens),
    left: output[i]!,
    first: 0,
    done: 0,
    seen: 0,
  }));
  const begun = new Set<Request>();
  const running = (): Request[] => [...begun].filter(({ done }) => done === 0);
  let offlineRequests = 0;
  let quarantined = 0;
  let headroom = spec.headroom.pages;
  let debt = 0;
  const counts = {
    offlineNs: 0,
    recomputedNs: 0,
    preemptions: 0,
    steps: 0,
    busyNs: 0,
    reclaimedPages: 0,
    killed: 0,
    memoryWaits: 0,
  };
  const free = (): number =>
    spec.pages -
    quarantined -
    offlineRequests * (spec.offline?.pages ?? 0) -
    running().reduce((sum, { pages }) => sum + pages, 0);
  const factor = (): number => (spec.jitter.length === 0 ? 1 : spec.jitter[counts.steps % spec.jitter.length]!);
  const scaled = (time: number): number => Math.floor(time * factor() + 0.5);

  const workOffline = (from: number, to: number): void => {
    if (to <= from || spec.offline === null) return;
    counts.offlineNs += to - from;
    const again = Math.min(debt, to - from);
    debt -= again;
    counts.recomputedNs += again;
    const { pages, prefillNs } = spec.offline;
    let left = to - from - again;
    while (free() - headroom >= pages && left >= prefillNs) {
      offlineRequests++;
      left -= prefillNs;
    }
  };
  const stepOfMemory = (demand: number): void => {
    quarantined = 0;
    headroom =
      demand > headroom
        ? Math.min(spec.pages, Math.max(1, Math.floor(headroom * spec.headroom.up)))
        : Math.max(0, headroom - spec.headroom.down);
    if (spec.offline === null) return;
    const { pages, prefillNs } = spec.offline;
    const wanted = Math.min(Math.max(demand, headroom) - free(), spec.reclaim, offlineRequests * pages);
    if (wanted <= 0) return;
    const victims = Math.ceil(wanted / pages);
    offlineRequests -= victims;
    quarantined = wanted;
    counts.reclaimedPages += wanted;
    counts.killed += victims;
    debt += victims * prefillNs;
  };

  let last = 0; // end of the last step
  let everOnline = false;
  let accounted = 0; // offline time before is counted
  for (;;) {
    const open = requests.filter(({ at: time, done }) => time <= last && done === 0);
    const busy = everOnline && open.length > 0;
    const coming = requests.find((one) => one.done === 0 && !begun.has(one) && (busy ? false : true));
    if (!busy && coming === undefined) break;
    const wanted = busy ? last + scaled(spec.gapNs) : Math.max(last, coming!.at);
    if (wanted >= spec.endNs) break;
    const offlineFrom = everOnline ? last + spec.cooldownNs : 0;
    let now = wanted;
    const isOffline = !everOnline || wanted > offlineFrom;
    if (isOffline) {
      workOffline(Math.max(offlineFrom, accounted), wanted);
      if (spec.offline !== null) {
        counts.preemptions++;
        for (const one of requests) if (one.at <= wanted && one.done === 0) one.seen++;
        now += spec.preemptNs;
      }
    }
    everOnline = true;
    counts.steps++;
    const oldest = requests.find((one) => !begun.has(one) && one.at <= now);
    const waits = oldest !== undefined && running().length < spec.decodeNs.length - 1;
    stepOfMemory(waits ? oldest.pages : 0);
    if (waits && oldest.pages <= free()) {
      last = now + scaled(spec.prefillNs[oldest.prompt]!);
      begun.add(oldest);
      oldest.first = last;
      if (oldest.left === 0) oldest.done = last;
    } else if (running().length > 0) {
      last = now + scaled(spec.decodeNs[running().length]!);
      for (const one of running()) if (--one.left === 0) one.done = last;
    } else {
      last = now + spec.waitNs;
      counts.memoryWaits++;
    }
    counts.busyNs += last - now;
    accounted = last;
  }
  if (spec.endNs > last) {
    const from = everOnline ? last + spec.cooldownNs : 0;
    workOffline(Math.max(from, accounted), spec.endNs);
  }
  return {
    ...counts,
    firstNs: requests.map(({ first }) => first),
    doneNs: requests.map(({ done }) => done),
    seen: requests.map(({ seen, done }) => (done > 0 ? seen : null)),
    headroomLast: headroom,
  };
}
