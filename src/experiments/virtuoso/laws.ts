// What follows from Virtuoso's rules by arithmetic (V1 to V5 of docs/virtuoso.md), beside what runs with the same parameters do: one
// worker, one stage.

import { runServers } from '../../server/run.js';
import { type FastPathRun, runFastPath } from '../../systems/virtuoso.js';
import type { FigureValues } from '../experiment.js';
import type { Settings } from '../parameters.js';
import { capOf, cyclesOf, pair, pathOf, tenantOf } from './datapath.js';

const plain = (settings: Settings): Settings => settings.with({ stages: 'rx', costCv: 0 });

/** Two tenants whose queues never run out. */
function full(
  settings: Settings,
  discipline: 'fifo' | 'cycles',
  cost: number,
  boost: number,
  module?: WebAssembly.Module,
): Promise<FastPathRun> {
  const tenants = [
    tenantOf(settings, 'victim', { process: 'full' }),
    tenantOf(settings, 'aggressor', { process: 'full' }, cost),
  ];
  return runFastPath(pathOf(settings, discipline, { tenants, until: settings.number('law.cycles'), boost }), module);
}

const shares = ({ tenants, used }: FastPathRun): number[] => tenants.map((tenant) => tenant.used / used);
const charged = ({ tenants }: FastPathRun): number[] => tenants.map((tenant) => tenant.charged);

/** In periods, how long a debt keeps a tenant unfunded: probes of both tenants after every period. */
async function repaid(settings: Settings, module?: WebAssembly.Module): Promise<FigureValues> {
  const debt = settings.number('law.debt');
  const period = cyclesOf(settings, settings.number('period'));
  const cap = capOf(settings);
  if (cap === 0) return { debt, periods: null, fundedAfterPeriods: null }; // nobody has budget, nobody is charged
  const weights = [settings.number('victim.weight'), settings.number('aggressor.weight')];
  const share = weights[1]! / (weights[0]! + weights[1]!);
  const formula = Math.ceil(debt / (settings.number('boost') * period * share));
  const indebted = debt + cap; // when the one dear item has been charged
  const first = Math.ceil((indebted + 1) / period);
  const probes = Array.from({ length: 2 * Math.min(formula + 2, 100_000) }, (_, i) => i);
  const { items } = await runServers(
    [
      {
        workers: 1,
        batch: 2,
        stages: 1,
        discipline: 'cycles',
        limit: null,
        tenants: weights.map((weight) => ({ weight, limit: null })),
        budget: { cap, period, boost: settings.number('boost'), replenish: 'period' },
      },
    ],
    {
      at: Float64Array.of(0, ...probes.map((i) => (first + (i >> 1)) * period + 1)),
      tenant: Uint32Array.of(1, ...probes.map((i) => i % 2)),
      costs: [Float64Array.of(indebted, ...probes.map(() => 0))],
    },
    { module },
  );
  const served = probes.findIndex((i) => i % 2 === 1 && items[i + 1]!.fate === 'served');
  return { debt, periods: formula, fundedAfterPeriods: served < 0 ? null : (served >> 1) + 1 };
}

export async function laws(given: Settings, module?: WebAssembly.Module): Promise<Record<string, FigureValues>> {
  const settings = plain(given);
  const boost = settings.number('boost');
  const [victim, aggressor] = [settings.number('victim.cost'), settings.number('aggressor.cost')];
  const weights = [settings.number('victim.weight'), settings.number('aggressor.weight')];
  const quarter = Math.max(1, Math.round(aggressor / 4));
  const fifo = await full(settings, 'fifo', aggressor, boost, module);
  const cycles = await full(settings, 'cycles', aggressor, boost, module);
  const cheaper = await full(settings, 'cycles', quarter, boost, module);
  const equal = await full(settings, 'cycles', victim, boost, module);
  const boosted = await full(settings, 'cycles', aggressor, settings.number('law.boost'), module);
  const open = await runFastPath(
    pathOf(settings, 'cycles', {
      tenants: pair(settings, 'deterministic'),
      until: settings.number('law.cycles'),
      idlePoll: settings.number('law.idlePoll'),
      limit: 1_000_000,
    }),
    module,
  );
  const account = ({ served, dropped, inFlight }: FastPathRun['tenants'][number]): FigureValues => ({
    served,
    droppedBudget: dropped.budget,
    droppedQueue: dropped.queue,
    inFlight,
  });
  return {
    V1: { shares: shares(fifo), costShares: [victim / (victim + aggressor), aggressor / (victim + aggressor)] },
    V2: {
      charged: charged(cycles),
      used: shares(cycles),
      atAQuarterOfTheCost: { cost: quarter, used: shares(cheaper) },
      atEqualCost: shares(equal),
    },
    V3: {
      boost: settings.number('law.boost'),
      used: shares(boosted),
      unfundedOnlyAbove: weights.map((weight) => (settings.number('law.boost') * weight) / (weights[0]! + weights[1]!)),
    },
    V4: await repaid(settings, module),
    V5: {
      victimLoad: victim / settings.number('victim.gap'),
      aggressorLoad: aggressor / settings.number('aggressor.gap'),
      victim: account(open.tenants[0]!),
      aggressor: account(open.tenants[1]!),
    },
  };
}
