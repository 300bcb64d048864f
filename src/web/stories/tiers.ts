// Memory in two tiers: the working set moves, and its pages come up behind it or are read where they lie.

import text from '../../../examples/tiered-memory.yaml';
import { duration } from '../words.js';
import type { Story } from './story.js';

export const story: Story = {
  scenario: { name: 'tiered-memory.yaml', text: text.replace('duration: 50ms', 'duration: 190ms') },
  speed: 1.5e6,
  grainNs: 20e3,
  beside: { set: ['host.memory.tier.detector=none'], names: ['pages come up', 'pages stay'] },
  captions: [
    {
      atNs: 2e6,
      text: '12 MiB of fast memory for 24 MiB of two VMs’ pages; the rest lies on a slower tier (CXL) and is read there, 160 ns longer a touch. Twice the same host: below, no page moves.',
    },
    {
      atNs: 10e6,
      text: '“store” touches one half of its pages, which is fast from the start. “scan” goes through all of its own, page after page. As yet the two are nearly alike.',
      speed: 3e6,
    },
    {
      atNs: 22e6,
      text: 'At 20 ms store’s working set has moved to the other half. Above, a page comes up once it was touched oftener than its move costs; below, store reads its new half where it lies, and takes cores from scan.',
      speed: 6e6,
    },
    {
      atNs: 60e6,
      text: ([above, below]) =>
        `p99 of store ${duration(above!.latencyNs[0]!)} above, ${duration(below!.latencyNs[0]!)} below. Now you: with admit: always in the text every page that is touched twice comes up, scan’s too. More than twice as many moves: is store faster for it?`,
      speed: 8e6,
    },
  ],
};
