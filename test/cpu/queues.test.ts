// Who comes next: the older of a vCPU's own head and the ingress queue's, the oldest for a thief and for the arbiter wherever it stands,
// a preempted task at the head; quanta that cost nobody a switch who need not switch; queueing delay up to the first instruction.

import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { nodeHost } from '../../src/node-entry.js';
import { Simulation, parseScenario, type Result, type ScenarioInput } from '../../src/index.js';
import { byHand, ns, prepared, vmOf, type HandScenario, type HandVm } from './by-hand.js';

const OVERTAKEN = fileURLToPath(new URL('../../../shared/cases/13-overtaken/', import.meta.url));

async function finished(simulation: Simulation): Promise<Result> {
  await simulation.run();
  const result = simulation.metrics();
  simulation.close();
  return result;
}

describe('tasks that came while no vCPU was there', () => {
  // one vCPU, constant service: first come, first served from the grant on
  it.each([
    ['hyperflux', 13_000],
    ['caladan', 15_000],
    ['cgroup', 6_000],
    ['bounded-cgroup', 6_000],
  ])('are overtaken by nobody under %s', async (name, maxNs) => {
    const { scenario } = parseScenario(readFileSync(`${OVERTAKEN}${name}.yaml`, 'utf8'));
    const [vm] = (await finished(await Simulation.create(scenario, { files: nodeHost(OVERTAKEN) }))).vms;
    expect(vm!.latencyNs.max).toBe(maxNs);
  });

  const DISPATCH = ['random', 'round-robin', 'shortest-queue', 'single-queue'] as const;
  it.each<[string, ScenarioInput['mechanism'], string]>([
    ['hyperflux', 'hyperflux', '0ns'],
    ['hyperflux with quanta', 'hyperflux', '4us'],
    ['shenango', 'shenango', '0ns'],
    ['caladan with quanta', 'caladan', '4us'],
    ['blind', 'blind', '0ns'],
    [
      'hotplug',
      { kind: 'hotplug', latency: '30us', unplugLatency: '20us', idleBefore: '20us', interval: '10us' },
      '7us',
    ],
    ['microvm', { kind: 'microvm', boot: '50us', restore: '20us', keepAlive: '20us', interval: '10us' }, '0ns'],
    ['ditto', { kind: 'ditto', interval: '50us' }, '5us'],
    ['cgroup', { kind: 'cgroup', period: '100us' }, '6us'],
    ['static', 'static', '5us'],
  ])('one vCPU: every dispatch gives the same latencies under %s', async (_, mechanism, quantum) => {
    const arrivals = { process: 'onoff', onRate: 2e5, offRate: 1e4, meanOn: '100us', meanOff: '200us' } as const;
    const stages = [
      { tasks: { dist: 'uniform', min: 1, max: 2 }, service: { dist: 'exponential', mean: '3us' } },
    ] as const;
    const kind = typeof mechanism === 'string' ? mechanism : mechanism.kind;
    const latencies = DISPATCH.map(async (dispatch) => {
      const simulation = await Simulation.create({
        version: 1,
        seed: 7,
        duration: '30ms',
        host: { cores: kind === 'static' ? 2 : 2 },
        mechanism,
        vms: [
          {
            name: 'v',
            vcpus: { min: kind === 'static' ? 1 : 0, max: 1 },
            quantum,
            dispatch,
            workload: { arrivals, request: { stages: [...stages] } },
          },
          {
            name: 'w',
            priority: 100,
            vcpus: { min: 0, max: 1 },
            workload: { arrivals: { process: 'poisson', rate: 2e4 }, request: { stages: [...stages] } },
          },
        ],
      });
      return vmOf(await finished(simulation), 'v').latencyNs;
    });
    const [first, ...others] = await Promise.all(latencies);
    expect(first!.count).toBeGreaterThan(500);
    for (const other of others) expect(other).toEqual(first);
  });
});

/** `b` on two cores, of which `a` takes that of vCPU 0 at 31,210; its task is put back at 33,210 with 84,050 left. */
const taken = (b: Partial<HandVm>): HandScenario => ({
  duration: '200us',
  cores: 3,
  mechanism: { kind: 'hyperflux', signal: 'oldest', threshold: '30us' },
  vms: [
    { name: 'a', priority: 20, arrivals: [[22_345, 3_000]] },
    { name: 'b', vcpus: { min: 0, max: 3 }, arrivals: [[0, 100_000], [0, 45_000], [16_000, 3_000]], ...b }, // prettier-ignore
  ],
});

describe('the oldest task', () => {
  it('is what a thief takes, though a preempted one stands before it', async () => {
    const b = vmOf(await byHand(taken({})), 'b');
    // vCPU 1 is done at 60,360, looks at 2 and at 0, steals: 60,720, and runs the third task from 60,770 on
    expect(b.latencyNs.min).toBe(63_770 - 16_000);
    // then, 360 ns after that, the preempted one; the core that round 60,000 has decided on would have come later
    expect(b.latencyNs.max).toBe(63_770 + 360 + 50 + 84_050);
    expect(b.tasksStolen).toBe(2);
  });

  it('is not hidden from the arbiter by a preempted one, whatever is stolen', async () => {
    const b = vmOf(await byHand(taken({ stealing: 'none', arrivals: [[0, 100_000], [0, 1_000_000], [16_000, 3_000]] })), 'b'); // prettier-ignore
    // round 60,000: the oldest has waited for 44 us; 110 and 100 later, and 5,000, vCPU 0 goes on where it was
    expect(b.latencyNs.max).toBe(65_210 + 50 + 84_050);
    expect(b.latencyNs.min).toBe(149_310 + 50 + 3_000 - 16_000);
  });
});

describe('single-queue', () => {
  it('has a preempted task at the head of the VM’s queue', async () => {
    const b = vmOf(await byHand(taken({ dispatch: 'single-queue', vcpus: { min: 0, max: 2 } })), 'b');
    // vCPU 1, done at 60,360, goes on with it; who came at 16,000 has the core of round 60,000
    expect(b.latencyNs.max).toBe(60_360 + 50 + 84_050);
    expect(b.latencyNs.min).toBe(65_260 + 3_000 - 16_000);
  });

  const vm = (arrivals: HandVm['arrivals']): HandScenario => ({
    duration: '1ms',
    cores: 3,
    mechanism: 'static',
    vms: [{ name: 'a', vcpus: { min: 3, max: 3 }, dispatch: 'single-queue', quantum: '10us', arrivals: arrivals! }],
  });
  const LONG = [[0, 100_000], [0, 100_000], [0, 100_000]] as const; // prettier-ignore

  it('with quanta: one that comes makes one vCPU switch', async () => {
    const a = vmOf(await byHand(vm([...LONG, [40_000, 5_000]])), 'a');
    expect(a.latencyNs.min).toBe(5_050);
    // 39,950 are done; it goes on where it was: behind the one that came
    expect(a.latencyNs.max).toBe(45_050 + 50 + 60_050);
    expect(ns(a.cpuSeconds.transition)).toBe(5 * 50);
  });

  it('with quanta: two that come make two switch', async () => {
    const a = vmOf(await byHand(vm([...LONG, [40_000, 5_000, 2]])), 'a');
    expect(a.latencyNs.min).toBe(5_050);
    expect(a.latencyNs.max).toBe(105_150);
    expect(ns(a.cpuSeconds.transition)).toBe(7 * 50);
  });

  it('with quanta: when one ends, who is longest past his switches', async () => {
    const arrivals = [[0, 42_950], [1_000, 200_000], [35_000, 200_000], [40_000, 200_000]] as const; // prettier-ignore
    const a = vmOf(await byHand(vm(arrivals)), 'a');
    // 40,000: the first, 3,000 left. 45,050: the third's quantum ends, the second is longer past his and gives way
    expect(a.latencyNs.min).toBe(45_050 + 50 + 3_000);
  });

  it('with quanta: nobody switches when who waited is gone', async () => {
    const arrivals = [[0, 30_000], [0, 8_000], [0, 9_000], [4_000, 3_000]] as const; // prettier-ignore
    const a = vmOf(await byHand(vm(arrivals)), 'a');
    expect(a.latencyNs.max).toBe(30_050);
    expect(ns(a.cpuSeconds.transition)).toBe(4 * 50);
  });

  it('with quanta: who gets a core at once makes nobody switch', async () => {
    const arrivals = [[0, 20_000], [10_000, 10_000], [10_000, 10_000]] as const; // prettier-ignore
    const vms: HandVm[] = [{ name: 'a', vcpus: { min: 0, max: 2 }, quantum: '10us', arrivals }];
    const a = vmOf(await byHand({ duration: '1ms', cores: 2, mechanism: 'ideal', vms }), 'a');
    // 10,000: the second has the idle core; for the third the first goes to the tail, and ends at 30,000
    expect(a.latencyNs.min).toBe(10_000);
    expect(a.latencyNs.max).toBe(30_000);
    expect(a.queueDelayNs.max).toBe(0);
  });

  it('with quanta: who was asked to switch, and need not, is asked no more later', async () => {
    // threads of one core: from 346, where the second gets the idle one, at half speed. 692: the first, longest past his quantum and
    // asked about nobody yet, has 114 left and gives way to the third; 768, where the second ends: it goes on, still at half speed
    const arrivals = [[0, 633], [346, 211], [692, 211]] as const; // prettier-ignore
    const host = { smt: 2, smtFactor: 0.5 };
    const vms: HandVm[] = [{ name: 'a', vcpus: { min: 0, max: 2 }, quantum: '211ns', arrivals }];
    const a = vmOf(await byHand({ duration: '1ms', cores: 2, host, mechanism: 'ideal', vms }), 'a');
    expect(a.latencyNs.max).toBe(996);
  });
});

describe('a quantum', () => {
  it('ends at once for who comes when it is past', async () => {
    const arrivals = [[0, 30_000], [20_000, 3_000]] as const; // prettier-ignore
    const vms: HandVm[] = [{ name: 'a', vcpus: { min: 1, max: 1 }, quantum: '10us', arrivals }];
    const a = vmOf(await byHand({ duration: '1ms', cores: 1, mechanism: 'static', vms }), 'a');
    expect(a.latencyNs.min).toBe(3_050);
    expect(a.latencyNs.max).toBe(23_050 + 50 + 10_050);
  });

  it('holds for tasks of the ingress queue as well', async () => {
    // both wait when the core comes, 10,000 + 55 + 100 + 5,000: turn by turn, 10 us each
    const vms: HandVm[] = [{ name: 'a', quantum: '10us', arrivals: [[0, 20_000], [0, 5_000]] }]; // prettier-ignore
    const a = vmOf(await byHand({ duration: '1ms', cores: 2, mechanism: 'hyperflux', vms }), 'a');
    expect(a.latencyNs.min).toBe(15_155 + 50 + 10_000 + 50 + 5_000);
    expect(a.latencyNs.max).toBe(30_255 + 50 + 10_000);
  });
});

describe('queueing delay ends at the first instruction', () => {
  const scenario = (mechanism: ScenarioInput['mechanism']): HandScenario => ({
    duration: '100us',
    cores: 2,
    mechanism,
    costs: { taskSwitch: '4us' },
    vms: [
      { name: 'a', arrivals: [[11_500, 3_000]] },
      { name: 'b', class: 'best-effort', arrivals: [[0, 30_000]] },
    ],
  });

  it('of a task frozen before it as well', async () => {
    const result = await byHand(scenario({ kind: 'blind', interval: '6us' }));
    // frozen at 12,210; the core is free again at 31,210; round 36,000
    expect(vmOf(result, 'a').latencyNs.max).toBe(27_210 - 11_500);
    expect(vmOf(result, 'b').queueDelayNs).toMatchObject({ count: 1, max: 36_000 + 110 + 100 + 5_000 + 4_000 });
    expect(vmOf(result, 'b').latencyNs.max).toBe(75_210);
  });

  it('which a task that never came to it has not had', async () => {
    const b = vmOf(await byHand({ ...scenario({ kind: 'hyperflux', interval: '6us' }), duration: '51209ns' }), 'b');
    expect(b.queueDelayNs.count).toBe(0);
    const later = vmOf(await byHand({ ...scenario({ kind: 'hyperflux', interval: '6us' }), duration: '51210ns' }), 'b');
    expect(later.queueDelayNs).toMatchObject({ count: 1, max: 51_210 });
  });

  it('and is measured where that is, on either side of the warm-up’s end', async () => {
    const vms: HandVm[] = [{ name: 'a', vcpus: { min: 1, max: 1 }, arrivals: [[0, 5_000]] }];
    const at = async (warmup: string): Promise<number> =>
      vmOf(await byHand({ duration: '20us', warmup, cores: 1, mechanism: 'static', vms }), 'a').queueDelayNs.count;
    expect(await at('50ns')).toBe(1);
    expect(await at('51ns')).toBe(0);
  });

  it('and looking at it changes nothing', async () => {
    const vms: HandVm[] = [{ name: 'a', vcpus: { min: 1, max: 1 }, arrivals: [[0, 5_000], [100, 5_000]] }]; // prettier-ignore
    const simulation = await prepared({ duration: '20us', cores: 1, mechanism: 'static', vms });
    await simulation.runUntil(49);
    expect(simulation.metrics().vms[0]!.queueDelayNs.count).toBe(0);
    await simulation.runUntil(50);
    expect(simulation.metrics().vms[0]!.queueDelayNs.count).toBe(1);
    const result = await finished(simulation);
    expect(result.vms[0]!.queueDelayNs).toMatchObject({ count: 2, min: 50, max: 5_050 + 50 - 100 });
  });
});
