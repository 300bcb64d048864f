// Finite queues: what is lost and how long the others stay, against Erlang's loss formula (which holds for any service law),
// M/M/k/room, M/G/1/room, and clients that think again when they are turned away.

import { describe, expect, it } from 'vitest';
import { clientsRoom, erlangB, mg1Room, mmkRoom, type Atoms } from '../support/queueing.js';
import { peersReference } from '../support/reference.js';
import {
  CONSTANT,
  EXPONENTIAL,
  MEAN_US,
  lost,
  meanLatency,
  replicate,
  station,
  us,
  type ServiceInput,
} from '../support/scenarios.js';
import { expectMean } from '../support/statistics.js';

const { erlangB: published } = peersReference().queueing_closed_form;
const REPLICATIONS = 24;

const BIMODAL: ServiceInput = { dist: 'bimodal', short: '5us', long: '55us', longShare: 0.1 };
const LAWS: readonly { name: string; service: ServiceInput; atoms?: Atoms }[] = [
  { name: 'exponential', service: EXPONENTIAL },
  { name: 'constant', service: CONSTANT, atoms: [{ chance: 1, value: 10 }] },
  {
    name: 'bimodal',
    service: BIMODAL,
    atoms: [
      { chance: 0.9, value: 5 },
      { chance: 0.1, value: 55 },
    ],
  },
];

/** A finite queue forgets within some services, whatever its load. */
const times = (cores: number, load: number, arrivals: number): { warmup: string; duration: string } => ({
  warmup: '5ms',
  duration: `${Math.ceil((arrivals * MEAN_US) / (load * cores))}us`,
});

describe('the formulas', () => {
  it.each(published)('are Erlang B without room to wait, k = $k, load $rho', ({ k, rho, B }) => {
    expect(mmkRoom(k, k, rho, MEAN_US).lost).toBeCloseTo(B, 7);
    expect(mmkRoom(k, k, rho, MEAN_US).lost).toBeCloseTo(erlangB(k, rho), 12);
    expect(mmkRoom(k, k, rho, MEAN_US).W).toBeCloseTo(MEAN_US, 12);
  });

  it('agree with one another and with M/M/1/room in closed form', () => {
    for (const room of [1, 2, 5, 20]) {
      for (const load of [0.3, 0.8, 1.25]) {
        const closed = ((1 - load) * load ** room) / (1 - load ** (room + 1));
        expect(mmkRoom(1, room, load, MEAN_US).lost).toBeCloseTo(closed, 12);
        expect(mg1Room(room, load, MEAN_US).lost).toBeCloseTo(closed, 10);
        expect(mg1Room(room, load, MEAN_US).W).toBeCloseTo(mmkRoom(1, room, load, MEAN_US).W, 8);
      }
    }
  });
});

describe('M/M/k with finite room', () => {
  const rows = [
    ...published.map(({ k, rho }) => ({ k, rho, queue: 0 })),
    { k: 1, rho: 0.8, queue: 4 },
    { k: 1, rho: 1.2, queue: 9 },
    { k: 4, rho: 0.9, queue: 4 },
    { k: 16, rho: 0.8, queue: 8 },
    { k: 16, rho: 1, queue: 16 },
    { k: 16, rho: 1.5, queue: 4 },
  ];
  it.each(rows)('k = $k, load $rho, room for $queue to wait', async ({ k, rho, queue }) => {
    const theory = mmkRoom(k, k + queue, rho, MEAN_US);
    for (const mechanism of ['ideal', 'static'] as const) {
      const vm = { dispatch: 'single-queue' as const, queueLimit: queue };
      const input = station({ cores: k, load: rho, mechanism, vm, ...times(k, rho, 60_000) });
      const runs = await replicate(input, REPLICATIONS);
      const rare = theory.lost < 0.02 ? 0.3 : 0.1;
      expectMean(`lost, ${mechanism}`, runs.map(lost), theory.lost, { informative: rare });
      expectMean(`W, ${mechanism}`, us(runs, meanLatency), theory.W, { allowance: 0.001 });
    }
  });
});

describe("Erlang's loss formula", () => {
  it.each(LAWS.flatMap((law) => [0.5, 0.8, 1.1].map((load) => ({ ...law, load }))))(
    'holds whatever the service: $name at load $load',
    async ({ service, load }) => {
      const input = station({ cores: 16, load, service, vm: { queueLimit: 0 }, ...times(16, load, 100_000) });
      const runs = await replicate(input, REPLICATIONS);
      expectMean('lost', runs.map(lost), erlangB(16, load), { informative: load < 0.6 ? 0.3 : 0.1 });
      expectMean('W', us(runs, meanLatency), MEAN_US, { allowance: 0.001 });
    },
  );
});

describe('M/G/1 with finite room', () => {
  it.each(LAWS.flatMap((law) => [0.8, 1.2].flatMap((load) => [1, 5].map((queue) => ({ ...law, load, queue })))))(
    '$name at load $load, room for $queue to wait',
    async ({ service, atoms, load, queue }) => {
      const theory = mg1Room(1 + queue, load, MEAN_US, atoms);
      const input = station({ cores: 1, load, service, vm: { queueLimit: queue }, ...times(1, load, 60_000) });
      const runs = await replicate(input, REPLICATIONS);
      expectMean('lost', runs.map(lost), theory.lost, { informative: 0.2 });
      expectMean('W', us(runs, meanLatency), theory.W, { allowance: 0.001 });
    },
  );
});

describe('clients that are turned away', () => {
  it.each([
    { clients: 6, queue: 1, think: 40 },
    { clients: 12, queue: 3, think: 60 },
  ])('think again: $clients of them, room for $queue to wait', async ({ clients, queue, think }) => {
    const theory = clientsRoom(clients, 1 + queue, think, MEAN_US);
    const input = station({
      cores: 1,
      load: 1,
      warmup: '5ms',
      duration: '500ms',
      vm: {
        queueLimit: queue,
        workload: {
          arrivals: { process: 'closed', clients, think: { dist: 'exponential', mean: `${think}us` } },
          request: { stages: [{ tasks: 1, service: EXPONENTIAL }] },
        },
      },
    });
    const runs = await replicate(input, REPLICATIONS);
    expectMean('lost', runs.map(lost), theory.lost);
    expectMean('W', us(runs, meanLatency), theory.W, { allowance: 0.001 });
    const throughput = runs.map((run) => run.vm.completed / 5e5);
    expectMean('X', throughput, theory.X, { allowance: 2e-6 });
  });
});
