// Cores follow a burst, and what happens to the same burst where they do not.

import text from '../scenarios/bursts.yaml';
import type { Story } from './story.js';

export const story: Story = {
  scenario: { name: 'bursts.yaml', text },
  speed: 100e3,
  grainNs: 2e3,
  captions: [
    {
      atNs: 400e3,
      text: 'Sixteen cores, two VMs. “api” answers requests and has little to do; “batch” takes every core that is left.',
    },
    {
      atNs: 750e3,
      text: 'In a moment api gets fifty times as many requests, for 200 µs. Watch whose colour the cores have.',
      speed: 75e3,
    },
    {
      atNs: 1060e3,
      text: 'Cores followed within tens of microseconds, and went back. The hatched ends are what each move cost.',
      speed: 200e3,
    },
    {
      atNs: 1500e3,
      text: 'Now twice: above as it was, below with cores that stay where they are (static). The same burst comes to both.',
      fork: ['mechanism=static'],
      speed: 200e3,
    },
    {
      atNs: 2700e3,
      text: 'Two cores are too few for a burst: requests wait below while most cores lie idle. Now you: load, mechanism, cores.',
      speed: 200e3,
    },
  ],
};
