// A core is taken from whoever holds the lock that all others want.

import text from '../scenarios/lock.yaml';
import type { Story } from './story.js';

export const story: Story = {
  scenario: { name: 'lock.yaml', text },
  speed: 100e3,
  grainNs: 3e3,
  captions: [
    {
      atNs: 400e3,
      text: 'Every task of “batch” needs the one lock of its VM for 10 µs of its 400 µs of work. When api has a burst, batch loses cores.',
    },
    {
      atNs: 750e3,
      text: 'A core is taken from whoever has it. If that task holds the lock, everybody who wants it waits until its vCPU has a core again.',
      speed: 150e3,
    },
    {
      atNs: 1500e3,
      text: 'Now twice: below, a holder may leave its section before its core goes (finishSection). The bursts are the same.',
      fork: ['mechanism.finishSection=true'],
      speed: 1e6,
    },
    {
      atNs: 11500e3,
      text: 'Above, a holder was parked 4 times, below never: waiting for the lock takes 12.2 µs on average above and 6.5 µs below. Now you.',
    },
  ],
};
