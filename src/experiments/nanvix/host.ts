// One host that is simulated: calls of many functions under Nanvix, or in VMs that are kept; and how many functions it takes.

import {
  type NanvixSpec,
  type NexusSpec,
  type RequestColumns,
  runNanvix,
  runNexus,
  type SystemRun,
} from '../../systems/run.js';
import { arrivals, greatest, type Greatest, lognormal, quantile, stream } from '../draw.js';
import { mostFunctionsOf } from '../most-calls.js';
import type { Settings } from '../parameters.js';
import type { Baseline } from './arithmetic.js';

const MS = 1e6;
const MIB = 2 ** 20;

export interface Host {
  readonly cores: number;
  readonly memoryBytes: number | null;
  readonly durationS: number;
}

export function callsOf(settings: Settings, functions: number, durationS: number): RequestColumns {
  const seed = settings.number('seed');
  const { at, fn } = arrivals(stream(seed, 0), functions, settings.number('rate'), durationS);
  const next = stream(seed, 1);
  const [serviceMs, cv] = [settings.number('service'), settings.number('serviceCv')];
  return {
    at,
    fn,
    compute: at.map(() => Math.round(lognormal(next, serviceMs, cv) * MS)),
    fetch: new Float64Array(at.length).fill(settings.number('ioCost') * 1000),
    write: new Float64Array(at.length),
  };
}

export const nanvixSpec = (settings: Settings, host: Host, tenants: number, keepS: number): NanvixSpec => ({
  cores: host.cores,
  userStartNs: settings.number('userStart') * MS,
  systemStartNs: settings.number('systemStart') * MS,
  userBytes: Math.round(settings.number('userMemory') * MIB),
  systemBytes: Math.round(settings.number('systemMemory') * MIB),
  keepNs: keepS * 1e9,
  crossingNs: settings.number('crossing') * 1000,
  ioPerCall: settings.number('ioPerCall'),
  parallelStart: settings.flag('parallelStart'),
  memoryBytes: host.memoryBytes,
  tenants,
});

/** `perTenant` functions share a system VM that is kept for `keepS`. */
export function nanvixHost(
  settings: Settings,
  host: Host,
  functions: number,
  perTenant: number,
  keepS: number,
  module?: WebAssembly.Module,
): Promise<SystemRun> {
  const calls = callsOf(settings, functions, host.durationS);
  const spec = nanvixSpec(settings, host, Math.ceil(functions / perTenant), keepS);
  return runNanvix(spec, { ...calls, fn: calls.fn.map((fn) => Math.floor(fn / perTenant)) }, module);
}

export const baselineSpec = (
  host: Host,
  functions: number,
  { memoryMiB, startS }: Baseline,
  keepS: number,
): NexusSpec => ({
  cores: host.cores,
  workers: 0,
  prefetch: false,
  writeAfter: false,
  restoreNs: startS * 1e9,
  connectNs: 0,
  respondNs: 0,
  opNs: 0,
  keepNs: keepS * 1e9,
  memoryBytes: host.memoryBytes,
  fabricNs: 0,
  bytes: new Float64Array(functions).fill(Math.round(memoryMiB * MIB)),
});

export function baselineHost(
  settings: Settings,
  host: Host,
  functions: number,
  baseline: Baseline,
  keepS: number,
  module?: WebAssembly.Module,
): Promise<SystemRun> {
  const calls = callsOf(settings, functions, host.durationS);
  return runNexus(
    baselineSpec(host, functions, baseline, keepS),
    { ...calls, fetch: new Float64Array(calls.at.length) },
    module,
  );
}

/** Calls that one run may have: each is as many parts as its I/O makes of it. */
export const mostParts = (ioPerCall: number): number => Math.floor(MOST_PARTS / (ioPerCall + 1));
const MOST_PARTS = 5e6;

/** The most functions with which p99 stays below the objective; `early`: whether VMs may go before their keep-alive ends, as those that are not kept always may. */
export function mostFunctions(
  settings: Settings,
  run: (functions: number) => Promise<SystemRun>,
  early: boolean,
  from: number,
): Promise<Greatest> {
  const sloNs = settings.number('slo') * MS;
  const kept = (settings.number('search.duration') * 2e9) / 3;
  return greatest(
    async (functions) => {
      const { latencyNs, startedNs, evicted } = await run(functions);
      if (!early && evicted > 0) return false;
      return !(
        quantile(
          latencyNs.filter((_, i) => startedNs[i]! >= kept),
          0.99,
        ) > sloNs
      );
    },
    from,
    settings.number('precision'),
    mostFunctionsOf(
      settings.number('rate') * settings.number('search.duration'),
      mostParts(settings.number('ioPerCall')),
    ),
  );
}
