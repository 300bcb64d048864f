// What laws say of these runs, beside what they did: cold starts of one Poisson function, the mean start by tiers, memory of a burst.

import { coldStarts, servedInAll } from '../../lifecycle/result.js';
import type { FigureValues } from '../experiment.js';
import { arrivals, stream } from '../draw.js';
import type { Settings } from '../parameters.js';
import { base, type Load, runFunctions } from './load.js';
import { keepFor } from './policies.js';
import { burst } from './vertical.js';

const S = 1e9;
const CALLS = 20_000;
/** Laws are of starts that nobody holds back. */
const NO_GATE = { slots: 0, ratePerSecondPerCore: 0 };

/** A1: one function, service and start 0, a call every 600 s, kept 600 s. */
async function oneFunction(settings: Settings, module?: WebAssembly.Module): Promise<FigureValues> {
  const gapS = 600;
  const { at, fn } = arrivals(stream(settings.number('seed'), 2), 1, 1 / gapS, CALLS * gapS);
  const one = {
    name: 'f',
    tenant: 't',
    memoryBytes: 2 ** 20,
    memoryPerRequestBytes: 0,
    initNs: 0,
    maxVcpus: 1,
    concurrency: 1,
    minInstances: 0,
    confidential: false,
  };
  const lifecycle = {
    ...base(settings),
    boot: NO_GATE,
    keepAlive: keepFor(600),
    tier: { activeNs: 0, dormantNs: 0, restoreNs: 0, vmBootNs: 0 },
    functions: [one],
    invocations: { atNs: at, fn, serviceNs: new Float64Array(at.length) },
  };
  const result = await runFunctions(1, at.at(-1)! + S, lifecycle, module);
  const calls = servedInAll(result);
  return {
    calls,
    cold: coldStarts(result) / calls,
    coldTheory: Math.exp(-1),
    idleInstanceSecondsPerCall: result.warmByteSeconds / 2 ** 20 / calls,
    idleTheory: (1 - Math.exp(-1)) * gapS,
  };
}

/** Mean time to start = Σ share · latency of the tier, exact where nobody joins another's start. */
async function byTiers(settings: Settings, load: Load, module?: WebAssembly.Module): Promise<FigureValues> {
  const functions = load.functions.map((one) => ({ ...one, concurrency: 1, confidential: false, minInstances: 0 }));
  const lifecycle = { ...base(settings), boot: NO_GATE, functions, invocations: load.invocations };
  // some time more, so that what started last runs
  const result = await runFunctions(settings.number('host.cores'), load.durationNs + 3600 * S, lifecycle, module);
  const { activeNs, dormantNs, restoreNs, vmBootNs } = lifecycle.tier;
  const sum = result.functions.reduce((total, { served }, index) => {
    const { initNs } = functions[index]!;
    const starts = served.restore * restoreNs + served.vm * vmBootNs + served.full * (vmBootNs + initNs);
    return total + served.active * activeNs + served.dormant * dormantNs + starts;
  }, 0);
  return {
    meanStartNs: result.startNs.mean ?? 0,
    sumOfTiersNs: sum / servedInAll(result),
    joined: result.served.joined,
  };
}

export async function lawsOf(
  settings: Settings,
  load: Load,
  module?: WebAssembly.Module,
): Promise<Record<string, FigureValues>> {
  return {
    A1: await oneFunction(settings, module),
    A4: { ...(await burst(settings, 16, module)), horizontalTheory: 1152, verticalTheory: 192, limit: (64 + 8) / 8 },
    tiers: await byTiers(settings, load, module),
  };
}
