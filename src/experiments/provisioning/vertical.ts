// Vertical against horizontal: one VM that grows by requests against a VM for each. By the burst of law A4, and on the load.

import type { FunctionSpec } from '../../lifecycle/spec.js';
import type { Settings } from '../parameters.js';
import { base, type Load, runFunctions } from './load.js';

const MIB = 2 ** 20;
const S = 1e9;

export interface VerticalPoint {
  readonly concurrency: number;
  readonly cold: number;
  readonly joined: number;
  readonly peakMiB: number;
}

/** Of the function, and of a request, in MiB. */
export const BURST = { base: 64, request: 8 } as const;

/** `k` requests at once, 64 MiB of the function and 8 MiB a request: peak memory with an instance for each, and with one for all (A4). */
export async function burst(settings: Settings, k: number, module?: WebAssembly.Module) {
  const peak = async (concurrency: number): Promise<number> => {
    const one: FunctionSpec = {
      name: 'f',
      tenant: 't',
      memoryBytes: BURST.base * MIB,
      memoryPerRequestBytes: BURST.request * MIB,
      initNs: 0,
      maxVcpus: concurrency,
      concurrency,
      minInstances: 0,
      confidential: false,
    };
    const invocations = {
      atNs: new Float64Array(k).fill(S),
      fn: new Uint32Array(k),
      serviceNs: new Float64Array(k).fill(S),
    };
    const lifecycle = { ...base(settings), functions: [one], invocations };
    return (await runFunctions(settings.number('host.cores'), 10 * S, lifecycle, module)).usedMaxBytes / MIB;
  };
  return { requests: k, horizontalMiB: await peak(1), verticalMiB: await peak(k) };
}

export async function verticalSweep(
  settings: Settings,
  load: Load,
  module?: WebAssembly.Module,
): Promise<VerticalPoint[]> {
  const points: VerticalPoint[] = [];
  for (const concurrency of settings.list('concurrency').map(Number)) {
    const functions = load.functions.map((one) => ({ ...one, concurrency, maxVcpus: concurrency }));
    const lifecycle = { ...base(settings), functions, invocations: load.invocations };
    const { served, usedMaxBytes } = await runFunctions(
      settings.number('host.cores'),
      load.durationNs,
      lifecycle,
      module,
    );
    points.push({
      concurrency,
      cold: served.restore + served.vm + served.full,
      joined: served.joined,
      peakMiB: usedMaxBytes / MIB,
    });
  }
  return points;
}
