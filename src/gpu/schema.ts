// `gpu` as it is written: types, validation and defaults. What concerns VMs too is in checks.ts.

import * as z from 'zod';
import {
  about,
  choice,
  compact,
  documenting,
  duration,
  later,
  positiveDuration,
  positiveSize,
  real,
  section,
  whole,
} from '../input/fields.js';
import { parameterTable } from '../input/parameter.js';
import { GPU_FIELDS, GPU_PARAMETERS } from './parameters.js';
import { GPU_PROFILES, type Gpu, gpuPages } from './spec.js';

const TABLE = parameterTable(GPU_PARAMETERS);
const { documented, described } = documenting(TABLE, GPU_FIELDS);
const of = (path: string): number => TABLE.defaultNumber(`gpu.${path}`);
const MOST_TOKENS = 1_000_000;
const tokens = whole(1, MOST_TOKENS);

const offline = later(() =>
  section({
    prompt: documented('gpu.offline.prompt', tokens),
    output: documented('gpu.offline.output', whole(0, MOST_TOKENS)),
  }).transform(({ prompt, output }) => ({
    prompt: prompt ?? of('offline.prompt'),
    output: output ?? of('offline.output'),
  })),
);

const resolved = (given: z.output<ReturnType<typeof written>>): Gpu =>
  compact({
    vm: given.vm,
    profile: given.profile ?? TABLE.defaultChoice('gpu.profile', GPU_PROFILES),
    cooldownNs: given.cooldown ?? of('cooldown'),
    preemptNs: given.preempt ?? of('preempt'),
    gapNs: given.gap ?? of('gap'),
    batch: given.batch ?? of('batch'),
    memoryBytes: given.memory ?? of('memory'),
    tokenMemoryBytes: given.tokenMemory ?? of('tokenMemory'),
    pageTokens: given.pageTokens ?? of('pageTokens'),
    headroom: given.headroom ?? of('headroom'),
    up: given.up ?? of('up'),
    down: given.down ?? of('down'),
    reclaim: given.reclaim ?? of('reclaim'),
    memoryStepNs: given.memoryStep ?? of('memoryStep'),
    prompt: given.prompt ?? of('prompt'),
    promptCv: given.promptCv ?? of('promptCv'),
    output: given.output ?? of('output'),
    outputCv: given.outputCv ?? of('outputCv'),
    offline: given.offline,
  });

const written = () =>
  section({
    vm: described('gpu.vm', z.string({ error: () => 'the name of a VM' })),
    profile: documented('gpu.profile', choice(GPU_PROFILES)),
    cooldown: documented('gpu.cooldown', duration),
    preempt: documented('gpu.preempt', duration),
    gap: documented('gpu.gap', duration),
    batch: documented('gpu.batch', whole(1, 4096)),
    memory: documented('gpu.memory', positiveSize),
    tokenMemory: documented('gpu.tokenMemory', positiveSize),
    pageTokens: documented('gpu.pageTokens', whole(1, MOST_TOKENS)),
    headroom: documented('gpu.headroom', whole(0, 1e9)),
    up: documented('gpu.up', real(1, 1000)),
    down: documented('gpu.down', whole(0, 1e9)),
    reclaim: documented('gpu.reclaim', whole(1, 1e9)),
    memoryStep: documented('gpu.memoryStep', positiveDuration),
    prompt: documented('gpu.prompt', tokens),
    promptCv: documented('gpu.promptCv', real(0, 20)),
    output: documented('gpu.output', tokens),
    outputCv: documented('gpu.outputCv', real(0, 20)),
    offline: about('Requests that the GPU works on while nobody asks for it; absent: none.', z.optional(offline)),
  });

export const gpuSchema = later(() =>
  written()
    .transform(resolved)
    .superRefine((gpu, context) => {
      const most = Math.floor(gpuPages(gpu) / 2) * gpu.pageTokens;
      const refuse = (path: string[], message: string): void => context.addIssue({ code: 'custom', path, message });
      if (gpuPages(gpu) < 2)
        return refuse(
          ['memory'],
          `at least two pages of ${gpu.pageTokens} tokens: ${2 * gpu.pageTokens * gpu.tokenMemoryBytes} bytes`,
        );
      for (const field of ['prompt', 'output'] as const)
        if (gpu[field] > most) refuse([field], `at most ${most} tokens: half of what gpu.memory holds`);
      const { prompt, output } = gpu.offline ?? { prompt: 0, output: 0 };
      if (prompt + output > 2 * most)
        refuse(['offline', 'prompt'], `at most ${2 * most} tokens with those generated: what gpu.memory holds`);
    }),
);
