// Service laws other than the exponential: M/D/k against its exact solution, M/G/1 against Pollaczek–Khinchine, M/G/16
// against a simulated reference with its own error, and M/G/1 processor sharing as the limit of a small quantum.

import { describe, expect, it } from 'vitest';
import { mg1Wait } from '../support/queueing.js';
import { peersReference } from '../support/reference.js';
import {
  CONSTANT,
  EXPONENTIAL,
  MEAN_US,
  meanDelay,
  meanLatency,
  replicate,
  station,
  steady,
  us,
  type ServiceInput,
} from '../support/scenarios.js';
import { expectMean } from '../support/statistics.js';

const { queueing_closed_form: closed, mgk16_simulated_reference: simulated } = peersReference();
const REPLICATIONS = 32;

const BIMODAL: ServiceInput = { dist: 'bimodal', short: '5us', long: '55us', longShare: 0.1 };
const LOGNORMAL: ServiceInput = { dist: 'lognormal', mean: '10us', cv: Math.sqrt(Math.E - 1) }; // sigma 1
/** As the reference names them; scv: variance / mean². */
const LAWS = [
  { name: 'exp', table: 'exp', scv: 1, service: EXPONENTIAL },
  { name: 'det', table: 'det', scv: 0, service: CONSTANT },
  { name: 'bimodal1', table: 'bimodal 90% 5us + 10% 55us (scv 2.25)', scv: 2.25, service: BIMODAL },
  { name: 'lognormal1', table: 'lognormal sigma=1 (scv 1.718282)', scv: Math.E - 1, service: LOGNORMAL },
] as const;
const LOADS = ['0.5', '0.8', '0.9'] as const;

describe('M/D/k', () => {
  it.each(closed.mdk_exact)('k = $k, load $rho', async ({ k, rho, Pwait, Wq }) => {
    const runs = await replicate(
      station({ cores: k, load: rho, service: CONSTANT, ...steady(k, rho, 80_000) }),
      REPLICATIONS,
    );
    const informative = Pwait < 0.1 ? 0.3 : 0.15;
    // Arrivals are whole nanoseconds: a wait below 1 ns can count as none.
    expectMean(
      'P(wait)',
      runs.map((run) => run.waited),
      Pwait,
      { allowance: (k * rho) / (1000 * MEAN_US), informative },
    );
    expectMean('Wq', us(runs, meanDelay), Wq, { allowance: 0.001, informative });
  });
});

describe('M/G/1, Pollaczek–Khinchine', () => {
  it.each(LAWS.flatMap((law) => LOADS.map((load) => ({ ...law, load }))))(
    '$name at load $load',
    async ({ table, scv, service, load }) => {
      const rho = Number(load);
      const theory = mg1Wait(rho, MEAN_US, scv);
      expect(theory).toBeCloseTo(closed.mg1_pk_Wq[table]![load]!, 5);
      const runs = await replicate(
        station({ cores: 1, load: rho, service, ...steady(1, rho, rho === 0.9 ? 250_000 : 100_000) }),
        REPLICATIONS,
      );
      expectMean('Wq', us(runs, meanDelay), theory, { allowance: 0.001, informative: 0.2 });
      expectMean(
        'P(wait)',
        runs.map((run) => run.waited),
        rho,
        { allowance: rho / (1000 * MEAN_US) },
      );
    },
  );

  it('weibull and uniform and bounded pareto and a mixture at load 0.8', async () => {
    const pareto = { shape: 2.2, low: 5, high: 500 };
    const moment = (n: number): number => {
      const { shape: a, low, high } = pareto;
      return ((low ** a * a) / (1 - (low / high) ** a) / (a - n)) * (low ** (n - a) - high ** (n - a));
    };
    // Weibull of shape 2: E[X²]/E[X]² = Γ(2)/Γ(1.5)² = 4/π.
    const cases: { name: string; service: ServiceInput; mean: number; scv: number }[] = [
      { name: 'weibull', service: { dist: 'weibull', shape: 2, mean: '10us' }, mean: 10, scv: 4 / Math.PI - 1 },
      { name: 'uniform', service: { dist: 'uniform', min: '0us', max: '20us' }, mean: 10, scv: 1 / 3 },
      {
        name: 'pareto',
        service: { dist: 'pareto', shape: 2.2, min: '5us', max: '500us' },
        mean: moment(1),
        scv: moment(2) / moment(1) ** 2 - 1,
      },
      {
        name: 'mixture',
        service: {
          dist: 'mixture',
          components: [
            { weight: 3, dist: 'constant', value: '5us' },
            { weight: 1, dist: 'exponential', mean: '25us' },
          ],
        },
        mean: 10,
        scv: (0.75 * 25 + 0.25 * 2 * 625) / 100 - 1,
      },
    ];
    for (const { name, service, mean, scv } of cases) {
      const load = (0.8 * MEAN_US) / mean; // station() counts the load in services of 10 us
      const runs = await replicate(station({ cores: 1, load, service, ...steady(1, 0.8, 100_000) }), REPLICATIONS);
      expectMean(name, us(runs, meanDelay), mg1Wait(0.8, mean, scv), { allowance: 0.001, informative: 0.2 });
    }
  });
});

describe('M/G/16 against the simulated reference', () => {
  const rows = simulated.rows.flatMap((row) =>
    LAWS.filter((law) => law.name === row.svc).map((law) => ({ ...row, service: law.service })),
  );
  it.each(rows)('$svc at load $rho', async ({ rho, Pwait, Wq, service }) => {
    const runs = await replicate(station({ cores: 16, load: rho, service, ...steady(16, rho, 160_000) }), REPLICATIONS);
    const informative = rho < 0.6 ? 0.4 : 0.15;
    // The reference's half-widths are of 95 %: three of them are 5.9 standard errors. Plus a wait below 1 ns that counts as none.
    expectMean(
      'P(wait)',
      runs.map((run) => run.waited),
      Pwait[0],
      { allowance: 3 * Pwait[1] + (16 * rho) / (1000 * MEAN_US), informative },
    );
    expectMean('Wq', us(runs, meanDelay), Wq[0], { allowance: 3 * Wq[1] + 0.001, informative });
  });
});

describe('M/G/1 processor sharing', () => {
  const laws = LAWS.filter(({ name }) => name !== 'exp'); // with it, FIFO has the same mean
  it.each(laws.flatMap((law) => (['0.5', '0.8'] as const).map((load) => ({ ...law, load }))))(
    '$name at load $load',
    async ({ service, load }) => {
      const rho = Number(load);
      const quantumUs = 0.2;
      const input = station({
        cores: 1,
        load: rho,
        service,
        ...steady(1, rho, 20_000),
        vm: { quantum: `${quantumUs * 1000}ns`, dispatch: 'single-queue' },
      });
      const runs = await replicate({ ...input, mechanism: 'static' }, REPLICATIONS);
      // A request waits for at most one round more or less than under sharing: a quantum for each of those present.
      const round = quantumUs / (1 - rho);
      expectMean('W', us(runs, meanLatency), closed.mg1_ps_W[load]!, { allowance: round, informative: 0.15 });
    },
  );
});
