// One GPU under Valve (assembly/systems/valve.ts), behind names: requests online, offline work in between. Times are nanoseconds. Rules:
// docs/valve.md.

import * as L from '../../assembly/systems/layout.js';
import { compileCore, instantiateCore } from '../core/load.js';

/** In order of arrival. */
export interface GpuRequests {
  readonly at: Float64Array;
  /** Tokens of the prompt, and to be generated. */
  readonly prompt: Float64Array;
  readonly output: Float64Array;
}

export interface GpuSpec {
  readonly cooldownNs: number;
  /** Until offline work has stopped. */
  readonly preemptNs: number;
  /** Between two steps of the engine: work of the host. */
  readonly gapNs: number;
  /** Of a prompt of so many tokens, from 0 on. */
  readonly prefillNs: Float64Array;
  /** Of a token for each of so many requests, from 0 on; as many as may run at once. */
  readonly decodeNs: Float64Array;
  /** Factors of steps and gaps, in turns; empty: none. */
  readonly jitter: Float64Array;
  readonly pages: number;
  readonly pageTokens: number;
  readonly headroom: { readonly pages: number; readonly up: number; readonly down: number };
  /** Pages that are taken from offline work, at most, in one step. */
  readonly reclaim: number;
  /** A step in which nothing but memory is waited for. */
  readonly waitNs: number;
  /** null: nothing runs offline. */
  readonly offline: { readonly pages: number; readonly prefillNs: number } | null;
  readonly endNs: number;
}

/** A step of the engine. */
export interface GpuStep {
  /** When online work wanted the GPU; it had to wait for offline work to stop where the step starts later. */
  readonly wantedNs: number;
  readonly startNs: number;
  readonly endNs: number;
  /** Of a decode: one for each request that ran; else 0. */
  readonly tokens: number;
  /** Offline requests that had lost their pages by its end. */
  readonly killed: number;
}

export interface GpuRun {
  /** When each prompt was done, and when all was; 0: not before the end. */
  readonly firstNs: Float64Array;
  readonly doneNs: Float64Array;
  /** Preemptions that each request saw. */
  readonly seen: Float64Array;
  readonly offlineNs: number;
  /** Of that, what prompts took that had lost their pages. */
  readonly recomputedNs: number;
  readonly preemptions: number;
  readonly steps: number;
  readonly busyNs: number;
  readonly cooledNs: number;
  readonly reclaimedPages: number;
  readonly killed: number;
  readonly memoryWaits: number;
  readonly endedNs: number;
  readonly headroomLast: number;
  readonly headroomMost: number;
  readonly pagesMost: number;
  /** Those asked for. */
  readonly timeline: readonly GpuStep[];
}

interface Exports {
  systemSettings(): number;
  systemAnswers(): number;
  gpuColumns(requests: number): number;
  gpuTables(prefills: number, decodes: number, jitters: number): number;
  gpuTimeline(most: number): number;
  gpuRun(): number;
}

/** @throws RangeError where a request can never have its pages, or has a prompt beyond the table; or memory does not reach */
function check(spec: GpuSpec, { prompt, output }: GpuRequests): void {
  if (!(spec.decodeNs.length > 1 && spec.pageTokens >= 1))
    throw new RangeError('GPU: expected room for one request, and tokens in a page');
  for (let i = 0; i < prompt.length; i++) {
    const tokens = prompt[i]! + output[i]!;
    if (prompt[i]! >= spec.prefillNs.length || Math.ceil(tokens / spec.pageTokens) > spec.pages)
      throw new RangeError(
        `GPU: row ${i + 1}: given ${tokens} tokens, expected at most ${spec.pages * spec.pageTokens} (KV capacity)`,
      );
  }
}

/** As many steps as tokens and prompts, but for those in which memory is waited for: offline work may take pages that have just come free. */
const likelySteps = ({ output }: GpuRequests): number =>
  output.reduce((sum, tokens) => sum + tokens, output.length) + 1024;

function stepsAt(memory: WebAssembly.Memory, at: number, count: number): GpuStep[] {
  const all = new Float64Array(memory.buffer, at, count * L.GPU_STEP_COLUMNS);
  return Array.from({ length: count }, (_, i) => {
    const of = (column: number): number => all[i * L.GPU_STEP_COLUMNS + column]!;
    return {
      wantedNs: of(L.GPU_STEP_WANTED),
      startNs: of(L.GPU_STEP_START),
      endNs: of(L.GPU_STEP_END),
      tokens: of(L.GPU_STEP_TOKENS),
      killed: of(L.GPU_STEP_KILLED),
    };
  });
}

/** `timeline`: with every step of the engine; `room`: for so many, where more are needed it runs anew. */
export async function runGpu(
  spec: GpuSpec,
  requests: GpuRequests,
  module?: WebAssembly.Module,
  { timeline = false, room }: { readonly timeline?: boolean; readonly room?: number } = {},
): Promise<GpuRun> {
  check(spec, requests);
  const { exports: raw, memory } = instantiateCore(await compileCore(module));
  const exports = raw as unknown as Exports;
  const count = requests.at.length;
  const columns = exports.gpuColumns(count);
  const tables = exports.gpuTables(spec.prefillNs.length, spec.decodeNs.length, spec.jitter.length);
  const most = timeline ? (room ?? likelySteps(requests)) : 0;
  const steps = timeline ? exports.gpuTimeline(most) : 0;
  if (columns === 0 || tables === 0 || (timeline && steps === 0))
    throw new RangeError('GPU: memory does not reach for the requests');
  const column = (index: number): Float64Array => new Float64Array(memory.buffer, columns + 8 * index * count, count);
  column(L.GPU_AT).set(requests.at);
  column(L.GPU_PROMPT).set(requests.prompt);
  column(L.GPU_OUTPUT).set(requests.output);
  const table = new Float64Array(
    memory.buffer,
    tables,
    spec.prefillNs.length + spec.decodeNs.length + spec.jitter.length,
  );
  table.set(spec.prefillNs);
  table.set(spec.decodeNs, spec.prefillNs.length);
  table.set(spec.jitter, spec.prefillNs.length + spec.decodeNs.length);
  const given = new Float64Array(memory.buffer, exports.systemSettings(), L.SETTINGS);
  given[L.GPU_COOLDOWN] = spec.cooldownNs;
  given[L.GPU_PREEMPT] = spec.preemptNs;
  given[L.GPU_GAP] = spec.gapNs;
  given[L.GPU_BATCH] = spec.decodeNs.length - 1;
  given[L.GPU_PREFILLS] = spec.prefillNs.length;
  given[L.GPU_JITTERS] = spec.jitter.length;
  given[L.GPU_PAGES] = spec.pages;
  given[L.GPU_PAGE_TOKENS] = spec.pageTokens;
  given[L.GPU_HEADROOM] = spec.headroom.pages;
  given[L.GPU_UP] = spec.headroom.up;
  given[L.GPU_DOWN] = spec.headroom.down;
  given[L.GPU_RECLAIM] = spec.reclaim;
  given[L.GPU_WAIT] = spec.waitNs;
  given[L.GPU_OFFLINE_PAGES] = spec.offline?.pages ?? 0;
  given[L.GPU_OFFLINE_PREFILL] = spec.offline?.prefillNs ?? 0;
  given[L.GPU_END] = spec.endNs;
  if (exports.gpuRun() !== L.SYSTEM_OK) throw new RangeError('GPU: memory does not reach for the batch');
  const answers = new Float64Array(memory.buffer, exports.systemAnswers(), L.ANSWERS);
  const answer = (index: number): number => answers[index]!;
  if (timeline && answer(L.GPU_STEPS) > most)
    return runGpu(spec, requests, module, { timeline, room: answer(L.GPU_STEPS) });
  return {
    firstNs: column(L.GPU_FIRST).slice(),
    doneNs: column(L.GPU_DONE).slice(),
    seen: column(L.GPU_SEEN).slice(),
    offlineNs: answer(L.GPU_OFFLINE_NS),
    recomputedNs: answer(L.GPU_RECOMPUTED_NS),
    preemptions: answer(L.GPU_PREEMPTIONS),
    steps: answer(L.GPU_STEPS),
    busyNs: answer(L.GPU_BUSY_NS),
    cooledNs: answer(L.GPU_COOLED_NS),
    reclaimedPages: answer(L.GPU_RECLAIMED),
    killed: answer(L.GPU_KILLED),
    memoryWaits: answer(L.GPU_MEMORY_WAITS),
    endedNs: answer(L.GPU_ENDED),
    headroomLast: answer(L.GPU_HEADROOM_LAST),
    headroomMost: answer(L.GPU_HEADROOM_MOST),
    pagesMost: answer(L.GPU_PAGES_MOST),
    timeline: timeline ? stepsAt(memory, steps, answer(L.GPU_STEPS)) : [],
  };
}
