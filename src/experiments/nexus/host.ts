// One host under Nexus or with a fabric in every guest, from the experiment's parameters.

import { type NexusSpec, type SystemPolicy, type RequestColumns, runNexus } from '../../systems/run.js';
import { arrivals, greatest, type Greatest, lognormal, mean, quantile, stream } from '../draw.js';
import { MOST_REQUESTS, mostFunctionsOf } from '../most-calls.js';
import type { Settings } from '../parameters.js';
import { type Calls, callsOfFunctions } from '../traced.js';
import { type Payloads, sizeAt } from './payload.js';

const MS = 1e6;
const MIB = 2 ** 20;

export type Transport = 'tcp' | 'rdma';

export interface Times {
  readonly connectMs: number;
  readonly fetchMs: number;
  readonly writeMs: number;
}

function timesOf(settings: Settings, transport: Transport): Times {
  const of = (name: string): number => settings.number(transport === 'tcp' ? name : `rdma.${name}`);
  return { connectMs: of('connect'), fetchMs: of('fetch'), writeMs: of('write') };
}

/** What comes from files; null: it is generated. */
export interface Given {
  readonly calls: Calls | null;
  readonly payloads: Payloads | null;
}

const GENERATED: Given = { calls: null, payloads: null };

/** `workers` 0: a fabric in every guest. */
export interface Variant {
  readonly transport: Transport;
  readonly workers: number;
  readonly opUs: number;
}

/** Mean computation of a request. */
const computeOf = (settings: Settings, { calls }: Given): number =>
  calls === null ? settings.number('compute') * MS : mean(calls.invocations.serviceNs);

export function specOf(
  settings: Settings,
  { transport, workers, opUs }: Variant,
  functions: number,
  given: Given = GENERATED,
): NexusSpec {
  const guest = workers === 0;
  const share = settings.number('fabricCpu');
  const own = guest ? 1 : 1 - settings.number('fabricMemory');
  const sizes = given.calls?.functions.map(({ memoryBytes }) => memoryBytes) ?? [settings.number('memory') * MIB];
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
    instances: settings.number('pool'),
    memoryBytes: settings.number('host.memory') * 2 ** 30,
    fabricNs: (computeOf(settings, given) * share) / (1 - share),
    bytes: Float64Array.from({ length: functions }, (_, fn) => Math.round(sizes[fn % sizes.length]! * own)),
  };
}

function generatedCalls(settings: Settings, functions: number) {
  const seed = settings.number('seed');
  const { at, fn } = arrivals(stream(seed, 0), functions, settings.number('rate'), settings.number('duration'));
  const next = stream(seed, 1);
  const [computeMs, cv] = [settings.number('compute'), settings.number('computeCv')];
  return { at, fn, serviceNs: at.map(() => Math.round(lognormal(next, computeMs, cv) * MS)) };
}

export function requestsOf(
  settings: Settings,
  transport: Transport,
  functions: number,
  { calls, payloads }: Given = GENERATED,
): RequestColumns {
  const seed = settings.number('seed');
  const { fetchMs, writeMs } = timesOf(settings, transport);
  const { at, fn, serviceNs } =
    calls === null ? generatedCalls(settings, functions) : callsOfFunctions(calls, functions);
  const columns = { at, fn, compute: serviceNs };
  if (payloads === null)
    return {
      ...columns,
      fetch: moved(settings, at, fetchMs * MS, 'payload.input', stream(seed, 2)),
      write: moved(settings, at, writeMs * MS, 'payload.output', stream(seed, 3)),
    };
  const [methods, inputs, outputs] = [4, 2, 3].map((purpose) => stream(seed, purpose)) as [Draw, Draw, Draw];
  const called = Array.from(at, () => payloads.method(methods()));
  const timeOf = (bytes: number): number => Math.round((bytes * 8) / settings.number('payload.bandwidth'));
  return {
    ...columns,
    fetch: at.map((_, i) => fetchMs * MS + timeOf(sizeAt(called[i]!.input, inputs()))),
    write: at.map((_, i) => writeMs * MS + timeOf(sizeAt(called[i]!.output, outputs()))),
  };
}

type Draw = () => number;

/** Mean time of a payload on the network. */
const payloadMs = (
  settings: Settings,
  payload: 'payload.input' | 'payload.output',
  payloads: Payloads | null = null,
): number => {
  const bytes = payloads?.mean(payload === 'payload.input' ? 'input' : 'output') ?? settings.number(payload);
  return (bytes * 8) / settings.number('payload.bandwidth') / MS;
};

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

/** Cores and workers of a host on which nobody waits. */
const PLENTY = { cores: 2048, workers: 64 } as const;

/** Computations of a trace may be longer than any objective: what the host adds to each request's time on one where nobody waits. */
async function added(
  spec: NexusSpec,
  requests: RequestColumns,
  latencyNs: Float64Array,
  module?: WebAssembly.Module,
): Promise<Float64Array> {
  const workers = spec.workers === 0 ? 0 : PLENTY.workers;
  const idle = await runNexus({ ...spec, cores: PLENTY.cores + workers, workers, memoryBytes: null }, requests, module);
  return latencyNs.map((ns, i) => Math.max(0, ns - idle.latencyNs[i]!));
}

/** Of a function, in the mean of the whole run. */
const callsEach = (settings: Settings, { calls }: Given): number =>
  calls === null
    ? settings.number('rate') * settings.number('duration')
    : calls.invocations.atNs.length / calls.functions.length;

/** How many functions a host takes until p99 passes the objective. The first tenth of the run is left out. */
export function density(
  settings: Settings,
  variant: Variant,
  from: number,
  given: Given,
  module?: WebAssembly.Module,
): Promise<Greatest> {
  const warmup = (settings.number('duration') / 10) * 1e9;
  const sloNs = settings.number('slo') * MS;
  return greatest(
    async (functions) => {
      const requests = requestsOf(settings, variant.transport, functions, given);
      const spec = specOf(settings, variant, functions, given);
      const { latencyNs } = await runNexus(spec, requests, module);
      const timed = given.calls === null ? latencyNs : await added(spec, requests, latencyNs, module);
      const kept = timed.filter((_, i) => requests.at[i]! >= warmup);
      return !(quantile(kept, 0.99) > sloNs);
    },
    from,
    settings.number('precision'),
    mostFunctionsOf(callsEach(settings, given), MOST_REQUESTS),
  );
}

/** From arrival to answer on an idle host, ms: of the rules, without queueing (N1). */
export function idle(
  settings: Settings,
  transport: Transport,
  changes: { computeMs?: number; restoreMs?: number } = {},
  given: Given = GENERATED,
) {
  const times = timesOf(settings, transport);
  const { connectMs } = times;
  const fetchMs = times.fetchMs + payloadMs(settings, 'payload.input', given.payloads);
  const writeMs = times.writeMs + payloadMs(settings, 'payload.output', given.payloads);
  const { computeMs = computeOf(settings, given) / MS, restoreMs = settings.number('restore') } = changes;
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
