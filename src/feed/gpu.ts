// Prompts that a GPU answers before its tokens are requests of a VM: drawn before the run, or what a datapath lets through; computed and
// generated step by step, between them offline work (docs/valve.md). Nothing flows back from VMs to the GPU, so that it may run first.

import type { GpuResult } from '../gpu/result.js';
import { type Gpu, gpuPages } from '../gpu/spec.js';
import { InputError } from '../input/errors.js';
import { Histogram } from '../metrics/histogram.js';
import type { Scenario } from '../scenario/types.js';
import { PROFILES, tableOf } from '../systems/gpu-profile.js';
import { type GpuRequests, type GpuRun, type GpuSpec, runGpu } from '../systems/valve.js';
import type { ArrivalBatch } from '../workload/arrival.js';
import { type Draw, drawOf } from '../workload/draw.js';
import { PURPOSE, streamOf } from './arrivals.js';

/** Tokens and steps are held in memory, some 100 bytes each. */
const MOST_TOKENS = 10_000_000;
const SUB_BITS = 10;

/** Lengths are cut at half of what the memory holds, so that each prompt fits with its answer. */
function requestsOf(gpu: Gpu, seed: number, at: Float64Array): GpuRequests {
  const most = Math.floor(gpuPages(gpu) / 2) * gpu.pageTokens;
  const random = streamOf(seed, gpu.vm, PURPOSE.lengths);
  const law = (mean: number, cv: number): Draw =>
    drawOf(cv === 0 ? { dist: 'constant', value: mean } : { dist: 'lognormal', mean, cv }, new Map());
  const [prompts, answers] = [law(gpu.prompt, gpu.promptCv), law(gpu.output, gpu.outputCv)];
  const tokens = (draw: Draw): number => Math.min(most, Math.max(1, Math.round(draw(random))));
  const [prompt, output] = [new Float64Array(at.length), new Float64Array(at.length)];
  at.forEach((_, i) => {
    prompt[i] = tokens(prompts);
    output[i] = tokens(answers);
  });
  return { at, prompt, output };
}

function specOf(gpu: Gpu, { prompt }: GpuRequests, endNs: number): GpuSpec {
  const { pageTokens, headroom, up, down, offline } = gpu;
  const longest = prompt.reduce((most, tokens) => Math.max(most, tokens), offline?.prompt ?? 1);
  const prefillNs = tableOf(PROFILES[gpu.profile]!, longest);
  return {
    ...{ cooldownNs: gpu.cooldownNs, preemptNs: gpu.preemptNs, gapNs: gpu.gapNs, prefillNs, pageTokens, endNs },
    decodeNs: tableOf(PROFILES[gpu.profile]!, gpu.batch),
    jitter: new Float64Array(),
    pages: gpuPages(gpu),
    headroom: { pages: headroom, up, down },
    reclaim: gpu.reclaim,
    waitNs: gpu.memoryStepNs,
    offline:
      offline === undefined
        ? null
        : {
            pages: Math.ceil((offline.prompt + offline.output) / pageTokens),
            prefillNs: prefillNs[offline.prompt]!,
          },
  };
}

/** @throws InputError where memory would not hold them */
function checkCount({ vm }: Gpu, { output }: GpuRequests): void {
  const tokens = output.reduce((sum, one) => sum + one, 0);
  if (tokens <= MOST_TOKENS) return;
  const expected = `at most ${MOST_TOKENS}, which are held in memory: a shorter duration, or fewer prompts of ${vm}`;
  throw new InputError([{ path: 'gpu', given: `some ${tokens} tokens of answers`, expected }]);
}

/** How much of [from, to] lies in [first, last]. */
const within = (from: number, to: number, first: number, last: number): number =>
  Math.max(0, Math.min(to, last) - Math.max(from, first));

/** The prompts of a scenario, all answered. */
export class GpuAnswers {
  private constructor(
    private readonly gpu: Gpu,
    private readonly warmupNs: number,
    private readonly requests: GpuRequests,
    private readonly run: GpuRun,
  ) {}

  /** `at`: when prompts come, in order. */
  static async of(
    gpu: Gpu,
    { seed, warmupNs, durationNs }: Scenario,
    at: Float64Array,
    module: WebAssembly.Module | undefined,
  ): Promise<GpuAnswers> {
    const requests = requestsOf(gpu, seed, at);
    checkCount(gpu, requests);
    const spec = specOf(gpu, requests, warmupNs + durationNs);
    return new GpuAnswers(gpu, warmupNs, requests, await runGpu(spec, requests, module, { timeline: true }));
  }

  /** The tokens of each step, at its end: requests of the VM. */
  *arrivals(): Generator<ArrivalBatch> {
    for (const { endNs, tokens } of this.run.timeline)
      if (tokens > 0)
        yield {
          atNs: new Float64Array(tokens).fill(endNs),
          serviceNs: new Float64Array(tokens).fill(-1), // drawn by the VM
          width: new Uint32Array(tokens), // drawn by the VM
          count: tokens,
        };
  }

  /** What has become of prompts and of the GPU's time by `nowNs`; of the time since the warm-up, or of all before its end. */
  result(nowNs: number): GpuResult {
    const fromNs = nowNs < this.warmupNs ? 0 : this.warmupNs;
    return { vm: this.gpu.vm, ...this.prompts(nowNs, fromNs), ...this.time(nowNs, fromNs) };
  }

  private prompts(nowNs: number, fromNs: number) {
    const { at, output } = this.requests;
    const { firstNs, doneNs } = this.run;
    const [first, token] = [Histogram.create(SUB_BITS), Histogram.create(SUB_BITS)];
    let [arrived, completed] = [0, 0];
    at.forEach((time, i) => {
      const done = doneNs[i]!;
      const ended = done > 0 && done <= nowNs;
      if (time > nowNs || (ended && fromNs > 0 && done <= fromNs)) return;
      arrived++;
      if (!ended) return;
      completed++;
      first.record(firstNs[i]! - time);
      token.record(Math.round((done - firstNs[i]!) / output[i]!));
    });
    return {
      ...{ arrived, completed, inFlight: arrived - completed },
      ...{ firstTokenNs: first.distribution(), tokenNs: token.distribution() },
    };
  }

  private time(nowNs: number, fromNs: number) {
    const { cooldownNs, offline } = this.gpu;
    let [tokens, preemptions, busyNs, offlineNs, freeFrom, lostBefore, lost] = [0, 0, 0, 0, 0, 0, 0];
    for (const { wantedNs, startNs, endNs, tokens: made, killed } of this.run.timeline) {
      const taken = wantedNs > freeFrom || freeFrom === 0; // from offline work
      if (offline !== undefined) offlineNs += within(freeFrom, wantedNs, fromNs, nowNs);
      if (wantedNs > nowNs) break;
      if (offline !== undefined && taken && wantedNs >= fromNs) preemptions++;
      busyNs += within(startNs, endNs, fromNs, nowNs);
      if (endNs > fromNs && endNs <= nowNs) tokens += made;
      if (startNs < fromNs) lostBefore = killed;
      if (startNs <= nowNs) lost = killed;
      freeFrom = endNs + cooldownNs;
    }
    if (offline !== undefined) offlineNs += this.afterLast(nowNs, fromNs);
    const seconds = (ns: number): number => ns / 1e9;
    return {
      ...{ tokens, preemptions, offlineLost: lost - lostBefore },
      busySeconds: seconds(busyNs),
      offlineSeconds: seconds(offlineNs),
      otherSeconds: seconds(nowNs - fromNs - busyNs - offlineNs),
    };
  }

  /** Offline work behind the last step of all. */
  private afterLast(nowNs: number, fromNs: number): number {
    const last = this.run.timeline.at(-1);
    const from = last === undefined ? 0 : last.endNs + this.gpu.cooldownNs;
    return within(from, nowNs, fromNs, nowNs);
  }
}
