// The model's `cgroup` held against recordings of Linux's own on two CPUs (fixtures/README.md): the second table of docs/real.md, and what
// its misses come from, by a naive calculation that has, one after the other, what Linux has and the model has not (bench/real/percpu.mjs).
//
//     FLUXHOST_PIN=1 npx vitest run test/calibrate/two-cpus.test.ts
//
// simulates anew what was recorded, and writes fixtures and table.

import { writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { LOADS } from '../../bench/real/loads.mjs';
import {
  AS_THE_MODEL,
  ON_SEVERAL,
  SLICES,
  WEIGHT,
  rowsOf,
  sharedBy,
  steppedBy,
  tableOf,
} from '../../bench/real/table.mjs';
import { PAGE, inRealPage, readKept, renewed, simulated } from './kept.js';

const PIN = process.env['FLUXHOST_PIN'] !== undefined;
const kept = readKept('two-cpus');
if (PIN) for (const [name, one] of kept) kept.set(name, await renewed('two-cpus', name, one));
const loads = LOADS.map(({ name }) => ({
  name,
  repetitions: [...kept].filter(([file]) => file.replace(/-\d$/, '') === name).map(([, one]) => one),
}));
const median = (values: readonly unknown[] | null): number => ([...values!] as number[]).sort((a, b) => a - b)[1]!;

describe('recordings of Linux on two CPUs', () => {
  // All of them where they are made, and a few of them each time.
  const some = [...kept].filter(([name]) => PIN || name.endsWith('1'));

  it.each(some)('%s: the model gives the figures that are told, a naive calculation nearly', async (_, one) => {
    const { rows, vms } = await simulated(one);
    expect(rows).toEqual(one.calibration.rows);
    expect(vms).toEqual(one.calibration.vms);
    if (vms.length > 1) return; // who of two goes first differs
    const [vm] = one.scenario.vms;
    const of = steppedBy(AS_THE_MODEL, one).get(vm!.name)!;
    const row = (figure: string, quantile: string | null): number =>
      rows.find((other) => other.figure === figure && other.quantile === quantile)!.simulatedNs;
    expect(Math.abs(of('throttled', null) / row('throttled', null) - 1)).toBeLessThan(0.003);
    expect(Math.abs(of('wait', 'p99') / row('wait', 'p99') - 1)).toBeLessThan(0.02);
    // Groups that share by weight are the same where there is one.
    const shared = sharedBy(WEIGHT, one).get(vm!.name)!;
    const stepped = steppedBy(SLICES, one).get(vm!.name)!;
    expect(Math.abs(shared('throttled', null) / stepped('throttled', null) - 1)).toBeLessThan(0.001);
    expect(Math.abs(shared('wait', 'p99') / stepped('wait', 'p99') - 1)).toBeLessThan(0.03);
    if (vm!.quantum !== undefined) return; // the naive one gives no turns
    for (const [figure, quantile] of [
      ['wait', 'mean'],
      ['latency', 'p99'],
    ] as const)
      expect(Math.abs(of(figure, quantile) / row(figure, quantile) - 1), `${figure} ${quantile}`).toBeLessThan(0.01);
  });

  const rows = rowsOf(loads);
  const alone = rows.filter(({ load }) => load !== 'colocated');
  const rowOf = (load: string, figure: string, quantile: string | null) =>
    alone.find((row) => row.load === load && row.figure === figure && row.quantile === quantile)!;
  const names = [...new Set(alone.map(({ load }) => load))];
  const [slices, weight, order] = ['and slices', 'and weight', 'and order'].map((name) => ON_SEVERAL.indexOf(name)) as [
    number,
    number,
    number,
  ];

  it.each(names)('%s: throttled time is right once CPUs have queues and slices of their own', (load) => {
    const { error, stepErrors } = rowOf(load, 'throttled', null);
    const now = Math.abs(median(stepErrors![slices]!));
    expect(now).toBeLessThan(0.05);
    expect(now).toBeLessThan(Math.abs(error));
  });

  it.each(['period-100ms', 'quota-20', 'lock'])('%s: long waits are right once the order is as recorded', (load) => {
    for (const figure of ['wait', 'latency']) {
      const { error, stepErrors } = rowOf(load, figure, 'p99');
      expect(error).toBeLessThan(-0.15);
      expect(median(stepErrors![0]!)).toBeGreaterThan(error); // a queue each: half of it
      expect(Math.abs(median(stepErrors![order]!))).toBeLessThan(0.02);
    }
  });

  it('make a neighbour wait as long as it did, once CPUs are shared by weight', () => {
    const rest = { mean: 0.2, p99: 0.15 };
    for (const quantile of ['mean', 'p99'] as const) {
      const { errors, stepErrors } = rows.find(
        (row) => row.vm.includes('neighbour') && row.figure === 'wait' && row.quantile === quantile,
      )!;
      errors.forEach((error, i) => {
        const before = stepErrors![slices]![i] as number;
        const now = Math.abs(stepErrors![weight]![i] as number);
        expect([quantile, error < -0.5, before > 0.7, now < rest[quantile]]).toEqual([quantile, true, true, true]);
      });
    }
  });

  it('wait behind others on their CPU while the other one is idle', () => {
    for (const [, { calibration }] of kept) {
      const beside = calibration.gaps.filter(({ what }) => what.includes('beside an idle CPU of its own'));
      expect(beside).toHaveLength(calibration.vms.length);
      for (const { value } of beside) expect(value).toBeGreaterThan(0.1);
    }
  });

  it('are tabled in docs/real.md', () => {
    const { before, now } = inRealPage({ 'table of two CPUs': tableOf(loads, rows) });
    if (PIN) writeFileSync(PAGE, now);
    else expect(before).toBe(now);
  });
});
