// The stories of the guided tour. What a sentence claims with numbers a test reads off a run in Node.

import { count, duration } from './words.js';

/** One future at an instant: of each VM the quantile of its latencies so far. */
export interface Seen {
  readonly latencyNs: readonly (number | null)[];
}

export interface Caption {
  readonly atNs: number;
  /** Or what it says of the futures as they are then. */
  readonly text: string | ((seen: readonly Seen[]) => string);
  /** A second future that is otherwise from the begin, and what the two are called. */
  readonly beside?: { readonly set: readonly string[]; readonly names: readonly [string, string] };
  /** What the second future has otherwise from here on, `PATH=VALUE`. */
  readonly fork?: readonly string[];
  /** Simulated ns a second from here on. */
  readonly speed?: number;
}

export interface Story {
  readonly title: string;
  /** Of an example. */
  readonly scenario: string;
  readonly speed: number;
  readonly captions: readonly Caption[];
}

export const STORIES: readonly Story[] = [
  {
    title: 'A burst',
    scenario: 'bursts.yaml',
    speed: 100e3,
    captions: [
      {
        atNs: 1,
        text: 'Sixteen cores, two VMs. “api” answers requests and has little to do; “batch” takes every core that is left.',
      },
      {
        atNs: 700e3,
        text: 'In a moment api gets fifty times as many requests, for 200 µs. Watch whose colour the cores have.',
        speed: 50e3,
      },
      {
        atNs: 1060e3,
        text: 'Cores followed within tens of microseconds, and went back. The hatched ends are what each move cost.',
        speed: 100e3,
      },
      {
        atNs: 1500e3,
        text: 'Now twice: above as it was, below with cores that stay where they are (static). The same burst comes to both.',
        fork: ['mechanism=static'],
        speed: 50e3,
      },
      {
        atNs: 2700e3,
        text: 'Two cores are too few for a burst: requests wait below while most cores lie idle. Now you: load, mechanism, cores.',
      },
    ],
  },
  {
    title: 'The lock holder',
    scenario: 'lock.yaml',
    speed: 100e3,
    captions: [
      {
        atNs: 1,
        text: 'Every task of “batch” needs the one lock of its VM for 10 µs of its 400 µs of work. When api has a burst, batch loses cores.',
      },
      {
        atNs: 700e3,
        text: 'A core is taken from whoever has it. If that task holds the lock, everybody who wants it waits until its vCPU has a core again.',
        speed: 50e3,
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
  },
  {
    title: 'The drowning arbiter',
    scenario: 'bursts.yaml',
    speed: 100e3,
    captions: [
      {
        atNs: 1,
        text: 'One core does nothing but poll: it looks at each VM in turn and decides who gets which core. Every 10 µs here.',
      },
      {
        atNs: 700e3,
        text: 'Below, looking at one VM takes 200 µs: what an arbiter has to do that looks after too many.',
        fork: ['costs.pollPerVm=200us'],
        speed: 50e3,
      },
      {
        atNs: 1100e3,
        text: 'The burst below was over before the arbiter had seen it. The mechanism is the same, only who decides is late.',
        speed: 200e3,
      },
      {
        atNs: 4000e3,
        text: 'A fast move does not help where the decision to move is slow. Click a move below: the steps cost what they cost above.',
      },
    ],
  },
  {
    title: 'The memory cliff',
    scenario: 'cliff.yaml',
    speed: 2e6,
    captions: [
      {
        atNs: 1,
        text: 'The tasks of “store” touch half of its 48 GiB. Above, the host has 26 GiB for it, below 20. What does not fit lies on an SSD.',
        beside: { set: ['host.memory.size=20GiB'], names: ['26 GiB of memory', '20 GiB of memory'] },
      },
      {
        atNs: 6e6,
        text: 'Below, what is touched does not fit: pages go out that are needed soon after. A task that finds one gone waits for the SSD.',
        speed: 6e6,
      },
      {
        atNs: 20e6,
        text: 'The SSD serves 32 pages at once, and more are asked for. More cores for store would not help: its tasks wait for pages, not for cores.',
        speed: 12e6,
      },
      {
        atNs: 60e6,
        text: ([above, below]) =>
          `p99 ${duration(above!.latencyNs[0]!)} above and ${duration(below!.latencyNs[0]!)} below: 6 GiB less, ` +
          `${count(Math.round(below!.latencyNs[0]! / above!.latencyNs[0]!))} times as long. Now you: change host.memory.size in the text. Where does it break?`,
      },
    ],
  },
  {
    title: 'A hot upgrade',
    scenario: 'upgrade-under-load.yaml',
    speed: 20e6,
    captions: [
      {
        atNs: 1,
        text: 'Some of the memory of these VMs is swapped out. The layer that swaps will be replaced while they run.',
      },
      {
        atNs: 149e6,
        text: 'Prepared. During the hand-over, some milliseconds, a page that is not there has to wait.',
        speed: 1e6,
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
  },
];
