// The core's counters, read back under their names.

import * as L from '../../assembly/layout.js';
import type { RawRun, RawVm } from '../result/build.js';
import type { Result } from '../result/result.js';
import type { CompiledScenario } from './compile.js';
import type { HostCore } from './host.js';
import type { LateRequests } from './late.js';

/** Everything of a RawRun but its manifest. Call `settle` first. */
export type RawCounters = Omit<RawRun, 'manifest'>;

const STEPS = {
  notifyNs: L.HISTOGRAM_NOTIFY,
  preemptNs: L.HISTOGRAM_PREEMPT,
  suspendNs: L.HISTOGRAM_SUSPEND,
  descheduleNs: L.HISTOGRAM_DESCHEDULE,
  wakeNs: L.HISTOGRAM_WAKE,
  dispatchNs: L.HISTOGRAM_DISPATCH,
} as const;

/** Starts of instances by tier, those that happened. */
function tiers(boot: number, restore: number): Record<string, number> {
  return { ...(boot > 0 ? { boot } : {}), ...(restore > 0 ? { restore } : {}) };
}

/** How often each controller that was on acted; nothing where none was. */
function controllerCounts(
  host: ReturnType<HostCore['hostCounters']>,
  { lanes, bandwidth }: CompiledScenario['controllers'],
): Pick<RawRun['reallocation'], 'controllers'> {
  if (!lanes && !bandwidth) return {};
  const acted = (punished: number, relaxed: number) => ({
    punished: host[punished] ?? 0,
    relaxed: host[relaxed] ?? 0,
  });
  return {
    controllers: {
      ...(lanes ? { hyperthread: acted(L.HOST_LANES_EMPTIED, L.HOST_LANES_RETURNED) } : {}),
      ...(bandwidth ? { bandwidth: acted(L.HOST_VCPUS_DENIED, L.HOST_VCPUS_RETURNED) } : {}),
    },
  };
}

export function readCounters(
  core: HostCore,
  compiled: CompiledScenario,
  cores: number,
  late?: LateRequests,
): RawCounters {
  const host = core.hostCounters();
  const sharedLatency = new Map<unknown, Pick<RawVm, 'latency' | 'queueDelay' | 'slowdown'>>();
  const vms = compiled.vms.map(({ name, group }, index): RawVm => {
    const c = core.vmCounters(index);
    const at = (which: number): number => c[which] ?? 0;
    const key = compiled.histogramsShared ? group : index;
    let histograms = sharedLatency.get(key);
    if (histograms === undefined) {
      histograms = {
        latency: core.vmHistogram(index, L.HISTOGRAM_LATENCY),
        queueDelay: core.vmHistogram(index, L.HISTOGRAM_QUEUE_DELAY),
        slowdown: core.vmHistogram(index, L.HISTOGRAM_SLOWDOWN),
      };
      sharedLatency.set(key, histograms);
    }
    const process = group.workload?.arrivals.process;
    return {
      name,
      class: group.class,
      slo: group.slo ?? null,
      arrived: at(L.VM_ARRIVED),
      completed: at(L.VM_COMPLETED),
      dropped: at(L.VM_DROPPED),
      inFlight: at(L.VM_IN_FLIGHT),
      inFlightAtWarmup: at(L.VM_CARRIED),
      lateInFlight: late?.atLeast(index, core.nowNs, at(L.VM_ARRIVED), at(L.VM_IN_FLIGHT)) ?? 0,
      ...histograms,
      ...(compiled.histogramsShared && group.count > 1 ? { latencyShared: group.name } : {}),
      cpuNs: {
        task: at(L.VM_TASK_NS),
        steal: at(L.VM_STEAL_NS),
        idlePoll: at(L.VM_IDLE_POLL_NS),
        transition: at(L.VM_TRANSITION_NS),
      },
      steals: at(L.VM_STEALS),
      stealAttempts: at(L.VM_STEAL_ATTEMPTS),
      preemptions: at(L.VM_PREEMPTIONS),
      yields: at(L.VM_YIELDS),
      grants: at(L.VM_GRANTS),
      revocations: at(L.VM_REVOCATIONS),
      tasksStolen: at(L.VM_TASKS_STOLEN),
      migrations: at(L.VM_MIGRATIONS),
      stranded: at(L.VM_STRANDED),
      longestOffCoreNs: at(L.VM_OFF_CORE_MAX),
      throttledNs: at(L.VM_THROTTLED_NS),
      ...(group.workload?.request.lock === undefined
        ? {}
        : {
            locks: {
              acquires: at(L.VM_LOCK_ACQUIRES),
              waits: at(L.VM_LOCK_WAITS),
              waitsEnded: at(L.VM_LOCK_WAITS_ENDED),
              waitNs: at(L.VM_LOCK_WAIT_NS),
              longestWaitNs: at(L.VM_LOCK_WAIT_MAX),
              longestConvoy: at(L.VM_LOCK_CONVOY_MAX),
              holderPreemptions: at(L.VM_LOCK_HOLDER_PREEMPTIONS),
              spinNs: at(L.VM_SPIN_NS),
            },
          }),
      coldStarts: tiers(at(L.VM_BOOTS), at(L.VM_RESTORES)),
      offeredNs: process === 'saturate' || process === 'closed' ? null : at(L.VM_WORK_NS),
    };
  });
  const curve = core.grantCurve();
  return {
    vms,
    host: { cores, idleNs: host[L.HOST_IDLE_NS] ?? 0, pollNs: host[L.HOST_POLL_NS] ?? 0 },
    reallocation: {
      count: host[L.HOST_MOVES] ?? 0,
      grant: core.hostHistogram(L.HISTOGRAM_GRANT),
      park: core.hostHistogram(L.HISTOGRAM_PARK),
      detection: core.hostHistogram(L.HISTOGRAM_DETECTION),
      steps: Object.fromEntries(Object.entries(STEPS).map(([name, which]) => [name, core.hostHistogram(which)])),
      arbiter: {
        rounds: host[L.HOST_ROUNDS] ?? 0,
        roundsSkipped: host[L.HOST_ROUNDS_SKIPPED] ?? 0,
        denied: host[L.HOST_CONGESTED_DENIED] ?? 0,
      },
      ...controllerCounts(host, compiled.controllers),
      ...(curve.length > 1 ? { grantCurve: curve.map((atNs, index) => ({ atNs, cores: index + 1 })) } : {}),
    },
    histogram: { precision: 2 ** -compiled.histogramBits, shared: compiled.histogramsShared ? 'group' : 'vm' },
  };
}

/** Puts the buckets of every VM's latencies into a result; of VMs that share them, into the first one's. */
export function addHistograms(result: Result, core: HostCore): void {
  const told = new Set<string>();
  for (const [index, { latencyNs, latencyShared }] of result.vms.entries()) {
    if (latencyShared === undefined || !told.has(latencyShared)) latencyNs.histogram = core.latencies(index).buckets();
    if (latencyShared !== undefined) told.add(latencyShared);
  }
}
