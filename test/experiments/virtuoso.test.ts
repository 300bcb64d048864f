// `fluxhost reproduce virtuoso`: what its sweep shows, who isolates, and what is refused.

import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Claim } from '../../src/experiments/experiment.js';
import { settingsOf } from '../../src/experiments/parameters.js';
import { scenarioOf } from '../../src/experiments/virtuoso/host.js';
import { VIRTUOSO_PARAMETERS } from '../../src/experiments/virtuoso/parameters.js';
import { parseScenario } from '../../src/scenario/parse.js';
import { resolveScenario } from '../../src/scenario/resolve.js';
import { heldNumbers } from './claim-numbers.js';
import { printed, refused } from './reproduced.js';

interface Point {
  readonly discipline: string;
  readonly cost: number;
  readonly p99Us: number;
  readonly victimDropped: number;
  readonly aggressorServed: number;
}
interface Host {
  readonly discipline: string;
  readonly victim: Record<'packets' | 'datapathP99Us' | 'datapathMeanUs' | 'vmMeanUs' | 'meanUs', number>;
  readonly moves: number;
  readonly batchPerSecond: number;
}
interface Document {
  readonly claims: (Claim & { readonly verdict: string })[];
  readonly figures: {
    readonly sweep: Point[];
    readonly silos: { tenants: number; duty: number; siloed: number; shared: number; factor: number }[];
    readonly loss: { policy: number; accounting: number };
  };
  readonly laws: Record<string, Record<string, unknown>>;
}

const QUICK = [
  'duration=40ms',
  'costs=1000,16000,32000',
  'burst.tenants=4,8',
  'burst.duties=0.1',
  'law.cycles=2100000',
];
describe('reproduce virtuoso', () => {
  let document: Document;
  beforeAll(async () => {
    document = await printed<Document>('virtuoso', ...QUICK);
  });

  const at = (discipline: string, cost: number): Point =>
    document.figures.sweep.find((point) => point.discipline === discipline && point.cost === cost)!;

  it('isolates by cycles where limits in packets and bytes do not', () => {
    for (const limit of ['fifo', 'packets', 'bytes']) {
      expect(at(limit, 32_000).p99Us).toBeGreaterThan(10 * at('cycles', 32_000).p99Us);
      expect(at(limit, 32_000).victimDropped).toBeGreaterThan(0.1);
    }
    expect(at('cycles', 32_000).victimDropped).toBe(0);
  });

  it('is the same under every limit where costs are equal, and flat in silos', () => {
    expect(at('packets', 1000)).toEqual({ ...at('cycles', 1000), discipline: 'packets' });
    expect(at('siloed', 32_000).p99Us).toBe(at('siloed', 1000).p99Us);
  });

  it('takes fewer cores than silos, and loses next to nothing', () => {
    for (const { siloed, shared, factor } of document.figures.silos) {
      expect(shared).toBeLessThan(siloed);
      expect(factor).toBeCloseTo(siloed / shared, 12);
    }
    expect(document.figures.loss).toEqual({ policy: 0, accounting: 50 / 16_050 });
  });

  it('judges every claim, in words and numbers alike', () => {
    expect(heldNumbers(document.claims)).toEqual(['tail', 'throughput', 'silos']);
    expect(document.claims.map(({ id, verdict }) => [id, verdict])).toEqual([
      ['tail', 'reachable'],
      ['limits', 'reachable'],
      ['throughput', 'reachable'],
      ['silos', expect.stringMatching(/^(reachable|not reached)$/)],
    ]);
  });

  it('runs two tenants alone, as a part', async () => {
    const { figures } = await printed<Document>(
      'virtuoso/pair',
      'duration=40ms',
      'discipline=packets',
      'aggressor.cost=32000',
    );
    expect(figures).toEqual(at('packets', 32_000));
  });

  it('feeds the VMs of a host, whose cores move, and takes some of them', async () => {
    const { figures } = await printed<Document>(
      'virtuoso/host',
      'host.duration=30ms',
      'disciplines=packets,cycles',
      'aggressor.cost=32000',
    );
    const [none, limits, cycles] = (figures as unknown as { hosts: Host[] }).hosts;
    expect([none!, limits!, cycles!].map(({ discipline }) => discipline)).toEqual(['none', 'packets', 'cycles']);
    expect(none!.victim).toMatchObject({ datapathP99Us: 0, droppedShare: 0 });
    expect(limits!.victim.datapathP99Us).toBeGreaterThan(10 * cycles!.victim.datapathP99Us);
    for (const { victim, moves, batchPerSecond } of [none!, limits!, cycles!]) {
      expect(victim.meanUs).toBeCloseTo(victim.vmMeanUs + victim.datapathMeanUs, 9);
      expect(moves).toBeGreaterThan(500);
      expect(batchPerSecond).toBeGreaterThan(0);
    }
    expect(none!.victim.packets).toBe(cycles!.victim.packets);
  });

  it('is examples/datapath.yaml without a datapath', () => {
    const { file, input } = scenarioOf(settingsOf('virtuoso', VIRTUOSO_PARAMETERS));
    expect(parseScenario(readFileSync(file, 'utf8')).scenario).toEqual(resolveScenario(input));
  });

  it('says where limits do as well', async () => {
    const { claims } = await printed<Document>(
      'virtuoso',
      ...QUICK,
      'costs=16000',
      'aggressor.gap=1000000',
      'burst.tenants=4',
    );
    expect(claims.find(({ id }) => id === 'limits')!.verdict).toBe('refuted under costs up to 16000 cycles');
  });

  it('refuses what cannot be', async () => {
    expect(await refused('virtuoso', 'victim.weight=0', 'boost=0')).toMatch(/victim\.weight.*\n.*boost/);
    expect(await refused('virtuoso', 'period=0us')).toContain('period: given "0us"');
    expect(await refused('virtuoso', 'aggressor.cost=0')).toContain('aggressor.cost: given "0"');
    expect(await refused('virtuoso', 'costs=0')).toContain('a packet costs something');
    expect(await refused('virtuoso', 'stages=rx,disk')).toContain('stages: given "rx,disk"');
    expect(await refused('virtuoso', 'stages=rx,rx')).toContain('each stage once');
    expect(await refused('virtuoso', 'host.cores=4', 'workers=2')).toContain(
      'host.cores: given 4, expected at least workers (2) and three',
    );
    expect(await refused('virtuoso/laws', 'period=0.1us', 'clock=10000000')).toContain(
      'period: given 0.1, expected at least two cycles of the clock, of which it is 1',
    );
    expect(await refused('virtuoso/host', 'victim.cost=1', 'clock=2.1e9')).toContain(
      'victim.cost: given 1, expected at least 2.1 cycles: a ns of clock',
    );
    expect(await refused('virtuoso', 'workers=3')).toContain('workers: given 3, expected an even number');
    expect(await refused('virtuoso', 'burst.duties=0', 'burst.tenants=1')).toMatch(/burst\.duties.*\n.*burst\.tenants/);
  });
});
