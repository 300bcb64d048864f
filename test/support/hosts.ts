// Hosts as rows that nobody simulated, and what a sample of them says of all.

import { Merger } from '../../src/fleet/merge.js';
import { planOf } from '../../src/fleet/plan.js';
import type { Fleet } from '../../src/fleet/types.js';
import { LATENCY_BITS } from '../../src/fleet/tally.js';
import type { HostRow } from '../../src/fleet/work.js';
import { bucketIndex } from '../../src/metrics/histogram.js';
import { SplitMix64 } from '../../src/workload/random.js';

const SLO_NS = 200_000;

/** A row of a host whose VM's requests took so long. */
function rowOf(host: number, latencies: readonly number[]): HostRow {
  const counts = new Map<number, number>();
  for (const ns of latencies) {
    const bucket = bucketIndex(ns, LATENCY_BITS);
    counts.set(bucket, (counts.get(bucket) ?? 0) + 1);
  }
  const buckets = [...counts.keys()].sort((a, b) => a - b);
  const sum = (power: number): string => String(latencies.reduce((all, ns) => all + BigInt(ns) ** BigInt(power), 0n));
  const n = latencies.length;
  const attained = Number(latencies.filter((ns) => ns > SLO_NS).length <= n / 100);
  return {
    host,
    type: 0,
    epochs: 1,
    events: n,
    fingerprint: '0123456789abcdef',
    classes: {
      'latency-critical': {
        ...{ vms: 1, arrived: n, completed: n, dropped: 0, inFlight: 0, attained, judged: 1, late: 0 },
        latency: {
          count: n,
          sum: sum(1),
          sumSquares: sum(2),
          min: Math.min(...latencies),
          max: Math.max(...latencies),
          buckets,
          counts: buckets.map((bucket) => counts.get(bucket)!),
        },
      },
    },
    cores: { task: 5 * n, steal: 0, idlePoll: 0, transition: 0, idle: 1000 - 5 * n, poll: 0 },
  };
}

export interface Population {
  readonly rows: readonly HostRow[];
  readonly load: Float64Array;
}

/** Hosts with `requests` each, exponential about what `scaleOf` says of a host of that load. */
export function population(
  seed: number,
  hosts: number,
  requests = 30,
  scaleOf = (load: number, random: SplitMix64) => 10_000 * (1 + 4 * load) * (0.7 + 0.6 * random.unit()),
): Population {
  const random = new SplitMix64(seed);
  const load = Float64Array.from({ length: hosts }, () => random.unit());
  const rows = Array.from(load, (share, host) => {
    const scale = scaleOf(share, random);
    return rowOf(
      host,
      Array.from({ length: requests }, () => 1 + Math.floor(-Math.log(1 - random.unit()) * scale)),
    );
  });
  return { rows, load };
}

/** Of all hosts, or of a share of them. */
function mergerOf({ rows, load }: Population, share: number | 'full', seed: number) {
  const kind = share === 'full' ? 'full' : 'sampled';
  const fidelity = { kind, share: share === 'full' ? 1 : share } as const;
  const random = new SplitMix64(seed);
  const draws = rows.map(() => random.unit());
  const busy = new Set(rows.map(({ host }) => host));
  const hosts = [{ type: 'host', count: rows.length, cores: 4, memoryBytes: 2 ** 32 }];
  const drawn = planOf({ hosts, fidelity } as unknown as Fleet, busy, load, 250, (host) => draws[host]!);
  const requests = rows.reduce((sum, { functions }) => sum + (functions?.counts.arrived ?? 0), 0);
  const plan = { ...drawn, functions: { types: [{ count: rows.length, bytes: 1 }], lengthNs: 1, requests } };
  const merger = new Merger(plan, kind === 'sampled', { quantile: 0.99, latencyNs: SLO_NS });
  for (const host of plan.order) merger.add(rows[host]!);
  return { plan, merger };
}

export function mergedOf(all: Population, share: number | 'full', seed: number) {
  const { plan, merger } = mergerOf(all, share, seed);
  return { plan, classes: merger.classes(), cores: merger.coreSeconds() };
}

export const functionsOf = (all: Population, share: number | 'full', seed: number) =>
  mergerOf(all, share, seed).merger.functions();
