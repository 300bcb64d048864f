// Which random streams a run draws from (docs/model/workload.md, docs/model/memory.md): those that another seed changes.

import type { CountDist, Dist } from '../input/distributions.js';
import type { Scenario, VmGroup } from './types.js';

/** What a stream is for, in the order of the purposes that it is derived with. */
export const STREAM_PURPOSES = ['arrivals', 'services', 'dispatch', 'stealing', 'locks', 'pages', 'swapping'] as const;
export type StreamPurpose = (typeof STREAM_PURPOSES)[number];

/** The streams of a group, each of its VMs with its own; of the host's memory under `host.memory`. */
export interface Streams {
  of: string;
  purposes: StreamPurpose[];
}

const varies = (dist: Dist | CountDist): boolean => typeof dist !== 'number' && dist.dist !== 'constant';

function arrivalsDrawn({ workload }: VmGroup): boolean {
  const arrivals = workload?.arrivals;
  switch (arrivals?.process) {
    case 'poisson':
      return arrivals.rate > 0;
    case 'mmpp':
    case 'onoff':
      return true;
    case 'closed':
      return varies(arrivals.think);
    case 'trace': // blocks follow the seed always, what a reader chooses unless it has one of its own
      return arrivals.resampleNs !== undefined || (arrivals.seed === undefined && arrivals.format === 'azure-2019');
    default:
      return false;
  }
}

function streamsOf(vm: VmGroup, oneQueue: boolean): StreamPurpose[] {
  const { workload, vcpus, dispatch, stealing, memory } = vm;
  if (workload === null || workload.arrivals.process === 'none') return [];
  const { stages, lock } = workload.request;
  const drawn: Record<Exclude<StreamPurpose, 'swapping'>, boolean> = {
    arrivals: arrivalsDrawn(vm),
    services: stages.some(({ tasks, service }) => varies(tasks) || varies(service)),
    dispatch: dispatch === 'random' && vcpus.max > 1 && !oneQueue,
    stealing: stealing?.victim === 'random' && vcpus.max > 1 && !oneQueue,
    locks: (lock?.probability ?? 0) > 0,
    pages: memory !== undefined && memory.touches > 0,
  };
  return STREAM_PURPOSES.filter((purpose) => purpose !== 'swapping' && drawn[purpose]);
}

/** Streams that nothing can draw from are left out. */
export function seededStreams({ vms, host, mechanism }: Scenario): Streams[] {
  // one queue for all of a VM's vCPUs leaves nothing to choose, and nothing to steal
  const oneQueue = ({ dispatch }: VmGroup): boolean => mechanism.kind === 'ideal' || dispatch === 'single-queue';
  const groups = vms.map((vm) => ({ of: vm.name, purposes: streamsOf(vm, oneQueue(vm)) }));
  const laws = Object.values(host.memory?.backends ?? {});
  const swapping = laws.some((law) => varies(law.in) || varies(law.out) || (law.ratio !== null && varies(law.ratio)));
  const engine: Streams[] = swapping ? [{ of: 'host.memory', purposes: ['swapping'] }] : [];
  return [...groups.filter(({ purposes }) => purposes.length > 0), ...engine];
}
