// Every bad input that functions, Nexus and Nanvix must not pass over in silence, through the command line: refused with file, line and
// field, or, where a stated rule repairs it, listed in the result.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { main } from '../../src/cli/program.js';
import { captureIo } from '../cli/fake.js';
import { refused } from '../experiments/reproduced.js';

const folder = mkdtempSync('.bad-input-');
afterAll(() => rmSync(folder, { recursive: true }));

interface Files {
  readonly calls?: string;
  readonly table?: string;
  readonly durations?: string;
  readonly memory?: string;
  readonly lifecycle?: string;
  readonly functions?: string;
}

const CALLS = 'app,func,end_timestamp,duration\na,f,1.5,0.5\na,g,2.5,0.5\n';
const TABLE = 'func,memoryMiB,initMs\nf,128,10\ng,256,20\n';
const minutes = Array.from({ length: 1440 }, (_, i) => String(i + 1));
const CALLS_2019 = `HashOwner,HashApp,HashFunction,Trigger,${minutes.join()}\no,a,f,http,1${',0'.repeat(1439)}\n`;
const DURATIONS = `HashOwner,HashApp,HashFunction,Average,Count,Minimum,Maximum,percentile_Average_0,percentile_Average_1,percentile_Average_25,percentile_Average_50,percentile_Average_75,percentile_Average_99,percentile_Average_100\no,a,f,10,1,10,10,10,10,10,10,10,10,10\n`;
const MEMORY = 'HashOwner,HashApp,HashFunction,SampleCount,AverageAllocatedMb\no,a,f,1,100\n';

let cases = 0;

/** What `run` says of a scenario with these files; its status before it. */
async function run(files: Files, json = false): Promise<{ status: number; out: string; err: string }> {
  const name = (kind: string): string => `${kind}-${cases}`;
  cases++;
  const is2019 = files.durations !== undefined;
  const written = {
    calls: is2019 ? CALLS_2019 : CALLS,
    table: TABLE,
    memory: MEMORY,
    ...files,
  };
  for (const [kind, text] of Object.entries(written)) writeFileSync(join(folder, `${name(kind)}.csv`), text);
  const trace = is2019
    ? `format: azure-2019, durations: ${name('durations')}.csv, memory: ${name('memory')}.csv`
    : `format: azure-2021, table: ${name('table')}.csv`;
  const scenario = [
    'version: 1',
    'duration: 5s',
    'host: { cores: 4 }',
    'mechanism: ideal',
    'costs: none',
    `lifecycle: { ${files.lifecycle ?? 'memory: 1GiB'} }`,
    `functions: { trace: { file: ${name('calls')}.csv, ${trace} }${files.functions ?? ''} }`,
  ].join('\n');
  const path = join(folder, `${name('scenario')}.yaml`);
  writeFileSync(path, scenario);
  const io = captureIo();
  const status = await main(['run', path, ...(json ? ['--json'] : [])], io);
  return { status, out: io.out, err: io.err };
}

describe('functions (A, 1)', () => {
  it.each<[string, Files, RegExp]>([
    ['no row of memory', { table: 'func,memoryMiB\nf,128\n' }, /calls-\d+\.csv:3: func: given "?g.*table-\d+\.csv/s],
    [
      'memory of 0',
      { table: 'func,memoryMiB\nf,128\ng,0\n' },
      /table-\d+\.csv:3: memoryMiB: given "0", expected memory above 0/,
    ],
    ['memory below 0', { table: 'func,memoryMiB\nf,-1\ng,1\n' }, /table-\d+\.csv:2: memoryMiB: given "-1"/],
    [
      'memory that is no number',
      { table: 'func,memoryMiB\nf,much\ng,1\n' },
      /table-\d+\.csv:2: memoryMiB: given "much"/,
    ],
    [
      'two rows of one key',
      { table: 'func,memoryMiB\nf,1\ng,1\nf,2\n' },
      /table-\d+\.csv:4: func: given "f", expected each once \(line 2/,
    ],
    ['an init below 0', { table: 'func,memoryMiB,initMs\nf,1,0\ng,1,-5\n' }, /table-\d+\.csv:3: initMs: given "-5"/],
    ['no column of memory', { table: 'func,initMs\nf,1\n' }, /table-\d+\.csv:1: memoryMiB: given a header without it/],
    [
      'a budget below every function',
      { lifecycle: 'memory: 64MiB' },
      /scenario-\d+\.yaml:6: lifecycle\.memory: given 64MiB, expected at least 128MiB/,
    ],
    ['tiers without full', { lifecycle: 'order: [active, dormant, vm]' }, /lifecycle\.order.*full/],
    ['a tier twice', { lifecycle: 'order: [active, active, full]' }, /lifecycle\.order/],
    ['an unknown tier', { lifecycle: 'order: [active, warm, full]' }, /lifecycle\.order\.1: given "warm", expected/],
    [
      'attest without a confidential function',
      { lifecycle: 'attest: 1s' },
      /lifecycle\.attest: given "1s", expected nothing/,
    ],
    [
      '2019: no row of memory',
      { durations: DURATIONS, memory: MEMORY.replace(',f,', ',h,') },
      /calls-\d+\.csv:2: HashFunction: given "?f/,
    ],
    [
      '2019: memory of 0',
      { durations: DURATIONS, memory: MEMORY.replace(',100', ',0') },
      /memory-\d+\.csv:2: AverageAllocatedMb: given "0"/,
    ],
    [
      '2019: two rows of one key',
      { durations: DURATIONS, memory: `${MEMORY}o,a,f,1,9\n` },
      /memory-\d+\.csv:3: HashFunction: given "f".*line 2/,
    ],
    [
      "2019: a function's durations twice",
      { durations: `${DURATIONS}o,a,f,10,1,10,10,10,10,10,10,10,10,10\n` },
      /durations-\d+\.csv:3: HashFunction.*line 2 has it already/,
    ],
  ])('%s: refused, with file, line and field', async (_, files, complaint) => {
    const { status, out, err } = await run(files);
    expect([status, out]).toEqual([2, '']);
    expect(err).toMatch(complaint);
  });

  it('good ones are run', async () => {
    for (const files of [{}, { durations: DURATIONS }]) expect(await run(files)).toMatchObject({ status: 0, err: '' });
  });

  it.each<[string, Files]>([
    ['2021', { calls: 'app,func,end_timestamp,duration\n' }],
    ['2019', { calls: CALLS_2019.slice(0, CALLS_2019.indexOf('\n') + 1), durations: DURATIONS }],
  ])('%s: a trace of a header alone: said in the result', async (_, files) => {
    const { status, out, err } = await run(files, true);
    expect(status).toBe(0);
    expect(err).toMatch(/^note: calls-\d+\.csv has no row below its header: no function is called\n$/);
    expect((JSON.parse(out) as { lifecycle: { arrived: number } }).lifecycle.arrived).toBe(0);
  });

  it('a function that can never fit: listed, its requests dropped', async () => {
    const { status, out } = await run({ lifecycle: 'memory: 200MiB' }, true);
    expect(status).toBe(0);
    const { lifecycle } = JSON.parse(out) as {
      lifecycle: { neverFit: string[]; dropped: number; functions: { name: string; dropped: number }[] };
    };
    expect(lifecycle.neverFit).toEqual(['g']);
    expect(lifecycle.functions.map(({ name, dropped }) => [name, dropped])).toEqual([
      ['f', 0],
      ['g', 1],
    ]);
  });
});

describe('nexus (2) and nanvix (3)', () => {
  it.each([
    ['nexus', ['fabricMemory=1'], /fabricMemory: given "1", expected a number from 0 to 0\.99/],
    ['nexus', ['fabricMemory=-0.1'], /fabricMemory/],
    ['nexus', ['fabricCpu=1'], /fabricCpu: given "1"/],
    ['nexus', ['workers=0', 'writeback=before'], /^(?!.*writeback: given).*workers: given 0, expected at least 1/s],
    ['nexus', ['workers=0'], /writeback: given "?after"?, expected before/],
    ['nanvix', ['sysKeep=0.001'], /sysKeep: given 0\.001, expected at least userStart/],
    ['nanvix', ['tenantSizes=0,1'], /tenantSizes: given 0, expected whole numbers from 1 to 100000/],
    ['nanvix', ['functionsPerTenant=0'], /functionsPerTenant: given "0", expected/],
  ])('%s %s: refused', async (name, set, complaint) => {
    expect(await refused(name, ...set)).toMatch(complaint);
  });
});
