// Who decides is late.

import text from '../scenarios/bursts.yaml';
import type { Story } from './story.js';

export const story: Story = {
  scenario: { name: 'bursts.yaml', text },
  speed: 100e3,
  grainNs: 2e3,
  captions: [
    {
      atNs: 400e3,
      text: 'One core, the grey row, does nothing but poll: it looks at each VM in turn and decides who gets which core. Every 10 µs here.',
    },
    {
      atNs: 700e3,
      text: 'Below, looking at one VM takes 200 µs: what an arbiter has to do that looks after too many.',
      fork: ['costs.pollPerVm=200us'],
      speed: 80e3,
    },
    {
      atNs: 1100e3,
      text: 'The burst below was over before the arbiter had seen it. The mechanism is the same, only who decides is late.',
      speed: 240e3,
    },
    {
      atNs: 4000e3,
      text: 'A fast move does not help where the decision to move is slow. Click a move below: the steps cost what they cost above.',
    },
  ],
};
