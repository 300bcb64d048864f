// Cores that move to a service that bursts, and tasks with deadlines on cores that stay: what each result document says of a reaction.

import type { MechanismKind } from '../../mechanisms/types.js';
import type { Result } from '../../result/result.js';
import type { ScenarioInput } from '../../scenario/schema.js';
import { Simulation } from '../../simulation.js';
import type { Settings } from '../parameters.js';
import { drawSet, hostOf, periodicLoad } from '../temponet/sets.js';
import type { Isolation, Placed } from './families.js';

/** Whose threads or vCPUs the cores move between. */
const MECHANISMS: readonly (readonly [MechanismKind, Isolation])[] = [
  ['shenango', 'process'],
  ['caladan', 'process'],
  ['cgroup', 'process'],
  ['hyperflux', 'vm'],
  ['blind', 'vm'],
  ['hotplug', 'vm'],
  ['microvm', 'vm'],
  ['ditto', 'confidential'],
];

async function resultOf(input: ScenarioInput, module?: WebAssembly.Module): Promise<Result> {
  const simulation = await Simulation.create(input, module === undefined ? {} : { module });
  try {
    await simulation.run();
    return simulation.metrics();
  } finally {
    simulation.close();
  }
}

const burst = (settings: Settings, kind: MechanismKind): ScenarioInput => {
  const request = { stages: [{ tasks: 1, service: { dist: 'exponential' as const, mean: '10us' } }] };
  return {
    version: 1,
    seed: settings.number('seed'),
    duration: `${settings.number('cores.duration')}ms`,
    host: { cores: 17 },
    mechanism: kind,
    fingerprint: false,
    vms: [
      {
        name: 'api',
        vcpus: { min: 2, max: 14 },
        workload: {
          deadline: `${Math.round(settings.number('slo.task') * 1000)}ns`,
          late: 'finish',
          arrivals: { process: 'onoff', onRate: 6e5, offRate: 2e4, meanOn: '1ms', meanOff: '9ms' },
          request,
        },
      },
      {
        name: 'batch',
        class: 'best-effort',
        vcpus: { min: 0, max: 16 },
        workload: {
          arrivals: { process: 'saturate', tasks: 32 },
          request: { stages: [{ tasks: 1, service: { dist: 'exponential', mean: '100us' } }] },
        },
      },
    ],
  };
};

/** Of the first VM, whose objective is its deadline. */
function placedOf(
  { vms, host, reallocation }: Result,
  given: Pick<Placed, 'family' | 'name' | 'isolation'>,
  reactionNs = reallocation.grantNs.p99,
): Placed {
  const { deadlines, cpuSeconds, completed } = vms[0]!;
  const { met, missed } = deadlines!;
  const seconds = Object.values(cpuSeconds).reduce((sum, one) => sum + one, host.pollCoreSeconds);
  return {
    ...given,
    reactionNs,
    requests: met + missed,
    availability: met + missed === 0 ? 1 : met / (met + missed),
    coreSeconds: completed === 0 ? 0 : (1000 * seconds) / completed,
    gibSeconds: 0,
  };
}

export async function coreMoves(settings: Settings, module?: WebAssembly.Module): Promise<Placed[]> {
  const placed: Placed[] = [];
  for (const [name, isolation] of MECHANISMS)
    placed.push(placedOf(await resultOf(burst(settings, name), module), { family: 'cores', name, isolation }));
  return placed;
}

/** A start is a task's first instruction. */
export async function deadlineTasks(settings: Settings, module?: WebAssembly.Module): Promise<Placed[]> {
  const set = drawSet(settings.number('seed'), 0, { tasks: 16, utilization: 3.2, leastMs: 10, mostMs: 100 });
  const decision = { baseNs: 0, perTaskNs: 0, exponent: 1 };
  const placed: Placed[] = [];
  for (const kind of ['edf', 'fifo'] as const) {
    const order = { kind, tickNs: 1e6, decision };
    const result = await resultOf(
      hostOf(4, settings.number('deadlines.duration') * 1e6, order, periodicLoad(set)),
      module,
    );
    placed.push(
      placedOf(result, { family: 'deadlines', name: kind, isolation: 'process' }, result.vms[0]!.queueDelayNs.p99),
    );
  }
  return placed;
}
