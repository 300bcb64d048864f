// A result of what a host has counted so far.

import { lifecycleResult } from '../lifecycle/measured.js';
import { swapResult } from '../swap/read.js';
import { buildResult } from '../result/build.js';
import type { Result, ResampledTrace } from '../result/result.js';
import { type TraceReach, warningsOf } from '../result/trust.js';
import { scenarioSha256 } from '../scenario/canonical.js';
import { seededStreams } from '../scenario/streams.js';
import type { Scenario } from '../scenario/types.js';
import { NAME, VERSION } from '../version.js';
import type { CompiledScenario } from './compile.js';
import type { HostCore } from './host.js';
import type { Injection } from './injection.js';
import type { IntervalReadings } from './intervals.js';
import type { LateRequests } from './late.js';
import { addHistograms, readCounters, slotCounters } from './results.js';

/** A host, and what was read of it on its way. */
export interface Measured {
  readonly scenario: Scenario;
  readonly compiled: CompiledScenario;
  readonly core: HostCore;
  readonly injection: Injection;
  readonly late: LateRequests;
  readonly intervals: IntervalReadings;
  readonly wallSeconds: number;
  /** Every bucket of the latencies goes into the result. */
  readonly histograms: boolean;
}

/** Each trace once a group of VMs. */
function resampledOf(reached: readonly TraceReach[], { vms, laid }: CompiledScenario): ResampledTrace[] {
  const found = new Map<string, ResampledTrace>();
  for (const { vm, file, blocks } of reached) {
    const { name } = vms[vm]!.group;
    if (blocks !== undefined) found.set(name, { vm: name, file, blockNs: blocks.blockNs, blocks: blocks.of });
  }
  const functions = laid?.drawn === undefined ? [] : [{ vm: 'functions', ...laid.drawn }];
  return [...found.values(), ...functions];
}

/** @throws CoreError when tasks or core time do not add up */
export function measure(of: Measured): Result {
  const { scenario, compiled, core, injection, late, intervals, wallSeconds, histograms } = of;
  core.settle();
  const { nowNs, events } = core;
  // statistics begin anew at the end of the warm-up; a run that is stopped before has what it has
  const measuredNs = nowNs < scenario.warmupNs ? nowNs : nowNs - scenario.warmupNs;
  const ofMemory = compiled.laid === undefined ? scenario : { ...scenario, laid: compiled.laid };
  const memory = swapResult(ofMemory, compiled.vms, compiled.slots.length, measuredNs, core);
  const cores = slotCounters(core, compiled);
  const lifecycle = lifecycleResult(compiled.laid?.spec, core, cores);
  const counters = readCounters(core, compiled, scenario.host.cores, late);
  const datapath = injection.datapath?.result(nowNs);
  const gpu = injection.gpu?.result(nowNs);
  const memoryNs = (scenario.host.memory?.cores ?? 0) * measuredNs;
  const result = buildResult({
    manifest: {
      name: NAME,
      version: VERSION,
      scenarioSha256: scenarioSha256(scenario),
      coreSha256: core.sha256,
      fingerprint: scenario.fingerprint ? core.fingerprint() : '',
      seed: scenario.seed,
      streams: seededStreams(scenario),
      mechanism: scenario.mechanism.kind,
      durationNs: scenario.durationNs,
      warmupNs: scenario.warmupNs,
      measuredNs,
      replications: 1,
      events,
      wallSeconds,
    },
    ...counters,
    ...(lifecycle === undefined ? {} : { lifecycle }),
    host: {
      ...counters.host,
      ...(memory === undefined ? {} : { memoryNs }),
      ...(datapath === undefined ? {} : { datapathNs: datapath.workers * measuredNs }),
    },
    ...(memory === undefined ? {} : { memory }),
    ...(datapath === undefined ? {} : { datapath }),
    ...(gpu === undefined ? {} : { gpu }),
  });
  const resampled = resampledOf(injection.reached, compiled);
  if (resampled.length > 0) result.resampled = resampled;
  if (histograms) addHistograms(result, core);
  result.warnings = warningsOf(result, { scenario, vms: intervals.byVm, traces: injection.reached });
  return result;
}
