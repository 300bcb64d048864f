// Requests that are still in flight when the run ends and are older than their SLO's target: counted exactly where requests are
// served in order, never too many elsewhere, whatever stops the run on its way; and what the commands make of it.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { compare } from '../../src/cli/compare.js';
import { fork } from '../../src/cli/fork.js';
import { run } from '../../src/cli/run.js';
import { Simulation, resolveScenario, type Result, type ScenarioInput } from '../../src/index.js';
import { captureIo } from '../cli/fake.js';
import { essence } from '../support/bits.js';

const TARGET_NS = 200_000;

/** One vCPU where three are needed, or the same demand under a quota of a fifth of a core. */
function starved(mechanism: ScenarioInput['mechanism']): ScenarioInput {
  return {
    version: 1,
    seed: 3,
    duration: '20ms',
    warmup: '1ms',
    host: { cores: 4 },
    mechanism,
    vms: [
      {
        name: 'api',
        vcpus: { min: 1, max: mechanism === 'static' ? 1 : 3 },
        slo: { quantile: 0.99, latency: `${TARGET_NS}ns` },
        dispatch: 'single-queue',
        workload: {
          arrivals: { process: 'deterministic', rate: 3e5 },
          request: { stages: [{ tasks: 1, service: { dist: 'constant', value: '10us' } }] },
        },
      },
    ],
  };
}

/** Served at once for 10 us each until the first `served`, then a request that never ends keeps the vCPU. */
async function blocked(served: number, behind: number, stops: readonly number[] = []): Promise<Result> {
  const scenario = { ...starved('static'), warmup: '0ns', duration: '10ms' };
  const [api] = scenario.vms;
  const simulation = await Simulation.create({
    ...scenario,
    vms: [{ ...api!, workload: { ...api!.workload!, arrivals: { process: 'none' } } }],
  });
  simulation.inject({
    vm: 'api',
    arrivals: [
      ...Array.from({ length: served }, (_, i) => ({ atNs: i * 20_000 })),
      { atNs: served * 20_000, serviceNs: 1e12 },
      ...Array.from({ length: behind }, (_, i) => ({ atNs: 9_900_000 - i * 20_000 })),
    ],
  });
  let current = simulation;
  for (const stop of stops) {
    await current.runUntil(stop);
    current = await Simulation.restore(current.snapshot());
  }
  await current.run();
  return current.metrics();
}

describe('requests in flight at the end', () => {
  it('are late to the request where they are served in order', async () => {
    const result = await blocked(100, 40);
    // 9.90, 9.88, … 9.82 ms are younger than 200 us at 10 ms; that of 9.80 ms is just as old and not done
    expect(result.vms[0]).toMatchObject({ completed: 100, inFlight: 41 });
    expect(result.vms[0]!.slo).toMatchObject({ lateInFlight: 41 - 5, latencyNs: null, attained: false });
    expect((await blocked(100, 0)).vms[0]!.slo).toMatchObject({ lateInFlight: 1, attained: true });
    expect((await blocked(98, 0)).vms[0]!.slo).toMatchObject({ lateInFlight: 1, attained: false });
  });

  it('are counted alike wherever the run is stopped and taken up', async () => {
    const whole = essence(await blocked(100, 40));
    for (const stops of [[5_000_000], [9_799_999, 9_800_000, 9_800_001], [9_999_999]])
      expect(essence(await blocked(100, 40, stops))).toBe(whole);
    const scenario = resolveScenario(starved('static'));
    const stepped = await Simulation.create(scenario);
    while ((await stepped.step(7)) > 0);
    const ran = await Simulation.create(scenario);
    await ran.run();
    expect(stepped.metrics().vms[0]!.slo).toEqual(ran.metrics().vms[0]!.slo);
  });

  it('are held against nobody before the end, and against a target that a fork moves only where it is known', async () => {
    const simulation = await Simulation.create(starved('static'));
    await simulation.runUntil(20_900_000);
    expect(simulation.metrics().vms[0]!.slo!.lateInFlight).toBe(0);
    const { scenario } = simulation;
    const [api] = scenario.vms;
    const shorter = await simulation.fork({
      ...scenario,
      vms: [{ ...api!, slo: { quantile: 0.99, latencyNs: 50_000 } }],
    });
    const longer = await simulation.fork({ ...scenario, vms: [{ ...api!, slo: { quantile: 0.99, latencyNs: 5e6 } }] });
    const late: number[] = [];
    for (const one of [simulation, shorter, longer]) {
      await one.run();
      late.push(one.metrics().vms[0]!.slo!.lateInFlight);
    }
    // 50 us instead of 200 us: 45 arrivals fewer can be young at one every 3.33 us
    expect(late[1]! - late[0]!).toBe(45);
    expect(late[2]).toBe(0);
  });

  it('make the SLO missed under static and cgroup quotas alike, and never where all are served', async () => {
    for (const mechanism of ['static', { kind: 'cgroup', period: '5ms' }] as const) {
      const simulation = await Simulation.create(starved(mechanism));
      await simulation.run();
      const [api] = simulation.metrics().vms;
      expect(api!.inFlight).toBeGreaterThan(1_000);
      expect(api!.slo!.lateInFlight).toBeGreaterThan(api!.inFlight - 100);
      expect(api!.slo!.attained).toBe(false);
    }
    const served = await Simulation.create({ ...starved('ideal'), host: { cores: 8 } });
    await served.run();
    expect(served.metrics().vms[0]!.slo).toMatchObject({ lateInFlight: 0 });
  });
});

describe('the commands', () => {
  let folder = '';
  let file = '';
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'fluxhost-late-'));
    file = join(folder, 'blocked.json');
    // Two requests that one core answers at once, then one of a second: all that come after wait for it.
    writeFileSync(
      join(folder, 'a.csv'),
      `arrival,service\n0,5000\n20000,5000\n40000,1000000000\n${Array.from({ length: 400 }, (_, i) => `${60_000 + i * 20_000},5000\n`).join('')}`,
    );
    const scenario = starved('static');
    const [api] = scenario.vms;
    const arrivals = { process: 'trace', file: 'a.csv', format: 'csv', columns: { service: 'service' } };
    const vms = [{ ...api, vcpus: { min: 1, max: 1 }, workload: { ...api!.workload, arrivals } }];
    writeFileSync(file, JSON.stringify({ ...scenario, warmup: '0ns', duration: '10ms', vms }));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('say that it is missed, and run --assert ends in 3', async () => {
    const io = captureIo();
    expect(await run([file, '--assert', 'api.slo.attained', '--json'], io)).toBe(3);
    const [api] = (JSON.parse(io.out) as Result).vms;
    // the two that were answered were answered in time: 99 % of those who came were not
    expect(api).toMatchObject({ completed: 2, inFlight: 401, latencyNs: { max: 5_050 } }); // a switch of 50 ns
    expect(api!.slo).toMatchObject({ lateInFlight: 401, latencyNs: null, attained: false });
    expect(io.err).toContain('assertion does not hold: api.slo.attained');
    const compared = captureIo();
    expect(await compare([file, '--mechanisms', 'static,ideal', '--no-sizing'], compared)).toBe(0);
    expect(compared.out).toContain('no mechanism meets every SLO');
    const snapshot = join(folder, 'blocked.snapshot');
    expect(await run([file, '--snapshot', snapshot, '--at', '5ms'], captureIo())).toBe(0);
    const forked = captureIo();
    expect(await fork([snapshot, '--mechanisms', 'static,ideal'], forked)).toBe(0);
    expect(forked.out).toContain('no mechanism meets every SLO');
  });
});
