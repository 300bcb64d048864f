// `fluxhost judge` and the example that searches with it: what is judged by its name, threads that end with a policy that does not come
// back, and figures for machines.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { main } from '../../src/cli/program.js';
import { judge, type JudgeOptions, type JudgeResult } from '../../src/index.js';
import { captureIo } from '../cli/fake.js';

const CLI = fileURLToPath(new URL('../../dist/cli.js', import.meta.url));
const C = fileURLToPath(new URL('../abi/fixtures/c.wasm', import.meta.url));

interface Searched {
  readonly parameters: object;
  readonly score: number;
  readonly heldOut: number;
}
// not a literal: examples have no declarations
const example = '../../examples/judge/random-search.mjs';
const { DEFAULT, search } = (await import(example)) as {
  DEFAULT: object;
  search: (
    by: typeof judge,
    options: JudgeOptions & { rounds: number },
  ) => Promise<{ first: Searched; best: Searched }>;
};

const SHORT = ['--only', 'bursts', '--duration', '5ms', '--replications', '1'];

let folder = '';
beforeAll(() => void (folder = mkdtempSync(join(tmpdir(), 'fluxhost-judge-'))));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function file(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

async function run(...args: string[]): Promise<{ status: number; out: string; err: string }> {
  const io = captureIo();
  const status = await main(['judge', ...args], io);
  return { status, out: io.out, err: io.err };
}

describe('the command', () => {
  it('judges Wasm, JavaScript and a mechanism, for a person and for machines', async () => {
    const { status, out } = await run(C, ...SHORT, '--json');
    expect(status).toBe(0);
    const found = JSON.parse(out) as JudgeResult;
    expect(found).toMatchObject({ judge: 1, policy: 'c.wasm', verdict: 'scored', faults: [] });
    const { score, worst } = await judge(
      { mechanism: 'hyperflux' },
      { only: ['bursts'], durationNs: 5e6, replications: 1 },
    );
    const text = (await run('hyperflux', ...SHORT)).out;
    expect(text).toContain(`hyperflux: score ${score.toFixed(3)} (slo `);
    expect(text.replace(/\s+/g, ' ')).toContain(worst!.why);
    const script = file('throws.mjs', 'export default { coresWanted() { throw new Error("no idea"); } };');
    const thrown = await run(script, ...SHORT);
    expect(thrown.status).toBe(3);
    expect(thrown.out).toContain('failed in bursts (quick): trap: policy.coresWanted: threw no idea');
  });

  it('refuses what it cannot judge', async () => {
    expect(await run('hyperfux', ...SHORT)).toMatchObject({ status: 2, err: expect.stringContaining('hyperfux') });
    expect(await run(file('none.mjs', 'export const a = 1;'), ...SHORT)).toMatchObject({
      status: 2,
      err: expect.stringContaining('given a, expected a JavaScript module that exports dispatch'),
    });
    expect(await run(C, '--floor', '2', '--timeout', '1', '--fuel', '0')).toMatchObject({ status: 2 });
  });

  it('ends the thread of what does not come back, and goes on', () => {
    // the job's VM of `colocation` alone has 24 vCPUs
    const hangs = file(
      'hangs.mjs',
      'export const coresWanted = (view, vm) => { if (view.vms === 4) for (;;); return view.waiting(vm); };',
    );
    const args = [
      'judge',
      hangs,
      '--only',
      'bursts,colocation',
      '--duration',
      '5ms',
      '--replications',
      '1',
      '--straight',
    ];
    const { status, stdout } = spawnSync(
      process.execPath,
      [CLI, ...args, '--timeout', '1500ms', '--json', '--workers', '1'],
      {
        encoding: 'utf8',
        timeout: 60_000,
      },
    );
    expect(status).toBe(3);
    const { faults, stages, verdict } = JSON.parse(stdout) as JudgeResult;
    expect(verdict).toBe('faulty');
    expect(faults).toEqual([
      {
        stage: 'suite',
        scenario: 'colocation',
        fault: 'time',
        detail: 'policy: did not come back within 1.5 s',
      },
    ]);
    expect(stages[0]!.scenarios.map(({ name, score }) => [name, score > 0])).toEqual([
      ['bursts', true],
      ['colocation', false],
    ]);
  });
});

describe('the example', () => {
  it('finds parameters that beat the default, on workloads that it has not seen as well', async () => {
    const { first, best } = await search(judge, { rounds: 5, only: ['bursts'], durationNs: 5e6 });
    expect(first.parameters).toBe(DEFAULT);
    expect(best.score).toBeGreaterThan(first.score);
    expect(best.heldOut).toBeGreaterThan(0);
    expect(first.heldOut).not.toBe(best.heldOut);
  });
});
