// schedsim's topologies as scenarios: one queue for all cores, or one for each; its four service laws. Its third topology, a
// bounded buffer that drops, has no counterpart here. Expected: closed forms (M/M/k; Pollaczek-Khinchine for separate queues) and
// the long simulations of M/G/16 that lie beside the repository. Its bimodal laws are taken with that table's values.

import type { ScenarioInput } from '../../src/index.js';
import { mg1Wait } from '../support/queueing.js';
import { peersReference } from '../support/reference.js';
import { CONSTANT, EXPONENTIAL, MEAN_US, station, type ServiceInput } from '../support/scenarios.js';

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
const LAWS: readonly { name: string; row: string; scv: number; service: ServiceInput; wild: boolean }[] = [
  { name: 'M', row: 'exp', scv: 1, service: EXPONENTIAL, wild: false },
  { name: 'D', row: 'det', scv: 0, service: CONSTANT, wild: false },
  {
    name: 'bimodal 90-10',
    row: 'bimodal1',
    scv: 2.25,
    service: { dist: 'bimodal', short: '5us', long: '55us', longShare: 0.1 },
    wild: false,
  },
  {
    name: 'bimodal 99.9-0.1',
    row: 'bimodal2',
    scv: 249.75,
    service: { dist: 'bimodal', short: '5us', long: '5005us', longShare: 0.001 },
    wild: true,
  },
];

export function schedsimCases(): Case[] {
  const { rows } = peersReference().mgk16_simulated_reference;
  return LAWS.flatMap(({ name, row, scv, service, wild }) =>
    // with the longest services, too few wait at load 0.5 to say anything, and no run is long enough at 0.9
    (wild ? [0.8] : [0.5, 0.8]).flatMap((load) => {
      const row16 = rows.find(({ svc, rho }) => svc === row && rho === load);
      if (row16 === undefined) throw new Error(`peers-reference.json: no row ${row} at load ${load}`);
      const times = { warmup: wild ? '100ms' : '10ms', duration: wild ? '500ms' : '200ms' };
      const base = { cores: CORES, load, service, mechanism: 'static' as const, ...times };
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
