// Snapshots on the command line: `run --snapshot --at`, `run --from`, `fork`. On the real simulator, with real files; what a
// snapshot holds and what goes on from it is tested in test/core/snapshot.test.ts.

import { mkdtempSync, writeFileSync, rmSync, readdirSync, readFileSync, mkdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, afterEach, describe, it, expect } from 'vitest';
import { UsageError } from '../../src/cli/args.js';
import { fork } from '../../src/cli/fork.js';
import { main } from '../../src/cli/program.js';
import { run } from '../../src/cli/run.js';
import type { Result } from '../../src/result/result.js';
import type { Comparison } from '../../src/study/compare.js';
import { InputError } from '../../src/input/errors.js';
import { MECHANISM_KINDS } from '../../src/scenario/mechanisms.js';
import { essence } from '../support/bits.js';
import { SCENARIO, captureIo, fakeTools } from './fake.js';

let folder: string;
let scenario: string;
let snapshot: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'fluxhost-fork-'));
  scenario = join(folder, 'small.yaml');
  snapshot = join(folder, 'small.snapshot');
  writeFileSync(scenario, SCENARIO.replace('duration: 1ms', 'duration: 900us\nwarmup: 100us'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

interface Ended {
  readonly status: number;
  readonly out: string;
  readonly err: string;
}

async function ended(work: (io: ReturnType<typeof captureIo>) => Promise<number>): Promise<Ended> {
  const io = captureIo();
  const status = await work(io);
  return { status, out: io.out, err: io.err };
}

const ran = (...args: string[]): Promise<Ended> => ended((io) => run(args, io));
const forked = (...args: string[]): Promise<Ended> => ended((io) => fork([snapshot, ...args], io));
const resultOf = (end: Ended): Result => JSON.parse(end.out) as Result;

interface Forks extends Comparison {
  from: { atNs: number; mechanism: string; seed: number };
}
const forksOf = (end: Ended): Forks => JSON.parse(end.out) as Forks;

const taken = (at = '300us'): Promise<Ended> => ran(scenario, '--json', '--snapshot', snapshot, '--at', at);

describe('run --snapshot', () => {
  it('writes one on the way and changes nothing about the run', async () => {
    const plain = await ran(scenario, '--json');
    const stopped = await taken();
    expect(stopped.status).toBe(0);
    expect(essence(resultOf(stopped))).toBe(essence(resultOf(plain)));
    expect(stopped.err).toMatch(/^snapshot of 300(\.0*)? us, \d+\.\d MiB, written to .*small\.snapshot\n$/);
    expect(readdirSync(folder).sort()).toEqual(['small.snapshot', 'small.yaml']);
  });

  it('replaces an older file whole', async () => {
    writeFileSync(snapshot, 'old');
    await taken();
    expect(readFileSync(snapshot).subarray(0, 8).toString()).toBe('fluxhost');
    expect((await ran('--from', snapshot)).status).toBe(0);
  });

  it.each([
    [['--at', '300us'], UsageError, /--at: given without --snapshot/],
    [['--snapshot', 'SNAPSHOT', '--replications', '3'], UsageError, /given 3 with --snapshot, expected one run/],
    [['--files', '.'], UsageError, /--files: given without --from/],
    [['--snapshot', 'SNAPSHOT', '--at', '300'], InputError, /--at: given "300", expected a duration with a unit/],
    [['--snapshot', 'SNAPSHOT', '--at', '1001us'], InputError, /given "1001us", expected an instant from 0ns to 1ms/],
    [['--snapshot', 'FOLDER/none/a'], InputError, /--snapshot: given .*ENOENT.*expected a file in a folder/],
    [['--snapshot', 'FOLDER'], InputError, /--snapshot: given .*a folder.*expected a file/],
  ])('%j is refused before anything runs', async (args, kind, message) => {
    const real = args.map((arg) => arg.replace('SNAPSHOT', snapshot).replace('FOLDER', folder));
    const error = await ran(scenario, ...real).catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(kind);
    expect((error as Error).message).toMatch(message);
    expect(readdirSync(folder)).toEqual(['small.yaml']);
  });

  it('needs a simulator that can be stopped', async () => {
    const io = captureIo();
    await expect(run(['a.yaml', '--snapshot', snapshot], io, fakeTools())).rejects.toThrow(/cannot be stopped/);
  });

  it('without --at is of the end, and of the interruption where there is one', async () => {
    await ran(scenario, '--json', '--snapshot', snapshot);
    expect(forksOf(await forked('--mechanisms', 'hyperflux', '--json')).from.atNs).toBe(1_000_000);
    // A hundred seconds of simulated time are never over before the first look at the interrupt.
    writeFileSync(scenario, SCENARIO.replace('duration: 1ms', 'duration: 100s'));
    const interrupted = await ended((io) => {
      const running = run([scenario, '--json', '--snapshot', snapshot], io);
      const asking = setInterval(() => io.listening && io.interrupt(), 5);
      return running.finally(() => clearInterval(asking));
    });
    expect(interrupted.status).toBe(130);
    expect(resultOf(interrupted).incomplete).toBe(true);
    const { atNs } = forksOf(
      await ended((io) => fork([snapshot, '--mechanisms', 'ideal', '--set', 'duration=1ns', '--json'], io)),
    ).from;
    expect(atNs).toBeLessThan(100e9);
  });

  it('is not written where the interruption comes first', async () => {
    writeFileSync(scenario, SCENARIO.replace('duration: 1ms', 'duration: 100s'));
    const interrupted = await ended((io) => {
      const running = run([scenario, '--snapshot', snapshot, '--at', '99s'], io);
      const asking = setInterval(() => io.listening && io.interrupt(), 5);
      return running.finally(() => clearInterval(asking));
    });
    expect(interrupted.status).toBe(130);
    expect(interrupted.err).toContain('interrupted before 99s: no snapshot is written');
    expect(readdirSync(folder)).toEqual(['small.yaml']);
  });
});

describe('run --from', () => {
  it('ends as the run that was not stopped, under every mechanism', async () => {
    for (const kind of MECHANISM_KINDS) {
      const set = ['--set', `mechanism=${kind}`, '--set', 'host.cores=12'];
      const plain = await ran(scenario, '--json', ...set);
      await ran(scenario, '--json', ...set, '--snapshot', snapshot, '--at', '400us');
      const end = await ran('--from', snapshot, '--json');
      expect([end.status, end.err], kind).toEqual([0, '']);
      expect(essence(resultOf(end)), kind).toBe(essence(resultOf(plain)));
    }
  });

  it('takes changes, assertions and a folder as run does, and snapshots on', async () => {
    await taken();
    const later = join(folder, 'later.snapshot');
    const args = ['--set', 'mechanism=ideal', '--seed', '8', '--assert', 'api.completed > 0', '--out', folder];
    const end = await ran('--from', snapshot, '--json', ...args, '--snapshot', later, '--at', '500us');
    expect(end.status).toBe(0);
    expect(resultOf(end).manifest).toMatchObject({ mechanism: 'ideal', seed: 8 });
    expect(readFileSync(join(folder, 'result.json'), 'utf8')).toBe(end.out);
    // with `--out` a result also holds its strips, which a snapshot does not carry
    const { strips, ...plain } = resultOf(end);
    expect(strips?.windows).not.toHaveLength(0);
    expect(essence(resultOf(await ran('--from', later, '--json')))).toBe(essence(plain));
    expect((await ran('--from', later, '--assert', 'api.completed > 1e12')).status).toBe(3);
    await expect(ran('--from', later, '--snapshot', snapshot, '--at', '400us')).rejects.toThrow(
      /--at: given "400us", expected an instant from 500us to 1ms/,
    );
  });

  it('finds the files of the scenario beside the snapshot, or where --files says', async () => {
    const elsewhere = join(folder, 'elsewhere');
    mkdirSync(elsewhere);
    // More arrivals than the core takes at once: the rest is read when the run goes on.
    const rows = Array.from({ length: 6000 }, (_, i) => `${i * 150},200`);
    writeFileSync(join(folder, 'a.csv'), `arrival,service\n${rows.join('\n')}\n`);
    const trace = '{ process: trace, file: a.csv, format: csv, columns: { service: service } }';
    const text = readFileSync(scenario, 'utf8').replace('{ process: poisson, rate: 2e5 }', trace);
    writeFileSync(scenario, text);
    const plain = await taken();
    expect(essence(resultOf(await ran('--from', snapshot, '--json')))).toBe(essence(resultOf(plain)));
    const moved = join(elsewhere, 'moved.snapshot');
    writeFileSync(moved, readFileSync(snapshot));
    await expect(ran('--from', moved)).rejects.toThrow(/a\.csv: given a file that does not exist/);
    expect(essence(resultOf(await ran('--from', moved, '--files', folder, '--json')))).toBe(essence(resultOf(plain)));
  });

  it('ends in 2 for what is no snapshot, a cut one, and changes that a running host cannot make', async () => {
    await taken();
    const whole = readFileSync(snapshot);
    const cases: [Uint8Array, string[], RegExp][] = [
      [Buffer.from(SCENARIO), [], /small\.snapshot: snapshot: given \d+ bytes that do not begin with "fluxhost"/],
      [whole.subarray(0, -1), [], /small\.snapshot: snapshot: given \d+ bytes, expected \d+ bytes: the file is cut/],
      [whole, ['--set', 'host.cores=10'], /^--set host\.cores=10: host\.cores: given 10, expected 9, as in/],
      [whole, ['--set', 'vms.api.vcpus.max=9'], /^--set .*: vms\.0\.vcpus\.max: given 9, expected 8, as in/],
      [
        whole,
        ['--set', 'duration=5', '--set', 'nonsense=1'],
        /duration: given 5.*\n.*nonsense: given an unknown field/,
      ],
    ];
    for (const [bytes, args, message] of cases) {
      writeFileSync(snapshot, bytes);
      const end = await ended((io) => main(['run', '--from', snapshot, ...args], io));
      expect([end.status, end.out]).toEqual([2, '']);
      expect(end.err).toMatch(message);
    }
    const foreign = Buffer.from(whole);
    foreign[20] = foreign[20]! ^ 255; // a byte of the core's hash
    writeFileSync(snapshot, foreign);
    const end = await ended((io) => main(['run', '--from', snapshot], io));
    expect(end.status).toBe(2);
    expect(end.err).toMatch(/given a snapshot of core [0-9a-f]{64}, expected one of this core, [0-9a-f]{64}\n$/);
  });

  it('takes no scenario beside it and no replications', async () => {
    await expect(ran(scenario, '--from', snapshot)).rejects.toThrow(/small\.yaml: unexpected argument/);
    await expect(ran('--from', snapshot, '--replications', '2')).rejects.toThrow(/share a past are not independent/);
    await expect(ran('--from', join(folder, 'none'))).rejects.toThrow(/none: given a file that is not there/);
    await expect(ran('--from', folder)).rejects.toThrow(/given a folder, expected a snapshot/);
  });
});

describe('fork', () => {
  it('sets mechanisms side by side from one instant, the unchanged one bit by bit', async () => {
    const plain = await taken('100us'); // the end of the warm-up: figures are of the continuations alone
    const kinds = MECHANISM_KINDS.filter((kind) => kind !== 'static' && kind !== 'nsdi22');
    const end = await forked(
      '--mechanisms',
      ['hyperflux', ...kinds.filter((kind) => kind !== 'hyperflux')].join(),
      '--json',
    );
    expect([end.status, end.err]).toEqual([0, '']);
    const { from, runs, differences } = forksOf(end);
    expect(from).toEqual({ atNs: 100_000, mechanism: 'hyperflux', seed: 7 });
    expect(essence(runs[0]!)).toBe(essence(resultOf(plain)));
    expect(runs.map(({ manifest }) => manifest.mechanism).sort()).toEqual([...kinds].sort());
    expect(differences).toHaveLength(runs.length - 1);
    // The same arrivals to come, whoever serves them.
    for (const { vms } of runs) expect(vms[0]!.arrived).toBe(runs[0]!.vms[0]!.arrived);
  });

  it('by default takes its own mechanism first, then those that compare takes', async () => {
    await taken();
    const { runs } = forksOf(await forked('--json'));
    expect(runs.map(({ manifest }) => manifest.mechanism)).toEqual(['hyperflux', 'ideal', 'hotplug', 'static']);
  });

  it('sets a change beside what would have been, and heads its columns so', async () => {
    const plain = await taken();
    const set = ['--set', 'vms.api.workload.arrivals.rate=4e5'];
    const { runs } = forksOf(await forked(...set, '--json'));
    expect(essence(runs[0]!)).toBe(essence(resultOf(plain)));
    expect(runs[1]!.vms[0]!.arrived).toBeGreaterThan(1.3 * runs[0]!.vms[0]!.arrived);
    const table = await forked(...set);
    expect(table.out).toMatch(/^from 300(\.0*)? us on, until then under hyperflux with seed 7\n/);
    expect(table.out).toMatch(/^ +hyperflux +changed$/m);
    expect((await forked('--set', 'mechanism=ideal')).out).toMatch(/^ +hyperflux +ideal$/m);
    const seeded = forksOf(await forked('--seed', '9', '--mechanisms', 'ideal', '--json')).runs;
    expect(seeded.map(({ manifest }) => [manifest.mechanism, manifest.seed])).toEqual([['ideal', 9]]);
  });

  it('prints the same twice', async () => {
    await taken();
    const cut = ({ runs, ...rest }: Forks): unknown => ({ runs: runs.map(essence), ...rest });
    expect(cut(forksOf(await forked('--json')))).toEqual(cut(forksOf(await forked('--json'))));
  });

  it('refuses what it cannot run, all at once', async () => {
    await taken();
    const words = await forked('--mechanisms', 'idael,ideal,ideal').catch((error: unknown) => error);
    expect(words).toBeInstanceOf(UsageError);
    expect((words as UsageError).problems).toHaveLength(2);
    expect((words as UsageError).message).toMatch(/did you mean ideal\?/);
    await expect(forked('--set', 'warmup=1us')).rejects.toThrow(
      /--set warmup=1us: warmup: given 1us, expected 100us, as/,
    );
    await ran(
      scenario,
      '--set',
      'mechanism=ideal',
      '--set',
      'vms.0.vcpus.min=8',
      '--set',
      'vms.1.vcpus.min=1',
      '--snapshot',
      snapshot,
    );
    const tight = await forked('--mechanisms', 'ideal,hyperflux,shenango').catch((error: unknown) => error);
    expect((tight as InputError).problems.map(({ file }) => file)).toEqual([
      `${snapshot} under hyperflux`,
      `${snapshot} under shenango`,
    ]);
    const started = /mechanism: given nsdi22, expected a mechanism that a running host can change to/;
    await expect(forked('--mechanisms', 'ideal,nsdi22')).rejects.toThrow(started);
    await expect(ran('--from', snapshot, '--set', 'mechanism=nsdi22')).rejects.toThrow(started);
    writeFileSync(snapshot, 'fluxhost');
    await expect(forked()).rejects.toThrow(/small\.snapshot: snapshot: given 8 bytes/);
  });

  it('ends with what is finished when interrupted', async () => {
    await taken();
    const interrupted = await ended((io) => {
      const running = fork([snapshot, '--set', 'duration=100s', '--mechanisms', 'ideal,hyperflux', '--json'], io);
      const asking = setInterval(() => io.listening && io.interrupt(), 5);
      return running.finally(() => clearInterval(asking));
    });
    expect(interrupted.status).toBe(130);
    const { runs, incomplete } = JSON.parse(interrupted.out) as Forks;
    expect(incomplete).toBe(true);
    expect(runs).toHaveLength(1);
    expect(runs[0]!.incomplete).toBe(true);
  });

  it('prints its help', async () => {
    const { status, out } = await ended((io) => fork(['--help'], io));
    expect(status).toBe(0);
    expect(out).toContain('fluxhost fork SNAPSHOT');
    for (const line of out.split('\n')) expect(line.length).toBeLessThanOrEqual(115);
  });
});
