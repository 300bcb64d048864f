// Random small fleets, for which the program and the naive packing must place every VM alike: few sizes and instants, so that ties of every
// kind are frequent; several types of hosts, overcommitment by class, failures and drains.

import { SplitMix64 } from '../../../src/workload/random.js';
import { Packing } from '../../../src/fleet/pack.js';
import type { Fleet } from '../../../src/fleet/types.js';
import { VmTableBuilder } from '../../../src/fleet/vms.js';
import { NaivePacking, type NaiveFleet, type NaiveResult, type NaiveVm } from './naive.js';

const POLICIES = ['first-fit', 'best-fit', 'worst-fit', 'dot-product', 'lifetime-aware'] as const;

export interface Case {
  readonly fleet: NaiveFleet;
  readonly vms: readonly NaiveVm[];
}

export function caseOf(seed: number): Case {
  const random = new SplitMix64(seed);
  const below = (n: number): number => Math.floor(random.unit() * n);
  const pick = <T>(...list: readonly T[]): T => list[below(list.length)]!;
  const isOdd = below(3) === 0; // amounts of many digits, so that hardly two hosts are alike
  const hosts = Array.from({ length: 1 + below(3) }, () => ({
    count: 1 + below(8),
    cores: pick(4, 6, 8, 48, 64),
    kib: pick(16, 24, 48, 192, 512) * 2 ** 20,
  }));
  const ratio = (): number => pick(1000, 1000, 1500, 2000, 3000, 1200, 800);
  const evenOrNot = (): [number, number] => {
    const first = ratio();
    return [first, below(2) === 0 ? first : ratio()];
  };
  const end = 1000;
  const vms = Array.from({ length: 20 + below(100) }, () => {
    const arrival = below(end) - 50;
    return {
      arrival,
      departure: below(10) === 0 ? Number.MAX_SAFE_INTEGER : arrival + below(400),
      cores: isOdd ? 1 + below(4e6) : pick(0.5, 1, 2, 4, 1 / 3) * 1e6,
      memory: isOdd ? below(2 ** 23) : pick(1, 2, 4, 8, 0) * 2 ** 20,
      isBestEffort: below(3) === 0,
    };
  }).map((vm) => ({ ...vm, cores: Math.floor(vm.cores) }));
  vms.sort((a, b) => a.arrival - b.arrival);
  const drain = () => ({
    at: below(end),
    hosts: pick(0.1, 0.5, 1),
    within: below(200),
    out: pick(undefined, 1, 100, 300),
  });
  return {
    fleet: {
      seed,
      hosts,
      placement: POLICIES[seed % POLICIES.length]!,
      overcommit: { cores: evenOrNot(), memory: evenOrNot() },
      failures: below(2) === 0 ? undefined : { mtbf: pick(100, 1000, 5000), repair: pick(1, 50, 400) },
      drains: below(2) === 0 ? [] : Array.from({ length: 1 + below(2) }, drain),
      end,
    },
    vms,
  };
}

export function naive({ fleet, vms }: Case): NaiveResult {
  return new NaivePacking(fleet, vms).run();
}

function fleetOf({ fleet }: Case): Fleet {
  const over = ([critical, effort]: readonly [number, number]) => ({
    'latency-critical': critical / 1000,
    'best-effort': effort / 1000,
  });
  return {
    version: 1,
    seed: fleet.seed,
    durationNs: fleet.end,
    hosts: fleet.hosts.map(({ count, cores, kib }) => ({ type: 'host', count, cores, memoryBytes: kib * 1024 })),
    placement: fleet.placement as Fleet['placement'],
    fidelity: { kind: 'packing', share: 1 },
    simulate: { windows: 1, lengthNs: 1e9, warmupNs: 0 },
    vms: {},
    overcommit: { cores: over(fleet.overcommit.cores), memory: over(fleet.overcommit.memory) },
    ...(fleet.failures === undefined
      ? {}
      : { failures: { mtbfNs: fleet.failures.mtbf, repairNs: fleet.failures.repair } }),
    drains: fleet.drains.map(({ at, hosts, within, out }) => ({
      atNs: at,
      hosts,
      withinNs: within,
      ...(out === undefined ? {} : { outNs: out }),
    })),
  };
}

/** The program's answer in the form of the naive one, and its fingerprint. */
export async function packed(
  one: Case,
  module?: WebAssembly.Module,
): Promise<{ result: NaiveResult; fingerprint: string }> {
  const into = new VmTableBuilder();
  for (const { arrival, departure, cores, memory, isBestEffort } of one.vms)
    into.add(arrival, departure, cores, memory, isBestEffort ? 1 : 0);
  const hosts: number[][] = [];
  const { counts, fingerprint } = await Packing.run(fleetOf(one), into.table(), {
    module,
    onPlaced: (vm, host) => (hosts[vm] ??= []).push(host),
  });
  const { departed, lost, peakHosts } = counts;
  return { result: { hosts, departed, lost, peakHosts }, fingerprint };
}
