// Critical sections to the nanosecond, by hand: who spins and for how long, where the lock goes, and what a vCPU that is told to
// leave in a section does (docs/model/locks.md, moves.md). Where nothing else is said, all of a task is its section. Under hyperflux
// rounds begin at multiples of 10 us, reading a VM takes 55 ns, issuing a move 100, its steps 1, 2, 2, 3, 3 and 2 us.

import { describe, expect, it } from 'vitest';
import { MECHANISM_KINDS } from '../../src/index.js';
import { assertLaws } from '../../src/result/laws.js';
import { withMechanism } from '../../src/scenario/mechanisms.js';
import { accountsOf, ns, prepared, resultOf, vmOf, type Arrivals, type Exact, type ExactVm } from '../support/exact.js';

const FINISHING = { kind: 'hyperflux', finishSection: true } as const;

const alone = (arrivals: Arrivals, over: Partial<ExactVm> = {}, rest: Partial<Exact> = {}): Exact => ({
  host: { cores: 2 },
  mechanism: 'static',
  ...rest,
  vms: [{ name: 'a', vcpus: { min: 2, max: 2 }, lock: 'spin', arrivals, ...over }],
});

describe('who spins', () => {
  it('stays as long as the next holder runs, also where that was blocked and runs on the releasing vCPU', async () => {
    // v0: t0 50 … 2050 (quantum), t2 finds at 2100 a lock whose holder does not run, and blocks; t0 2150 … 5150
    // v1: t1 spins 150 … 2050 and leaves, blocked; t3 spins from 3050
    // v0: t1 5200 … 6200, t2 6250 … 7250, both at once behind who left the section; v1: t3 7300 … 8300
    const result = await resultOf(
      alone(
        [
          [0, 5000],
          [100, 1000],
          [200, 1000],
          [3000, 1000],
        ],
        { quantum: '2us' },
      ),
    );
    const a = vmOf(result, 'a');
    expect(a.latencyNs).toMatchObject({ count: 4, min: 5150, max: 7050 });
    expect(a.latencyNs.mean).toBe((5150 + 6100 + 7050 + 5300) / 4);
    expect(a.locks).toMatchObject({
      acquires: 4,
      waits: 3,
      longestConvoy: 3,
      longestWaitNs: 5000,
      holderPreemptions: 0,
    });
    expect(ns(a.locks!.spinSeconds)).toBe(1900 + 4200);
    expect(accountsOf(a)).toMatchObject({ task: 8000, transition: 8 * 50 });
  });

  it('leaves where the next holder does not run at once, and comes back by its turn', async () => {
    // v0: t0 50 … 2050 (quantum); t2 2100, blocks; t0 2150 … 3150. v1: t1 spins 150 … 2050. At 3150 the lock goes to t1, which
    // stands behind t4 (2500) in the queue of v0: t3, which has spun on v1 since 2300, leaves; t4 blocks at 3200; t1 3250 … 4250
    const result = await resultOf(
      alone(
        [
          [0, 3000],
          [100, 1000],
          [200, 1000],
          [2250, 1000],
          [2500, 1000],
        ],
        { quantum: '2us' },
      ),
    );
    const a = vmOf(result, 'a');
    // the others follow on v0: t2 4300 … 5300, t3 5350 … 6350, t4 6400 … 7400
    expect(a.latencyNs).toMatchObject({ count: 5, min: 3150, max: 5100 });
    expect(a.latencyNs.mean).toBe((3150 + 4150 + 5100 + 4100 + 4900) / 5);
    expect(ns(a.locks!.spinSeconds)).toBe(1900 + (3150 - 2300));
    expect(a.locks).toMatchObject({ waits: 4, longestConvoy: 3, longestWaitNs: 6350 - 3200 });
  });

  it('hands the lock from vCPU to vCPU along a line, one switch each', async () => {
    const arrivals = Array.from({ length: 5 }, (_, i) => [1000 + 10 * i, 2000] as const);
    const result = await resultOf(
      alone(arrivals, { vcpus: { min: 5, max: 5 } }, { host: { cores: 5 }, duration: '40us' }),
    );
    const a = vmOf(result, 'a');
    // 1050 … 3050, 3100 … 5100, …: the k-th ends at 3050 + 2050 k and began to spin at 1050 + 10 k
    expect(a.latencyNs.max).toBe(3050 + 4 * 2050 - 1040);
    expect(ns(a.locks!.spinSeconds)).toBe([1, 2, 3, 4].reduce((sum, k) => sum + 2000 + 2050 * (k - 1) - 10 * k, 0));
    expect(accountsOf(a)).toMatchObject({ task: 10_000, transition: (5 + 4) * 50 });
  });
});

describe('a task past its quantum', () => {
  it.each(['round-robin', 'single-queue'] as const)(
    'gives way behind its section to whom it hands the lock (%s)',
    async (dispatch) => {
      // t0 50 … 550 (quantum), t1 600, blocks; t0 650 … 1649, with 1 ns to go; t1, ready in that instant, 1699; t0 1749 … 1750
      const result = await resultOf(
        alone(
          [
            [0, 1500],
            [0, 0],
          ],
          { vcpus: { min: 1, max: 1 }, dispatch, quantum: '500ns', lock: 'block', hold: '1499ns' },
        ),
      );
      expect(vmOf(result, 'a').latencyNs).toMatchObject({ min: 1699, max: 1750 });
    },
  );
});

describe('a spinning vCPU whose core is taken', () => {
  it('is preempted as one that runs, and its task stays in line, under ideal too', async () => {
    // b: t0 0 … 633 on core 1; t1 spins on core 0 from 422, where a was, to 519, where a is back, below its guarantee
    const result = await resultOf({
      host: { cores: 2 },
      mechanism: 'ideal',
      vms: [
        {
          name: 'a',
          arrivals: [
            [0, 422],
            [519, 0],
          ],
        },
        {
          name: 'b',
          vcpus: { min: 1, max: 2 },
          lock: 'spin',
          arrivals: [
            [0, 633],
            [0, 633],
          ],
        },
      ],
    });
    expect(vmOf(result, 'a').latencyNs).toMatchObject({ min: 0, max: 422 });
    const b = vmOf(result, 'b');
    expect(b).toMatchObject({ preemptions: 1, revocations: 1 });
    expect(b.latencyNs).toMatchObject({ min: 633, max: 1266 });
    expect(ns(b.locks!.spinSeconds)).toBe(519 - 422);
    expect(b.locks).toMatchObject({ longestWaitNs: 633 - 422, holderPreemptions: 0 });
  });
});

describe('a wait that begins before the warm-up ends', () => {
  it('counts in whole where it ends', async () => {
    // t0 50 … 261 (quantum), t1 311, blocks; t0 361 … 571, its section of 421 done
    const arrivals = [
      [0, 422],
      [0, 211],
    ] as const;
    const over = { vcpus: { min: 1, max: 1 }, quantum: '211ns', hold: '421ns' };
    const during = async (warmup: string, duration: string): Promise<unknown> =>
      vmOf(await resultOf(alone(arrivals, over, { warmup, duration })), 'a').locks;
    expect(await during('528ns', '26us')).toMatchObject({ waits: 0, meanWaitNs: 260, longestWaitNs: 260 });
    expect(await during('0ns', '26us')).toMatchObject({ waits: 1, meanWaitNs: 260, longestWaitNs: 260 });
    expect(await during('0ns', '528ns')).toMatchObject({ waits: 1, meanWaitNs: null, longestWaitNs: null });
  });
});

describe('a vCPU that is told to leave in a section', () => {
  const front: ExactVm = {
    name: 'a',
    class: 'latency-critical',
    vcpus: { min: 0, max: 1 },
    arrivals: [[12_345, 3000]],
  };
  const back = (arrivals: Arrivals, over: Partial<ExactVm> = {}): ExactVm => ({
    name: 'b',
    class: 'best-effort',
    vcpus: { min: 0, max: 1 },
    lock: 'block',
    arrivals,
    ...over,
  });
  const taken = (b: ExactVm): Exact => ({ host: { cores: 2 }, mechanism: FINISHING, vms: [front, b] });

  it('leaves its core as the section and the task end, and begins nothing else', async () => {
    // t0 15260 … 35260, told at 21210; suspend 2000, deschedule 3000, wake 3000, dispatch 2000, switch 50: a 45310 … 48310
    const result = await resultOf(
      taken(
        back([
          [0, 20_000],
          [0, 20_000],
        ]),
      ),
    );
    expect(vmOf(result, 'a').latencyNs.max).toBe(48_310 - 12_345);
    const b = vmOf(result, 'b');
    expect(b).toMatchObject({ preemptions: 0, revocations: 1 });
    expect(b.latencyNs.min).toBe(35_260);
    expect(b.locks).toMatchObject({ acquires: 2, waits: 0, holderPreemptions: 0 });
  });

  it('leaves it when its quantum ends before: the section goes on elsewhere', async () => {
    // t0 from 15260, told at 21210; its quantum ends at 25260 as t1 waits: nothing runs, so suspend at once: a 35310 … 38310
    const result = await resultOf(
      taken(
        back(
          [
            [0, 20_000],
            [0, 20_000],
          ],
          { quantum: '10us' },
        ),
      ),
    );
    expect(vmOf(result, 'a').latencyNs.max).toBe(38_310 - 12_345);
    const b = vmOf(result, 'b');
    expect(b.preemptions).toBe(0);
    expect(b.locks!.holderPreemptions).toBe(0);
    // a's core is free at 42310 (it searches 2000 and yields 2000); granted at 50210: t1 runs 55260 and blocks, t0 55310 … 65310,
    // t1 65360 … 75360 (quantum, nobody waits) … 85360
    expect(b.latencyNs).toMatchObject({ count: 2, min: 65_310, max: 85_360 });
    expect(b.locks).toMatchObject({ acquires: 2, waits: 1, longestWaitNs: 65_310 - 55_260 });
  });

  it('hands the lock over and stops, whoever stands in line', async () => {
    // Two vCPUs of b: t0 15365 … 35365 in its section, t1 and t2 blocked in line. Told at 31265, for c: at 35365 t1 has the lock
    // and lies in the queue of a vCPU that leaves. As in the case computed by hand (45), seen from the other side.
    const lc = (name: string, at: number, service: number): ExactVm => ({ ...front, name, arrivals: [[at, service]] });
    const result = await resultOf({
      host: { cores: 3 },
      mechanism: FINISHING,
      vms: [
        lc('a', 12_345, 100_000),
        lc('c', 25_000, 3000),
        back(
          [
            [0, 20_000],
            [0, 20_000],
            [0, 20_000],
          ],
          { vcpus: { min: 0, max: 2 }, stealing: { amount: 'half', victim: 'round-robin' } },
        ),
      ],
    });
    const b = vmOf(result, 'b');
    expect(vmOf(result, 'c').latencyNs.max).toBe(48_365 - 25_000);
    expect(b.locks!.holderPreemptions).toBe(0);
    expect(b.preemptions).toBe(0);
  });

  it('is preempted behind its section where the task goes on', async () => {
    // where its 10 us lie in the 40 us of the task is drawn, so it is read off a run in which nobody comes
    const b = back([[0, 40_000]], { hold: '10us' });
    const undisturbed = await prepared({
      ...taken(b),
      vms: [{ ...front, arrivals: [] }, b],
      log: { from: '0us', until: '200us' },
    });
    await undisturbed.run();
    const [begin, end, done] = undisturbed
      .eventLog()!
      .events.filter(({ entity, state }) => entity === 'vcpu b 0' && state === 'running')
      .map(({ timeNs }) => timeNs);
    undisturbed.close();
    expect([end! - begin!, done]).toEqual([10_000, 55_260]);
    // a notice comes 1210 ns after each multiple of 10 us, so one of them comes in the section
    const round = Math.ceil((begin! - 1210) / 10_000) * 10_000;
    const result = await resultOf({ ...taken(b), vms: [{ ...front, arrivals: [[round - 1, 3000]] }, b] });
    // preempt 2000 and the rest of the move, 10000
    expect(vmOf(result, 'a').latencyNs.max).toBe(end! + 12_000 + 50 + 3000 - (round - 1));
    expect(vmOf(result, 'b')).toMatchObject({ preemptions: 1, revocations: 1 });
    expect(vmOf(result, 'b').locks).toMatchObject({ acquires: 1, holderPreemptions: 0 });
  });

  // at 25 us its vCPU runs on in its section, told to leave at 21210
  const inSection = taken(
    back([
      [0, 20_000],
      [0, 20_000],
    ]),
  );

  it('goes on in a fork that changes nothing as if there were none', async () => {
    const simulation = await prepared(inSection);
    await simulation.runUntil(25_000);
    const fork = await simulation.fork(simulation.scenario);
    await fork.run();
    expect(fork.metrics().vms).toEqual((await resultOf(inSection)).vms);
    fork.close();
    simulation.close();
  });

  it.each(MECHANISM_KINDS.filter((kind) => kind !== 'nsdi22'))('ends its section in a fork to %s', async (kind) => {
    const simulation = await prepared({ ...inSection, duration: '900ms' });
    await simulation.runUntil(25_000);
    const fork = await simulation.fork(withMechanism(simulation.scenario, kind));
    await fork.run();
    const result = fork.metrics();
    fork.close();
    simulation.close();
    assertLaws(result);
    // static and ditto leave b, which has no guarantee, without a core
    if (kind !== 'static' && kind !== 'ditto') expect(result.vms.map(({ completed }) => completed)).toEqual([1, 2]);
    expect(vmOf(result, 'b').latencyNs.min).toBe(35_260);
  });
});
