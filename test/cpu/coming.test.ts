// A core that was decided for a VM counts as coming until its vCPU looks for its first task there. So one waiting task gets one core, however
// often the arbiter looks while that core is on its way, and whoever moves it.

import { describe, expect, it } from 'vitest';
import type { ScenarioInput } from '../../src/index.js';
import { byHand, vmOf, type HandVm } from './by-hand.js';

type Mechanism = ScenarioInput['mechanism'];

/** One vCPU is busy for long, one task comes behind it at 2 us. */
const busy: HandVm = {
  name: 'a',
  vcpus: { min: 1, max: 4 },
  arrivals: [
    [0, 400_000_000],
    [2_000, 3_000],
  ],
};

describe('one waiting task gets one core, though many rounds pass before that has arrived', () => {
  // the round that decides, reading and issuing, from there to the first instruction, the task switch
  it.each<[string, Mechanism, number]>([
    ['hyperflux', { kind: 'hyperflux', interval: '2us' }, 12_000 + 55 + 100 + 5_000 + 50],
    ['hyperflux by its oldest task', { kind: 'hyperflux', interval: '2us', signal: 'oldest' }, 17_205],
    ['hyperflux by its queue', { kind: 'hyperflux', interval: '2us', signal: 'queue-length' }, 2_000 + 155 + 5_050],
    ['hyperflux, one a round', { kind: 'hyperflux', interval: '2us', grant: 'one' }, 17_205],
    ['blind', { kind: 'blind', interval: '2us' }, 17_205],
    ['hotplug', { kind: 'hotplug', interval: '1ms', latency: '5ms' }, 6_000_050],
    ['shenango', { kind: 'shenango', moveLatency: '50us' }, 10_000 + 155 + 20_000 + 50],
    ['caladan', { kind: 'caladan', moveLatency: '50us' }, 20_000 + 155 + 20_000 + 50],
    ['ditto', { kind: 'ditto', interval: '3us' }, 3_000 + 14_000 + 50],
    ['cgroup', { kind: 'cgroup', contextSwitch: '30us', period: '10s' }, 2_000 + 30_000 + 50],
  ])('under %s', async (_, mechanism, firstNs) => {
    const a = vmOf(await byHand({ duration: '500ms', cores: 5, mechanism, vms: [busy] }), 'a');
    expect(a.grants).toBe(1);
    expect(a.latencyNs.min).toBe(firstNs - 2_000 + 3_000);
  });

  it('under microvm, where nothing is stolen', async () => {
    const mechanism = { kind: 'microvm' } as const;
    const vms: HandVm[] = [{ name: 'a', vcpus: { min: 0, max: 4 }, arrivals: [[2_000, 3_000]] }];
    const a = vmOf(await byHand({ duration: '500ms', cores: 5, mechanism, vms }), 'a');
    expect(a.grants).toBe(1);
    expect(a.coldStarts).toMatchObject({ boot: 1 });
    expect(a.latencyNs.max).toBe(1_000_000 + 125_000_000 + 50 + 3_000 - 2_000);
  });

  it('of a core that is taken from another VM as well', async () => {
    const b: HandVm = { name: 'b', class: 'best-effort', vcpus: { min: 0, max: 4 } };
    const arrivals = [0, 0, 0, 0].map((at) => [at, 1_000_000] as const);
    const mechanism = { kind: 'hyperflux', interval: '1us' } as const;
    const vms: HandVm[] = [
      { name: 'a', vcpus: { min: 0, max: 4 }, arrivals: [[100_500, 3_000]] },
      { ...b, arrivals },
    ];
    const result = await byHand({ duration: '1ms', cores: 5, mechanism, vms });
    expect(vmOf(result, 'a').grants).toBe(1);
    expect(vmOf(result, 'b').revocations).toBe(1);
    // 101 us: two VMs read, one move issued, 1 + 2 + 2 + 3 + 3 + 2 us, the switch
    expect(vmOf(result, 'a').latencyNs.max).toBe(101_000 + 110 + 100 + 13_000 + 50 + 3_000 - 100_500);
  });
});

describe('demand is what waits less what comes', () => {
  it('where more tasks come while cores are on their way', async () => {
    // 14 us: three wait, 11,900 ns on average; 16 us: four, 10,425 ns, and three cores come
    const arrivals = [0, 2_000, 2_100, 2_200, 16_000].map((at) => [at, 400_000] as const);
    const mechanism = { kind: 'hyperflux', interval: '2us' } as const;
    const vms: HandVm[] = [{ name: 'a', vcpus: { min: 1, max: 9 }, arrivals }];
    expect(vmOf(await byHand({ duration: '200us', cores: 10, mechanism, vms }), 'a').grants).toBe(4);
  });

  it('in announcements: those that wait already come before them', async () => {
    const mechanism = { kind: 'hyperflux', mode: 'proactive' } as const;
    const a = (arrivals: HandVm['arrivals']): HandVm => ({ name: 'a', vcpus: { min: 0, max: 8 }, arrivals: arrivals! });
    const grants = async (arrivals: HandVm['arrivals']): Promise<number> =>
      vmOf(await byHand({ duration: '100us', cores: 9, mechanism, vms: [a(arrivals)] }), 'a').grants;
    expect(await grants([[12_345, 30_000, 2]])).toBe(2);
    // the first two come for two that wait, 1 us later nothing is left for the next two
    expect(await grants([[12_345, 30_000, 2], [13_345, 30_000, 2]])).toBe(4); // prettier-ignore
    // the cores of the first have come: 12,545 + 5,000
    expect(await grants([[12_345, 30_000, 2], [20_000, 30_000, 3]])).toBe(5); // prettier-ignore
  });

  it('in announcements: a vCPU that searches counts for one', async () => {
    const mechanism = { kind: 'hyperflux', mode: 'proactive' } as const;
    const vms: HandVm[] = [{ name: 'a', vcpus: { min: 1, max: 8 }, arrivals: [[1_000, 30_000, 3]] }];
    expect(vmOf(await byHand({ duration: '100us', cores: 9, mechanism, vms }), 'a').grants).toBe(2);
  });
});
