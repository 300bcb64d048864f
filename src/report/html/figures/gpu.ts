// "Where did the GPU's time go?": steps for prompts and answers, offline work and what neither has; beside it what became of prompts.

import type { GpuResult } from '../../../gpu/result.js';
import { gpuShare } from '../../gpu-table.js';
import { formatCount, formatShare } from '../../units.js';
import type { Figure, Texture } from '../figure.js';
import { colourOfVm, counted, duration } from '../words.js';
import type { Named } from './named.js';

const PARTS = [
  ['busySeconds', 'prompts and answers', 'solid'],
  ['offlineSeconds', 'offline work', 'hatch'],
  ['otherSeconds', 'gaps, preemptions, cooldowns, idle', 'empty'],
] as const satisfies readonly (readonly [keyof GpuResult, string, Texture])[];

function sentence(name: string, gpu: GpuResult): string {
  const { completed, tokens, firstTokenNs, tokenNs, preemptions } = gpu;
  const times =
    completed === 0
      ? ''
      : `: the first token after ${duration(firstTokenNs.mean)} in the mean, p99 ${duration(firstTokenNs.p99)}; each ${duration(tokenNs.mean)}`;
  return (
    `${name}: ${counted(completed, 'prompt')} answered with ${counted(tokens, 'token')}${times}. ` +
    `Offline work has ${formatShare(gpuShare(gpu, 'offlineSeconds'))} of the time and is stopped ${counted(preemptions, 'time')}`
  );
}

export function gpuFigure(runs: readonly Named[]): Figure | undefined {
  const found = runs.flatMap(({ label, result: { gpu, vms } }) => {
    if (gpu === undefined) return [];
    const name = runs.length === 1 ? gpu.vm : `${label}, ${gpu.vm}`;
    return [{ name, gpu, colour: colourOfVm(vms, gpu.vm) }];
  });
  if (found.length === 0) return undefined;
  return {
    id: 'gpu',
    question: 'Where did the GPU’s time go?',
    answer: `${found.map(({ name, gpu }) => sentence(name, gpu)).join('. ')}.`,
    caption:
      'Time of the GPU in the measured time, in seconds. Each token is a request of the VM; nothing flows back from hosts to the GPU, so the ' +
      'mechanism changes nothing here.',
    drawing: {
      kind: 'stack',
      unit: 'seconds',
      rows: found.map(({ name, gpu, colour }) => ({
        name,
        parts: PARTS.map(([part, words, texture]) => ({ name: words, colour, texture, seconds: gpu[part] })),
      })),
    },
    table: {
      head: [
        ...['gpu', 'prompts', 'answered', 'tokens', 'first token', 'p99', 'per token', 'p99'],
        ...PARTS.map(([, words]) => words),
        ...['offline work stopped', 'offline prompts lost'],
      ],
      rows: found.map(({ name, gpu }) => [
        name,
        ...[gpu.arrived, gpu.completed, gpu.tokens].map(formatCount),
        ...[gpu.firstTokenNs.mean, gpu.firstTokenNs.p99, gpu.tokenNs.mean, gpu.tokenNs.p99].map(duration),
        ...PARTS.map(([part]) => formatShare(gpuShare(gpu, part))),
        ...[gpu.preemptions, gpu.offlineLost].map(formatCount),
      ]),
    },
  };
}
