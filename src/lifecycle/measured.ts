// The core's counters of functions under their names: the section `lifecycle` of a result.

import { PART_LIFECYCLE } from '../../assembly/layout.js';
import * as W from '../../assembly/lifecycle/layout.js';
import { counted, NS_PER_SECOND, type Words } from '../metrics/counters.js';
import type { PartReader } from '../metrics/part-reader.js';
import type { Distribution } from '../metrics/figures.js';
import {
  FUNCTION_COUNTERS,
  FUNCTION_GONE,
  FUNCTION_SECONDS,
  FUNCTION_SERVED,
  GONE_COUNTERS,
  LIFECYCLE_COUNTERS,
  SERVED_COUNTERS,
} from './counters.js';
import { coldStarts, servedInAll, type FunctionResult, type LifecycleResult } from './result.js';
import type { FunctionSpec, LifecycleSpec } from './spec.js';
import { functionTimes, TIERS } from './times.js';

const GIB = 2 ** 30;
const TWO_64 = 2 ** 64;

/** A sum of byte-nanoseconds in two words, as byte-seconds. */
const byteSeconds = (words: Words, low: number): number =>
  ((words[low] ?? 0) + (words[low + 1] ?? 0) * TWO_64) / NS_PER_SECOND;

const ratio = (part: number, whole: number): number | null => (whole === 0 ? null : part / whole);

function functionResult({ name }: FunctionSpec, words: Words): FunctionResult {
  const served = counted(FUNCTION_SERVED, words);
  const all = servedInAll({ served });
  const counts = counted(FUNCTION_COUNTERS, words);
  return {
    name,
    ...counts,
    served,
    gone: counted(FUNCTION_GONE, words),
    coldStartRate: ratio(coldStarts({ served }), all),
    meanStartNs: ratio(words[W.FN_START_NS] ?? 0, all),
    meanLatencyNs: ratio(words[W.FN_LATENCY_NS] ?? 0, counts.completed),
    warmByteSeconds: byteSeconds(words, W.FN_IDLE_LO),
  };
}

function overTime(core: PartReader, samples: number): LifecycleResult['overTime'] {
  const words = core.partCounters(PART_LIFECYCLE, W.LIFE_SET_SAMPLES, samples * W.SAMPLE_VALUES);
  return Array.from({ length: samples }, (_, i) => {
    const at = (which: number): number => words?.[i * W.SAMPLE_VALUES + which] ?? 0;
    return {
      atNs: at(W.SAMPLE_TIME),
      warmBytes: at(W.SAMPLE_IDLE),
      busyBytes: at(W.SAMPLE_BUSY),
      startingBytes: at(W.SAMPLE_BOOT),
      instances: at(W.SAMPLE_INSTANCES),
    };
  });
}

/** Undefined where the host has no functions. `cores`: what the VMs of instances have counted together. */
export function lifecycleResult(
  spec: LifecycleSpec | undefined,
  core: PartReader,
  cores: Words,
): LifecycleResult | undefined {
  const words = core.partCounters(PART_LIFECYCLE, W.LIFE_SET, W.LIFE_COUNTERS);
  if (spec === undefined || words === undefined) return undefined;
  const { functions, memoryBytes } = spec;
  const each = core.partCounters(PART_LIFECYCLE, W.LIFE_SET_FUNCTIONS, functions.length * W.FN_COUNTERS)!;
  const served = counted(SERVED_COUNTERS, words);
  const all = servedInAll({ served });
  const warmByteSeconds = byteSeconds(words, W.LIFE_IDLE_LO);
  const distribution = (first: number, which: readonly number[]): Distribution =>
    core
      .partHistogram(
        PART_LIFECYCLE,
        which.map((tier) => first + tier),
      )
      .distribution();
  const byTier = (first: number): LifecycleResult['startNsByTier'] =>
    Object.fromEntries(
      TIERS.map(([name, tier]) => [name, distribution(first, [tier])]),
    ) as LifecycleResult['startNsByTier'];
  return {
    ...counted(LIFECYCLE_COUNTERS, words),
    served,
    gone: counted(GONE_COUNTERS, words),
    coldStartRate: ratio(coldStarts({ served }), all),
    startNs: functionTimes(core, 'starts').distribution(),
    latencyNs: functionTimes(core, 'functions').distribution(),
    startNsByTier: byTier(W.LIFE_HISTOGRAM_START),
    latencyNsByTier: byTier(W.LIFE_HISTOGRAM_LATENCY),
    budgetBytes: memoryBytes,
    warmByteSeconds,
    busyByteSeconds: byteSeconds(words, W.LIFE_BUSY_LO),
    startingByteSeconds: byteSeconds(words, W.LIFE_BOOT_LO),
    warmGibSecondsPer1000: ratio((warmByteSeconds / GIB) * 1000, all),
    cpuSeconds: counted(FUNCTION_SECONDS, cores),
    overTime: overTime(core, words[W.LIFE_SAMPLES] ?? 0),
    neverFit: functions
      .filter((one) => memoryBytes !== null && one.memoryBytes + one.memoryPerRequestBytes > memoryBytes)
      .map(({ name }) => name),
    functions: functions.map((one, i) =>
      functionResult(one, each.subarray(i * W.FN_COUNTERS, (i + 1) * W.FN_COUNTERS)),
    ),
  };
}
