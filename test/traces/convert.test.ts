// `fluxhost trace convert`: what comes out is read back by the readers as what went in; what a format cannot hold is told.

import { describe, expect, it } from 'vitest';
import { main } from '../../src/cli/program.js';
import { eachArrival, memoryHost, openTrace } from '../../src/workload/index.js';
import type { TraceOptions } from '../../src/workload/options.js';
import { captureIo } from '../cli/fake.js';
import { read } from '../pages/helpers.js';
import { temporaryFolder } from '../support/folder.js';
import { invocations, json, lehmer, textOf, told } from './helpers.js';
import { readFileSync } from 'node:fs';

const { at, made } = temporaryFolder('traces');

interface Converted {
  count: number;
  notes: string[];
}

const convert = (from: string, to: string, input: string, output: string, ...more: string[]): Promise<Converted> =>
  json<Converted>('convert', input, at(output), '--from', from, '--to', to, ...more);

const bytesAt = (name: string): Uint8Array => new Uint8Array(readFileSync(at(name)));

async function arrivalsOf(text: string, options: Omit<TraceOptions, 'file'>) {
  const found: [number, number][] = [];
  for await (const { atNs, serviceNs } of eachArrival(openTrace({ file: 'x', ...options }, memoryHost({ x: text }))))
    found.push([atNs, serviceNs]);
  return found;
}

describe('pages', () => {
  const draw = lehmer(21);
  const accesses = Array.from({ length: 3000 }, () => ({
    page: Math.floor(300 * draw() ** 2) + (draw() < 0.1 ? 2 ** 40 : 0),
    write: draw() < 0.25,
  }));
  const csv = `page,write\n${accesses.map(({ page, write }) => `${page},${write ? 'W' : 'R'}`).join('\n')}\n`;

  it('come back from addresses and CSV as they were', async () => {
    const path = made('a.csv', csv);
    expect(await convert('csv', 'addresses', path, 'a.txt')).toMatchObject({ count: 3000, notes: [] });
    expect(read('addresses', bytesAt('a.txt'))).toEqual(accesses);
    expect(await convert('addresses', 'pages-csv', at('a.txt'), 'back.csv')).toMatchObject({ count: 3000, notes: [] });
    expect(textOf(at('back.csv'))).toBe(csv);
    await convert('csv', 'addresses', path, 'small.txt', '--page-size', '1KiB');
    expect(read('addresses', bytesAt('small.txt'), { pageSizeBytes: 1024 })).toEqual(accesses);
  });

  it('go through oracleGeneral but for their writes, each with its next access', async () => {
    const path = made('o.csv', csv);
    const writes = accesses.filter(({ write }) => write).length;
    const { notes } = await convert('csv', 'oracleGeneral', path, 'o.bin');
    expect(notes.join()).toContain(`${writes} of 3000 accesses lose that they write`);
    const bytes = bytesAt('o.bin');
    expect(bytes.length).toBe(24 * 3000);
    expect(read('oracleGeneral', bytes)).toEqual(accesses.map(({ page }) => ({ page, write: false })));
    const view = new DataView(bytes.buffer, bytes.byteOffset);
    accesses.forEach(({ page }, i) => {
      const next = accesses.findIndex((one, j) => j > i && one.page === page);
      if (i % 17 === 0)
        expect([i, view.getUint32(24 * i, true), view.getBigInt64(24 * i + 16, true)]).toEqual([i, i, BigInt(next)]);
    });
    await convert('oracleGeneral', 'csv', at('o.bin'), 'o-back.csv');
    expect(textOf(at('o-back.csv'))).toBe(
      `page,write,size\n${accesses.map(({ page }) => `${page},R,4096`).join('\n')}\n`,
    );
    // sizes stay where there are some
    const sized = made('sized.csv', 'page,write,size\n5,R,100\n6,R,200\n5,R,100\n');
    await convert('csv', 'oracleGeneral', sized, 's.bin');
    await convert('oracleGeneral', 'pages-csv', at('s.bin'), 's.csv');
    expect(textOf(at('s.csv'))).toBe(textOf(sized));
  });

  it('of lackey, ramulator and be32 are those of their readers', async () => {
    const lackey = made('l.log', ' L 1000,4\n S 2fff,8\n M 5000,4\n');
    await convert('lackey', 'csv', lackey, 'l.csv');
    expect(textOf(at('l.csv'))).toBe('page,write\n1,R\n2,W\n5,W\n');
    await convert('ramulator', 'pages-csv', made('r.txt', '3 4096\n0 8192 4096\n'), 'r.csv');
    expect(textOf(at('r.csv'))).toBe('page,write\n1,R\n2,R\n1,W\n');
    const keys = made('k.csv', 'page\n1\n4042791937\n1\n');
    await convert('csv', 'be32', keys, 'k.bin');
    expect(read('be32', bytesAt('k.bin')).map(({ page }) => page)).toEqual([1, 4042791937, 1]);
    const set = made('set.csv', 'page,op\n1,get\n2,set\n');
    await convert('csv', 'pages-csv', set, 'w.csv', '--write-values', 'set,put');
    expect(textOf(at('w.csv'))).toBe('page,write\n1,R\n2,W\n');
    const { status, err } = await told('convert', made('big.csv', csv), at('big.bin'), '--from', 'csv', '--to', 'be32');
    expect([status, err]).toEqual([2, expect.stringContaining('below 2^32')]);
    const line = (ids: number[]): string =>
      JSON.stringify({ timestamp: 0, input_length: 1, output_length: 1, hash_ids: ids });
    const blocks = made('m.jsonl', `${line([0, 1, 2])}\n${line([0, 1, 7])}\n`);
    const { notes } = await convert('mooncake', 'pages-csv', blocks, 'm.csv');
    expect(notes).toEqual(['pages-csv has no place for timestamp, input_length, output_length: lost']);
    expect(textOf(at('m.csv'))).toBe('page,write\n0,R\n1,R\n2,R\n0,R\n1,R\n7,R\n');
  });
});

describe('arrivals', () => {
  it('of Azure 2021 become those that its reader gives, and stay so', async () => {
    const { csv } = invocations(500);
    const path = made('az.csv', csv);
    const { count, notes } = await convert('azure-2021', 'csv', path, 'az-out.csv');
    expect([count, notes.length, notes[1]]).toEqual([500, 2, 'csv has no place for app, func: lost']);
    const expected = await arrivalsOf(csv, { format: 'azure-2021' });
    const columns = { columns: { service: 'service' } };
    expect(await arrivalsOf(textOf(at('az-out.csv')), { format: 'csv', ...columns })).toEqual(expected);
    const twice = await convert('arrivals-csv', 'csv', at('az-out.csv'), 'az-twice.csv');
    expect(twice.notes).toEqual([]);
    const wide = made('wide.csv', 'arrival,service,width\n0,5000,2\n9,5000,1\n');
    expect((await convert('arrivals-csv', 'csv', wide, 'narrow.csv')).notes).toEqual([
      'csv has no place for width: lost',
    ]);
    const more = made('more.csv', 'arrival,service,cpu,order\n0,5000,1,0\n9,5000,1,1\n');
    expect((await convert('arrivals-csv', 'csv', more, 'less.csv')).notes).toEqual([
      'csv has no place for cpu, order: lost',
    ]);
    expect(textOf(at('az-twice.csv'))).toBe(textOf(at('az-out.csv')));
  });

  it('of requests to models and of a CSV of one’s own come in order, from the first on', async () => {
    const stamps = [
      '2023-11-16 18:15:46.6805900',
      '2023-11-16 18:15:50.9951690',
      '2023-11-16 18:15:46.6805901',
      '2023-11-16 18:16:00',
    ];
    const llm = await convert(
      'azure-llm',
      'csv',
      made('llm.csv', `TIMESTAMP,ContextTokens,GeneratedTokens\n${stamps.map((one) => `${one},5,6`).join('\n')}\n`),
      'llm-out.csv',
    );
    expect(llm.notes).toEqual(['csv has no place for ContextTokens, GeneratedTokens: lost']);
    expect(textOf(at('llm-out.csv'))).toBe('arrival\n0\n100\n4314579000\n13319410000\n');
    const own = made('own.csv', 'end,took\n20,5\n18,17\n1000,0\n');
    await convert(
      'arrivals-csv',
      'csv',
      own,
      'own-out.csv',
      '--time',
      'end:ms',
      '--time-is',
      'end',
      '--duration',
      'took:ms',
    );
    expect(textOf(at('own-out.csv'))).toBe('arrival,service\n0,17000000\n14000000,5000000\n999000000,0\n');
    const jsonl = made(
      'mc.jsonl',
      '{"timestamp": 3, "input_length": 1, "output_length": 1, "hash_ids": []}\n{"timestamp": 5, "input_length": 1, "output_length": 1, "hash_ids": []}\n',
    );
    await convert('mooncake', 'csv', jsonl, 'mc.csv');
    expect(textOf(at('mc.csv'))).toBe('arrival\n0\n2000000\n');
  });

  it('of Azure 2019 need the durations, and are as many as the minutes say', async () => {
    const invocations2019 = made(
      'inv.csv',
      'HashOwner,HashApp,HashFunction,Trigger,1,2\no,a,f,http,3,0\no,a,g,timer,1,2\n',
    );
    const percentiles = [0, 1, 25, 50, 75, 99, 100];
    const header = `HashOwner,HashApp,HashFunction,Average,Count,Minimum,Maximum,${percentiles.map((p) => `percentile_Average_${p}`).join(',')}`;
    const durations = made('dur.csv', `${header}\no,a,f,5,3,1,9,1,1,2,5,7,9,9\no,a,g,5,3,1,9,4,4,4,4,4,4,4\n`);
    const { count, notes } = await convert(
      'azure-2019',
      'csv',
      invocations2019,
      'inv-out.csv',
      '--durations',
      durations,
    );
    const times = textOf(at('inv-out.csv'))
      .trim()
      .split('\n')
      .slice(1)
      .map((line) => line.split(',').map(Number));
    expect(notes.at(-1)).toBe('csv has no place for HashOwner, HashApp, HashFunction, Trigger: lost');
    expect([count, times.filter(([ns]) => ns! < 60e9).length]).toEqual([6, 4]);
  });

  it('of OpenDC become the VMs of a fleet, which places them', async () => {
    const tasks = made(
      'tasks.csv',
      'id,submission_time,duration,cpu_count,cpu_capacity,mem_capacity\n1,1376314546000,3600000,4,11703,6213632\n2,1376314546500,60000,2,2600,2097152\n',
    );
    const { count, notes } = await convert('opendc', 'fleet-csv', tasks, 'vms.csv');
    expect([count, notes.join()]).toEqual([2, expect.stringContaining('KiB')]);
    expect(textOf(at('vms.csv'))).toBe('arrivalS,lifetimeS,cores,memoryGiB\n0,3600,4,5.92578125\n0.5,60,2,2\n');
    const fleet = made(
      'fleet.yaml',
      'version: 1\nduration: 2h\nhosts: [{ type: a, count: 1, cores: 8, memory: 16GiB }]\nplacement: first-fit\nfidelity: packing\nvms: { trace: { file: vms.csv, format: csv } }\n',
    );
    const io = captureIo();
    expect(await main(['fleet', fleet, '--json'], io), io.err).toBe(0);
    expect(JSON.parse(io.out)).toMatchObject({ packing: { placed: 2, departed: 2 } });
  });
});

it('refuses pairs that make no sense, and the file that it reads', async () => {
  const path = made('x.csv', 'page\n1\n');
  const refusals: [string[], string][] = [
    [[], '--from: missing'],
    [['--from', 'cvs', '--to', 'csv'], 'did you mean "csv"'],
    [['--from', 'azure-2021', '--to', 'be32'], '--to: given "be32", expected one of: csv'],
    [['--from', 'azure-2019', '--to', 'csv'], '--durations: missing'],
    [['--from', 'csv', '--to', 'csv', '--time', 'a:s'], '--time: given without --from arrivals-csv'],
    [['--from', 'csv', '--to', 'csv', '--durations', 'a'], '--durations: given without --from azure-2019'],
  ];
  for (const [args, expected] of refusals) {
    const { status, out, err } = await told('convert', path, at('y'), ...args);
    expect([status, out]).toEqual([2, '']);
    expect(err).toContain(expected);
  }
  expect((await told('convert', path, path, '--from', 'csv', '--to', 'be32')).err).toContain(
    'another file than the one that is read',
  );
  expect((await told('--help')).out).toMatch(/trace inspect FILE[^]*trace sample FILE[^]*trace convert IN OUT/);
});
