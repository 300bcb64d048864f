// `fluxhost judge` and the example that searches with it: what is judged by its name, threads that end with a policy that does not come
// back, and figures for machines.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { main } from '../../src/cli/program.js';
import { judge, type JudgeOptions, type JudgeResult } from '../../src/index.js';
import { reportOf } from '../../src/report/html/document.js';
import { runsOf } from '../../src/result/runs.js';
import { captureIo } from '../cli/fake.js';
import { binaryen } from '../support/compiler.js';

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

  it('leaves a folder with the worst stretch drawn, that verifies, and in which no file tells the held-out seed', async () => {
    const SEED = '918273645';
    const [plain, held] = [join(folder, 'plain'), join(folder, 'held')];
    const { out } = await run(C, ...SHORT, '--straight', '--json', '--out', plain);
    const found = JSON.parse(readFileSync(join(plain, 'result.json'), 'utf8')) as JudgeResult;
    expect(JSON.parse(out)).toEqual(found);
    const { strips, worst } = found;
    const near = strips!.windows.find(({ what }) => what === 'worst')!;
    expect(near.fromNs).toBe(worst!.fromNs);
    // a column has the most that waited in it, a look what waited at its instant
    const waiting = runsOf(near.waiting[strips!.vms.findIndex(({ name }) => name === worst!.vm)]!);
    expect(Math.max(...waiting.map(([tasks]) => tasks))).toBeGreaterThanOrEqual(worst!.mostWaiting);
    const report = reportOf(found);
    expect(report.figures.map(({ id }) => id)).toEqual(['strips', 'scores']);
    expect(report.figures[0]!.answer.replace(/\s/g, ' ')).toBe(worst!.why.replaceAll(' us', ' µs'));
    expect(report.verdict).toContain(`c.wasm scores ${found.score.toFixed(3)} of 1`);
    const page = readFileSync(join(plain, 'report.html'), 'utf8');
    expect(page).toContain('What stood in the way in bursts, its worst scenario?');
    const verified = captureIo();
    expect([await main(['verify', plain], verified), verified.err]).toEqual([0, '']);

    expect((await run(C, ...SHORT, '--straight', '--held-out', SEED, `--out=${held}`)).status).toBe(0);
    for (const name of readdirSync(held))
      expect([name, readFileSync(join(held, name), 'utf8').includes(SEED)]).toEqual([name, false]);
    const secret = captureIo();
    expect(await main(['verify', held], secret)).toBe(2);
    expect(secret.err).toContain('the seed of its held-out workloads is with whoever set the task');
    const command = `fluxhost judge ${C} ${SHORT.join(' ')} --straight --held-out ${SEED} --out x`;
    expect(await main(['verify', held, '--command', command], captureIo())).toBe(0);

    const refused = join(folder, 'refused');
    expect((await run('hyperfux', ...SHORT, '--out', refused)).status).toBe(2);
    expect(existsSync(refused)).toBe(false);
  });

  it('refuses what it cannot judge', async () => {
    expect(await run('hyperfux', ...SHORT)).toMatchObject({ status: 2, err: expect.stringContaining('hyperfux') });
    expect(await run('none.mjs', ...SHORT)).toMatchObject({ status: 2, err: expect.stringContaining('not there') });
    expect(await run(C, '--floor', '2', '--timeout', '1', '--fuel', '0')).toMatchObject({ status: 2 });
  });

  it('scores what is no policy, or fails before it is asked, with a document for whoever wrote it', async () => {
    const failed = async (path: string): Promise<JudgeResult['faults'][0]> => {
      const { status, out } = await run(path, ...SHORT, '--json');
      const { score, verdict, faults } = JSON.parse(out) as JudgeResult;
      expect([status, score, verdict, faults.length]).toEqual([3, 0, 'faulty', 1]);
      return faults[0]!;
    };
    const load = { stage: 'load', scenario: null };
    const none = 'none.mjs: POLICY: given a, expected a JavaScript module that exports dispatch';
    expect(await failed(file('none.mjs', 'export const a = 1;'))).toEqual({
      ...load,
      fault: 'interface',
      detail: expect.stringContaining(none),
    });
    expect(await failed(file('broken.ts', 'export const a = 1;'))).toMatchObject({ ...load, fault: 'interface' });
    const WANTS = '(func (export "cores_wanted") (param i32) (result i32) (i32.const 0))';
    const module = (more: string, version = 1, wants = WANTS): string => {
      const bytes = binaryen.parseText(`(module ${more} ${wants}
        (func (export "fluxhost_policy_version") (result i32) (i32.const ${version})))`);
      const path = join(folder, `${version}${more.length}.wasm`);
      writeFileSync(path, bytes.emitBinary());
      bytes.dispose();
      return path;
    };
    const loops = module('(func $s (loop $l (br $l))) (start $s)');
    expect(await failed(loops)).toEqual({ ...load, fault: 'start', detail: 'policy.start: ran out of fuel' });
    expect(await failed(module('', 2))).toMatchObject({ ...load, fault: 'start' });
    const foreign = module('(import "env" "clock" (func (result f64)))');
    expect(await failed(foreign)).toMatchObject({
      ...load,
      fault: 'interface',
      detail: expect.stringContaining('import env.clock'),
    });
    expect(await run(loops, '--check')).toMatchObject({ status: 3, out: expect.stringContaining('BROKEN  start') });
    // what only forks would notice is no fault, and said
    const counts = module(
      `(global $n (mut i32) (i32.const 0)) (func (export "dispatch") (param i32 i32) (result i32)
      (global.set $n (i32.add (global.get $n) (i32.const 1)))
        (select (i32.sub (local.get 1) (i32.const 1)) (i32.const 0) (i32.eqz (i32.rem_u (global.get $n) (i32.const 3)))))`,
      1,
      '',
    );
    const { status, out } = await run(counts, ...SHORT);
    expect([status, out]).toEqual([0, expect.stringContaining('it keeps something that no snapshot holds')]);
  });

  it('scores AssemblyScript whose compiling never ends, or ends the compiler', () => {
    const policy = (name: string, text: string): string =>
      file(name, `${text}\nexport function dispatch(vm: usize, active: u32): u32 { return f(active) }`);
    // each instantiates the next twice: four million functions
    const twice = Array.from({ length: 22 }, (_, i) => {
      const call = (of: string): string => (i === 21 ? '1' : `f${i + 1}<${of}<T>>()`);
      return `function f${i}<T>(): u32 { return ${call('A')} + ${call('B')} }`;
    });
    const classes = 'class A<T> { x: u32 }\nclass B<T> { x: u32 }';
    const long = policy('long.ts', `${classes}\n${twice.join('\n')}\nfunction f(n: u32): u32 { return f0<u8>() }`);
    const deep = policy(
      'deep.ts',
      'function g<T>(n: u32): u32 { return n == 0 ? 0 : g<Array<T>>(n - 1) }\nfunction f(n: u32): u32 { return g<u8>(n) }',
    );
    const judged = (path: string, timeout: string) => {
      const args = [CLI, 'judge', path, ...SHORT, '--timeout', timeout, '--json'];
      const { status, stdout } = spawnSync(process.execPath, args, { encoding: 'utf8', timeout: 240_000 });
      const { faults } = JSON.parse(stdout) as JudgeResult;
      return [status, faults.map(({ stage, fault, detail }) => [stage, fault, detail.split(':')[0]])];
    };
    expect(judged(long, '1s')).toEqual([3, [['load', 'time', 'policy']]]);
    expect(judged(deep, '200s')).toEqual([3, [['load', 'interface', 'deep.ts']]]);
  });

  it('says which decisions the suite asks nothing of, and judges the others the same', async () => {
    const wants = 'coresWanted: (view, vm) => view.waiting(vm)';
    const plain = await run(file('keeps.mjs', `export default { ${wants} };`), ...SHORT, '--json');
    const both = file('keeps-too.mjs', `export default { ${wants}, keepFor: () => 0, worth: () => 1 };`);
    const found = JSON.parse((await run(both, ...SHORT, '--json')).out) as JudgeResult;
    const before = JSON.parse(plain.out) as JudgeResult;
    expect([before.unasked, found.unasked]).toEqual([undefined, ['keepFor', 'worth']]);
    expect(found.score).toBe(before.score);
    const text = (await run(both, ...SHORT)).out;
    expect(text).toContain('nothing of the suite asks for keepFor and worth: it keeps no functions');
    const alone = await run(file('alone.mjs', 'export const keepFor = () => 0;'), ...SHORT);
    expect(alone.status).toBe(3);
    expect(alone.out).toContain(
      'given keepFor, expected one of dispatch, firstVictim, coresWanted, victim: the suite keeps no',
    );
  });

  it('refuses settings that a mechanism has not', async () => {
    expect(await run('hyperflux:signal=nosuch', ...SHORT)).toMatchObject({
      status: 2,
      err: expect.stringContaining('mechanism.signal: given "nosuch"'),
    });
  });

  it('ends the thread of what does not come back when it is loaded', () => {
    const waits = file(
      'waits.mjs',
      'await new Promise(() => setInterval(() => 0, 1000)); export const dispatch = () => 0;',
    );
    const args = [CLI, 'judge', waits, ...SHORT, '--timeout', '500ms', '--json'];
    const { status, stdout } = spawnSync(process.execPath, args, { encoding: 'utf8', timeout: 240_000 });
    expect([status, (JSON.parse(stdout) as JudgeResult).faults]).toEqual([
      3,
      [{ stage: 'load', scenario: null, fault: 'time', detail: 'policy: did not come back within 0.5 s' }],
    ]);
  });

  it('tells of what speaks for its thread, closes its port or exits as a fault', () => {
    const judged = (name: string, text: string) => {
      const args = [CLI, 'judge', file(name, text), ...SHORT, '--timeout', '20s', '--json'];
      const { status, stdout } = spawnSync(process.execPath, args, { encoding: 'utf8', timeout: 240_000 });
      return [status, (JSON.parse(stdout) as JudgeResult).faults.map(({ fault, detail }) => [fault, detail])];
    };
    const ended = [3, [['trap', 'policy: ended its thread']]];
    const port = "import { parentPort } from 'node:worker_threads'; const decide = () => 0;";
    const closes = `${port} parentPort.postMessage({ score: 1 }); parentPort.close(); export { decide as coresWanted };`;
    expect(judged('closes.mjs', closes)).toEqual([3, [['start', 'policy: ended its thread']]]);
    expect(judged('exits.mjs', 'export const coresWanted = () => process.exit(0);')).toEqual(ended);
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
      [CLI, ...args, '--timeout', '10s', '--json', '--workers', '1'],
      {
        encoding: 'utf8',
        timeout: 240_000,
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
        detail: 'policy: did not come back within 10 s',
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
