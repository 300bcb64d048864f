// Tokens of a GPU come in bursts of a millisecond: work for a VM whose cores come in time, or do not.

import example from '../../../examples/gpu-host.yaml';
import { duration } from '../words.js';
import type { Story } from './story.js';

const text = example
  .replace('duration: 20s', 'duration: 2s')
  .replace('warmup: 2s', 'warmup: 0s')
  .replace('rate: 0.8', 'rate: 30')
  .replace('profile: h100', 'profile: h100\n  prompt: 200');

export const story: Story = {
  scenario: { name: 'gpu-host.yaml', text },
  speed: 5e6,
  grainNs: 200e3,
  captions: [
    {
      atNs: 190e6,
      text: 'A GPU (not drawn) has a token for every answer under way each 11 ms or so: four short tasks each for “chat”, all at once. Slivers of its colour.',
    },
    {
      atNs: 220e6,
      text: 'The cores come from “train”, which has whatever nobody wants, and are back with it a millisecond later. “bulk” serves packets beside them.',
      speed: 10e6,
    },
    {
      atNs: 290e6,
      text: 'Now twice: below, cores stay where they are (static), and chat has one. The GPU and its tokens are the same.',
      fork: ['mechanism=static'],
      speed: 15e6,
    },
    {
      atNs: 400e6,
      text: ([above, below]) =>
        `p99 of a token’s work ${duration(above!.latencyNs[0]!)} above, ${duration(below!.latencyNs[0]!)} below. Now you: with a rate of 0.8 for chat ` +
        'the GPU works offline between answers, and the result says what it was stopped for.',
      speed: 20e6,
    },
  ],
};
