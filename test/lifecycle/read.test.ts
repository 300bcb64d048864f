// From `functions` to what the core is laid out from: rows as they are, counts drawn, what is chosen, and what is refused with its line.

import { describe, expect, it } from 'vitest';
import { InputError } from '../../src/input/errors.js';
import { type LifecycleInput, readLifecycle } from '../../src/lifecycle/read.js';
import { parseScenario } from '../../src/scenario/parse.js';
import { withFields } from '../../src/scenario/written.js';
import { memoryHost } from '../../src/workload/index.js';

const HEAD = 'version: 1\nduration: 1h\nhost: { cores: 64 }\nmechanism: ideal\n';
const read = (text: string, files: Record<string, string> = {}, head = HEAD): Promise<LifecycleInput> =>
  readLifecycle(parseScenario(head + text).scenario, memoryHost(files));
async function refused(text: string, files: Record<string, string>): Promise<string[]> {
  const failure = await read(text, files).then(
    () => undefined,
    (error: unknown) => error,
  );
  if (!(failure instanceof InputError)) throw new Error(`not refused: ${String(failure)}`);
  return failure.message.split('\n');
}

const CALLS = 'app,func,end_timestamp,duration\na,f,0.5,0.2\nb,g,0.4,0.1\na,f,0.9,0\na,f,2,1.7\n';
const TABLE = 'func,memoryMiB,initMs\nf,128,100\ng,64.5,0\n';
const T21 = (more = ''): string => `{ file: c.csv, format: azure-2021, table: t.csv${more} }`;

describe('azure-2021', () => {
  it('starts at end − duration, in order, ties by row, with what the table says', async () => {
    const { spec } = await read(`functions: { trace: ${T21()} }\n`, { 'c.csv': CALLS, 't.csv': TABLE });
    // f 0.3, g 0.3, f 0.9, f 0.3
    expect([...spec.invocations.atNs]).toEqual([300e6, 300e6, 300e6, 900e6]);
    expect([...spec.invocations.fn]).toEqual([0, 1, 0, 0]);
    expect([...spec.invocations.serviceNs]).toEqual([200e6, 100e6, 1_700e6, 0]);
    expect(spec.functions).toEqual([
      {
        name: 'f',
        tenant: 'a',
        memoryBytes: 128 * 2 ** 20,
        memoryPerRequestBytes: 0,
        initNs: 100e6,
        maxVcpus: 1,
        concurrency: 1,
        minInstances: 0,
        confidential: false,
      },
      expect.objectContaining({ name: 'g', tenant: 'b', memoryBytes: 64.5 * 2 ** 20, initNs: 0 }),
    ]);
  });

  it('takes start, scales, limit and the end of the run into account', async () => {
    const files = { 'c.csv': CALLS, 't.csv': TABLE };
    const scaled = await read(`functions: { trace: ${T21(', start: 400ms, timeScale: 2, serviceScale: 3')} }\n`, files);
    expect([...scaled.spec.invocations.atNs]).toEqual([1e9]);
    expect(scaled.notes).toHaveLength(1);
    expect(scaled.notes[0]!.detail).toContain('3');
    const first = await read(`functions: { trace: ${T21(', start: first, limit: 2')} }\n`, files);
    expect([...first.spec.invocations.atNs]).toEqual([0, 0]);
    const short = await read(`functions: { trace: ${T21()} }\n`, files, HEAD.replace('1h', '300ms'));
    expect(short.spec.invocations.atNs).toHaveLength(3);
    const chosen = await read(`functions: { trace: ${T21(', functions: [g]')} }\n`, files);
    expect(chosen.spec.functions.map(({ name }) => name)).toEqual(['g']);
    expect([...chosen.spec.invocations.fn]).toEqual([0]);
  });

  it('divides a function’s memory between the instance and its requests', async () => {
    const text = `functions: { trace: ${T21()}, concurrency: 4, memoryPerRequest: 0.25 }\n`;
    const { functions } = (await read(text, { 'c.csv': CALLS, 't.csv': TABLE })).spec;
    expect(functions[0]).toMatchObject({ memoryBytes: 96 * 2 ** 20, memoryPerRequestBytes: 32 * 2 ** 20, maxVcpus: 4 });
  });

  it('is refused for a function without a row, a key twice, memory 0 and an init below 0, with line and field', async () => {
    const text = `functions: { trace: ${T21()} }\n`;
    expect(await refused(text, { 'c.csv': CALLS, 't.csv': 'func,memoryMiB\nf,128\n' })).toEqual([
      'c.csv:3: func: given "g", expected a function of "t.csv", which tells its memory',
    ]);
    expect(
      await refused(text, { 'c.csv': CALLS, 't.csv': 'func,memoryMiB,initMs\nf,128,1\ng,0,-5\nf,12,1\nh,x,1\n' }),
    ).toEqual([
      't.csv:3: memoryMiB: given "0", expected memory above 0 in MiB',
      't.csv:3: initMs: given "-5", expected milliseconds, 0 or more',
      't.csv:4: func: given "f", expected each once (line 2 has it already)',
      't.csv:5: memoryMiB: given "x", expected memory above 0 in MiB',
    ]);
    expect(await refused(text, { 'c.csv': CALLS, 't.csv': 'func,initMs\nf,1\n' })).toEqual([
      expect.stringContaining('memoryMiB'),
    ]);
  });

  it('lists what can never fit, and refuses a budget that nothing fits into', async () => {
    const files = { 'c.csv': CALLS, 't.csv': TABLE };
    const { neverFit, notes } = await read(`lifecycle: { memory: 100MiB }\nfunctions: { trace: ${T21()} }\n`, files);
    expect(neverFit).toEqual([0]);
    expect(notes).toEqual([
      {
        code: 'never-fits',
        field: 'lifecycle.memory',
        detail: '1 of 2 functions need more memory than the budget, so that their requests are dropped: f',
      },
    ]);
    expect(await refused(`lifecycle: { memory: 64MiB }\nfunctions: { trace: ${T21()} }\n`, files)).toEqual([
      'line 5: lifecycle.memory: given 64MiB, expected at least 66048KiB, what the smallest function needs (g)',
    ]);
  });
});

const ID = 'HashOwner,HashApp,HashFunction';
const PERCENTILES = [0, 1, 25, 50, 75, 99, 100].map((percentile) => `percentile_Average_${percentile}`).join(',');
const COUNTS = `${ID},Trigger,1,2,3\no,a,f,http,2,0,1\no,a,g,timer,1,1,1\n`;
const DURATIONS = `${ID},${PERCENTILES}\no,a,f,10,10,20,30,40,50,60\no,a,g,5,5,5,5,5,5,5\n`;
const MEMORY = 'HashFunction,AverageAllocatedMb\nf,100\ng,1.5\n';
const T19 = (more = ''): string =>
  `functions: { trace: { file: c.csv, format: azure-2019, durations: d.csv, memory: m.csv${more} } }\n`;
const FILES_19 = { 'c.csv': COUNTS, 'd.csv': DURATIONS, 'm.csv': MEMORY };

describe('azure-2019', () => {
  it('joins counts, durations and memory; each call in its minute, each service within its percentiles', async () => {
    const { spec } = await read(T19(), FILES_19);
    const { atNs, fn, serviceNs } = spec.invocations;
    expect(spec.functions.map(({ name, tenant, memoryBytes }) => [name, tenant, memoryBytes])).toEqual([
      ['f', 'o', 100 * 2 ** 20],
      ['g', 'o', 1.5 * 2 ** 20],
    ]);
    const minutes = [...atNs].map((at, i) => `${spec.functions[fn[i]!]!.name}${Math.floor(at / 60e9)}`);
    expect(minutes.sort()).toEqual(['f0', 'f0', 'f2', 'g0', 'g1', 'g2']);
    expect([...atNs]).toEqual([...atNs].sort((a, b) => a - b));
    for (let i = 0; i < fn.length; i++) {
      if (fn[i] === 1) expect(serviceNs[i]).toBe(5e6);
      else expect(serviceNs[i]! >= 10e6 && serviceNs[i]! <= 60e6).toBe(true);
    }
  });

  it('takes a window of minutes, a limit, and a table in place of the memory file', async () => {
    const window = await read(T19(', startMinute: 2, minutes: 1'), FILES_19);
    expect([...window.spec.invocations.fn]).toEqual([1]);
    expect(window.spec.invocations.atNs[0]).toBeLessThan(60e9);
    expect((await read(T19(', limit: 4'), FILES_19)).spec.invocations.atNs).toHaveLength(4);
    const text = T19().replace('memory: m.csv', 'table: t.csv');
    const { functions } = (await read(text, { ...FILES_19, 't.csv': TABLE })).spec;
    expect(functions[1]).toMatchObject({ memoryBytes: 64.5 * 2 ** 20, initNs: 0 });
  });

  it('is refused for a function without a row, a key twice in either file, memory 0', async () => {
    expect(await refused(T19(), { ...FILES_19, 'm.csv': 'HashFunction,AverageAllocatedMb\nf,100\n' })).toEqual([
      'c.csv:3: HashFunction: given "g", expected a function of "m.csv", which tells its memory',
    ]);
    expect(await refused(T19(), { ...FILES_19, 'm.csv': `${MEMORY}f,0\n` })).toEqual([
      'm.csv:4: HashFunction: given "f", expected each once (line 2 has it already)',
      'm.csv:4: AverageAllocatedMb: given "0", expected memory above 0 in MiB',
    ]);
    expect(await refused(T19(), { ...FILES_19, 'd.csv': `${DURATIONS}o,a,f,1,1,1,1,1,1,1\n` })).toEqual([
      'd.csv:4: HashFunction: given "f", expected each function once (line 2 has it already)',
    ]);
  });
});

const IBM = 'namespace,app,first_day,last_day,cpu_vcpu,memory_gb,container_concurrency,min_scale\n';

describe('generated', () => {
  const made = (more: string): string =>
    `functions: { count: 50, rate: 10, memory: { dist: uniform, min: 1MiB, max: 9MiB }, service: { dist: exponential, mean: 100ms }${more} }\n`;

  it('have the rate, the popularity and the laws that are asked for', async () => {
    const { spec } = await read(made(', zipf: 1, init: { dist: bimodal, short: 0ns, long: 1s, longShare: 0.5 }'));
    const { atNs, fn, serviceNs } = spec.invocations;
    const count = atNs.length;
    // Poisson, 36,000 expected: within five standard deviations
    expect(Math.abs(count - 36_000)).toBeLessThan(5 * Math.sqrt(36_000));
    const harmonic = Array.from({ length: 50 }, (_, i) => 1 / (i + 1)).reduce((sum, part) => sum + part, 0);
    const firstShare = fn.filter((index) => index === 0).length / count;
    expect(Math.abs(firstShare - 1 / harmonic)).toBeLessThan(5 * Math.sqrt((0.22 * 0.78) / count));
    const mean = serviceNs.reduce((sum, ns) => sum + ns, 0) / count;
    expect(Math.abs(mean - 100e6)).toBeLessThan((5 * 100e6) / Math.sqrt(count));
    expect([...atNs]).toEqual([...atNs].sort((a, b) => a - b));
    expect(new Set(spec.functions.map(({ initNs }) => initNs))).toEqual(new Set([0, 1e9]));
    for (const { memoryBytes } of spec.functions)
      expect(memoryBytes >= 2 ** 20 && memoryBytes <= 9 * 2 ** 20).toBe(true);
  });

  it('may be told in a mapping of their own, with the same bits; a field of one is set by either name', async () => {
    const apart = made('').replace('{', '{ generated: {').replace(' }\n', ' }, confidential: 0.2 }\n');
    const beside = made(', confidential: 0.2');
    expect(await read(apart)).toEqual(await read(beside));
    const setting = (text: string, set: readonly string[]): unknown => parseScenario(HEAD + text, { set }).scenario;
    for (const text of [apart, beside])
      for (const name of ['count', 'generated.count'])
        expect(setting(text, [`functions.${name}=7`])).toEqual(setting(beside.replace('count: 50', 'count: 7'), []));
    const { functions } = parseScenario(HEAD + apart).scenario;
    expect(withFields(parseScenario(HEAD + beside).scenario, ['functions.generated.count=50']).functions).toEqual(
      functions,
    );
    const twice = (): unknown => parseScenario(HEAD + made(', generated: { count: 5, rates: 1 }'));
    expect(twice).toThrow('functions.generated.count: given 5, expected nothing: functions.count says it');
    expect(twice).toThrow('functions.generated.rates: given an unknown field');
    expect(() => parseScenario(`${HEAD}functions: { generated: { count: 5 } }`)).toThrow(
      'functions.generated.rate: given nothing',
    );
  });

  it('draw for each function by its name: others may come and go', async () => {
    const few = await read(made('').replace('count: 50', 'count: 5'));
    const many = await read(made(''));
    expect(few.spec.functions).toEqual(many.spec.functions.slice(0, 5));
    const other = await read(`seed: 2\n${made('')}`);
    expect(other.spec.functions).not.toEqual(many.spec.functions);
  });

  it.each([
    [0.1, 5],
    [1, 50],
    [0, 0],
  ])('share %d confidential: %i of 50', async (share, count) => {
    const { functions } = (await read(made(`, confidential: ${share}`))).spec;
    expect(functions.filter(({ confidential }) => confidential)).toHaveLength(count);
  });

  it('have the settings of applications on a day, a seeded choice of them', async () => {
    const rows = `${IBM}n,x,0,3,0.5,4,100,0\nn,x,4,9,1,2,10,1\nm,y,0,9,8,0.25,1,3\n`;
    const text =
      'functions: { rate: 1, service: 1ms, configurations: { file: a.csv, format: ibm-code-engine, day: 4 } }\n';
    expect((await read(text, { 'a.csv': rows })).spec.functions).toEqual([
      expect.objectContaining({
        name: 'n/x',
        tenant: 'n',
        memoryBytes: 2e9,
        maxVcpus: 1,
        concurrency: 10,
        minInstances: 1,
      }),
      expect.objectContaining({
        name: 'm/y',
        tenant: 'm',
        memoryBytes: 0.25e9,
        maxVcpus: 8,
        concurrency: 1,
        minInstances: 3,
      }),
    ]);
    const one = await read(text.replace('rate', 'count: 1, rate'), { 'a.csv': rows });
    expect(one.spec.functions).toHaveLength(1);
    expect(await refused(text.replace('rate', 'count: 3, rate'), { 'a.csv': rows })).toEqual([
      'functions.count: given 3, expected 1 to 2, the applications that a.csv has on day 4',
    ]);
    expect(await refused(text, { 'a.csv': `${rows}n,x,4,4,1,0,0,1\n` })).toEqual([
      'a.csv:5: memory_gb: given "0", expected memory above 0 in GB',
      'a.csv:5: container_concurrency: given "0", expected a whole number from 1 to 65536',
      'a.csv:5: app: given "n/x", expected each once (line 3 has it already)',
    ]);
  });
});
