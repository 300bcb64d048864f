// The validity box: which closed form, reference or naive model brackets which part of a scenario, and what nothing has ever been
// held against. One table, from which docs/validity.md is printed and `run --verbose` picks what a scenario has. Leaves out figures
// of how well they agree (docs/validation.md), and whether a result is long enough to say anything (trust.ts).

import { hasDeadlines } from '../order/types.js';
import type { Dist } from '../input/distributions.js';
import type { Scenario, VmGroup } from '../scenario/types.js';
import type { Validity } from './result.js';

/** What a run has beside its scenario. */
export interface Asked {
  readonly scenario: Scenario;
  readonly replications: number;
  /** A core with decisions of one's own. */
  readonly ownCore: boolean;
}

interface Bracket {
  /** In the words of a scenario; Markdown. */
  readonly part: string;
  readonly against: string;
  /** Where it is held, in the repository. */
  readonly test: string;
  readonly has: (asked: Asked) => boolean;
}

interface Gap {
  readonly part: string;
  readonly detail: string;
  readonly has: (asked: Asked) => boolean;
}

type Process = NonNullable<VmGroup['workload']>['arrivals']['process'];

const anyVm =
  (has: (vm: VmGroup) => boolean) =>
  ({ scenario }: Asked): boolean =>
    scenario.vms.some(has);
const comes =
  (...processes: readonly Process[]) =>
  (vm: VmGroup): boolean =>
    vm.workload !== null && processes.includes(vm.workload.arrivals.process);
const services = ({ workload }: VmGroup): readonly Dist[] =>
  workload === null ? [] : workload.request.stages.map(({ service }) => service);
const plain = ({ workload }: VmGroup): boolean =>
  workload !== null && workload.request.stages.length === 1 && workload.request.stages[0]!.tasks === 1;
const kind =
  (...kinds: readonly Scenario['mechanism']['kind'][]) =>
  ({ scenario }: Asked): boolean =>
    kinds.includes(scenario.mechanism.kind);

/** Mechanisms that never move a core, or have a row of their own. */
const NOT_MOVING = ['ideal', 'static', 'cgroup', 'nsdi22'] as const;

/** What the random scenarios of the second simulator reach (test/oracle/generate.ts). */
export const REACH = { cores: 8, vms: 3, vcpus: 4, sockets: 2, smt: 2, stages: 3 } as const;

const beyondReach = ({ scenario: { host, vms } }: Asked): boolean =>
  host.cores - (host.memory?.cores ?? 0) > REACH.cores ||
  host.sockets > REACH.sockets ||
  host.smt > REACH.smt ||
  vms.reduce((sum, { count }) => sum + count, 0) > REACH.vms ||
  vms.some(({ vcpus, workload }) => vcpus.max > REACH.vcpus || (workload?.request.stages.length ?? 0) > REACH.stages);

const ownDecisions = ({ scenario, ownCore }: Asked): boolean =>
  ownCore || scenario.vms.some(({ dispatch, stealing }) => dispatch === 'policy' || stealing?.victim === 'policy');

export const BRACKETS: readonly Bracket[] = [
  {
    part: '`poisson`, exponential services, one queue',
    against: "Erlang's formulas for M/M/k: waits, means, percentiles",
    test: 'test/laws/mmk.test.ts',
    has: anyVm((vm) => comes('poisson')(vm) && plain(vm) && services(vm).every(({ dist }) => dist === 'exponential')),
  },
  {
    part: 'other services, quanta',
    against: 'M/D/k exactly, Pollaczek–Khinchine, processor sharing, a reference for M/G/16',
    test: 'test/laws/mgk.test.ts',
    has: anyVm((vm) => vm.quantumNs > 0 || services(vm).some(({ dist }) => dist !== 'exponential')),
  },
  {
    part: 'several `stages`, `tasks` above 1, `closed`',
    against: 'fork-join of two M/M/1, the closed network of clients and a server',
    test: 'test/laws/networks.test.ts',
    has: anyVm((vm) => vm.workload !== null && (!plain(vm) || comes('closed')(vm))),
  },
  {
    part: '`mmpp`, `onoff`, `deterministic`',
    against: 'mean rates and burstiness',
    test: 'test/laws/arrivals.test.ts',
    has: anyVm(comes('mmpp', 'onoff', 'deterministic')),
  },
  {
    part: '`saturate`',
    against: 'cores busy to the last nanosecond',
    test: 'test/laws/networks.test.ts',
    has: anyVm(comes('saturate')),
  },
  {
    part: '`trace`',
    against: 'arrivals of files written by hand, row by row',
    test: 'test/workload/csv.test.ts',
    has: anyVm(comes('trace')),
  },
  {
    part: '`order`, deadlines, `periodic`',
    against: 'known facts of real-time scheduling, a simulator that orders all jobs at every tick',
    test: 'test/order/laws.test.ts',
    has: anyVm(hasDeadlines),
  },
  {
    part: '`queueLimit`',
    against: "Erlang's loss formula, M/M/k/room, M/G/1/room",
    test: 'test/laws/bounded.test.ts',
    has: anyVm(({ queueLimit }) => queueLimit !== undefined),
  },
  {
    part: '`dispatch`, `stealing`',
    against: 'k separate M/M/1; M/M/k where stealing costs nothing',
    test: 'test/laws/stealing.test.ts',
    has: ({ scenario }) =>
      scenario.mechanism.kind !== 'ideal' &&
      scenario.vms.some(({ vcpus, workload }) => workload !== null && vcpus.max > 1),
  },
  {
    part: 'mechanisms that move cores',
    against: 'each becomes ideal as its costs vanish; a cost that grows helps no tail',
    test: 'test/laws/mechanisms.test.ts',
    has: ({ scenario }) => !(NOT_MOVING as readonly string[]).includes(scenario.mechanism.kind),
  },
  {
    part: '`class`, `priority`',
    against: 'a plain search over all cores for who may be taken from, at every decision',
    test: 'test/cpu/victims.test.ts',
    has: (asked) =>
      asked.scenario.mechanism.kind !== 'nsdi22' &&
      new Set(asked.scenario.vms.map((vm) => `${vm.class} ${vm.priority}`)).size > 1,
  },
  {
    part: '`nsdi22`',
    against: 'sixteen configurations of the published simulator, within three errors',
    test: 'test/reference/nsdi22.test.ts',
    has: kind('nsdi22'),
  },
  {
    part: '`cgroup`',
    against: 'the quota of each period, by hand',
    test: 'test/cpu/cgroup.test.ts',
    has: kind('cgroup'),
  },
  {
    part: '`lock`',
    against: 'waits by hand, to the nanosecond',
    test: 'test/cpu/lock.test.ts',
    has: anyVm(({ workload }) => workload?.request.lock !== undefined),
  },
  {
    part: '`smt`, memory bandwidth',
    against: 'speeds by hand, to the nanosecond',
    test: 'test/cpu/siblings-exact.test.ts',
    has: ({ scenario: { host } }) => host.smt > 1 || host.memoryBandwidthBytesPerSecond !== undefined,
  },
  {
    part: '`memory`',
    against: 'a naive model, to the last swap-in; identities of what must be out',
    test: 'test/memory/swap/model.test.ts',
    has: anyVm(({ memory }) => memory !== undefined),
  },
  {
    part: 'replacement policies (`fluxhost pages`)',
    against: "libCacheSim's counts, to the last miss; Che's approximation",
    test: 'test/memory/reference.test.ts',
    has: () => false, // traces of pages have no scenario
  },
  {
    part: '95 % intervals of replications',
    against: 'coverage over 400 of them',
    test: 'test/study/coverage.test.ts',
    has: ({ replications }) => replications > 1,
  },
  {
    part: 'all of these together, on random small scenarios',
    against: 'a second simulator, written from the documents',
    test: 'test/oracle/oracle.test.ts',
    has: (asked) => !kind('nsdi22')(asked) && !ownDecisions(asked) && !beyondReach(asked),
  },
];

export const GAPS: readonly Gap[] = [
  {
    part: 'A real machine',
    detail:
      'No figure is held against measurements of one that were taken for it. Published measurements are set beside ours by ' +
      '`fluxhost reproduce`, which names what had to be assumed; the costs are those of the sources that `fluxhost explain` names.',
    has: () => true,
  },
  {
    part: 'What the model leaves out',
    detail:
      'The list at the end of [model.md](model.md#what-is-left-out), among it network cards, caches but for two costs, clock ' +
      'frequency and failures.',
    has: () => true,
  },
  {
    part: 'Rules that are wrong in the documents',
    detail: 'The second simulator was written from [model.md](model.md): what is wrong there is wrong in both.',
    has: (asked) => !kind('nsdi22')(asked),
  },
  {
    part: 'Beyond the reach of the second simulator',
    detail:
      `Random scenarios of the second simulator have at most ${REACH.cores} hardware threads in ${REACH.sockets} sockets, ${REACH.vms} VMs of ` +
      `${REACH.vcpus} vCPUs, and ${REACH.stages} stages; beyond that only the laws above and the accounts that every run checks by itself hold.`,
    has: beyondReach,
  },
  {
    part: '`nsdi22` beside other parts',
    detail: 'The second simulator does not know it.',
    has: kind('nsdi22'),
  },
  {
    part: "Decisions of one's own",
    detail: 'Policies in TypeScript and cores of `fluxhost build` are held by the accounts alone.',
    has: ownDecisions,
  },
];

const asText = (markdown: string): string => markdown.replaceAll(/\[([^\]]+)\]\([^)]*\)/g, '$1').replaceAll('`', '');

/** What brackets a run, and what about it nothing has been held against. */
export function validityOf(asked: Asked): Validity {
  return {
    held: BRACKETS.filter(({ has }) => has(asked)).map(({ part, against, test }) => ({
      part: asText(part),
      against,
      test,
    })),
    untested: GAPS.filter(({ has }) => has(asked)).map(({ part, detail }) => ({
      part: asText(part),
      detail: asText(detail),
    })),
  };
}
