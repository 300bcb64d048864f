// What stands in the way of a size: why a value is not less, or why none is enough, found by runs in which one limit after the
// other is lifted.

import type { Result } from '../result/result.js';
import { noRequestsText } from '../result/trust.js';
import type { Scenario } from '../scenario/types.js';
import { withFields } from '../scenario/written.js';
import type { Ladder } from './ladder.js';
import { judge } from './objectives.js';
import { type Study, bare } from './study.js';
import type { Variant } from './variant.js';

/** What keeps the value from being less, or any value from being enough. */
export interface Bound {
  /** `guarantees`, `vcpus.max`, `service`, `mechanism`, `range`, `checks` or `no-requests`. */
  by: string;
  /** In words. */
  detail: string;
}

/** A core for every task that may run at once, nothing costs anything: what is left is the work's own time. */
function unlimited(scenario: Scenario, vcpusToo: boolean): Scenario {
  const count = scenario.vms.reduce((sum, vm) => sum + vm.count, 0);
  const most = Math.max(Math.min(4096, Math.floor(60_000 / Math.max(count, 1))), 1);
  const vms = scenario.vms.map((vm) => ({
    ...vm,
    vcpus: { min: 0, max: vcpusToo ? Math.max(vm.vcpus.max, most) : vm.vcpus.max },
  }));
  const ofFunctions = scenario.functions === undefined ? 0 : 4096;
  const cores = vms.reduce((sum, vm) => sum + vm.vcpus.max * vm.count, ofFunctions);
  const free = withFields({ ...scenario, vms, host: { ...scenario.host, cores, sockets: 1, smt: 1 } }, [
    'mechanism=ideal',
  ]);
  return bare({
    ...free,
    costs: Object.fromEntries(Object.keys(free.costs).map((name) => [name, 0])) as unknown as Scenario['costs'],
  });
}

/** What was asked, and what came of it. */
export interface Asked {
  readonly study: Study;
  readonly scenario: Scenario;
  readonly variant: Variant;
  readonly objectives: readonly string[];
  readonly most: boolean;
  readonly ladder: Ladder;
  /** Numbers of values that make no scenario, with the reason. */
  readonly refusals: ReadonlyMap<number, string>;
}

/** Why it is not less. */
export function whyNotLess({ ladder, most, refusals }: Asked, index: number): Bound | null {
  const below = index > 0 ? refusals.get(index - 1) : undefined;
  if (below !== undefined) return { by: /guarantee/.test(below) ? 'guarantees' : 'checks', detail: below };
  const end = most ? 'greatest' : 'least';
  return index === 0 ? { by: 'range', detail: `${ladder.text(0)} is the ${end} that was asked for` } : null;
}

/** What the last value came to, where its run went to the end. */
interface Last {
  /** Whether no objective had any data. */
  readonly allSilent: boolean;
  /** Which objectives were missed, and by how much. */
  readonly missed: string;
}

/** Why no value is enough; null when interrupted. */
export async function whyNoValue(asked: Asked, last: Last | undefined, ran: number): Promise<Bound | null> {
  const { study, scenario, variant, objectives, most, ladder } = asked;
  const at = ladder.text(ladder.count - 1);
  if (ladder.path === 'host.cores' && variant.mechanism.kind === 'static' && last?.allSilent !== true) {
    const [vm] = scenario.vms.filter((one) => one.slo !== undefined);
    const field = `vms.${vm?.name ?? scenario.vms[0]?.name ?? 'NAME'}.vcpus.min`;
    return {
      by: 'guarantees',
      detail: `static gives each VM what it is guaranteed, whatever the host has: --find ${field}`,
    };
  }
  const end = { of: ladder.path, upTo: `${most ? 'down' : 'up'} to ${at}`, ...(ran < ladder.count ? { ran } : {}) };
  const bound = await whyNone(study, scenario, variant.label, objectives, end);
  if (bound === null || bound.by === 'service' || (last?.missed ?? '') === '') return bound;
  return { ...bound, detail: `${bound.detail}; at ${at} ${last!.missed}` };
}

/** Where no request came to judge by, no host is to blame. */
function silence(result: Result, objectives: readonly string[]): Bound | null {
  const { allSilent, silent } = judge(result, objectives);
  if (!allSilent) return null;
  const detail = noRequestsText(result) ?? `no request came in the measured time to judge ${silent.join(', ')} by`;
  return { by: 'no-requests', detail };
}

/** Which values were considered. */
export interface Considered {
  /** Of what. */
  readonly of: string;
  /** `up to 44 cores` */
  readonly upTo: string;
  /** How many of them were run; absent where all were. */
  readonly ran?: number;
}

/** Says no more than what was run: values between may do. */
function noneIsEnough({ of, upTo, ran }: Considered): string {
  if (ran === undefined) return `no ${of} ${upTo} is enough`;
  return ran === 1
    ? `the one ${of} ${upTo} that was run is not enough`
    : `none of the ${ran} values of ${of} ${upTo} that were run is enough`;
}

/** Why no value is enough, up to the `end` of those that were run; null when interrupted. */
export async function whyNone(
  study: Study,
  scenario: Scenario,
  label: string,
  objectives: readonly string[],
  end: Considered,
): Promise<Bound | null> {
  if (scenario.functions !== undefined) return whyNoneOfFunctions(study, scenario, label, objectives, end);
  const lift = async (vcpusToo: boolean): Promise<Result | null> =>
    study.interrupted
      ? null
      : study.once(unlimited(scenario, vcpusToo), `${label} without limits`, { overTime: false, unread: true });
  const within = await lift(false);
  if (within === null) return null;
  const silent = silence(within, objectives);
  if (silent !== null) return silent;
  if (!judge(within, objectives).met) {
    const free = await lift(true);
    if (free === null) return null;
    const { met, missed } = judge(free, objectives);
    if (!met) return { by: 'service', detail: `no number of cores helps: with a core for every task, ${missed}` };
    return {
      by: 'vcpus.max',
      detail: `no ${end.of} ${end.upTo} helps: a core for each of the vCPUs that vcpus.max allows is not enough, more vCPUs are`,
    };
  }
  return label === 'ideal'
    ? { by: 'range', detail: `${noneIsEnough(end)}; with a core for every vCPU it would be` }
    : {
        by: 'mechanism',
        detail: `${noneIsEnough(end)} under ${label}; with a core for every vCPU and no cost of moving it would be`,
      };
}

/** The same for functions: first a core for every request, then memory for every instance. */
async function whyNoneOfFunctions(
  study: Study,
  scenario: Scenario,
  label: string,
  objectives: readonly string[],
  end: Considered,
): Promise<Bound | null> {
  const lifted = async (memoryToo: boolean): Promise<Result | null> => {
    if (study.interrupted) return null;
    const free = unlimited(scenario, true);
    const lifecycle = { ...scenario.lifecycle!, ...(memoryToo ? { memoryBytes: null } : {}) };
    const asked = { overTime: false, unread: true };
    const result = await study.once({ ...free, lifecycle }, `${label} without limits`, asked);
    return study.interrupted ? null : result;
  };
  const cores = await lifted(false);
  if (cores === null) return null;
  const silent = silence(cores, objectives);
  if (silent !== null) return silent;
  if (judge(cores, objectives).met)
    return {
      by: 'mechanism',
      detail: `${noneIsEnough(end)}; with a core for every request and no cost of moving it would be`,
    };
  const memory = await lifted(true);
  if (memory === null) return null;
  const { met, missed } = judge(memory, objectives);
  return met
    ? {
        by: 'lifecycle.memory',
        detail: `${noneIsEnough(end)}; with a core for every request and no budget of memory it would be`,
      }
    : {
        by: 'service',
        detail: `neither cores nor memory help: what starts and the requests themselves take is too long: ${missed}`,
      };
}
