// A stand-in for the simulator: results follow from the scenario by a plain rule, so that tests of the commands know
// what must come out. Rule: a VM's latencies are 10 us, or 1 ms in one of 20, unless it may have `enough` cores.

import * as L from '../../assembly/layout.js';
import { ofEach } from '../../src/metrics/counters.js';
import { Histogram } from '../../src/metrics/histogram.js';
import type { Result } from '../../src/result/result.js';
import { type RawVm, buildResult } from '../../src/result/build.js';
import { MOVE_DISTRIBUTIONS, STEP_DISTRIBUTIONS } from '../../src/result/counters.js';
import type { Io } from '../../src/cli/io.js';
import type { ProgressReport } from '../../src/cli/progress.js';
import type { Tools } from '../../src/cli/replicate.js';
import type { Runnable } from '../../src/study/study.js';
import { dedicatedCores } from '../../src/scenario/mechanisms.js';
import { parseScenario } from '../../src/scenario/parse.js';
import type { Scenario } from '../../src/scenario/types.js';

export const SCENARIO = `
version: 1
seed: 7
duration: 1ms
host: { cores: 9 }
mechanism: hyperflux
vms:
  - name: api
    vcpus: { min: 2, max: 8 }
    slo: { quantile: 0.99, latency: 200us }
    workload:
      arrivals: { process: poisson, rate: 2e5 }
      request: { stages: [ { tasks: 1, service: { dist: constant, value: 10us } } ] }
  - name: batch
    class: best-effort
    vcpus: { min: 0, max: 8 }
    workload:
      arrivals: { process: saturate, tasks: 8 }
      request: { stages: [ { tasks: 1, service: { dist: constant, value: 10us } } ] }
`;

/** Counters as the core lays them out, from plain values in raw units. */
function rawHistogram(values: readonly number[], scale = 1): Histogram {
  const counts = new Float64Array(4096);
  let [sum, sumSquares] = [0, 0];
  for (const value of values) {
    const exponent = Math.max(Math.floor(Math.log2(Math.max(value, 1))) - 7, 0);
    const index = exponent === 0 ? value : exponent * 128 + Math.floor(value / 2 ** exponent);
    counts[index] = counts[index]! + 1;
    sum += value;
    sumSquares += value * value;
  }
  const [min, max] = values.length === 0 ? [0, 0] : [Math.min(...values), Math.max(...values)];
  return Histogram.fromRaw({ count: values.length, sum, sumSquares, min, max, counts, subBucketBits: 7, scale });
}

export interface FakeOptions {
  /** Cores that VMs need to have between them before a VM with an SLO attains it, by mechanism. */
  readonly enough?: (kind: string) => number;
  /** Called in the middle of a run, where a real one would give the event loop a turn. */
  readonly midway?: (scenario: Scenario) => void;
  /** Ends an aborted run by throwing instead of returning. */
  readonly throwOnAbort?: boolean;
  /** Breaks a law of the result. */
  readonly spoil?: (result: Result) => void;
  /** What the core would have counted instead. */
  readonly raw?: (vm: RawVm) => RawVm;
}

const REQUESTS = 100;
const TASK_NS = 1000;

function fakeResult(scenario: Scenario, measuredNs: number, options: FakeOptions): Result {
  const kind = scenario.mechanism.kind;
  const ran = measuredNs > 0;
  const kept = dedicatedCores(kind);
  const vms = scenario.vms.map((vm): RawVm => {
    const has = kind === 'static' ? vm.vcpus.min : Math.min(scenario.host.cores - kept, vm.vcpus.max);
    const good = has >= (options.enough?.(kind) ?? 4);
    const values = ran
      ? Array.from({ length: REQUESTS }, (_, i) => (good || i % 20 > 0 ? 10_000 : 1_000_000) + (scenario.seed % 97))
      : [];
    return {
      name: vm.name,
      class: vm.class,
      slo: vm.slo === undefined ? null : { quantile: vm.slo.quantile, latencyNs: vm.slo.latencyNs },
      counters: {
        [L.VM_ARRIVED]: values.length,
        [L.VM_COMPLETED]: values.length,
        [L.VM_TASK_NS]: ran ? TASK_NS : 0,
        [L.VM_WORK_NS]: measuredNs * 2,
      },
      distributions: {
        latencyNs: rawHistogram(values),
        queueDelayNs: rawHistogram(values.map((value) => value - 10_000)),
        slowdown: rawHistogram(
          values.map((value) => Math.floor(value / 10)),
          0.001,
        ),
      },
      endless: vm.slo === undefined,
    };
  });
  const taskNs = ran ? vms.length * TASK_NS : 0;
  const none = rawHistogram([]);
  const result = buildResult({
    vms: vms.map((vm) => options.raw?.(vm) ?? vm),
    manifest: {
      name: 'fluxhost',
      version: '0.0.0',
      scenarioSha256: 'a'.repeat(64),
      coreSha256: 'b'.repeat(64),
      fingerprint: scenario.fingerprint ? '00000000000000ff' : '',
      seed: scenario.seed,
      streams: [],
      mechanism: kind,
      durationNs: scenario.durationNs,
      warmupNs: scenario.warmupNs,
      measuredNs,
      replications: 1,
      events: 1234,
      wallSeconds: 0.25,
    },
    host: {
      cores: scenario.host.cores,
      counters: {
        [L.HOST_IDLE_NS]: (scenario.host.cores - kept) * measuredNs - taskNs,
        [L.HOST_POLL_NS]: kept * measuredNs,
      },
    },
    reallocation: {
      distributions: ofEach(MOVE_DISTRIBUTIONS, () => none),
      steps: ofEach(STEP_DISTRIBUTIONS, () => none),
    },
    histogram: { precision: 0.004, shared: 'vm' },
  });
  options.spoil?.(result);
  return result;
}

export interface FakeTools extends Tools {
  /** Scenarios in the order in which they were simulated. */
  readonly created: Scenario[];
  closed: number;
}

export function fakeTools(options: FakeOptions = {}, text = SCENARIO): FakeTools {
  const tools: FakeTools = {
    created: [],
    closed: 0,
    load: async (path, { set }) => ({ ...parseScenario(text, { file: path, set }), directory: '.' }),
    async create(scenario) {
      tools.created.push(scenario);
      let nowNs = 0;
      const simulation: Runnable = {
        get done() {
          return nowNs === scenario.durationNs;
        },
        async run({ onProgress, signal } = {}) {
          const report = (): ProgressReport => ({ nowNs, endNs: scenario.durationNs, events: 617, wallSeconds: 0.5 });
          nowNs = scenario.durationNs / 2;
          onProgress?.(report());
          options.midway?.(scenario);
          if (signal?.aborted === true) {
            if (options.throwOnAbort === true) throw signal.reason as Error;
            return;
          }
          nowNs = scenario.durationNs;
        },
        metrics: () => fakeResult(scenario, nowNs, options),
        close: () => void (tools.closed += 1),
      };
      return simulation;
    },
  };
  return tools;
}

export interface CapturedIo extends Io {
  out: string;
  err: string;
  interrupt: () => void;
  listening: boolean;
}

export function captureIo(stderrIsTty = false): CapturedIo {
  const io: CapturedIo = {
    out: '',
    err: '',
    listening: false,
    interrupt: () => undefined,
    stdout: (text) => void (io.out += text),
    stderr: (text) => void (io.err += text),
    isTty: false,
    stderrIsTty,
    onInterrupt(callback) {
      io.interrupt = callback;
      io.listening = true;
      return () => void (io.listening = false);
    },
  };
  return io;
}
