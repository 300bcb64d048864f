// One scenario of reserved memory under one manager, or under several beside each other: plan, boots, months of traffic.

import { InputError } from '../input/errors.js';
import { VERSION } from '../version.js';
import { type LoadedReserve, withHash } from './parse.js';
import { memoryPlan } from './accounting.js';
import { demandOf } from './demand.js';
import type { ReserveResult, MemoryReport, ReserveDifference, ReserveComparison } from './result.js';
import type { ReserveScenario, ManagerKind } from './schema.js';
import { Server } from './server.js';
import { type TrafficReport, Traffic } from './traffic.js';

const NO_TRAFFIC: TrafficReport = {
  fingerprint: '0000000000000000',
  events: 0,
  vms: null,
  soldShare: null,
  boot: null,
  operationNs: null,
  upgrades: null,
  poison: null,
  fragmentation: [],
  network: null,
  zeroing: null,
  checks: 0,
};

/** The scenario under another manager. Linux is upgraded by a reboot or a migration, which is not simulated. */
export function withManager(scenario: ReserveScenario, manager: ManagerKind): ReserveScenario {
  if (manager === 'vmem') return { ...scenario, manager };
  const { upgrade: _, ...rest } = scenario;
  return { ...rest, manager };
}

/**
 * @example
 * const result = await simulateReserve(resolveReserve({ version: 1, server: { memory: '384GiB' } }));
 *
 * @throws LawError where the tables break a law: a defect of this program
 */
export async function simulateReserve(loaded: LoadedReserve, module?: WebAssembly.Module): Promise<ReserveResult> {
  const scenario = withManager(loaded.scenario, loaded.scenario.manager);
  const server = await Server.create(scenario, module);
  // on a server of its own: what comes and goes here must leave nothing behind
  const demand = demandOf(loaded, server.core);
  const neverFitBytes = (await Server.create(scenario, module)).sizesThatNeverFit(demand?.sizes() ?? []);
  const bootTable = server.bootTable();
  server.core.check();
  const { duration } = scenario;
  const { fingerprint, events, ...traffic } =
    demand === undefined || duration === undefined ? NO_TRAFFIC : new Traffic(server, demand, duration).run();
  const largest = bootTable.at(-1);
  const memory: MemoryReport = {
    plan: { ...server.plan, sellableShare: server.plan.sellableBytes / server.plan.totalBytes },
    bootTable: bootTable.map(({ missShare: _, packetNs: __, ...row }) => row),
    neverFitBytes,
    ...traffic,
    checks: traffic.checks + 1,
    // Without traffic the largest boot of the table stands for the VMs.
    network:
      traffic.network ??
      (largest === undefined
        ? null
        : { missShare: largest.missShare, packetNs: largest.packetNs, packetsPerSecond: 1e9 / largest.packetNs }),
  };
  return {
    manifest: {
      name: 'fluxhost',
      version: VERSION,
      scenarioSha256: loaded.sha256,
      coreSha256: server.core.sha256 ?? '',
      fingerprint,
      seed: scenario.seed,
      manager: scenario.manager,
      durationNs: duration ?? 0,
      events,
    },
    memory,
  };
}

/** The mean of the traffic's boots; where there is none, of the table's largest. */
export function bootOf({ memory }: ReserveResult): number | null {
  return memory.boot?.totalNs.mean ?? memory.bootTable.at(-1)?.totalNs ?? null;
}

function ratio(one: number | null | undefined, other: number | null | undefined): number | null {
  return one === null || one === undefined || other === null || other === undefined || other === 0 ? null : one / other;
}

function differenceOf(base: ReserveResult, other: ReserveResult): ReserveDifference {
  const [mine, theirs] = [other.memory.plan, base.memory.plan];
  return {
    manager: other.manifest.manager,
    sellablePoints: (mine.sellableShare - theirs.sellableShare) * 100,
    sellableRatio: mine.sellableBytes / theirs.sellableBytes,
    bootRatio: ratio(bootOf(other), bootOf(base)),
    packetRateRatio: ratio(other.memory.network?.packetsPerSecond, base.memory.network?.packetsPerSecond),
  };
}

/**
 * The same server, VMs and seed under each manager, the scenario's own first.
 *
 * @throws InputError where one of them leaves no memory to sell
 */
export async function compareReserve(
  loaded: LoadedReserve,
  others: readonly ManagerKind[],
  module?: WebAssembly.Module,
): Promise<ReserveComparison> {
  const kinds = [...new Set([loaded.scenario.manager, ...others])];
  const none = kinds.filter((kind) => memoryPlan(loaded.scenario, kind).granulesPerNode === 0);
  if (none.length > 0)
    throw new InputError(
      none.map((kind) => ({
        path: 'server.memory',
        given: `${loaded.scenario.server.memory} bytes, all of it used by ${kind} itself`,
        expected: 'memory left to sell under every manager compared',
      })),
    );
  const runs: ReserveResult[] = [];
  for (const kind of kinds) {
    const scenario =
      kind === loaded.scenario.manager ? loaded : { ...loaded, ...withHash(withManager(loaded.scenario, kind)) };
    runs.push(await simulateReserve(scenario, module));
  }
  return { runs, differences: runs.slice(1).map((other) => differenceOf(runs[0]!, other)) };
}
