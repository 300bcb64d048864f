// One host under Nexus or with a fabric in every guest, from the experiment's parameters.

import { type NexusSpec, type SystemPolicy, type RequestColumns, runNexus } from '../../systems/run.js';
import { arrivals, greatest, lognormal, quantile, stream } from '../draw.js';
import type { Settings } from '../parameters.js';

const MS = 1e6;
const MIB = 2 ** 20;

export type Transport = 'tcp' | 'rdma';

export interface Times {
  readonly connectMs: number;
  readonly fetchMs: number;
  readonly writeMs: number;
}

export function timesOf(settings: Settings, transport: Transport): Times {
  const of = (name: string): number => settings.number(transport === 'tcp' ? name : `rdma.${name}`);
  return { connectMs: of('connect'), fetchMs: of('fetch'), writeMs: of('write') };
}

/** `workers` 0: a fabric in every guest. */
export interface Variant {
  readonly transport: Transport;
  readonly workers: number;
  readonly opUs: number;
}

export function specOf(settings: Settings, { transport, workers, opUs }: Variant, functions: number): NexusSpec {
  const guest = workers === 0;
  const share = settings.number('fabricCpu');
  const bytes = Math.round(settings.number('memory') * MIB * (guest ? 1 : 1 - settings.number('fabricMemory')));
  return {
    cores: settings.number('host.cores'),
    workers,
    prefetch: settings.flag('prefetch'),
    writeAfter: settings.text('writeback') === 'after',
    restoreNs: settings.number('restore') * MS,
    connectNs: timesOf(settings, transport).connectMs * MS,
    respondNs: settings.number('respond') * MS,
    opNs: opUs * 1000,
    keepNs: settings.number('keepAlive') * 1e9,
    policy: settings.text('policy') as SystemPolicy,
    memoryBytes: settings.number('host.memory') * 2 ** 30,
    fabricNs: ((settings.number('compute') * share) / (1 - share)) * MS,
    bytes: new Float64Array(functions).fill(bytes),
  };
}

export function requestsOf(settings: Settings, transport: Transport, functions: number): RequestColumns {
  const seed = settings.number('seed');
  const { at, fn } = arrivals(stream(seed, 0), functions, settings.number('rate'), settings.number('duration'));
  const next = stream(seed, 1);
  const { fetchMs, writeMs } = timesOf(settings, transport);
  const [computeMs, cv] = [settings.number('compute'), settings.number('computeCv')];
  return {
    at,
    fn,
    compute: at.map(() => Math.round(lognormal(next, computeMs, cv) * MS)),
    fetch: moved(settings, at, fetchMs * MS, 'payload.input', stream(seed, 2)),
    write: moved(settings, at, writeMs * MS, 'payload.output', stream(seed, 3)),
  };
}

/** Mean time of a payload on the network. */
const payloadMs = (settings: Settings, payload: 'payload.input' | 'payload.output'): number =>
  (settings.number(payload) * 8) / settings.number('payload.bandwidth') / MS;

/** What moving a payload takes: so much at least, and its size over the bandwidth. */
function moved(
  settings: Settings,
  at: Float64Array,
  leastNs: number,
  payload: 'payload.input' | 'payload.output',
  next: () => number,
): Float64Array {
  const [meanNs, cv] = [payloadMs(settings, payload) * MS, settings.number('payload.cv')];
  return at.map(() => leastNs + (meanNs === 0 ? 0 : Math.round(lognormal(next, meanNs, cv))));
}

/** How many functions a host takes until p99 passes the objective. The first tenth of the run is left out. */
export function density(
  settings: Settings,
  variant: Variant,
  from: number,
  module?: WebAssembly.Module,
): Promise<number> {
  const warmup = (settings.number('duration') / 10) * 1e9;
  const sloNs = settings.number('slo') * MS;
  return greatest(
    async (functions) => {
      const requests = requestsOf(settings, variant.transport, functions);
      const { latencyNs } = await runNexus(specOf(settings, variant, functions), requests, module);
      const kept = latencyNs.filter((_, i) => requests.at[i]! >= warmup);
      return !(quantile(kept, 0.99) > sloNs);
    },
    from,
    settings.number('precision'),
  );
}

/** From arrival to answer on an idle host, ms: of the rules, without queueing (N1). */
export function idle(
  settings: Settings,
  transport: Transport,
  changes: { computeMs?: number; restoreMs?: number } = {},
) {
  const times = timesOf(settings, transport);
  const { connectMs } = times;
  const fetchMs = times.fetchMs + payloadMs(settings, 'payload.input');
  const writeMs = times.writeMs + payloadMs(settings, 'payload.output');
  const { computeMs = settings.number('compute'), restoreMs = settings.number('restore') } = changes;
  const respondMs = settings.number('respond');
  const opMs = settings.number('opCost') / 1000;
  const input = fetchMs + opMs;
  const output = settings.text('writeback') === 'after' ? 0 : writeMs + opMs;
  const tail = computeMs + output + respondMs;
  return {
    guestColdMs: restoreMs + connectMs + fetchMs + computeMs + writeMs + respondMs,
    guestWarmMs: fetchMs + computeMs + writeMs + respondMs,
    nexusColdMs: (settings.flag('prefetch') ? Math.max(restoreMs, input) : restoreMs + input) + tail,
    nexusWarmMs: input + tail,
  };
}
