// Four systems on one host: cores that move, functions that come and go, swapped memory, a datapath with budgets.

import text from '../../../examples/serverless-host.yaml';
import { duration } from '../words.js';
import type { Story } from './story.js';

export const story: Story = {
  scenario: {
    name: 'serverless-host.yaml',
    text: text.replace('duration: 2s', 'duration: 400ms').replace('warmup: 200ms', 'warmup: 0ns'),
  },
  speed: 5e6,
  grainNs: 200e3,
  beside: { set: ['mechanism=hotplug'], names: ['hyperflux', 'hotplug'] },
  captions: [
    {
      atNs: 20e6,
      text: 'Packets of “small” and “large” pass a datapath on a core of its own. Above, the others move between VMs in microseconds; below, plugging one in takes 100 ms.',
    },
    {
      atNs: 50e6,
      text: 'A function has a VM only while it is called: a core in its colour for some ten milliseconds, booted or found warm. “batch” takes what is left.',
      speed: 8e6,
    },
    {
      atNs: 99e6,
      text: 'Below, ten cores have been on their way to small and large nearly all the time, and requests wait. They will come soon, and stay when nobody needs them.',
      speed: 11e6,
    },
    {
      atNs: 190e6,
      text: ([above, below]) =>
        `p99 of small ${duration(above!.latencyNs[0]!)} above, ${duration(below!.latencyNs[0]!)} below. The datapath let the same packets through. ` +
        'Now you: datapath.discipline=fifo in the text lets large’s in the way of small’s.',
      speed: 10e6,
    },
  ],
};
