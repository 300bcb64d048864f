// What a policy of one's own may do to the program: never come back, stop the core, not compile. The built program is run as
// a process of its own, since it is threads and signals that are tested.
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { build } from '../../src/cli/build.js';
import { keptCores } from '../../src/cli/compiled-cores.js';
import { buildCore } from '../../src/policy-core.js';
import { captureIo } from './fake.js';

const fromRoot = (path: string): string => fileURLToPath(new URL(`../../${path}`, import.meta.url));
const OWN = readFileSync(fromRoot('assembly/policy.ts'), 'utf8');
/** Makes `run` begin with a warning. */
const WARNS = ['--set', 'host.memory.size=1GiB'];
const SCENARIO = fromRoot('examples/policy.yaml');
/**
 * A core that is not optimized, kept where an optimized one of the same policy is looked for: what is tested here hangs on no speed, and
 * it compiles in a sixth of the time.
 */
async function quickly(source: string, file: string): Promise<Uint8Array<ArrayBuffer>> {
  const { kept } = keptCores();
  const get = async (key: string): Promise<Uint8Array<ArrayBuffer>> => {
    const binary = await buildCore(source, { file, debug: true });
    await kept!.put(key, binary);
    return binary;
  };
  return buildCore(source, { file, kept: { get, put: () => Promise.resolve() } });
}

/** The decision of a policy that goes wrong, in the place of the package's own. */
const deciding = (body: string): string => {
  const changed = OWN.replace(/export function coresWanted\(([^)]*)\): u32 \{[\s\S]*?\n\}/, (_, parameters: string) => {
    return `export function coresWanted(${parameters}): u32 {\n  ${body}\n}`;
  });
  expect(changed).not.toBe(OWN);
  return changed;
};

const folder = mkdtempSync(join(tmpdir(), 'fluxhost-guard-'));
const core = (name: string): string => join(folder, `${name}.wasm`);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Ended {
  readonly status: number | null;
  readonly out: string;
  readonly err: string;
}

/** Runs the built program; `signal` is sent `afterMs` after its first word on standard error, which comes once it listens. */
function program(args: readonly string[], signal?: NodeJS.Signals, afterMs = 300): Promise<Ended> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [fromRoot('dist/cli.js'), ...args]);
    let [out, err] = ['', ''];
    child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (err += text));
    // a while after: by then decisions are asked for
    child.stderr.once('data', () => signal !== undefined && setTimeout(() => child.kill(signal), afterMs));
    child.on('close', (status) => {
      resolve({ status, out, err });
    });
  });
}

/** Interrupted when it has simulated something, however long that takes here: later each time, until it has something to print. */
async function interrupted(args: readonly string[], signal: NodeJS.Signals): Promise<Ended> {
  for (let afterMs = 300; ; afterMs *= 4) {
    const ended = await program(args, signal, afterMs);
    if (ended.out !== '' || afterMs > 60_000) return ended;
  }
}

describe('a core of one’s own', () => {
  beforeAll(async () => {
    const policies = {
      own: OWN,
      loop: deciding('while (true) { if (H.vmCount == 77777) break; }\n  return 0;'),
      trap: deciding('unreachable();\n  return 0;'),
    };
    for (const [name, source] of Object.entries(policies)) {
      const imports = /import \{[^}]*\bH\b/.test(source) ? '' : 'import { H } from "./view";\n';
      writeFileSync(join(folder, `${name}.ts`), imports + source);
      writeFileSync(core(name), await quickly(imports + source, `${name}.ts`));
    }
  });

  it('gives in a worker what the same policy gives without one', async () => {
    const [here, there] = await Promise.all([
      program(['run', SCENARIO, '--json']),
      program(['run', SCENARIO, '--json', '--core', core('own')]),
    ]);
    const same = (text: string): unknown => {
      const { manifest, ...result } = JSON.parse(text) as { manifest: { fingerprint: string } };
      return { fingerprint: manifest.fingerprint, result };
    };
    expect([there.status, there.err]).toEqual([0, here.err]);
    expect(same(there.out)).toEqual(same(here.out));
  });

  it('that never comes back is ended, by name', async () => {
    const ended = await program([
      'run',
      SCENARIO,
      '--core',
      core('loop'),
      '--policy-timeout',
      '500ms',
      '--out',
      join(folder, 'r'),
    ]);
    expect(ended).toEqual({
      status: 1,
      out: '',
      err: `fluxhost: ${core('loop')}: a policy that did not come back within 500ms (--policy-timeout changes it); nothing was printed or written\n`,
    });
    expect(existsSync(join(folder, 'r', 'result.json'))).toBe(false);
  });

  it('is ranked on several threads as on one, and ended where it never comes back there', async () => {
    const ranks = (name: string, workers: string): Promise<Ended> => {
      const policy = ['--policy', join(folder, `${name}.ts`), '--policy-timeout', '2s', '--workers', workers];
      return program([
        'suite',
        '--only',
        'bursts',
        '--replications',
        '2',
        '--mechanisms',
        'ideal',
        ...policy,
        '--json',
      ]);
    };
    const [one, two] = [await ranks('own', '1'), await ranks('own', '2')];
    expect([one.status, two.status]).toEqual([0, 0]);
    expect(two.out).toBe(one.out);
    const ended = await ranks('loop', '2');
    expect([ended.status, ended.out]).toEqual([1, '']);
    expect(ended.err).toContain('loop.ts: a policy that did not come back within 2s');
  });

  it('that never comes back gives way to Ctrl-C', async () => {
    const ended = await program(
      ['run', SCENARIO, '--core', core('loop'), '--policy-timeout', '10m', ...WARNS],
      'SIGINT',
    );
    expect(ended.status).toBe(130); // also where the signal came before the first decision was asked for
    expect(ended.err).toContain('interrupted');
  });

  it('that comes back keeps what is simulated at Ctrl-C and SIGTERM, as without a worker', async () => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) {
      const endless = ['run', SCENARIO, '--set', 'duration=1h', '--json', ...WARNS];
      const ends = [await interrupted([...endless, '--core', core('own')], signal), await interrupted(endless, signal)];
      for (const { status, out } of ends) {
        expect([signal, status]).toEqual([signal, 130]);
        expect(JSON.parse(out)).toMatchObject({ incomplete: true });
      }
    }
  });

  it('that traps ends in one line', async () => {
    const { status, out, err } = await program(['run', SCENARIO, '--core', core('trap')]);
    expect([status, out]).toEqual([1, '']);
    expect(err).toMatch(/^fluxhost: the core stopped itself \(unreachable\): the core given by --core .*\n$/);
  });

  it('refuses a limit that is no time', async () => {
    for (const given of ['soon', '0s', '']) {
      const { status, err } = await program(['run', SCENARIO, '--core', core('own'), '--policy-timeout', given]);
      expect([given, status]).toEqual([given, 2]);
      expect(err).toContain('--policy-timeout: given');
    }
  });
});

it('a policy that does not compile is named by file and line and leaves no folder', async () => {
  const policy = join(folder, 'broken.ts');
  writeFileSync(policy, OWN.replace('return', 'return return'));
  const out = join(folder, 'new', 'core.wasm');
  await expect(build(['--policy', policy, '--out', out], captureIo())).rejects.toThrow(`${policy}:`);
  expect(existsSync(join(folder, 'new'))).toBe(false);
});
