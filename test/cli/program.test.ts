// The program around the commands: help, version, unknown commands, what failures print and how they end.

import { execFile, spawn } from 'node:child_process';
import { readFileSync, mkdtempSync, writeFileSync, rmSync, existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, it, expect, beforeAll, afterAll } from 'vitest';
import { mayColour } from '../../src/cli/io.js';
import { main } from '../../src/cli/program.js';
import type { Comparison } from '../../src/study/compare.js';
import type { Result } from '../../src/result/result.js';
import { captureIo, SCENARIO } from './fake.js';

async function called(...args: string[]): Promise<{ status: number; out: string; err: string }> {
  const io = captureIo();
  const status = await main(args, io);
  return { status, out: io.out, err: io.err };
}

describe('help and version', () => {
  it('print to standard output and end in 0', async () => {
    for (const args of [[], ['--help'], ['-h'], ['help']]) {
      const { status, out, err } = await called(...args);
      expect([status, err]).toEqual([0, '']);
      for (const command of ['run', 'compare', 'fork', 'pages', 'explain', 'schema'])
        expect(out).toMatch(new RegExp(`^  ${command} +\\S`, 'm'));
    }
    const manifest = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
      version: string;
    };
    expect(await called('--version')).toEqual({ status: 0, out: `${manifest.version}\n`, err: '' });
  });

  it.each(['run', 'compare', 'fork', 'pages', 'explain', 'schema'])('exist for %s', async (command) => {
    const help = await called(command, '--help');
    expect([help.status, help.err]).toEqual([0, '']);
    expect(help.out).toContain(`fluxhost ${command}`);
    expect(await called('help', command)).toEqual(help);
  });

  it('fit a terminal', async () => {
    for (const args of [['--help'], ['run', '--help'], ['compare', '--help'], ['fork', '--help']]) {
      for (const line of (await called(...args)).out.split('\n')) expect(line.length).toBeLessThanOrEqual(115);
    }
  });
});

const fromRoot = (path: string): string => fileURLToPath(new URL(`../../${path}`, import.meta.url));
const BUNDLE_WASM = fromRoot('dist/fluxhost-memory.wasm');
const README = fromRoot('README.md');
const EXAMPLE = fromRoot('examples/burst.yaml');

describe('refusals', () => {
  it.each([
    [['rum'], /rum: unknown command, did you mean run\?/],
    [['zzzzzzz'], /unknown command, expected one of run, compare/],
    [['--versoin'], /--versoin: unknown option, did you mean --version\?/],
    [['constructor'], /constructor: unknown command/],
    [['run'], /fluxhost run: SCENARIO: missing/],
    [['run', 'a.yaml', '--sed', '3'], /fluxhost run: --sed: unknown option, did you mean --seed\?/],
    [['compare', 'a.yaml', '--mechanism', 'ideal'], /did you mean --mechanisms\?/],
    [['run', 'no-such-file.yaml'], /no-such-file\.yaml: given a file that is not there, expected a scenario/],
    [['run', '.'], /given a folder, expected a scenario/],
    [['--nope'], /--nope: unknown option, expected one of --help, --version/],
    [['reserve', '.'], /given a folder, expected a server in YAML or JSON/],
    [['reserve', BUNDLE_WASM], /given a file that is not text .*, expected a server/],
    [['build', '--policy', '.'], /--policy: given "\.", a folder, expected a file of AssemblyScript/],
    [['build', '--policy', README, '--out', `${README}/x.wasm`], /--out: given ".*" \(E\w+\), expected a folder/],
    [['run', EXAMPLE, '--core', '.'], /\.: --core: given a folder, expected a core that fluxhost build has made/],
    [['run', EXAMPLE, '--core', README], /--core: given .*magic word.*, expected a core/],
    [['run', EXAMPLE, '--core', BUNDLE_WASM], /--core: given a module that simulates no host, expected a core/],
    [['explain', 'a', 'b'], /PARAMETER: given "a" "b", expected one parameter/],
    [['schema', 'x'], /SCHEMA: given "x", expected one of: scenario, result/],
    [['reproduce', 'x'], /EXPERIMENT: given "x", expected one of: /],
    [['fork'], /fluxhost fork: SNAPSHOT: missing/],
    [['fork', 'none.snapshot'], /none\.snapshot: given a file that is not there, expected a snapshot/],
  ])('of %j end in 2, one line a problem, nothing on standard output', async (args, message) => {
    const { status, out, err } = await called(...args);
    expect([status, out]).toEqual([2, '']);
    expect(err).toMatch(message);
    expect(err).not.toMatch(/^ +at /m);
  });

  it('name every problem of a scenario with file and line', async () => {
    const path = fileURLToPath(new URL('../../package.json', import.meta.url));
    const { status, out, err } = await called('run', path, '--set', 'duration=5', '--json');
    expect([status, out]).toEqual([2, '']);
    const lines = err.trimEnd().split('\n');
    expect(lines.length).toBeGreaterThan(3);
    for (const line of lines) expect(line).toMatch(/^(.*package\.json(:\d+)?|--set duration=5): .*given .*expected .*/);
  });
});

describe('colour', () => {
  it('is for terminals whose owner did not decline it', () => {
    expect(mayColour({}, true)).toBe(true);
    expect(mayColour({}, false)).toBe(false);
    expect(mayColour({ NO_COLOR: '1' }, true)).toBe(false);
    expect(mayColour({ NO_COLOR: '' }, true)).toBe(true);
    expect(mayColour({ TERM: 'dumb' }, true)).toBe(false);
  });
});

describe('the built program', () => {
  const bundle = fileURLToPath(new URL('../../dist/cli.js', import.meta.url));

  let folder: string;
  let scenario: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'fluxhost-program-'));
    scenario = join(folder, 'small.yaml');
    writeFileSync(scenario, SCENARIO);
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  function launched(...args: string[]): Promise<{ status: number | null; out: string; err: string }> {
    return new Promise((resolve) => {
      const child = execFile(process.execPath, [bundle, ...args], (_, out, err) =>
        resolve({ status: child.exitCode, out, err }),
      );
    });
  }

  it('is there: build first', () => {
    expect(existsSync(bundle), 'dist/cli.js is missing: npm run build makes it').toBe(true);
  });

  it('ends with the statuses of the contract', async () => {
    expect(await launched('--version')).toMatchObject({ status: 0, err: '' });
    expect(await launched('run', 'no-such-file.yaml', '--json')).toMatchObject({ status: 2, out: '' });
    expect(await launched('nonsense')).toMatchObject({ status: 2, out: '' });
    expect(await launched('run', scenario, '--assert', 'api.completed > 0')).toMatchObject({ status: 0, err: '' });
    expect(await launched('run', scenario, '--assert', 'api.completed > 1e12')).toMatchObject({ status: 3 });
  });

  /** Through a shell, for what only it can do to the streams. */
  function shell(line: string): Promise<{ status: number | null; out: string; err: string }> {
    const program = `"${process.execPath}" "${bundle}"`;
    return new Promise((resolve) => {
      const child = execFile('bash', ['-c', line.replaceAll(/fluxhost(?= )/g, program)], (_, out, err) =>
        resolve({ status: child.exitCode, out, err }),
      );
    });
  }

  it('is quiet where its reader stops early', async () => {
    expect(await shell('fluxhost schema | head -1; exit ${PIPESTATUS[0]}')).toEqual({ status: 0, out: '{\n', err: '' });
    const closed = await shell(`fluxhost run ${scenario} --series --json | true; exit \${PIPESTATUS[0]}`);
    expect(closed).toEqual({ status: 0, out: '', err: '' });
  });

  it('fails with one line where its output has no room, and as before where nobody hears its complaint', async () => {
    const line = 'fluxhost: standard output cannot be written (ENOSPC)\n';
    expect(await shell('fluxhost explain >/dev/full')).toEqual({ status: 1, out: '', err: line });
    expect(await shell(`fluxhost run ${scenario} --json >/dev/full`)).toEqual({ status: 1, out: '', err: line });
    expect(await shell('fluxhost run none.yaml 2>/dev/full')).toEqual({ status: 2, out: '', err: '' });
  });

  it('prints one JSON document that only the two wall-clock fields tell from another run of the same', async () => {
    const [a, b] = await Promise.all([launched('run', scenario, '--json'), launched('run', scenario, '--json')]);
    expect([a.status, a.err]).toEqual([0, '']);
    const steady = (text: string): Result => {
      const result = JSON.parse(text) as Result;
      return { ...result, manifest: { ...result.manifest, wallSeconds: 0, eventsPerSecond: 0 } };
    };
    expect(steady(a.out)).toEqual(steady(b.out));
    expect(steady(a.out).vms[0]!.completed).toBeGreaterThan(0);
  });

  it('compares mechanisms on the same arrivals', async () => {
    const { status, out } = await launched('compare', scenario, '--json');
    expect(status).toBe(0);
    const { runs, differences, sizing } = JSON.parse(out) as Comparison;
    expect(runs.map((run) => run.manifest.mechanism)).toEqual(['ideal', 'hyperflux', 'hotplug', 'static']);
    // The warm-up is zero, so what arrived does not depend on what was still in flight.
    expect(new Set(runs.map((run) => run.vms[0]!.arrived)).size).toBe(1);
    expect([differences.length, sizing!.length]).toEqual([3, 4]);
  });

  it('ends with the result so far on Ctrl-C', async () => {
    // The warning about a plug that outlasts the run comes after the program listens for the interrupt; an hour would take minutes.
    const slow = ['--set', 'mechanism=hotplug', '--set', 'mechanism.latency=2h'];
    const args = ['run', scenario, '--json', '--set', 'duration=1h', ...slow];
    const child = spawn(process.execPath, [bundle, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
    let out = '';
    let signalled = false;
    child.stdout.on('data', (chunk) => (out += String(chunk)));
    child.stderr.on('data', () => {
      if (!signalled) child.kill('SIGINT');
      signalled = true;
    });
    const status = await new Promise((resolve) => child.on('close', resolve));
    expect(status).toBe(130);
    expect(JSON.parse(out)).toMatchObject({ incomplete: true, manifest: { durationNs: 3_600_000_000_000 } });
  });
});
