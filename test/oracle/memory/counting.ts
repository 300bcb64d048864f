// What the naive swap engine has counted since statistics began.

import type { BackendFigures, GuestFigures, MemoryFigures, TierFigures, UpgradeFigures } from './figures.js';
import type { Tier } from './tier.js';
import {
  BACKENDS,
  freeBytes,
  type BackendName,
  hasFrame,
  isOut,
  type Guest,
  type Memory,
  type Page,
  type Waiting,
} from './things.js';

type Counted = ReturnType<Tier['figures']>;

const ZERO = {
  touches: 0,
  faults: 0,
  joined: 0,
  rescued: 0,
  swapIns: 0,
  swapOuts: 0,
  writebacks: 0,
  cleanDrops: 0,
  directReclaims: 0,
  prefetched: 0,
  prefetchHits: 0,
  queuedMax: 0,
  throttled: 0,
  scans: 0,
  pauseWaits: 0,
};

const nothingOf = () => ({
  touches: 0,
  faults: 0,
  stallNs: 0,
  quotaReclaims: 0,
  pauseNs: 0,
  pausedStallNs: 0,
  slowTouches: 0,
  slowNs: 0,
});

export class Counting {
  private n = { ...ZERO };
  private atWarmup = 0;
  private swapIns: number[] = [];
  private stalls: number[] = [];
  private pauses: number[] = [];
  private elasticity = { swapIn: 0, swapOut: 0, scan: 0, faultExit: 0 };
  private backends = new Map<string, { swapIns: number; swapOuts: number; swapInNs: number[] }>();
  private guests = new Map<Guest, ReturnType<typeof nothingOf>>();

  constructor(private readonly memory: Memory) {
    this.restart(0);
  }

  restart(faultsInFlight: number): void {
    this.n = { ...ZERO };
    this.atWarmup = faultsInFlight;
    this.swapIns = [];
    this.stalls = [];
    this.pauses = [];
    this.elasticity = { swapIn: 0, swapOut: 0, scan: 0, faultExit: 0 };
    for (const name of BACKENDS) this.backends.set(name, { swapIns: 0, swapOuts: 0, swapInNs: [] });
    for (const guest of this.memory.guests) this.guests.set(guest, nothingOf());
  }

  touch(guest: Guest): void {
    this.n.touches++;
    this.guests.get(guest)!.touches++;
  }

  /** `ns`: what it took beyond one in the host's own memory. */
  slowTouch(guest: Guest, ns: number): void {
    this.guests.get(guest)!.slowTouches++;
    this.guests.get(guest)!.slowNs += ns;
  }

  fault(guest: Guest, exitNs: number): void {
    this.n.faults++;
    this.guests.get(guest)!.faults++;
    this.elasticity.faultExit += exitNs;
  }

  joined(): void {
    this.n.joined++;
  }

  rescued(): void {
    this.n.rescued++;
  }

  prefetched(): void {
    this.n.prefetched++;
  }

  prefetchHit(): void {
    this.n.prefetchHits++;
  }

  queued(length: number): void {
    this.n.queuedMax = Math.max(this.n.queuedMax, length);
  }

  throttled(): void {
    this.n.throttled++;
  }

  scan(ns: number): void {
    this.n.scans++;
    this.elasticity.scan += ns;
  }

  work(kind: 'swapIn' | 'swapOut', ns: number): void {
    this.elasticity[kind] += ns;
  }

  /** `ofQuota`: the VM whose quota was lacking. */
  directReclaim(ofQuota: Guest | null): void {
    this.n.directReclaims++;
    if (ofQuota !== null) this.quotaReclaim(ofQuota);
  }

  quotaReclaim(guest: Guest): void {
    this.guests.get(guest)!.quotaReclaims++;
  }

  /** `ns`: from the first touch on; null for a page that nobody waited for. */
  swapIn(page: Page, ns: number | null): void {
    const backend = this.backends.get(page.backend)!;
    this.n.swapIns++;
    backend.swapIns++;
    if (ns === null) return;
    this.swapIns.push(ns);
    backend.swapInNs.push(ns);
  }

  swapOut(page: Page, how: 'stored' | 'written' | 'dropped'): void {
    this.n.swapOuts++;
    this.backends.get(page.backend)!.swapOuts++;
    if (how === 'written') this.n.writebacks++;
    if (how === 'dropped') this.n.cleanDrops++;
  }

  stall(guest: Guest, ns: number): void {
    this.stalls.push(ns);
    this.guests.get(guest)!.stallNs += ns;
  }

  pauseWaits(): void {
    this.n.pauseWaits++;
  }

  /** One is over. */
  pauseWait(vm: number, ns: number, stalled: boolean): void {
    this.pauses.push(ns);
    const guest = this.guests.get(this.memory.guests[vm]!)!;
    guest.pauseNs += ns;
    if (stalled) guest.pausedStallNs += ns;
  }

  figures(inFlight: readonly Waiting[], now: number, upgrades: UpgradeFigures[], tier: Counted): MemoryFigures {
    const { memory } = this;
    const { pageBytes } = memory.spec;
    const framed = (pages: readonly Page[]): number => pages.filter(hasFrame).length * pageBytes;
    const copied = memory.pages.filter(isOut);
    const contents = memory.guests.flatMap(({ spec }) => (spec === null ? [] : [spec.content ?? memory.spec.content]));
    contents.push(memory.spec.content);
    const backends: Record<string, BackendFigures> = {};
    for (const [name, { swapIns, swapOuts, swapInNs }] of this.backends) {
      if (!contents.some((content) => content[name as BackendName] > 0)) continue;
      const outPages = copied.filter((page) => page.backend === name).length;
      backends[name] = { swapIns, swapOuts, outPages, swapInNs: sorted(swapInNs) };
    }
    const vms: Record<string, GuestFigures> = {};
    const ofTier: TierFigures = {
      ...tier,
      fastTouches: 0,
      slowTouches: 0,
      slowSeconds: 0,
      slowShare: null,
      demotions: this.backends.get('slow')!.swapOuts,
      vms: {},
    };
    for (const [guest, { slowTouches, slowNs, ...counted }] of this.guests) {
      if (guest.spec === null) continue;
      vms[guest.name] = {
        ...counted,
        virtualBytes: guest.pages.length * pageBytes,
        residentBytes: framed(guest.pages),
      };
      const fastTouches = counted.touches - counted.faults - slowTouches;
      ofTier.vms[guest.name] = { fastTouches, slowTouches, slowSeconds: slowNs };
      ofTier.fastTouches += fastTouches;
      ofTier.slowTouches += slowTouches;
      ofTier.slowSeconds += slowNs;
    }
    ofTier.slowShare = this.n.touches === 0 ? null : ofTier.slowTouches / this.n.touches;
    return {
      ...this.n,
      pageBytes,
      pageSample: memory.spec.pageSample,
      physicalBytes: memory.capacityBytes,
      virtualBytes: memory.pages.length * pageBytes,
      residentBytes: framed(memory.pages),
      pinnedBytes: memory.pages.filter((page) => page.pinned).length * pageBytes,
      storedBytes: copied.reduce((sum, page) => sum + page.keptBytes, 0),
      freeBytes: freeBytes(memory),
      pages: memory.pages.length,
      outPages: copied.length,
      faultsInFlightAtWarmup: this.atWarmup,
      faultsInFlight: inFlight.length,
      oldestFaultNs: inFlight.reduce((oldest, { touchedAt }) => Math.max(oldest, now - touchedAt), 0),
      swapInNs: sorted(this.swapIns),
      stallNs: sorted(this.stalls),
      elasticityNs: { ...this.elasticity },
      backends,
      ...(contents.some(({ slow }) => slow > 0) ? { tier: ofTier } : {}),
      upgrades,
      pauseWaitNs: sorted(this.pauses),
      vms,
    };
  }
}

const sorted = (list: readonly number[]): number[] => list.toSorted((a, b) => a - b);
