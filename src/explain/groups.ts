// What parameters that belong together are about, in one sentence each: every mechanism, and every part of a scenario that has
// parameters of its own. `fluxhost explain NAME` prints it above their list.

import type { MechanismKind } from '../mechanisms/types.js';

export const MECHANISM_MEANINGS = {
  ideal: 'Cores move instantly and at no cost, and each VM has one queue: the bound that no mechanism passes.',
  static: 'Cores never move: each VM owns as many as it is guaranteed (vcpus.min).',
  hotplug: 'A management agent plugs vCPUs into a Linux guest and unplugs them, in milliseconds to a second.',
  hyperflux:
    'An arbiter on a polling core watches the queueing delay of every VM and moves cores in some 13 us; a vCPU is parked safely before its core goes.',
  microvm: 'Cores never move: a service scales out by booting or restoring whole microVMs behind a balancer.',
  shenango:
    'Cores move between processes that trust each other; congestion is a task seen waiting at two polls in a row.',
  caladan:
    'Cores move between processes that trust each other, to those whose oldest task waits too long, chosen by score.',
  ditto: 'The guest publishes how many vCPUs it could use, and the hypervisor samples that.',
  blind:
    'As hyperflux, but a vCPU loses its core in the middle of whatever it does, and its guest goes on queueing on it: shows the hazard.',
  cgroup: 'All VMs run on all cores; each stops when it has used up its quota of the period.',
  nsdi22: 'The rules of the NSDI 2022 simulator, so that its figures can be compared.',
} as const satisfies Record<MechanismKind, string>;

/** By the beginning of their paths. */
const PART_MEANINGS = {
  costs: 'What the steps of scheduling and of moving a core take; `costs: none` makes every one of them zero.',
  mechanism: 'Who moves cores between VMs, when, and how; fluxhost explain NAME lists the knobs of one.',
  host: 'The machine that the VMs share.',
  'host.memory': "The host's memory and the engine that swaps it (docs/memory.md).",
  limits: 'Bounds on what a run may hold, so that a scenario that cannot be served ends with a message.',
  histogram: 'How exactly latencies are kept, and in how much memory.',
  series: 'Samples of every VM over time, in bounded memory (docs/series.md).',
  log: 'The events of a window of time, one by one (docs/series.md).',
  pages: 'Knobs of replacement policies, of fluxhost pages --policy NAME:PARAMETER=VALUE (docs/pages.md).',
  reserve: 'A server whose memory is reserved for its VMs, of fluxhost reserve (docs/vmem.md).',
  vms: 'The VMs, their load and their objectives; * stands for each.',
} as const;

export interface Group {
  readonly name: string;
  readonly meaning: string;
  /** Its parameters' paths begin so. */
  readonly prefix: string;
}

const GROUPS: readonly Group[] = [
  ...Object.entries(PART_MEANINGS).map(([name, meaning]) => ({ name, meaning, prefix: `${name}.` })),
  ...Object.entries(MECHANISM_MEANINGS).map(([kind, meaning]) => ({
    name: kind,
    meaning,
    prefix: `mechanism.${kind}.`,
  })),
];

/** By name or path: `costs`, `caladan`, `mechanism.caladan`. */
export function findGroup(query: string): Group | undefined {
  const wanted = query.toLowerCase();
  return GROUPS.find(({ name, prefix }) => name === wanted || prefix === `${wanted}.`);
}

export const GROUP_NAMES: readonly string[] = GROUPS.map(({ name }) => name);
