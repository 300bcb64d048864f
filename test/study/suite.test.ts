// `suite`: fixed scenarios, the same table for everybody; its rows are what `run` prints, its scores what they say they are.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { main } from '../../src/cli/program.js';
import { InputError, suite, type Result, type SuiteResult } from '../../src/index.js';
import { renderSuite } from '../../src/report-entry.js';
import { canonicalJson, scenarioSha256 } from '../../src/scenario/canonical.js';
import { AZURE_LIKE, DURATIONS, GAPS, azureLikeCsv } from '../../src/study/suite/azure-like.js';
import { SUITE_VERSION, suiteScenarios } from '../../src/study/suite/scenarios.js';
import { geometricMean } from '../../src/study/suite/suite.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';
import { captureIo } from '../cli/fake.js';
import { sample } from './sample.js';

const CLI = fileURLToPath(new URL('../../dist/cli.js', import.meta.url));
const hash = (text: string): string => bytesToHex(sha256(utf8ToBytes(text)));

let folder: string;
beforeAll(() => void (folder = mkdtempSync(join(tmpdir(), 'fluxhost-suite-'))));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function printed(...args: string[]): Promise<string> {
  const io = captureIo();
  expect(await main(args, io), io.err).toBe(0);
  return io.out;
}

describe('the scenarios', () => {
  it('are twelve, and change with the version only', () => {
    const all = suiteScenarios();
    expect(all).toHaveLength(12);
    expect(new Set(all.map(({ name }) => name)).size).toBe(12);
    for (const { scenario } of all) expect(scenario.vms.some(({ slo }) => slo !== undefined)).toBe(true);
    const hashes = all.map(({ name, scenario }) => [name, scenarioSha256(scenario)]);
    const pinned = hash(canonicalJson(hashes) + azureLikeCsv());
    // whoever changes one makes it another version, or figures that people cite mean something else
    expect({ version: SUITE_VERSION, pinned }).toEqual({
      version: 1,
      pinned: '627affc275d47e74f98f1d2f3751b2d0bbdab04d927e35648e98e651a8ff9482',
    });
  });

  it('replay gaps and durations like those of the published trace', () => {
    const rows = azureLikeCsv().trim().split('\n').slice(1);
    const [arrivals, services] = [0, 1].map((column) => rows.map((row) => Number(row.split(',')[column])));
    const mean = (values: readonly number[]): number => values.reduce((sum, one) => sum + one, 0) / values.length;
    const gaps = arrivals!.map((at, i) => at - (arrivals![i - 1] ?? 0));
    const variance = mean(gaps.map((gap) => (gap - mean(gaps)) ** 2));
    // a second is 1000 ns: 5.599 s, 3.76 and 23.82 s in the trace itself
    expect(mean(gaps) / 5599).toBeCloseTo(1, 1);
    expect(variance / mean(gaps) ** 2 / 3.76).toBeCloseTo(1, 1);
    expect(Math.abs(mean(services!) / 23_820 - 1)).toBeLessThan(0.12);
    const share = (values: readonly number[], most: number): number =>
      values.filter((one) => one <= most).length / values.length;
    for (const [quantile, value] of GAPS.slice(3, -1)) expect(share(gaps, value * 1000)).toBeCloseTo(quantile, 1.5);
    for (const [quantile, value] of DURATIONS.slice(3, -1))
      expect(share(services!, value * 1000)).toBeCloseTo(quantile, 1.5);
  });
});

describe('the suite', () => {
  let first: SuiteResult;
  const ASKED = { mechanisms: ['hyperflux', 'static'], only: ['bursts', 'azure-replay'], replications: 2 } as const;
  beforeAll(async () => void (first = await suite(ASKED)));

  it('gives two people one table, whatever runs it', async () => {
    expect((await suite(ASKED)).sha256).toBe(first.sha256);
    const args = ['suite', '--mechanisms', 'hyperflux,static', '--only', 'bursts,azure-replay', '--replications', '2'];
    const out = execFileSync(process.execPath, [CLI, ...args, '--workers', '2', '--json'], { encoding: 'utf8' });
    expect(JSON.parse(out)).toEqual(JSON.parse(JSON.stringify(first)));
    expect((await suite({ ...ASKED, replications: 1 })).sha256).not.toBe(first.sha256);
  });

  it('runs ideal as the bound, and scores the others against it', () => {
    expect(first.rows.map(({ scenario, mechanism }) => `${scenario} ${mechanism}`)).toEqual(
      ['bursts', 'azure-replay'].flatMap((name) => ['ideal', 'hyperflux', 'static'].map((kind) => `${name} ${kind}`)),
    );
    const [ideal, hyperflux, none] = ['ideal', 'hyperflux', 'static'].map((kind) =>
      first.scores.find(({ mechanism }) => mechanism === kind)!,
    );
    expect(ideal).toMatchObject({ rank: 1, tail: { mean: 1 }, bestEffort: { mean: 1 } });
    expect(hyperflux!.rank).toBe(2);
    expect(hyperflux!.tail.mean).toBeGreaterThan(1);
    expect(none).toMatchObject({
      rank: 3,
      bestEffort: { mean: 0 },
      movesPerSecond: { mean: 0 },
      slo: { attainedIn: 0, of: 4 },
    });
    const rows = first.rows.filter(({ mechanism }) => mechanism === 'hyperflux');
    const cores = rows.map(({ figures }) => figures!.cores.mean!);
    expect(hyperflux!.cores.mean).toBeCloseTo((cores[0]! + cores[1]!) / 2, 9);
    expect(renderSuite(first)).toContain(first.sha256);
  });

  it('writes scenarios that run takes, with the same events and figures', async () => {
    const out = join(folder, 'out');
    const args = ['--mechanisms', 'hyperflux', '--only', 'bursts,azure-replay', '--replications', '1'];
    await printed('suite', ...args, '--out', out);
    const written = JSON.parse(readFileSync(join(out, 'suite.json'), 'utf8')) as SuiteResult;
    for (const name of ['bursts', 'azure-replay']) {
      const run = await printed('run', join(out, `${name}.json`), '--set', 'mechanism=hyperflux', '--json');
      const { manifest, vms, reallocation } = JSON.parse(run) as Result;
      const row = written.rows.find((one) => one.scenario === name && one.mechanism === 'hyperflux')!;
      expect(row.fingerprints).toEqual([manifest.fingerprint]);
      expect(row.scenarioSha256).toBe(manifest.scenarioSha256);
      const slo = vms[0]!.slo!;
      expect(row.figures!.tailOverTarget.mean).toBe(slo.latencyNs! / slo.targetNs);
      expect(row.figures!.movesPerSecond.mean).toBeCloseTo(reallocation.count / 0.2, 6);
    }
    expect(readFileSync(join(out, AZURE_LIKE), 'utf8')).toBe(azureLikeCsv());
    expect(readFileSync(join(out, 'suite.csv'), 'utf8').trim().split('\n')).toHaveLength(1 + written.rows.length);
  });

  it('ranks decisions of one’s own as hyperflux that asks for them', async () => {
    const asked: number[] = [];
    const policy = { coresWanted: (): number => asked.push(1) * 0 };
    const { scores } = await suite({ mechanisms: ['hyperflux'], only: ['bursts'], replications: 1, policy });
    const own = scores.find(({ mechanism }) => mechanism === 'policy')!;
    expect(asked.length).toBeGreaterThan(0);
    // no core is ever asked for: what is guaranteed is all there is
    expect(own.rank).toBe(3);
    expect(own.tail.mean).toBeGreaterThan(10);
  });

  it('takes a scenario of one’s own, and keeps what does not fit as a row with its reason', async () => {
    const file = join(folder, 'mine.yaml');
    const scenario = sample();
    writeFileSync(
      file,
      `version: 1\nduration: 20ms\nhost: { cores: 12 }\nmechanism: ideal\nvms:\n  - name: api\n    vcpus: { min: 12, max: 12 }
    slo: { quantile: 0.99, latency: 200us }\n    workload:\n      arrivals: { process: poisson, rate: 4e5 }
      request: { stages: [{ tasks: 1, service: { dist: exponential, mean: 10us } }] }\n`,
    );
    const args = ['--own', file, '--only', 'bursts', '--mechanisms', 'hyperflux', '--replications', '1'];
    const { rows, scores } = JSON.parse(await printed('suite', ...args, '--json')) as SuiteResult;
    const row = rows.find((one) => one.scenario === 'mine' && one.mechanism === 'hyperflux')!;
    // a core is kept for polling, so that eleven are left for twelve guarantees
    expect(row.refused).toContain('hyperflux keeps 1 for polling');
    expect(row.figures).toBeNull();
    expect(scores.find(({ mechanism }) => mechanism === 'hyperflux')!.scenarios).toBe(1);
    expect(await printed('suite', ...args)).toContain('hyperflux does not fit mine');
    expect(
      (await suite({ own: scenario, only: ['bursts'], replications: 1 })).scenarios.map(({ name }) => name),
    ).toEqual(['bursts', 'own']);
  });

  it('names scenarios that there are not', async () => {
    await expect(suite({ only: ['burst'] })).rejects.toThrow(InputError);
    expect(await printed('suite', '--list')).toContain('memory-pressure');
  });
});

describe('the geometric mean', () => {
  it.each([
    [[4, 9], 6],
    [[1, 1, 1], 1],
    [[2, 0], 0],
    [[1e-200, 1e-200], 1e-200],
    [[8, 1, 1], 2],
  ])('of %j is %d', (values, mean) => {
    expect(geometricMean(values)! / (mean || 1)).toBeCloseTo(mean === 0 ? 0 : 1, 12);
  });

  it('of nothing is nothing', () => expect(geometricMean([])).toBeNull());
});
