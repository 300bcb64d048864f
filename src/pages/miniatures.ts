// Miss-ratio curves of any policy by miniature simulation (Waldspurger, Saemundsson, Ahmad & Park, USENIX ATC'17): the requests for a
// share R of the pages, chosen by a hash, on a cache of R times the capacity. At R = 1 it is a replay at each capacity. The error is a
// sample's: docs/pages.md has it measured, policy by policy. What a hot page among the sampled ones, or missing there, does to
// the number of requests counts as hits, as for LRU's curve.

import type { PagesCore } from './core.js';
import { type Wanted, SAMPLE_RANGE, grid } from './miss-ratio-curve.js';
import type { MissRatioCurve } from './result.js';
import type { PolicySpec } from './policies.js';

/** A capacity, and the cache that stands for it. */
interface Miniature {
  readonly capacityPages: number;
  readonly pages: number;
  handle: number;
}

/** What memory does not reach for. */
export class NoMemory extends Error {
  override readonly name = 'NoMemory';
}

export class Miniatures {
  private readonly rate: number;
  private readonly least: number;
  private readonly curves: { readonly policy: PolicySpec; readonly caches: Miniature[] }[];
  private readonly sampleHistory: number;
  private requests = 0;

  /**
   * @param threshold of 2^24 hash values, those looked at
   * @param distinctPages of the whole trace
   * @param extra capacities that must be among the points, as far as the sample reaches down to them
   * @throws NoMemory
   */
  constructor(
    private readonly core: PagesCore['exports'],
    policies: readonly PolicySpec[],
    private readonly threshold: number,
    private readonly distinctPages: number,
    wanted: Wanted,
    seed: number,
  ) {
    this.rate = threshold / SAMPLE_RANGE;
    this.least = Math.ceil(1 / this.rate);
    // counts the sample's own pages; keeps next uses where a policy needs them
    this.sampleHistory = this.made(core.pagesHistory(policies.some(({ isOptimal }) => isOptimal)));
    const capacities = this.least > distinctPages ? [] : grid(this.least, distinctPages, wanted);
    this.curves = policies.map((policy) => ({ policy, caches: this.caches(policy, capacities, seed) }));
  }

  private made(handle: number): number {
    if (handle === 0) throw new NoMemory();
    return handle >>> 0;
  }

  private caches(policy: PolicySpec, capacities: readonly number[], seed: number): Miniature[] {
    return capacities.map((capacityPages) => {
      const pages = Math.max(1, Math.round(capacityPages * this.rate));
      if (policy.isOptimal) return { capacityPages, pages, handle: 0 };
      const [first = 0, second = 0] = Object.values(policy.parameters(pages, seed));
      return { capacityPages, pages, handle: this.made(this.core.pagesCreate(policy.id, pages, first, second)) };
    });
  }

  /** Takes in the window's first `count` requests. @throws NoMemory */
  take(count: number): void {
    const sampled = this.core.pagesSample(this.threshold, count);
    if (sampled < 0 || this.core.pagesRecordSample(this.sampleHistory, sampled) === 0) throw new NoMemory();
    this.requests += sampled;
    for (const { policy, caches } of this.curves) {
      if (policy.isOptimal) continue;
      for (const { handle } of caches) if (this.core.pagesReplaySample(handle, sampled) === 0) throw new NoMemory();
    }
  }

  /** @param requests of the whole trace @throws NoMemory */
  end(requests: number): MissRatioCurve[] {
    const { core, rate, threshold } = this;
    const expected = rate === 1 ? this.requests : requests * rate;
    const compulsory = this.distinctPages / requests;
    const sampledPages = core.pagesDistinct(this.sampleHistory);
    return this.curves.map(({ policy, caches }) => ({
      policy: policy.label,
      sampled: threshold < SAMPLE_RANGE,
      samplingRate: rate,
      sampledRequests: this.requests,
      sampledPages,
      leastCapacityPages: this.least,
      points: (sampledPages === 0 ? [] : caches).map(({ capacityPages, pages, handle }) => {
        const cache = policy.isOptimal ? this.optimal(pages) : handle;
        const misses = this.requests - core.pagesHits(cache);
        return { capacityPages, missRatio: Math.min(1, Math.max(compulsory, misses / expected)) };
      }),
    }));
  }

  private optimal(pages: number): number {
    const cache = this.made(this.core.pagesOptimal(this.sampleHistory, pages));
    this.core.pagesReplayOptimal(cache, this.requests);
    return cache;
  }
}
