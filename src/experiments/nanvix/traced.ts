// Nanvix on the calls of a trace: owners of functions are tenants, as they are or put together into fewer. Cores and memory do not bind:
// what is compared is the memory that VMs hold in the mean.

import { runNanvix, runNexus, type SystemPolicy } from '../../systems/run.js';
import type { WordTable } from '../experiment.js';
import type { Settings } from '../parameters.js';
import type { Calls } from '../traced.js';
import { baselineOf } from './arithmetic.js';
import { baselineSpec, nanvixSpec } from './host.js';

const CORES = 2048;

export interface TracePoint {
  readonly tenants: number;
  readonly functions: number;
  readonly systemStarts: number;
  readonly calls: number;
  readonly nanvixMiB: number;
  readonly baselineMiB: number;
  /** Memory of VMs that are kept over that of Nanvix. */
  readonly factor: number;
}

/** Each function's tenant: owners by their first function, the i-th one into the group i modulo `groups`; 0: each owner is a tenant. */
function tenantsOf({ functions }: Calls, groups: number): Uint32Array {
  const owners = new Map<string, number>();
  return Uint32Array.from(functions, ({ tenant }) => {
    if (!owners.has(tenant)) owners.set(tenant, owners.size);
    const owner = owners.get(tenant)!;
    return groups === 0 ? owner : owner % groups;
  });
}

async function pointOf(
  settings: Settings,
  calls: Calls,
  groups: number,
  module?: WebAssembly.Module,
): Promise<TracePoint> {
  const { atNs, fn, serviceNs } = calls.invocations;
  const none = new Float64Array(atNs.length);
  const host = { cores: CORES, memoryBytes: null, durationS: calls.durationNs / 1e9 };
  const tenantOf = tenantsOf(calls, groups);
  const tenants = new Set(tenantOf).size;
  const columns = { at: atNs, fn, compute: serviceNs, fetch: none, write: none };
  const nanvix = await runNanvix(
    {
      ...nanvixSpec(settings, host, tenants, settings.number('sysKeep')),
      policy: settings.text('trace.policy') as SystemPolicy,
    },
    { ...columns, fn: fn.map((of) => tenantOf[of]!), fetch: none.slice().fill(settings.number('ioCost') * 1000) },
    module,
  );
  const base = baselineOf(settings, 'firecracker');
  const keepS = settings.number('baseline.keepAlive');
  const baseline = await runNexus(baselineSpec(host, calls.functions.length, base, keepS), columns, module);
  const meanMiB = ({ byteNs, endedNs }: { byteNs: number; endedNs: number }): number => byteNs / endedNs / 2 ** 20;
  return {
    tenants,
    functions: calls.functions.length,
    systemStarts: nanvix.systemStarts,
    calls: atNs.length,
    nanvixMiB: meanMiB(nanvix),
    baselineMiB: meanMiB(baseline),
    factor: meanMiB(baseline) / meanMiB(nanvix),
  };
}

export async function tracePoints(
  settings: Settings,
  calls: Calls | null,
  module?: WebAssembly.Module,
): Promise<TracePoint[]> {
  const points: TracePoint[] = [];
  if (calls !== null)
    for (const groups of settings.list('trace.tenants'))
      points.push(await pointOf(settings, calls, Number(groups), module));
  return points;
}

export const traceTable = (points: readonly TracePoint[], settings: Settings): WordTable => ({
  title: `The trace's calls: memory of Firecracker VMs kept ${settings.number('baseline.keepAlive')} s over that of Nanvix, system VMs kept ${settings.text('trace.policy') === 'fixed' ? `${settings.number('sysKeep')} s` : `by ${settings.text('trace.policy')}`}`,
  question: 'What do tenants that share a system VM save on the trace?',
  head: ['tenants', 'functions', 'starts of system VMs', 'calls', 'Nanvix, MiB', 'Firecracker, MiB', 'factor'],
  rows: points.map(({ tenants, functions, systemStarts, calls, nanvixMiB, baselineMiB, factor }) => [
    String(tenants),
    String(functions),
    String(systemStarts),
    String(calls),
    nanvixMiB.toFixed(1),
    baselineMiB.toFixed(1),
    `${factor.toFixed(2)}x`,
  ]),
});
