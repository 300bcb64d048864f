// A timeline's slices, arrows and counters against what the run itself measured and logged.

import { expect, it } from 'vitest';
import protobuf from 'protobufjs';
import { Simulation, type MemoryResult, type Result, type ScenarioInput } from '../../src/index.js';
import { FIELDS } from '../../src/timeline/writer.js';
import { contended } from '../support/contended.js';
import { EXPONENTIAL } from '../support/scenarios.js';
import { schema, sums, traced, type Trace } from './trace.js';

async function recorded(input: ScenarioInput): Promise<{ trace: Trace; result: Result; simulation: Simulation }> {
  const simulation = await Simulation.create(input);
  const { trace } = await traced(simulation);
  const result = simulation.metrics();
  return { trace, result, simulation };
}

const whole = (input: ScenarioInput): ScenarioInput => ({ ...input, warmup: '0s', duration: '4ms' });

it('writes the field numbers of trace.proto', () => {
  let held = 0;
  for (const [message, fields] of Object.entries(FIELDS)) {
    const type = schema.lookupType(`fluxhost.timeline.${message}`);
    for (const [name, number] of Object.entries(fields)) {
      expect([message, name, type.fields[name]?.id]).toEqual([message, name, number]);
      held++;
    }
  }
  expect(held).toBe(30);
  expect(schema.lookupType('fluxhost.timeline.TrackEvent')).toBeInstanceOf(protobuf.Type);
});

it('changes nothing of the run that it writes', async () => {
  const input = whole(contended('hyperflux', 'fork-join'));
  const [watched, alone] = [await Simulation.create(input), await Simulation.create(input)];
  await traced(watched, { fromNs: 1e6, untilNs: 2e6 });
  await alone.run();
  const of = (simulation: Simulation): unknown => {
    const { manifest, ...rest } = simulation.metrics();
    return { ...rest, manifest: { ...manifest, wallSeconds: 0, eventsPerSecond: 0 } };
  };
  expect(of(watched)).toEqual(of(alone));
});

it('tells the steps of every move, and as long as the host measured them', async () => {
  const { trace, result } = await recorded(whole(contended('hyperflux', 'plain')));
  const steps = trace.slices.filter(({ track }) => track.includes('/moves of core'));
  const found = sums(steps, ({ name }) => name);
  const { reallocation } = result;
  expect(reallocation.count).toBeGreaterThan(100);
  for (const name of ['preempt', 'suspend', 'deschedule', 'wake', 'dispatch'] as const) {
    const measured = reallocation.steps[`${name}Ns`];
    const longest = Math.max(...steps.filter((step) => step.name === name).map((step) => step.untilNs - step.fromNs));
    expect([name, longest]).toEqual([name, measured.max]);
    // those that the end of the run cuts, and those that lost their core on the way, are not measured
    expect(Math.abs(found[name]! - measured.count * measured.mean!)).toBeLessThanOrEqual(8 * measured.max!);
  }
  const arrivals = trace.slices.flatMap(({ ended }) => ended);
  const promised = trace.instants.filter(({ name }) => name.startsWith('gets core'));
  expect(new Set(arrivals).size).toBe(arrivals.length);
  expect(Math.abs(arrivals.length - reallocation.count)).toBeLessThanOrEqual(8);
  const arrows = new Set(promised.flatMap(({ flows }) => flows));
  expect(arrivals.filter((arrow) => !arrows.has(arrow))).toEqual([]);
});

it('counts the wait of every task that began, as the histogram does', async () => {
  const { trace, result } = await recorded(whole(contended('hyperflux', 'plain')));
  for (const { name, queueDelayNs } of result.vms) {
    const delays = trace.counters.get(`${name}/queueing delay`)!.map(([, delay]) => delay);
    expect([name, delays.length]).toEqual([name, queueDelayNs.count]);
    expect([name, Math.max(...delays)]).toEqual([name, queueDelayNs.max]);
    const mean = delays.reduce((sum, delay) => sum + delay, 0) / delays.length;
    expect(mean).toBeCloseTo(queueDelayNs.mean!, 6);
  }
});

it('joins every request that forked, at the latency that it had', async () => {
  const { trace, result } = await recorded(whole(contended('hyperflux', 'fork-join')));
  for (const { name, completed, latencyNs } of result.vms) {
    const events = trace.instants.filter(({ track }) => track === `${name}/requests and cores`);
    const forks = events.filter((event) => event.name === 'fork').flatMap(({ flows }) => flows);
    const joins = events.filter((event) => event.name === 'join');
    // two stages each; the run ends between those of some
    expect(joins.length).toBeGreaterThanOrEqual(2 * completed);
    expect(joins.length).toBeLessThanOrEqual(2 * completed + 200);
    const joined = joins.flatMap(({ ended }) => ended);
    expect(joined.filter((flow) => !forks.includes(flow))).toEqual([]);
    expect(Math.max(...joins.map(({ values }) => Number(values['latencyNs'])))).toBe(latencyNs.max);
    // every arrow passes through the slices of its task, on whatever vCPU
    const ran = new Set(trace.slices.flatMap(({ flows }) => flows));
    expect(joined.filter((flow) => !ran.has(flow))).toEqual([]);
  }
});

it('ends a task where the log has its event', async () => {
  const input = { ...whole(contended('static', 'plain')), log: { from: '0s', until: '1ms', events: 100_000 } };
  const simulation = await Simulation.create(input);
  const { trace } = await traced(simulation, { untilNs: 1e6 });
  const logged = simulation
    .eventLog()!
    .events.filter(({ entity, state }) => entity.startsWith('vcpu') && state === 'running')
    .map(({ timeNs, entity }) => `${entity.replace(/^vcpu (\S+) (\d+)$/, '$1/vCPU $2')} ${timeNs}`);
  const ended = trace.slices
    .filter(
      ({ category, track, values }) => category === 'task' && track.includes('/vCPU') && values['ends'] === 'done',
    )
    .map(({ track, untilNs }) => `${track} ${untilNs}`);
  expect(ended.length).toBeGreaterThan(100);
  expect(ended.sort()).toEqual(logged.sort());
});

it('shows how long tasks wait for pages, and how long they are busy with leaving for them', async () => {
  const input: ScenarioInput = {
    version: 1,
    seed: 3,
    duration: '20ms',
    host: { cores: 6, memory: { size: '64MiB', cores: 2, workers: 2, content: { lz4: 1 } } },
    mechanism: 'static',
    vms: [
      {
        name: 'db',
        vcpus: { min: 4, max: 4 },
        memory: { size: '96MiB', touches: 2, access: { pattern: 'uniform' } },
        workload: {
          arrivals: { process: 'poisson', rate: 2e4 },
          request: { stages: [{ tasks: 1, service: EXPONENTIAL }] },
        },
      },
    ],
  };
  const { trace, result } = await recorded(input);
  const memory = result.memory as MemoryResult;
  const faults = trace.slices.filter(({ track }) => track.startsWith('db/page faults'));
  const db = memory.vms['db']!;
  expect(memory.rescued + memory.faultsInFlight).toBe(0);
  expect(faults.length).toBeGreaterThan(50);
  expect(faults.length).toBe(db.faults);
  expect(sums(faults, () => 'all')['all']).toBe(Math.round(db.stallSeconds * 1e9));
});

it('writes a window only, in pieces, and what goes on at its edges is cut there', async () => {
  const simulation = await Simulation.create(contended('hyperflux', 'plain'));
  const window = { fromNs: 5e6, untilNs: 7e6 };
  const { trace, summary, bytes, pieces } = await traced(simulation, window);
  expect(summary).toEqual({ ...window, bytes: bytes.length, slices: trace.slices.length });
  expect(pieces).toBeGreaterThan(2);
  expect(Math.min(...trace.slices.map(({ fromNs }) => fromNs))).toBe(5e6);
  expect(Math.max(...trace.slices.map(({ untilNs }) => untilNs))).toBe(7e6);
  expect(simulation.nowNs).toBe(simulation.endNs);
  await expect(simulation.timeline(() => undefined, { fromNs: 0 })).rejects.toThrow(/expected a window from now/);
  simulation.close();
});
