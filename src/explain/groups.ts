// What parameters that belong together are about, in one sentence each: every mechanism, and every part of a scenario that has
// parameters of its own. `fluxhost explain NAME` prints it above their list.

import { DISTRIBUTION_MEANINGS } from '../input/distribution-schema.js';
import { MECHANISM_KINDS, definitionOf } from '../mechanisms/kinds.js';
import { PROCESS_MEANINGS } from '../scenario/schema/arrivals.js';
import { DISTRIBUTION } from './distributions.js';

/** By kind, in the order of their numbers. */
export const MECHANISM_MEANINGS: Readonly<Record<string, string>> = Object.fromEntries(
  MECHANISM_KINDS.map((kind) => [kind, definitionOf(kind).meaning]),
);

/** By the beginning of their paths. */
const PART_MEANINGS = {
  costs:
    'What the steps of scheduling and of moving a core take; `costs: none` makes every one of them zero, `costs: measured-linux-6` sets those that were measured there (fluxhost explain measured-linux-6).',
  mechanism: 'Who moves cores between VMs, when, and how; fluxhost explain NAME lists the knobs of one.',
  host: 'The machine that the VMs share.',
  'host.memory': "The host's memory and the engine that swaps it (docs/memory.md).",
  limits: 'Bounds on what a run may hold, so that a scenario that cannot be served ends with a message.',
  histogram: 'How exactly latencies are kept, and in how much memory.',
  series: 'Samples of every VM over time, in bounded memory (docs/series.md).',
  log: 'The events of a window of time, one by one (docs/series.md).',
  pages: 'Knobs of replacement policies, of fluxhost pages --policy NAME:PARAMETER=VALUE (docs/pages.md).',
  fleet: 'VMs that come and go on many hosts, of fluxhost fleet (docs/fleet.md).',
  reserve: 'A server whose memory is reserved for its VMs, of fluxhost reserve (docs/vmem.md).',
  datapath: 'Cores that the packets of some VMs pass before they are requests (docs/virtuoso.md).',
  gpu: 'A GPU that answers the prompts of a VM, whose requests are the tokens of the answers (docs/valve.md).',
  'gpu.offline': 'Requests that the GPU works on while nobody asks for it (docs/valve.md).',
  lifecycle:
    'How the VMs of functions come and go: what is kept, evicted, refused, and what starting takes (docs/model/lifecycle.md).',
  'lifecycle.keepAlive': 'When a dormant VM goes, and which one goes first (docs/model/lifecycle.md).',
  'lifecycle.tier': 'What it takes to start from where a request finds its function (docs/model/lifecycle.md).',
  functions: 'Functions whose VMs come and go, of a trace or generated (docs/functions.md).',
  'vms.*.workload.arrivals':
    'How the requests of a VM come: one process, by its name; fluxhost explain NAME has its fields.',
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
  ...Object.entries(PROCESS_MEANINGS).map(([name, meaning]) => ({
    name,
    meaning: `${meaning} One of the processes of vms.*.workload.arrivals (docs/scenario.md).`,
    prefix: `vms.*.workload.arrivals.${name}.`,
  })),
  ...Object.entries(DISTRIBUTION_MEANINGS).map(([name, meaning]) => ({
    name,
    meaning: `${meaning} One of the distributions of service and think times and of numbers of tasks (docs/scenario.md).`,
    prefix: `${DISTRIBUTION}.${name}.`,
  })),
];

/** By name or path: `costs`, `caladan`, `mechanism.caladan`. */
export function findGroup(query: string): Group | undefined {
  const wanted = query
    .toLowerCase()
    .replace(/^vms(\.[^.]+|\[[^\]]*\])\.workload\.arrivals(?=$|\.)/, 'vms.*.workload.arrivals');
  return GROUPS.find(({ name, prefix }) => name === wanted || prefix === `${wanted}.`);
}

export const GROUP_NAMES: readonly string[] = GROUPS.map(({ name }) => name);
