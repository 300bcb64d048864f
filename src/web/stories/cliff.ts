// The same tasks on two sizes of memory, of which one holds what they touch.

import text from '../scenarios/cliff.yaml';
import { count, duration } from '../words.js';
import type { Story } from './story.js';

export const story: Story = {
  scenario: { name: 'cliff.yaml', text },
  speed: 2e6,
  grainNs: 100e3,
  beside: { set: ['host.memory.size=20GiB'], names: ['26 GiB of memory', '20 GiB of memory'] },
  captions: [
    {
      atNs: 3e6,
      text: 'The tasks of “store” touch half of its 48 GiB. Above, the host has 26 GiB for it, below 20. What does not fit lies on an SSD.',
    },
    {
      atNs: 10e6,
      text: 'Below, what is touched does not fit: pages go out that are needed soon after. A task that finds one gone waits for the SSD.',
      speed: 4e6,
    },
    {
      atNs: 25e6,
      text: 'The SSD serves 32 pages at once, and more are asked for. More cores for store would not help: its tasks wait for pages, not for cores.',
      speed: 8e6,
    },
    {
      atNs: 60e6,
      text: ([above, below]) =>
        `p99 ${duration(above!.latencyNs[0]!)} above and ${duration(below!.latencyNs[0]!)} below: 6 GiB less, ` +
        `${count(Math.round(below!.latencyNs[0]! / above!.latencyNs[0]!))} times as long. Now you: change host.memory.size in the text. Where does it break?`,
      speed: 8e6,
    },
  ],
};
