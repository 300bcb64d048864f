// The layer that swaps memory is replaced while its VMs run.

import text from '../../../examples/upgrade-under-load.yaml';
import type { Story } from './story.js';

export const story: Story = {
  scenario: { name: 'upgrade-under-load.yaml', text },
  speed: 20e6,
  grainNs: 200e3,
  captions: [
    {
      atNs: 60e6,
      text: 'Some of the memory of these VMs is swapped out. The layer that swaps will be replaced while they run.',
    },
    {
      atNs: 149e6,
      text: 'Prepared. During the hand-over, some milliseconds, a page that is not there has to wait.',
      speed: 2e6,
    },
    {
      atNs: 157e6,
      text: 'Only tasks that touched a missing page waited; the others went on, and so did the cores that move.',
      speed: 20e6,
    },
    {
      atNs: 250e6,
      text: 'The largest latency has grown to some 5 ms, the p99 hardly. Now you: run on, a second upgrade will fail and be rolled back.',
    },
  ],
};
