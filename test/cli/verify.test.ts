// `fluxhost verify`: the same where nothing changed, and where something did, what: the figure, the version, the core, the file.

import { cpSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { wordsOf } from '../../src/cli/origin.js';
import { main } from '../../src/cli/program.js';
import { commandOf } from '../../src/cli/report.js';
import { differences, figuresSha256 } from '../../src/result/same.js';
import { operate } from '../calibrate/machine.js';
import { captureIo } from './fake.js';

const vm = (workload: string): string => `
version: 1
duration: 2ms
host: { cores: 4 }
mechanism: hyperflux
vms:
  - name: api
    vcpus: { min: 1, max: 3 }
    slo: { quantile: 0.9, latency: 1ms }
    workload: { ${workload} }
`;
const SCENARIO = vm(
  'arrivals: { process: poisson, rate: 50000 }, request: { stages: [{ tasks: 1, service: { dist: exponential, mean: 10us } }] }',
);
const TRACED = vm(
  'arrivals: { process: trace, file: calls.csv, format: csv, arrivalUnit: us, serviceUnit: us, columns: { service: service } }',
);
const CALLS = `arrival,service\n${Array.from({ length: 150 }, (_, i) => `${i * 13},${5 + (i % 7)}`).join('\n')}\n`;
const PAGES = `page,write\n${Array.from({ length: 300 }, (_, i) => `${(i * i) % 37},${i % 2}`).join('\n')}\n`;

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'fluxhost-verify-test-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A folder of its own, with the files. */
function place(name: string, files: Readonly<Record<string, string>>): (path: string) => string {
  mkdirSync(join(folder, name));
  const at = (path: string): string => join(folder, name, path);
  for (const [path, text] of Object.entries(files)) writeFileSync(at(path), text);
  return at;
}

async function done(...args: string[]): Promise<string> {
  const io = captureIo();
  expect([await main(args, io), io.err.replaceAll(/^(note|warning|snapshot of).*\n/gm, '')]).toEqual([0, '']);
  return io.out;
}

async function verified(...args: string[]): Promise<{ status: number; out: string; err: string }> {
  const io = captureIo();
  const status = await main(['verify', ...args], io);
  return { status, out: io.out, err: io.err };
}

const edited = (path: string, change: (text: string) => string): void =>
  writeFileSync(path, change(readFileSync(path, 'utf8')));

describe('fluxhost verify', () => {
  it('finds every kind of document as it was', async () => {
    const at = place('kinds', { 'a.yaml': SCENARIO, 'p.csv': PAGES });
    const commands: Readonly<Record<string, string[]>> = {
      run: ['run', at('a.yaml'), '--set', 'seed=3', '--replications', '2', '--assert', 'api.latency.p50 > 1us'],
      compare: ['compare', at('a.yaml'), '--mechanisms', 'ideal,hyperflux:signal=oldest', '--no-sizing'],
      sweep: ['sweep', at('a.yaml'), '--vary', 'load=0.3,0.6', '--workers', '1'],
      pages: ['pages', at('p.csv'), '--format', 'csv', '--policy', 'lru,opt', '--capacity', '10%', '--mrc'],
      reproduce: ['reproduce', 'edgeflow'],
    };
    for (const [kind, command] of Object.entries(commands)) {
      await done(...command, '--out', at(kind));
      const { status, out, err } = await verified(at(kind));
      expect([kind, status, err]).toEqual([kind, 0, '']);
      expect(out).toMatch(
        new RegExp(`^same: .*\`fluxhost ${kind} .*\` gives all \\d{2,} fields again\nfigures sha256 [0-9a-f]{64}\n$`),
      );
    }
    expect(JSON.parse((await verified(at('run'), '--json')).out)).toMatchObject({ verdict: 'same', kind: 'result' });
  });

  it('gives judge, why, fork and calibrate again, and says of what is no result why not', async () => {
    const at = place('others', { 'a.yaml': SCENARIO });
    const tasks = Array.from({ length: 200 }, (_, i) => ({
      atNs: 5e6 + i * 1e6,
      runNs: 2e5 + ((i * 7919) % 500) * 1000,
    }));
    writeFileSync(
      at('recording.txt'),
      operate({ tasks, wakeUpNs: 20_000, quotaNs: 10e6, periodNs: 20e6, phaseNs: 3e6 }).text,
    );
    await done('run', at('a.yaml'), '--snapshot', at('s.snapshot'), '--at', '1ms');
    const commands: Readonly<Record<string, string[]>> = {
      judge: ['judge', 'hyperflux', '--only', 'bursts', '--duration', '2ms', '--replications', '1', '--straight'],
      why: ['why', at('a.yaml'), '--at-most', '1', '--horizon', '100us'],
      fork: ['fork', at('s.snapshot'), '--mechanisms', 'hyperflux,ideal'],
    };
    for (const [kind, words] of Object.entries(commands)) {
      writeFileSync(at(`${kind}.json`), await done(...words, '--json'));
      const command = ['--command', commandOf(words[0]!, words.slice(1))];
      expect([kind, await verified(at(`${kind}.json`), ...command)]).toMatchObject([kind, { status: 0 }]);
      expect((await verified(at(`${kind}.json`))).err).toContain('there is no origin.json beside it');
    }
    edited(at('judge.json'), (text) => text.replace(/"score": 0\.\d+/, '"score": 0.5'));
    const command = commandOf('judge', commands['judge']!.slice(1));
    expect((await verified(at('judge.json'), '--command', command)).out).toMatch(
      /first difference: .*score: 0\.5 then, 0\.\d/,
    );
    await done('calibrate', at('recording.txt'), '--out', at('cal'));
    expect(await verified(at('cal'))).toMatchObject({ status: 0, out: expect.stringContaining('same: ') });
    writeFileSync(at('check.json'), JSON.stringify({ conforms: true, rules: [] }));
    expect(await verified(at('check.json'))).toMatchObject({
      status: 2,
      err: expect.stringContaining('fluxhost judge --check FILE tells it anew'),
    });
  });

  it('names what differs: a figure, or the program and then the figure', async () => {
    const at = place('differs', { 'a.yaml': SCENARIO });
    await done('run', at('a.yaml'), '--out', at('r'));
    const again = ['--command', commandOf('run', [at('a.yaml'), '--out', at('r')])];
    const file = at('r/result.json');
    const whole = readFileSync(file, 'utf8');
    const { manifest, vms } = JSON.parse(whole) as {
      manifest: { version: string; coreSha256: string };
      vms: { arrived: number }[];
    };
    edited(file, (text) => text.replace(/"arrived": \d+/, '"arrived": 1'));
    const changed = await verified(at('r'), ...again);
    expect(changed.status).toBe(1);
    expect(changed.out).toContain(`first difference: vms.0.arrived: 1 then, ${vms[0]!.arrived} now\n1 of `);

    // the clock may say what it likes
    writeFileSync(file, whole.replace(/"wallSeconds": [^,\n]+/, '"wallSeconds": 12'));
    expect((await verified(at('r'), ...again)).status).toBe(0);
    // one that was changed is held against what its command gives
    expect(await verified(at('r'))).toMatchObject({ status: 0, err: expect.stringContaining('was changed since') });
    edited(file, (text) => text.replace(/"arrived": \d+/, '"arrived": 2'));
    expect(await verified(at('r'))).toMatchObject({ status: 1, out: expect.stringContaining('vms.0.arrived: 2 then') });
    // of another document origin.json says nothing
    writeFileSync(at('r/other.json'), whole.replace('"arrived"', ' "arrived"'));
    const unknown = await verified(at('r/other.json'));
    expect([unknown.status, unknown.err]).toEqual([2, expect.stringContaining('origin.json beside it is of another')]);

    writeFileSync(file, whole.replace(manifest.version, '0.0.9').replace(manifest.coreSha256, 'e'.repeat(64)));
    const other = await verified(at('r'), ...again);
    expect(other.status).toBe(1);
    expect(other.out).toContain(`first difference: the version: made by fluxhost 0.0.9, this is ${manifest.version}`);
    expect(other.out).toContain('every figure is the same all the same');
    edited(file, (text) => text.replace(/"arrived": \d+/, '"arrived": 1'));
    expect((await verified(at('r'), ...again)).out).toContain('first figure that differs: vms.0.arrived: 1 then');
    const told = JSON.parse((await verified(at('r'), ...again, '--json')).out) as {
      verdict: string;
      differences: { count: number; first: { kind: string; path: string }[] };
    };
    expect(told.verdict).toBe('differs');
    expect(told.differences.first.map(({ kind }) => kind)).toEqual(['version', 'core', 'field']);
  });

  it('compares the hash of each file first, and names the one that changed', async () => {
    const at = place('files', { 't.yaml': TRACED, 'calls.csv': CALLS, 'p.csv': PAGES });
    await done('run', at('t.yaml'), '--out', at('r'));
    await done('pages', at('p.csv'), '--format', 'csv', '--policy', 'lru', '--capacity', '5', '--out', at('p'));
    expect((await verified(at('r'))).status).toBe(0);
    // a scenario that changed is run as it was
    edited(at('t.yaml'), (text) => text.replace('cores: 4', 'cores: 2'));
    const kept = await verified(at('r'));
    expect([kept.status, kept.err]).toEqual([0, expect.stringMatching(/^note: \.\.\/t\.yaml has changed: sha256 /)]);
    edited(at('calls.csv'), (text) => text.replace('13,6', '13,60'));
    const changed = await verified(at('r'), '--json');
    expect([changed.status, changed.err]).toEqual([
      2,
      expect.stringMatching(/^not verifiable: .*: \.\.\/calls\.csv has changed: sha256 \w{12}… then, \w{12}… now\n$/),
    ]);
    expect(JSON.parse(changed.out)).toMatchObject({ verdict: 'not-verifiable' });
    rmSync(at('p.csv'));
    expect((await verified(at('p'))).err).toContain('../p.csv is not there any more');
  });

  it('needs no more than the folder, wherever it was moved to', async () => {
    const at = place('first', { 'a.yaml': SCENARIO, 't.yaml': TRACED, 'calls.csv': CALLS });
    await done('run', at('a.yaml'), '--seed', '9', '--out', at('r'));
    await done('run', at('t.yaml'), '--out', at('t'));
    expect(JSON.parse(readFileSync(at('t/origin.json'), 'utf8'))).toMatchObject({
      files: [{ file: '../t.yaml', word: at('t.yaml') }, { file: '../calls.csv' }],
    });
    cpSync(at('r'), join(folder, 'alone'), { recursive: true });
    expect((await verified(join(folder, 'alone'))).status).toBe(0);
    // scenario, trace and results together: relative to each other they lie as before
    renameSync(at(''), join(folder, 'second'));
    expect((await verified(join(folder, 'second', 't'))).status).toBe(0);
    expect((await verified(relative('.', join(folder, 'second', 't', 'result.json')))).status).toBe(0);
  });

  it('takes a bare document with its scenario or its command, and refuses what it cannot know', async () => {
    const at = place('bare', { 'a.yaml': SCENARIO, 'b.yaml': SCENARIO.replace('50000', '60000') });
    writeFileSync(at('j.json'), await done('run', at('a.yaml'), '--seed', '5', '--histograms', '--json'));
    writeFileSync(at('e.json'), await done('reproduce', 'edgeflow', '--json'));
    expect((await verified(at('j.json'), '--scenario', at('a.yaml'))).status).toBe(0);
    expect((await verified(at('e.json'))).status).toBe(0);
    const refusals: [string[], RegExp][] = [
      [[at('j.json')], /there is no origin\.json beside it: --command/],
      [[at('j.json'), '--scenario', at('b.yaml')], /b\.yaml is not the scenario of this result, whose sha256 is/],
      [[at('e.json'), '--scenario', at('b.yaml')], /--scenario is for the result of run/],
      [[at('j.json'), '--command', 'rm -rf x'], /made by `rm -rf x`, which is none of run, compare/],
      [
        [at('j.json'), '--command', `fluxhost run ${at('c.yaml')}`],
        /its command gave no result \(exit status 2\): .*c\.yaml/,
      ],
      [[at('j.json'), '--command', 'fluxhost pages - --format csv'], /standard input/],
      [[at('j.json'), '--command', 'fluxhost fleet f.yaml --shard 1/2 --out x'], /one part of a fleet/],
      [[at('j.json'), '--command', 'a', '--scenario', 'b'], /--scenario: given beside --command/],
      [[at('a.yaml')], /given no JSON, expected the JSON of run/],
      [[at('none.json')], /none\.json: given a file that is not there/],
    ];
    for (const [args, expected] of refusals) {
      const { status, out, err } = await verified(...args);
      expect([args.join(' '), status, out]).toEqual([args.join(' '), 2, '']);
      expect(err).toMatch(expected);
    }
    edited(at('j.json'), (text) => text.replace('{', '{ "incomplete": true,'));
    expect((await verified(at('j.json'), '--scenario', at('a.yaml'))).err).toContain('of an interrupted run');
  });
});

describe('two documents', () => {
  it('differ in what one has and the other has not, what explains the rest first', () => {
    const then = { a: [1, 2], manifest: { version: '1', wallSeconds: 3 }, gone: null };
    const now = { a: [1, 3, 4], manifest: { version: '2', wallSeconds: 4 }, fresh: {} };
    expect(differences(then, now)).toEqual([
      { path: 'manifest.version', kind: 'version', then: '1', now: '2' },
      { path: 'a.1', kind: 'field', then: 2, now: 3 },
      { path: 'a.2', kind: 'field', now: 4 },
      { path: 'gone', kind: 'field', then: null },
      { path: 'fresh', kind: 'field', now: {} },
    ]);
    expect(differences(then, then)).toEqual([]);
    const { manifest: _, ...figures } = then;
    expect(figuresSha256({ ...figures, manifest: { version: '9' } })).toBe(figuresSha256(then));
    expect(figuresSha256({ ...figures, a: [1, 2.5] })).not.toBe(figuresSha256(figures));
  });

  it('has a command whose words come back as they went in', () => {
    const args = ['a b.yaml', "--set=it's", 'x"y', '--for', 'api.latency.p99 < 200us', '±2%'];
    expect(wordsOf(commandOf('run', args))).toEqual(['fluxhost', 'run', ...args]);
  });
});
