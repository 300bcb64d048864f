// When rounds come and whom they find short: on a grid that stays where it is, whatever is skipped, announced or idle; what is read, when it
// was published; who is served first; what is never taken, and what must be repaid.

import { describe, expect, it } from 'vitest';
import type { ScenarioInput } from '../../src/index.js';
import { byHand, ns, vmOf, type HandScenario, type HandVm } from './by-hand.js';

type Mechanism = ScenarioInput['mechanism'];
const DISPATCH = 5_000 + 50; // wake and dispatch of an idle core, and the switch to the task

describe('a VM is short at the next instant of the grid', () => {
  it('when its last core leaves while a task waits, and when it is taken, whatever the threshold', async () => {
    const result = await byHand({
      duration: '200us',
      cores: 2,
      mechanism: { kind: 'hyperflux', threshold: '1ms' },
      vms: [
        { name: 'a', arrivals: [[30_000, 3_000]] },
        { name: 'b', class: 'best-effort', arrivals: [[0, 100_000]] },
      ],
    });
    // round 30,000 takes b's core: its task has run from 15,260 to 31,210; a is done at 46,260, its core free at 50,260: round 60,000
    expect(vmOf(result, 'a').latencyNs.max).toBe(30_000 + 210 + 13_000 + 50 + 3_000 - 30_000);
    expect(vmOf(result, 'b').latencyNs.max).toBe(60_000 + 210 + DISPATCH + 100_000 - 15_950);
  });

  const yields: HandVm = { name: 'a', vcpus: { min: 1, max: 1 }, arrivals: [[3_000, 1_000]] };
  const other = (arrivals: HandVm['arrivals']): HandVm => ({
    name: 'z',
    vcpus: { min: 1, max: 3 },
    arrivals: arrivals!,
  });
  it.each<[string, Mechanism]>([
    ['hyperflux', 'hyperflux'],
    ['blind', 'blind'],
    ['shenango', 'shenango'],
    ['caladan', 'caladan'],
  ])('and no other VM changes when, under %s', async (_, mechanism) => {
    const of = async (arrivals: HandVm['arrivals']): Promise<unknown> => {
      const vms = [yields, other(arrivals)];
      const costs = { pollPerVm: '0ns', issue: '0ns' };
      return vmOf(await byHand({ duration: '400us', cores: 6, mechanism, costs, vms }), 'a').latencyNs;
    };
    const alone = await of([]);
    expect(await of([[0, 300_000], [100, 300_000], [7_000, 20_000]])).toEqual(alone); // prettier-ignore
    expect(await of([[1, 1_000], [2, 50_000], [3, 1], [19_999, 30_000]])).toEqual(alone); // prettier-ignore
  });
});

describe('the grid', () => {
  const announced = (at: number, vms: readonly HandVm[], costs: ScenarioInput['costs']): HandScenario => ({
    duration: '100us',
    cores: 9,
    mechanism: { kind: 'hyperflux', mode: 'both' },
    costs,
    vms: [{ name: 'a', vcpus: { min: 0, max: 4 }, arrivals: [[at, 30_000, 3]] }, ...vms],
  });

  it('goes on from when an announcement has been issued, if that is behind the next round', async () => {
    const vms: HandVm[] = [
      { name: 'c', arrivals: [[9_000, 3_000]] },
      { name: 'd', arrivals: [[13_000, 3_000]] },
    ];
    // issued at 10,500, 11,500, 12,500: then the round, and the next one 10,000 later
    const result = await byHand(announced(9_500, vms, { issue: '1us' }));
    expect(vmOf(result, 'c').latencyNs.max).toBe(12_500 + 165 + 1_000 + DISPATCH + 3_000 - 9_000);
    expect(vmOf(result, 'd').latencyNs.max).toBe(22_500 + 165 + 1_000 + DISPATCH + 3_000 - 13_000);
  });

  it('counts what a round reads though nothing came of it', async () => {
    // the round at 10,000 read until 10,055
    const a = vmOf(await byHand(announced(10_020, [], {})), 'a');
    expect(a.latencyNs.max).toBe(10_000 + 55 + 3 * 100 + DISPATCH + 30_000 - 10_020);
  });
});

describe('proactive', () => {
  it('serves a VM without any core, and no other, in its rounds', async () => {
    const mechanism = { kind: 'hyperflux', mode: 'proactive' } as const;
    const vms: HandVm[] = [
      { name: 'a', arrivals: [[2_000, 3_000]] },
      { name: 'b', vcpus: { min: 1, max: 2 }, arrivals: [[0, 60_000], [2_000, 3_000]] }, // prettier-ignore
    ];
    const result = await byHand({ duration: '200us', cores: 5, mechanism, vms });
    expect(vmOf(result, 'a').latencyNs.max).toBe(10_000 + 210 + DISPATCH + 3_000 - 2_000);
    expect(vmOf(result, 'b').grants).toBe(0);
  });
});

describe('with aggregate', () => {
  it('a round pays for the bits and for the VMs in which tasks wait, not for those in which they did', async () => {
    const vms: HandVm[] = [
      { name: 'a', arrivals: [[2_000, 3_000]] },
      { name: 'b', vcpus: { min: 1, max: 1 }, arrivals: [[0, 5_000], [1_000, 1_000]] }, // prettier-ignore
    ];
    const mechanism = { kind: 'hyperflux', aggregate: true } as const;
    const result = await byHand({ duration: '100us', cores: 3, mechanism, costs: { pollPerVm: '1us' }, vms });
    expect(vmOf(result, 'a').latencyNs.max).toBe(10_000 + 2_000 + 100 + DISPATCH + 3_000 - 2_000);
  });
});

describe('metrics of the last multiple of staleness', () => {
  const vm = (arrivals: HandVm['arrivals']): HandVm => ({ name: 'a', vcpus: { min: 1, max: 2 }, arrivals: arrivals! });
  const of = async (knobs: object, arrivals: HandVm['arrivals']) =>
    vmOf(await byHand({ duration: '20ms', cores: 3, mechanism: { kind: 'hyperflux', ...knobs }, vms: [vm(arrivals)] }), 'a'); // prettier-ignore
  const LATE = [[1_000, 5_000_000], [105_000, 3_000]] as const; // prettier-ignore
  const FIRST = 200_000 + 55 + 100 + DISPATCH - 105_000;

  it.each(['average', 'oldest', 'queue-length'] as const)('are read by %s', async (signal) => {
    expect((await of({ signal, staleness: '100us' }, LATE)).queueDelayNs.max).toBe(FIRST);
    // a multiple in the very instant of a round is read there: 1 ns is as good as none
    const fresh = (await of({ signal }, LATE)).queueDelayNs.max;
    expect((await of({ signal, staleness: '1ns' }, LATE)).queueDelayNs.max).toBe(fresh);
  });

  it('are as old as that multiple: a task that had waited 5 us then has waited 5 us at every round up to the next', async () => {
    const arrivals = [[1_000, 5_000_000], [195_000, 3_000]] as const; // prettier-ignore
    for (const signal of ['average', 'oldest'] as const)
      expect((await of({ signal, staleness: '100us' }, arrivals)).queueDelayNs.max).toBe(300_000 + 155 + DISPATCH - 195_000); // prettier-ignore
  });

  it('are believed until the next: cores come for a task that is gone', async () => {
    // the second task has waited since 105 us; at 201,050 its own vCPU takes it, and until 300 us every round finds it waiting
    const a = await of({ staleness: '100us' }, [[1_000, 200_000], [105_000, 3_000]]); // prettier-ignore
    expect(a.queueDelayNs.max).toBe(201_050 + 50 - 105_000);
    expect(a.grants).toBe(10);
  });

  it('are read when a VM is no longer passed over, also those published while it was', async () => {
    // round 10,000 grants the first core; 20,000 passes over; 30,000 reads of 16,000 that the second task has waited for 16 us
    const knobs = { kind: 'hyperflux', signal: 'oldest', threshold: '15us', staleness: '16us', grant: 'one' } as const;
    const vms: HandVm[] = [{ name: 'a', vcpus: { min: 0, max: 2 }, arrivals: [[0, 200_000], [0, 3_000]] }]; // prettier-ignore
    const result = await byHand({ duration: '100us', cores: 3, mechanism: knobs, vms });
    expect(vmOf(result, 'a').queueDelayNs.max).toBe(30_000 + 55 + 100 + DISPATCH);
  });
});

describe('who is below its guarantee', () => {
  it('comes before a higher class, in a round as where a core becomes free', async () => {
    const vms: HandVm[] = [
      { name: 'a', arrivals: [[5_000, 3_000]] },
      { name: 'b', class: 'best-effort', vcpus: { min: 1, max: 1 }, arrivals: [[5_000, 3_000]] },
    ];
    const result = await byHand({ duration: '100us', cores: 2, mechanism: 'hyperflux', vms });
    // b gave its core back at 4,000 and gets it at round 10,000; done at 18,260, free at 22,260: round 30,000
    expect(vmOf(result, 'b').latencyNs.max).toBe(10_000 + 210 + DISPATCH + 3_000 - 5_000);
    expect(vmOf(result, 'a').latencyNs.max).toBe(30_000 + 210 + DISPATCH + 3_000 - 5_000);
    expect(vmOf(result, 'b').preemptions + vmOf(result, 'a').preemptions).toBe(0);
  });
});

describe('of many that are short of the one core', () => {
  /** VMs in the order in which they get it: each has one task, and its priority and arrival. */
  const served = async (vms: readonly (readonly [priority: number, at: number])[]): Promise<number[]> => {
    const result = await byHand({
      duration: '2ms',
      cores: 2,
      mechanism: 'hyperflux',
      vms: vms.map(([priority, at], i) => ({ name: `v${i}`, priority, arrivals: [[at, 3_000]] })),
    });
    const ends = vms.map(([, at], i) => at + vmOf(result, `v${i}`).latencyNs.max!);
    return [...ends.keys()].sort((a, b) => ends[a]! - ends[b]!);
  };
  const shuffled = (count: number): number[] => Array.from({ length: count }, (_, i) => (i * 7 + 3) % count);

  it.each([5, 12, 40])('the one of the highest of %i priorities comes first', async (count) => {
    const priorities = shuffled(count);
    const order = await served(priorities.map((priority) => [priority, 1_000]));
    expect(order.map((i) => priorities[i])).toEqual(Array.from({ length: count }, (_, i) => count - 1 - i));
  });

  it.each([5, 12, 90])('of %i equals the one that waits longest comes first, of those the first', async (count) => {
    const at = shuffled(count).map((i) => 1_000 + Math.floor(i / 2));
    const order = await served(at.map((instant) => [0, instant]));
    const wanted = [...at.keys()].sort((a, b) => at[a]! - at[b]! || a - b);
    expect(order).toEqual(wanted);
  });
});

describe('what is guaranteed is never unplugged', () => {
  const quick = {
    kind: 'hotplug',
    latency: '5us',
    unplugLatency: '5us',
    idleBefore: '20us',
    interval: '10us',
  } as const;
  it('under hotplug', async () => {
    const vms: HandVm[] = [{ name: 'a', vcpus: { min: 2, max: 4 }, arrivals: [[900_000, 3_000]] }];
    const idle = vmOf(await byHand({ duration: '1ms', cores: 4, mechanism: quick, vms }), 'a');
    expect(idle).toMatchObject({ yields: 0, latencyNs: { max: 3_050 } });
  });

  it('and what is more leaves when it has been idle for that long', async () => {
    const arrivals = [[0, 30_000], [0, 30_000], [0, 5_000]] as const; // prettier-ignore
    const vms: HandVm[] = [{ name: 'a', vcpus: { min: 2, max: 4 }, arrivals }];
    const a = vmOf(await byHand({ duration: '1ms', cores: 4, mechanism: quick, vms }), 'a');
    // plugged at 10,000 + 5,000, it steals, runs 5 us, is idle for 20 and gone after 5 more; the other two stay
    expect(a).toMatchObject({ grants: 1, yields: 1 });
    expect(ns(a.cpuSeconds.transition)).toBe(5_000 + 3 * 50 + 5_000);
  });

  it('and a vCPU that is being unplugged does not leave besides, though nothing is guaranteed', async () => {
    const mechanism = {
      ...quick,
      threshold: '0us',
      latency: '30us',
      unplugLatency: '30us',
      idleBefore: '10us',
    } as const;
    const vms: HandVm[] = [
      { name: 'a', vcpus: { min: 1, max: 2 }, arrivals: [[0, 400_000], [46_000, 3_000]] }, // prettier-ignore
      { name: 'c', class: 'best-effort', vcpus: { min: 0, max: 1 }, arrivals: [[0, 5_000]] },
    ];
    const result = await byHand({ duration: '300us', cores: 2, mechanism, vms });
    // c runs from 40,050 on and searches from 45,050; its core is decided to leave at 50,000, and is unplugged before 55,050 + 30,000
    expect(vmOf(result, 'c')).toMatchObject({ yields: 0, revocations: 1, grants: 1 });
    expect(vmOf(result, 'a').latencyNs.min).toBe(50_000 + 30_000 + 30_000 + 50 + 3_000 - 46_000);
  });

  it('under microvm', async () => {
    const mechanism = { kind: 'microvm', keepAlive: '20us' } as const;
    const vms: HandVm[] = [{ name: 'a', vcpus: { min: 1, max: 4 }, arrivals: [[900_000, 3_000]] }];
    const a = vmOf(await byHand({ duration: '1ms', cores: 4, mechanism, vms }), 'a');
    expect(a).toMatchObject({ yields: 0, latencyNs: { max: 3_050 } });
  });
});

describe('a microVM', () => {
  it('is restored only once the first boot is over', async () => {
    const long = 300_000_000;
    const arrivals = [[0, long], [0, long], [200_000_000, long], [200_000_000, long]] as const; // prettier-ignore
    const vms: HandVm[] = [{ name: 'a', vcpus: { min: 0, max: 3 }, arrivals }];
    const a = vmOf(await byHand({ duration: '1s', cores: 3, mechanism: 'microvm', vms }), 'a');
    expect(a.coldStarts).toMatchObject({ boot: 2, restore: 1 });
  });
});

describe('a quota', () => {
  const tasks = (n: number): HandVm['arrivals'] => Array.from({ length: n }, () => [1_000, 10_000_000] as const);
  const used = async (periods: number, max: number, contextSwitch: string): Promise<number> => {
    const mechanism = { kind: 'cgroup', period: '100us', contextSwitch } as const;
    const vms: HandVm[] = [{ name: 'a', vcpus: { min: 1, max }, arrivals: tasks(max)! }];
    const result = await byHand({ duration: `${periods * 100}us`, cores: 8, mechanism, vms });
    const { task, steal, idlePoll, transition } = vmOf(result, 'a').cpuSeconds;
    return ns(task) + ns(steal) + ns(idlePoll) + ns(transition);
  };

  it('is exceeded by what stopping takes in the first period, and by nothing in all', async () => {
    expect(await used(1, 8, '1500ns')).toBe(112_000);
    for (const periods of [2, 3, 5, 10]) expect(await used(periods, 8, '1500ns')).toBe(periods * 100_000);
    expect(await used(7, 4, '3us')).toBe(700_000);
    expect(await used(6, 2, '100ns')).toBe(600_000);
  });

  it('that lasts for the period stops nobody', async () => {
    const mechanism = { kind: 'cgroup', period: '100us' } as const;
    const vms: HandVm[] = [{ name: 'a', vcpus: { min: 1, max: 1 }, arrivals: [[0, 950_000]] }];
    const a = vmOf(await byHand({ duration: '1ms', cores: 1, mechanism, vms }), 'a');
    expect(a.latencyNs.max).toBe(950_050);
    expect(a.throttledSeconds).toBe(0);
  });

  it('tells for how long it has been used up, to the end of the run', async () => {
    const mechanism = { kind: 'cgroup', period: '100us' } as const;
    const vms: HandVm[] = [{ name: 'a', vcpus: { min: 1, max: 2 }, arrivals: tasks(2)! }];
    const a = vmOf(await byHand({ duration: '90us', cores: 2, mechanism, vms }), 'a');
    // vCPU 0 from 0 on, vCPU 1 from 1,000 on: 2t - 1,000 = 100,000
    expect(ns(a.throttledSeconds)).toBe(90_000 - 50_500);
  });
});
