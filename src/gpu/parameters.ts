// Defaults of `gpu`, each with its source, and what has none.

import { type Field, type Parameter, fieldOf as field, parametersOf } from '../input/parameter.js';
import { GPU_PROFILES } from './spec.js';

const VIDUR = 'Vidur (Agrawal et al., MLSys 2024): 32 layers of llama2-7b, one worker, without attention';
const AZURE = 'mean of the conversations of the Azure LLM trace of 2023 (Patel et al., ISCA 2024)';
const VALVE = 'Valve (arXiv 2604.07874)';
const NONE = 'no figure is published';

export const GPU_PARAMETERS: readonly Parameter[] = parametersOf(
  [
    ['profile', 'choice', 'a100', 'Whose times of a step are taken.', VIDUR, 'derived', GPU_PROFILES],
    [
      'cooldown',
      'ns',
      74_000_000,
      'Idle time after which offline work goes on.',
      `${VALVE}: twice the greatest gap between decodes, by two third-party ports`,
      'secondary',
    ],
    [
      'preempt',
      'ns',
      500_000,
      'Until offline work has stopped.',
      `${VALVE}: below 1 ms; the value is assumed`,
      'assumed',
    ],
    ['gap', 'ns', 5_000_000, "Between two steps of the engine: the host's work.", NONE, 'assumed'],
    ['batch', 'count', 64, 'Answers that are generated at once, at most.', NONE, 'assumed'],
    [
      'memory',
      'bytes',
      56 * 2 ** 30,
      'For keys and values.',
      '80 GB less 13 GiB of weights, and room for what is not modelled',
      'assumed',
    ],
    [
      'tokenMemory',
      'bytes',
      2 ** 19,
      'Keys and values of a token: 2 · 32 layers · 32 heads · 128 · 2 bytes.',
      'the shape of llama2-7b',
      'derived',
    ],
    ['pageTokens', 'count', 16, 'Tokens of a page.', 'vLLM, from memory', 'secondary'],
    ['headroom', 'count', 64, 'Pages kept free for prompts at first.', NONE, 'assumed'],
    [
      'up',
      'count',
      2,
      'Factor of the headroom after a demand beyond it.',
      `${VALVE}: grows by factors, shrinks by steps (a digest); the value is assumed`,
      'assumed',
    ],
    ['down', 'count', 1, 'Pages that it shrinks by otherwise.', 'as of gpu.up', 'assumed'],
    ['reclaim', 'count', 256, 'Pages taken from offline work in a step, at most.', NONE, 'assumed'],
    ['memoryStep', 'ns', 1_000_000, 'A step in which nothing but memory is waited for.', NONE, 'assumed'],
    ['prompt', 'count', 1263, 'Mean tokens of a prompt; lognormal, cut at half the memory.', AZURE, 'derived'],
    ['promptCv', 'count', 0.97, 'Standard deviation of prompts over their mean.', AZURE, 'derived'],
    ['output', 'count', 206, 'Mean tokens of an answer; lognormal, cut likewise.', AZURE, 'derived'],
    ['outputCv', 'count', 0.8, 'Standard deviation of answers over their mean.', AZURE, 'derived'],
    [
      'offline.prompt',
      'count',
      1024,
      "Tokens of an offline request's prompt, which it computes again when its pages are lost.",
      NONE,
      'assumed',
    ],
    ['offline.output', 'count', 256, 'Tokens that it generates.', NONE, 'assumed'],
  ],
  'gpu.',
);

export const GPU_FIELDS: readonly Field[] = [
  field('gpu.vm', 'name', 'The VM whose arrivals are prompts; its requests are the tokens of their answers.'),
];
