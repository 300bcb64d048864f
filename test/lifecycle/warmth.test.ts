// What warmth is worth: loading ahead by a histogram, dormant confidential VMs, and services of whole microVMs as functions.

import { describe, expect, it } from 'vitest';
import { resolveScenario } from '../../src/scenario/resolve.js';
import { Simulation } from '../../src/simulation.js';
import { nextArrival, random, margin } from '../support/chance.js';
import { fn, host, invocations, lifecycle, lifecycleOf, MIB, runFunctions, S } from '../support/functions.js';

type Row = [number, number, number];
const MINUTE = 60 * S;

describe('loading ahead at P and unloading at K', () => {
  it('A2: finds Poisson arrivals cold 1 - e^(-λP) + e^(-λK) of the time, and holds memory for the rest of it', async () => {
    const [functions, before, after, rate] = [40, 4000, 250, 1 / 600];
    // a past of idle times in minutes 1 and 19, so that P is 0.9 × 1 and K is 1.1 × 20 minutes, whatever a few more say
    const past: Row[] = [];
    let primed = 0;
    for (let k = 0; k < before; k++) {
      primed += (k % 20 === 0 ? 19.5 : 1.5) * MINUTE;
      for (let f = 0; f < functions; f++) past.push([primed, f, 0]);
    }
    const calls: Row[] = [];
    const draw = random(7);
    let endNs = Infinity;
    for (let f = 0; f < functions; f++) {
      let at = primed;
      for (let k = 0; k < after; k++) calls.push([(at = nextArrival(at, rate, draw)), f, 0]);
      endNs = Math.min(endNs, at);
    }
    const measured = calls.filter(([at]) => at <= endNs);
    // what comes in the last nanosecond of the warm-up counts
    const [warmupNs, durationNs] = [primed + 1, endNs - primed - 1];
    const spec = lifecycle({
      keepAlive: { policy: 'hist', rules: 'dslab' },
      functions: Array.from({ length: functions }, (_, f) => fn({ name: `f${f}` })),
      invocations: invocations([...past, ...measured]),
    });
    const { lifecycle: found } = await runFunctions(host(durationNs, { warmupNs }), spec);
    expect(found!.arrived).toBe(measured.length);
    expect(Math.abs(found!.coldStartRate! - 0.1969)).toBeLessThan(margin(0.1969, measured.length));
    const warm = found!.warmByteSeconds / (128 * MIB) / functions / (durationNs / S);
    // an arrival decides over some 600 s of memory, and there are as many of them as cold starts are of
    expect(Math.abs(warm - 0.8031)).toBeLessThan(2 * margin(0.8031, measured.length));
  });
});

describe('confidential functions', () => {
  const draw = random(3);
  let at = 20 * S;
  const rows = Array.from({ length: 2000 }, (): Row => [
    (at = nextArrival(at, 4, draw)),
    Math.floor(draw() * 2),
    Math.round(draw() * S),
  ]);
  const found = (instances: number, confidential: boolean) =>
    lifecycleOf(at + 20 * S, {
      keepAlive: { policy: 'pool', instances },
      tier: { activeNs: 0, dormantNs: 13_000, restoreNs: 0, vmBootNs: 1_370_000 },
      attestNs: 3e8,
      functions: [0, 1].map((i) => fn({ name: `f${i}`, initNs: 2e8, confidential })),
      invocations: invocations(rows),
    });

  it('with dormant VMs that always suffice are served as others, to the nanosecond', async () => {
    const [secret, open] = [await found(12, true), await found(12, false)];
    expect(open.served).toMatchObject({ dormant: 2000, full: 0 });
    // only their start, before anything arrives, is another
    for (const of of [
      'startingByteSeconds',
      'warmByteSeconds',
      'warmGibSecondsPer1000',
      'overTime',
      'functions',
    ] as const) {
      expect(secret[of]).toBeDefined();
      Object.assign(secret, { [of]: open[of] });
    }
    expect(secret).toEqual(open);
    const [fewSecret, few] = [await found(1, true), await found(1, false)];
    expect(fewSecret.served.full).toBeGreaterThan(100);
    expect(fewSecret.startNs.max! - few.startNs.max!).toBe(3e8);
  });
});

describe('a service of whole microVMs', () => {
  const MS = 1e6;
  const [BOOT, LOOK, KEEP] = [20 * MS, 1000, 400 * MS];

  it('boots and keeps as the functions of one that are booted for each request do, but for the time between two looks', async () => {
    const draw = random(11);
    let at = 0;
    // every request is over before the next but one comes, and no start waits for a request that ends
    const rows = Array.from({ length: 400 }, (): Row => {
      at += Math.round((BOOT / MS + 5 + draw() * 500) * MS);
      return [at, 0, Math.round(draw() * 10 * MS)];
    });
    const arrivals = rows.map(([atNs, , serviceNs]) => ({ atNs, serviceNs, width: 1 }));
    const services = await Simulation.create(
      resolveScenario({
        version: 1,
        duration: `${at + 2e9}ns`,
        host: { cores: 16 },
        mechanism: {
          kind: 'microvm',
          boot: `${BOOT}ns`,
          restore: '0ns',
          keepAlive: `${KEEP}ns`,
          interval: `${LOOK}ns`,
        },
        costs: 'none',
        vms: [
          {
            name: 'service',
            vcpus: { min: 0, max: 16 },
            workload: {
              arrivals: { process: 'none' },
              request: { stages: [{ tasks: 1, service: { dist: 'constant', value: '1us' } }] },
            },
          },
        ],
      } as never),
    );
    services.inject({ vm: 'service', arrivals });
    await services.run();
    const [vm] = services.metrics().vms;
    services.close();
    const functions = await lifecycleOf(at + 2 * S, {
      keepAlive: { policy: 'fixed', timeNs: KEEP, from: 'end' },
      tier: { activeNs: 0, dormantNs: 0, restoreNs: 0, vmBootNs: BOOT },
      functions: [fn()],
      invocations: invocations(rows),
    });
    expect(vm!.completed).toBe(400);
    expect(vm!.coldStarts).toEqual({ boot: functions.starts });
    expect(functions.starts).toBeGreaterThan(50);
    expect(Math.abs(vm!.latencyNs.mean! - functions.latencyNs.mean!)).toBeLessThan(2 * LOOK);
  });
});
