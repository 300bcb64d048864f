// schedsim's topologies as scenarios: one queue for all cores, or one for each, without a bound and with one; its four service
// laws. Expected: closed forms, the long simulations of M/G/16 that lie beside the repository, and schedsim's own runs. The bimodal
// laws are taken with that table's values, or with schedsim's where its own runs are met. Its third topology: tandem.ts.

import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { ScenarioInput } from '../../src/index.js';
import { erlangB, mg1Room, mg1Wait, mmkRoom, type Atoms, type Bounded } from '../support/queueing.js';
import { peersReference } from '../support/reference.js';
import { CONSTANT, EXPONENTIAL, MEAN_US, station, type Run, type ServiceInput } from '../support/scenarios.js';

export interface Case {
  readonly topology: 'single queue' | 'multi queue';
  readonly law: string;
  readonly load: number;
  readonly input: ScenarioInput;
  /** Mean wait, us, and how far it may be off by itself: half-width of the reference's interval, rounding of times. */
  readonly expectedUs: number;
  readonly allowanceUs: number;
  /** Where it comes from. */
  readonly source: string;
  /** Services so different that few of the longest come in a run: the interval is wide. */
  readonly wild: boolean;
}

const CORES = 16;
/** In schedsim's order. */
const LAWS: readonly {
  name: string;
  row: string;
  scv: number;
  service: ServiceInput;
  /** schedsim's own, where it differs. */
  own?: ServiceInput;
  /** None: exponential. */
  atoms?: Atoms;
  wild: boolean;
}[] = [
  { name: 'M', row: 'exp', scv: 1, service: EXPONENTIAL, wild: false },
  { name: 'D', row: 'det', scv: 0, service: CONSTANT, atoms: [{ chance: 1, value: 10 }], wild: false },
  {
    name: 'bimodal 90-10',
    row: 'bimodal1',
    scv: 2.25,
    service: { dist: 'bimodal', short: '5us', long: '55us', longShare: 0.1 },
    own: { dist: 'bimodal', short: '1us', long: '91us', longShare: 0.1 },
    atoms: [
      { chance: 0.9, value: 5 },
      { chance: 0.1, value: 55 },
    ],
    wild: false,
  },
  {
    name: 'bimodal 99.9-0.1',
    row: 'bimodal2',
    scv: 249.75,
    service: { dist: 'bimodal', short: '5us', long: '5005us', longShare: 0.001 },
    own: { dist: 'bimodal', short: '1us', long: '9001us', longShare: 0.001 },
    atoms: [
      { chance: 0.999, value: 5 },
      { chance: 0.001, value: 5005 },
    ],
    wild: true,
  },
];

const timesOf = (wild: boolean): { warmup: string; duration: string } =>
  wild ? { warmup: '100ms', duration: '500ms' } : { warmup: '10ms', duration: '200ms' };

export function schedsimCases(): Case[] {
  const { rows } = peersReference().mgk16_simulated_reference;
  return LAWS.flatMap(({ name, row, scv, service, wild }) =>
    // with the longest services, too few wait at load 0.5 to say anything, and no run is long enough at 0.9
    (wild ? [0.8] : [0.5, 0.8]).flatMap((load) => {
      const row16 = rows.find(({ svc, rho }) => svc === row && rho === load);
      if (row16 === undefined) throw new Error(`peers-reference.json: no row ${row} at load ${load}`);
      const base = { cores: CORES, load, service, mechanism: 'static' as const, ...timesOf(wild) };
      return [
        {
          topology: 'single queue' as const,
          input: station({ ...base, vm: { dispatch: 'single-queue' } }),
          expectedUs: row16.Wq[0],
          // three half-widths of 95 %: 5.9 standard errors
          allowanceUs: 3 * row16.Wq[1] + 0.001,
          source: 'M/G/16 by long simulation',
        },
        {
          topology: 'multi queue' as const,
          input: station({ ...base, vm: { dispatch: 'random', stealing: 'none' } }),
          expectedUs: mg1Wait(load, MEAN_US, scv),
          allowanceUs: 0.001,
          source: 'Pollaczek-Khinchine',
        },
      ].map((one) => ({ ...one, law: name, load, wild }));
    }),
  );
}

export interface BoundedCase {
  readonly topology: 'single queue' | 'multi queue';
  readonly law: string;
  readonly load: number;
  /** Requests that may wait, in each queue. */
  readonly queueLimit: number;
  /** Rare, very long services: figures vary widely from run to run. */
  readonly wild: boolean;
  readonly input: ScenarioInput;
  readonly expected: Bounded;
  readonly source: string;
}

/** The same topologies with bounded queues. Separate queues are separate VMs, since the bound is a VM's. */
export function boundedCases(): BoundedCase[] {
  return LAWS.flatMap(({ name, service, atoms, wild }) =>
    [0.8, 1.1].flatMap((load) => {
      const base = { load, service, mechanism: 'static' as const, ...timesOf(wild) };
      const single = (queueLimit: number, expected: Bounded, source: string): BoundedCase => ({
        topology: 'single queue',
        law: name,
        load,
        queueLimit,
        wild,
        input: station({ ...base, cores: CORES, vm: { dispatch: 'single-queue', queueLimit } }),
        expected,
        source,
      });
      const apart = station({ ...base, cores: 1, vm: { count: CORES, queueLimit: 4 } });
      return [
        single(0, { lost: erlangB(CORES, load), W: MEAN_US }, 'Erlang B'),
        ...(atoms === undefined ? [single(16, mmkRoom(CORES, CORES + 16, load, MEAN_US), 'M/M/16/32')] : []),
        {
          topology: 'multi queue' as const,
          law: name,
          load,
          queueLimit: 4,
          wild,
          input: { ...apart, host: { cores: CORES } },
          expected: mg1Room(1 + 4, load, MEAN_US, atoms),
          source: 'M/G/1/5',
        },
      ];
    }),
  );
}

/** Over all VMs: the share of requests that were dropped, and the others' mean time in system. */
export function boundedFigures({ result: { vms } }: Run): Bounded {
  const sum = (of: (vm: (typeof vms)[number]) => number): number => vms.reduce((total, vm) => total + of(vm), 0);
  const completed = sum((vm) => vm.latencyNs.count);
  return {
    lost: sum((vm) => vm.dropped) / sum((vm) => vm.dropped + vm.completed),
    W: sum((vm) => vm.latencyNs.mean! * vm.latencyNs.count) / completed / 1000,
  };
}

/** Mean over schedsim's runs and the standard error of that mean. */
type Measured = readonly [number, number];

/** What schedsim itself gave; the file says how. */
export function schedsimRuns(): {
  bounded: readonly { lambda: number; buffer: number; droppedShare: Measured; sojournUs: Measured }[];
  queues: readonly { topology: number; genType: number; sojournUs: Measured; p99Us: Measured }[];
} {
  const path = fileURLToPath(new URL('./schedsim-runs.json', import.meta.url));
  return JSON.parse(readFileSync(path, 'utf8')) as ReturnType<typeof schedsimRuns>;
}

export interface OwnCase {
  readonly topology: 'single queue' | 'multi queue';
  readonly law: string;
  readonly input: ScenarioInput;
  readonly sojournUs: Measured;
  readonly p99Us: Measured;
  readonly wild: boolean;
}

/** Its queues at load 0.8 with its own laws, and its own figures. */
export function ownCases(): OwnCase[] {
  return schedsimRuns().queues.map(({ topology, genType, sojournUs, p99Us }) => {
    const { name, service, own = service, wild } = LAWS[genType]!;
    const base = { cores: CORES, load: 0.8, service: own, mechanism: 'static' as const, ...timesOf(wild) };
    return {
      topology: topology === 0 ? 'single queue' : 'multi queue',
      law: name,
      input: station({
        ...base,
        vm: topology === 0 ? { dispatch: 'single-queue' } : { dispatch: 'random', stealing: 'none' },
      }),
      sojournUs,
      p99Us,
      wild,
    };
  });
}
