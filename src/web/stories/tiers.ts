// Memory in two tiers: what is touched comes up, and whether that is what requests wait for.

import text from '../../../examples/tiered-memory.yaml';
import { count, duration } from '../words.js';
import type { Story } from './story.js';

export const story: Story = {
  scenario: { name: 'tiered-memory.yaml', text: text.replace('duration: 50ms', 'duration: 200ms') },
  speed: 500e3,
  grainNs: 20e3,
  captions: [
    {
      atNs: 2e6,
      text: '48 MiB of fast memory for 96 MiB of two VMs’ pages; what does not fit lies on a slower tier (CXL). A touched page comes up, and waits for that.',
    },
    {
      atNs: 6e6,
      text: '“store” touches mostly the same pages, which stay up. “scan” goes through all of its own, page after page.',
      speed: 1e6,
    },
    {
      atNs: 14e6,
      text: 'Now twice: below, cores stay where they are (static). Both have the same two tiers. Is it pages that store waits for, or cores?',
      fork: ['mechanism=static'],
      speed: 1.5e6,
    },
    {
      atNs: 32e6,
      text: ([above, below]) =>
        `p99 of store ${duration(above!.latencyNs[0]!)} above, ${duration(below!.latencyNs[0]!)} below: ` +
        `${count(Math.round(below!.latencyNs[0]! / above!.latencyNs[0]!))} times as long, for want of cores. Now you: host.memory.size=96MiB in the text changes much less.`,
      speed: 5e6,
    },
  ],
};
