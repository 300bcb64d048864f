// `--estimate`: as many runs as the command would make, time by pilots that are cut short, and nothing else done.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { main } from '../../src/cli/program.js';
import { type Estimate, type Pilot, estimateOf } from '../../src/study/estimate.js';
import { sample } from '../study/sample.js';
import { sizeWhole, sizingWhole } from '../../src/cli/estimate.js';
import { rowsText } from '../../src/cli/crew.js';
import { formatWait } from '../../src/report/units.js';
import { captureIo } from './fake.js';

const FILE = fileURLToPath(new URL('../../examples/policy.yaml', import.meta.url));
const CLI = fileURLToPath(new URL('../../dist/cli.js', import.meta.url));
let folder: string;
beforeAll(() => void (folder = mkdtempSync(join(tmpdir(), 'fluxhost-estimate-'))));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A script that a program begins with. */
function script(text: string): string {
  const path = join(folder, 'first.cjs');
  writeFileSync(path, text);
  return path;
}

async function printed(...args: string[]): Promise<string> {
  const io = captureIo();
  expect(await main(args, io), io.err).toBe(0);
  return io.out;
}

describe('--estimate', () => {
  it.each([
    ['run', [FILE, '--replications', '4'], 4],
    // 4 seeds each, and a search over up to 36 cores: at most 6 steps and 2 neighbours
    ['compare', [FILE, '--mechanisms', 'ideal,hyperflux', '--replications', '4'], 2 * (4 + 8)],
    ['compare', [FILE, '--mechanisms', 'ideal,hyperflux', '--no-sizing'], 2],
    ['size', [FILE, '--find', 'host.cores=9..16', '--replications', '3'], 8 * 3],
    ['size', [FILE, '--find', 'host.cores=9..72', '--replications', '3'], (6 + 2) * 3],
    ['sweep', [FILE, '--vary', 'load=0.2..0.8:10', '--mechanisms', 'ideal,static', '--replications', '2'], 10 * 2 * 2],
    ['suite', ['--mechanisms', 'ideal,hyperflux', '--only', 'bursts,smt'], 2 * 2 * 5],
  ])('of %s %j counts %3$d runs', async (command, args, runs) => {
    const out = join(folder, command);
    const text = await printed(command, ...args, '--out', out, '--estimate', '--json');
    const estimate = JSON.parse(text) as Estimate & { programBytes: number };
    expect(estimate.runs).toBe(runs);
    expect(estimate.seconds).toBeGreaterThan(0);
    expect(estimate.bytesPerRun).toBeGreaterThan(2 ** 16);
    expect(estimate.bytes).toBe(estimate.bytesPerRun * estimate.threads);
    // this process, and what each thread holds besides
    const own = estimate.programBytes - (estimate.threads > 1 ? estimate.threads * (26 * 2 ** 20) + estimate.bytes : 0);
    expect(own).toBeGreaterThanOrEqual(process.memoryUsage.rss() / 2);
    expect(existsSync(join(out, 'report.html'))).toBe(false);
  });

  it('prints a sentence', async () => {
    expect(await printed('run', FILE, '--estimate')).toMatch(
      /^about .* for 1 run, in \d+ MiB of linear memory, the whole program in some \d+ MiB\n/,
    );
  });

  it('tells the memory that the whole program will hold', () => {
    // a program of its own: this one has held whatever ran in it before
    const run = (...args: string[]) => {
      const peak = `process.on('exit', () => console.error('peak', 1024 * Number(/VmHWM:\\s*(\\d+)/.exec(require('fs').readFileSync('/proc/self/status', 'utf8'))[1])))`;
      const { stdout, stderr } = spawnSync(process.execPath, ['--require', script(peak), CLI, ...args], {
        encoding: 'utf8',
      });
      return { stdout, peak: Number(/peak (\d+)/.exec(stderr)?.[1]) };
    };
    if (!existsSync('/proc/self/status')) return;
    const sweep = ['sweep', FILE, '--vary', 'load=0.2,0.4,0.6', '--mechanisms', 'ideal,static', '--workers', '2'];
    const { programBytes } = JSON.parse(run(...sweep, '--estimate', '--json').stdout) as { programBytes: number };
    const ratio = programBytes / run(...sweep, '--json').peak;
    expect([ratio, ratio > 0.67 && ratio < 1.5]).toEqual([ratio, true]);
  });
});

describe('an estimate', () => {
  let nowMs = 0;
  const clock = (): number => nowMs;

  /** Simulates a tenth of its run, which takes 20 ms, and then is told that it took too long; or the whole of it. */
  const pilot = (share: number): Pilot => ({
    endNs: 1000,
    nowNs: 1000 * share,
    done: share === 1,
    memoryBytes: 2 ** 20,
    run: (options) => {
      nowMs += 20;
      options?.onProgress?.({ nowNs: 1000 * share, endNs: 1000, events: 1, wallSeconds: 1e9 });
      expect(options?.signal?.aborted).toBe(true);
      return Promise.resolve();
    },
    close: () => undefined,
  });

  it('takes the begin of a run for all of it, as often as there are runs, over the threads', async () => {
    const plans = [{ scenario: sample(), runs: 6 }];
    const [whole, tenth] = [
      await estimateOf(plans, async () => pilot(1), 1, 0, clock),
      await estimateOf(plans, async () => pilot(0.1), 3, 0, clock),
    ];
    expect(whole).toMatchObject({ runs: 6, threads: 1, bytes: 2 ** 20, pilot: 1 });
    expect(whole.seconds).toBeCloseTo(6 * 0.02, 9);
    expect(tenth).toMatchObject({ runs: 6, threads: 3, bytes: 3 * 2 ** 20, pilot: 0.1 });
    expect(tenth.seconds).toBeCloseTo((6 * 0.2) / 3, 9);
  });

  it('counts what is made once but once, threads that start, and runs that end early as what they take', async () => {
    const slow = async (): Promise<Pilot> => {
      if (made++ === 0) nowMs += 300;
      return pilot(1);
    };
    let made = 0;
    const one = await estimateOf([{ scenario: sample(), runs: 40 }], slow, 1, 0, clock);
    expect(one.seconds).toBeCloseTo(0.3 + 40 * 0.02, 9);
    made = 0;
    const started = await estimateOf([{ scenario: sample(), runs: 40 }], slow, 40, 50, clock);
    expect(started.seconds).toBeCloseTo(0.02 + 2 * 50.3, 9);
    made = 1;
    const half = await estimateOf([{ scenario: sample(), runs: 400, whole: 40 }], slow, 1, 0, clock);
    expect(half.runs).toBe(400);
    expect(half.seconds).toBeCloseTo(40 * 0.02, 9);
  });

  it('of searches takes half of the runs that may end early, and few where another mechanism was asked before', () => {
    const scenario = sample(); // 1 to 10, 0 to 8 vCPUs: 18 values
    expect(sizingWhole(scenario, 48, true)).toBe(0.5 * (5 + 2 - 1));
    expect(sizingWhole(scenario, 4, true)).toBe(0.5 * (2 + 2 - 1));
    expect(sizingWhole(scenario, 48, false)).toBe(1.5);
    expect([sizeWhole(7, true), sizeWhole(7, false)]).toEqual([4, 7]);
  });
});

describe('times that somebody waits for', () => {
  it.each([
    [0.5, '500 ms'],
    [99, '99.0 s'],
    [100, '1.67 min'],
    [2628, '43.8 min'],
    [5999, '100 min'],
    [7560, '2.10 h'],
  ])('of %d s are %s', (seconds, text) => expect(formatWait(seconds)).toBe(text));

  it('stand beside a bar and what is done', () => {
    expect(rowsText(12, 80, 'rows', 6000)).toBe('[###·················] 12 of 80 rows, 34.0 s left');
    expect(rowsText(80, 80, 'rows', 6000)).toBe(`[${'#'.repeat(20)}] 80 of 80 rows`);
  });
});
