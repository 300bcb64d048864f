// `fluxhost trace inspect`: public files by content and by columns, and figures against plain sums over the rows.

import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gunzipSync, gzipSync } from 'node:zlib';
import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { parseFleet } from '../../src/fleet/parse.js';
import { parseScenario } from '../../src/scenario/parse.js';
import { CONTENT } from '../../src/traces/hashes.js';
import { type Inspection, shapeOf } from '../../src/traces/inspect.js';
import { DATASETS, datasetNamed, knownContent } from '../../src/traces/known.js';
import { rowsOf } from '../../src/traces/rows.js';
import type { TraceHost } from '../../src/workload/text-source.js';
import { formatNamed } from '../../src/pages/formats/names.js';
import { temporaryFolder } from '../support/folder.js';
import { invocations, json, told } from './helpers.js';

const { made } = temporaryFolder('traces');

const TRACES = fileURLToPath(new URL('../../../shared/traces/', import.meta.url));

describe('the list of public files', () => {
  it('says of each where it is published, under which licence, and at least one misreading with its source', () => {
    expect(DATASETS.length).toBeGreaterThan(12);
    for (const { id, source, licence, cite, columns, misread, use, shape } of DATASETS) {
      expect([id, /^https?:\/\//.test(source), licence !== '', cite !== '']).toEqual([id, true, true, true]);
      expect(columns.every(({ meaning }) => meaning.length > 5)).toBe(true);
      expect(misread.length).toBeGreaterThan(0);
      expect(misread.every((one) => one.source.length > 5)).toBe(true);
      expect(
        use.every((line) => /\bFILE\b|arrivals\.csv|blocks\.csv|vms\.csv|VALUES|FOLDER|^nothing reads it/.test(line)),
      ).toBe(true);
      if ('pages' in shape) expect(formatNamed(shape.pages)).toBeDefined();
    }
    expect(new Set(DATASETS.map(({ id }) => id)).size).toBe(DATASETS.length);
  });

  it('knows every content once, each of a data set', () => {
    const all = Object.entries(CONTENT).flatMap(([id, files]) =>
      Object.values(files).map((hash) => [id, hash] as const),
    );
    expect(all.length).toBeGreaterThan(80);
    expect(new Set(all.map(([, hash]) => hash)).size).toBe(all.length);
    for (const [id, hash] of all) {
      expect(hash).toMatch(/^[0-9a-f]{64}$/);
      expect([id, knownContent(hash)?.id, datasetNamed(id)?.id]).toEqual([id, id, id]);
    }
  });

  it('recognises the copies beside the repository by what is in them', () => {
    if (!existsSync(TRACES)) throw new Error('no folder ../shared/traces beside the repository: its traces are needed');
    const sha256 = (path: string): string =>
      createHash('sha256')
        .update(gunzipSync(readFileSync(TRACES + path)))
        .digest('hex');
    expect(knownContent(sha256('azure-llm-2023/code.csv.gz'))?.id).toBe('azure-llm-2023');
    expect(knownContent(sha256('spec2006-ramulator/403.gcc.trace.gz'))?.part).toBe('cputraces/403.gcc.gz');
    expect(knownContent(sha256('cache2k-ecommerce/web07.be32.bin.gz'))?.id).toBe('cache2k-ecommerce');
    expect(knownContent(sha256('atlarge-surf-lisa/tasks.csv.gz'))?.id).toBe('opendc-surf-lisa');
    expect(knownContent(sha256('google-fleetbench/TCMALLOC_0.csv.gz'))).toBeUndefined();
  });

  it('gives lines that a scenario takes', () => {
    const arrivals = DATASETS.flatMap(({ use }) => use).filter((line) => line.startsWith('arrivals: '));
    expect(arrivals.length).toBeGreaterThan(3);
    for (const line of arrivals) {
      const request = line.includes('format: csv')
        ? '\n      request: { stages: [{ tasks: 1, service: { dist: constant, value: 1us } }] }'
        : '';
      const text = `version: 1\nduration: 1ms\nhost: { cores: 2 }\nmechanism: ideal\nvms:\n  - name: a\n    vcpus: { min: 1, max: 1 }\n    workload:\n      ${line}${request}\n`;
      expect(parseScenario(text).scenario.vms[0]!.workload?.arrivals).toMatchObject({ process: 'trace' });
    }
  });
});

describe('fluxhost trace inspect', () => {
  it('knows a trace by its columns, and counts what is in it', async () => {
    const { csv, rows } = invocations(400);
    const path = made('azure.csv.gz', gzipSync(csv));
    const found = await json<Inspection>('inspect', path);
    expect(found.recognised).toMatchObject({ by: 'columns', dataset: 'azure-functions-2021', licence: 'CC-BY-4.0' });
    expect(found.sha256).toBe(createHash('sha256').update(csv).digest('hex'));
    expect([found.rows, found.bytes, found.kind]).toEqual([400, csv.length, 'csv']);
    const duration = found.columns!.find(({ name }) => name === 'duration')!;
    expect(duration).toMatchObject({
      unit: 's',
      numbers: 400,
      empty: 0,
      min: 0,
      distinct: new Set(rows.map((row) => row.duration)).size,
    });
    expect(duration.max).toBe(Math.max(...rows.map((row) => row.duration)) / 1000);

    // an arrival is the start, not the time that stands there
    const starts = rows.map(({ start }) => start).sort((a, b) => a - b);
    const between = starts.slice(1).map((start, i) => start - starts[i]!);
    const { arrivals } = found;
    expect(arrivals).toMatchObject({
      arrivals: 400,
      spanNs: (starts.at(-1)! - starts[0]!) * 1e6,
      sameInstant: between.filter((ms) => ms === 0).length,
    });
    expect(arrivals!.perSecond).toBeCloseTo((400 / (starts.at(-1)! - starts[0]!)) * 1000, 9);
    expect(arrivals!.betweenNs!.mean).toBeCloseTo((between.reduce((a, b) => a + b, 0) / between.length) * 1e6, 3);
    const sorted = [...between].sort((a, b) => a - b);
    for (const [name, q] of [
      ['p50', 0.5],
      ['p90', 0.9],
      ['p99', 0.99],
    ] as const) {
      const exact = sorted[Math.ceil(q * sorted.length) - 1]! * 1e6;
      expect(Math.abs(arrivals!.betweenNs![name] / exact - 1)).toBeLessThan(0.004);
    }
    const longest = Math.max(...between);
    expect(arrivals!.silences[0]).toEqual({
      ns: longest * 1e6,
      fromNs: (starts[between.indexOf(longest)]! - starts[0]!) * 1e6,
    });
    const zeros = rows.filter((row) => row.duration === 0).length;
    expect(found.reader).toEqual({
      format: 'azure-2021',
      notes: [expect.stringContaining(`${zeros} service times below 1us`)],
    });
    expect(found.misread.map(({ source }) => source)).toContain(
      'https://github.com/Azure/AzurePublicDataset/issues/25',
    );

    const { out } = await told('inspect', path);
    expect(out).toContain('known by its columns');
    expect(out).toContain('when the invocation ENDED');
    expect(out).toContain('arrivals: { process: trace, file: azure.csv.gz, format: azure-2021 }');
  });

  it('tells order, repeats and gaps of a file of anybody', async () => {
    const steps = [...Array.from({ length: 3000 }, (_, i) => 10 + i), 900_000, 900_010, 899_990, 900_010];
    const path = made(
      'own.csv',
      `when,took,who\n${steps.map((ms, i) => `${ms},${i % 3},${i % 2 === 0 ? 'a' : ''}`).join('\n')}\n900010,1,\n`,
    );
    const unknown = await json<Inspection>('inspect', path);
    expect(unknown.recognised).toEqual({ by: 'unknown' });
    expect([unknown.repeatedRows, unknown.arrivals, unknown.use]).toEqual([1, undefined, []]);
    const found = await json<Inspection>('inspect', path, '--time', 'when:ms', '--duration', 'took:us', '--key', 'who');
    expect(found.order).toMatchObject({ rows: 3005, backwards: 1, windowNs: 20e6 });
    expect(found.arrivals).toMatchObject({ gaps: 1, sameInstant: 2 });
    expect(found.arrivals!.silences[0]).toEqual({ fromNs: 2999e6, ns: (899_990 - 3009) * 1e6 });
    expect(found.arrivals!.serviceNs).toMatchObject({ max: 2000, count: 3005 });
    expect(found.columns!.map(({ empty }) => empty)).toEqual([0, 0, 1503]);
    const bare = await json<Inspection>('inspect', made('bare.csv', '1,2\n3,4\n3,4\n'));
    expect(bare).toMatchObject({ repeatedRows: 1, notes: [expect.stringContaining('has no header')] });
    const long = made('long.csv', 'when\n0\n200000000\n');
    expect(await json<Inspection>('inspect', long, '--time', 'when:s')).toMatchObject({
      notes: [expect.stringContaining('104 days')],
    });
  });

  it('reads JSON lines, documents and traces of pages of every kind', async () => {
    const lines = [0, 0, 3000].map((timestamp, i) =>
      JSON.stringify({ timestamp, input_length: 600, output_length: 1, hash_ids: [0, i] }),
    );
    const mooncake = await json<Inspection>('inspect', made('m.jsonl', `${lines.join('\n')}\n`));
    expect(mooncake).toMatchObject({
      kind: 'json-lines',
      rows: 3,
      recognised: { dataset: 'mooncake-conversation-2024' },
    });
    expect(mooncake.arrivals).toMatchObject({ sameInstant: 1, spanNs: 3e9 });
    const pop = made(
      'pop.json',
      JSON.stringify({ oneHits: 0.1, popularityBuckets: [1, 2], popularityWeights: [9, 4] }),
    );
    expect(await json<Inspection>('inspect', pop)).toMatchObject({
      kind: 'json',
      recognised: { dataset: 'meta-cachelib-popularity' },
    });
    const texts: [string, string, number, number][] = [
      ['lackey', ' L 1000,4\n S 2000,4\n L 1008,8\n', 2, 1],
      ['ramulator', '3 4096\n0 8192 4096\n', 2, 1],
      ['ldst', 'LD 0x1000\nST 0x3000\n', 2, 1],
      ['addresses', '1000 R\n0x2fff W\n', 2, 1],
    ];
    for (const [kind, text, pages, writes] of texts) {
      const found = await json<Inspection>('inspect', made(`${kind}.txt`, text));
      expect([kind, found.kind, found.pages!.distinctPages, found.pages!.writes]).toEqual([kind, kind, pages, writes]);
      expect(found.use[0]).toContain(`--format ${kind}`);
    }
    const be32 = made('k.bin', Uint8Array.from([0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 1, 255, 0, 0, 0]));
    const found = await json<Inspection>('inspect', be32, '--format', 'be32');
    expect(found.pages).toMatchObject({
      requests: 4,
      distinctPages: 3,
      lowestPage: 1,
      highestPage: 0xff000000,
      onceShare: 2 / 3,
    });
    const csv = await json<Inspection>('inspect', made('p.csv', 'page,write\n7,W\n7,R\n9,R\n'));
    expect(csv).toMatchObject({
      pages: { requests: 3, distinctPages: 2, topPercentShare: 2 / 3 },
      recognised: { by: 'unknown' },
    });
  });

  it('knows the tables of clusters, also where semicolons stand between cells', async () => {
    const gwa = made(
      '1.csv',
      'Timestamp [ms];\tCPU cores;\tCPU usage [MHZ];\tMemory capacity provisioned [KB]\n1376314846;\t4;\t93.23;\t67108864\n1376315146;\t4;\t83.5;\t67108864\n',
    );
    const found = await json<Inspection>('inspect', gwa);
    expect(found).toMatchObject({ rows: 2, recognised: { by: 'columns', dataset: 'gwa-t-12' } });
    expect(found.columns![0]).toMatchObject({ name: 'Timestamp [ms]', unit: 's', min: 1376314846, numbers: 2 });
    const tables = [
      ['vm.csv', 'vmId,tenantId,vmTypeId,priority,starttime,endtime\n1,2,3,0,-0.5,\n', 'azure-packing-2020'],
      [
        'types.csv',
        'id,vmTypeId,machineId,core,memory,hdd,ssd,nic\n1,3,0,0.5,0.25,,0.1,0.1\n',
        'azure-packing-2020-types',
      ],
      [
        'events.csv',
        'time,type,collection_id,priority,instance_index,resource_request.cpus\n600000000,3,1,200,0,0.01\n',
        'google-2019',
      ],
    ] as const;
    for (const [name, text, dataset] of tables) {
      const { recognised, misread } = await json<Inspection>('inspect', made(name, text));
      expect([recognised.dataset, misread.length > 0]).toEqual([dataset, true]);
    }
  });

  it('gives Bitbrains and SURF LISA, of the same columns, each the line that reads it', async () => {
    const lines = async (path: string): Promise<readonly string[]> =>
      (await json<Inspection>('inspect', TRACES + path)).use;
    expect((await lines('atlarge-bitbrains/vms.csv.gz'))[0]).toContain('format: bitbrains');
    const [line] = await lines('atlarge-surf-lisa/tasks.csv.gz');
    expect(line).toMatch(/format: surf-lisa, sizes: \[/);
    const vms = line!.replace('FILE', 'a.csv').replace(/ +#.*/, '');
    const fleet = parseFleet(`version: 1\nduration: 1h\nhosts: [{ count: 1, cores: 8, memory: 64GiB }]\n${vms}\n`);
    expect(fleet.fleet.vms.trace!.sizes).toEqual([expect.objectContaining({ weight: 1, cores: 2 })]);
  });

  it('knows tables without a header by their first row, which is then a row', async () => {
    const [a, b] = ['ab'.repeat(12), 'cd'.repeat(30)];
    const key = 'BSXOcywx8pUU0DueDo6UMol1YzR6tn47KLEKaoXp0a1bf2PpzJ7n7lLlmhQ0OJf9';
    const tables = [
      [
        'task.csv',
        'M1,2,j_1,1,Terminated,86400,86410,100,0.39\nR2_1,,j_1,1,Failed,86411,,50,\n',
        'alibaba-2018-batch-task',
      ],
      ['pai-job.csv', `${a},${b},58540f191766,Terminated,4550879.0,4551416.0\n`, 'alibaba-pai2020-jobs'],
      ['pai-task.csv', `${a},tensorflow,1.0,Running,1739162.0,,600.0,29.296875,50.0,MISC\n`, 'alibaba-pai2020-tasks'],
      ['pai-instance.csv', `${a},worker,${b},${b},${b},Failed,2081336.0,2083889.0,${a}\n`, 'alibaba-pai2020-instances'],
      ['vmtable.csv', `${key},${key},${key},0,2591700,99.3,3.4,10.2,Delay-insensitive,4,>64\n`, 'azure-vm-2019'],
    ] as const;
    for (const [name, text, dataset] of tables) {
      const found = await json<Inspection>('inspect', made(name, text));
      const known = datasetNamed(dataset)!;
      expect([found.recognised.by, found.recognised.dataset, found.rows]).toEqual([
        ...['cells', dataset],
        text.split('\n').length - 1,
      ]);
      expect(found.columns!.map((column) => [column.name, column.meaning])).toEqual(
        known.columns.map((column) => [column.name, column.meaning]),
      );
      expect([found.notes, found.use, found.misread]).toEqual([[], known.use, known.misread]);
    }
    const { out } = await told('inspect', made('task.csv', tables[0][1]));
    expect(out).toContain('known by the cells of its first row: it has no header');
    // One cell that is otherwise, and it is anybody's file.
    const other = await json<Inspection>('inspect', made('x.csv', tables[0][1].replace('Terminated', 'Done')));
    expect(other.recognised).toEqual({ by: 'unknown' });
    // A sample has no header either, and the columns go by their names.
    const [whole, some] = [made('whole.csv', tables[0][1].repeat(50)), made('some.csv', '')];
    expect((await told('sample', whole, '--fraction', '0.5', '--seed', '1', '-o', some)).status).toBe(0);
    const rows = readFileSync(some, 'utf8').trim().split('\n');
    expect([rows.length > 20 && rows.length < 80, rows.every((row) => tables[0][1].includes(row))]).toEqual([
      true,
      true,
    ]);
    const starts = ['--from', 'arrivals-csv', '--to', 'csv', '--time', 'start_time:s'];
    expect((await told('convert', made('task.csv', tables[0][1]), some, ...starts)).err).toContain('task_name');
    expect(readFileSync(some, 'utf8')).toBe('arrival\n0\n11000000000\n');
    const ragged = await told('inspect', made('r.csv', `${tables[0][1]}M3,1\n`));
    expect(ragged.err).toContain('r.csv:3: given 2 cells');
  });

  it('closes what it opens, however little it reads of it', async () => {
    let [opened, closed] = [0, 0];
    const host: TraceHost = {
      open: () => {
        opened++;
        const pieces = async function* (): AsyncGenerator<Uint8Array> {
          try {
            for (let i = 0; i < 9; i++) yield new TextEncoder().encode(i === 0 ? 'a,b\n1,2\n' : '3,4\n'.repeat(20_000));
          } finally {
            closed++;
          }
        };
        return Promise.resolve(pieces());
      },
    };
    for await (const { header } of rowsOf(host, 'a.csv', 'csv')) {
      expect(header).toEqual(['a', 'b']);
      break;
    }
    expect([opened > 0, closed]).toEqual([true, opened]);
    await shapeOf(host, 'a.csv', { sha256: '' });
    expect(closed).toBe(opened);
  });

  it('refuses what is wrong, all at once', async () => {
    const path = made('w.csv', 'a,b\n1,2\n');
    const refusals: [string[], string[]][] = [
      [
        ['inspect', path, '--time', 'a:weeks', '--format', 'be33', '--time-is', 'middle'],
        ['--time: given "a:weeks"', '--time-is: given "middle"', 'did you mean "be32"'],
      ],
      [['inspect', path, '--key', 'b'], ['--key: given without --time']],
      [['inspect', path, '--time', 'c:s'], ['c: given a header without it']],
      [['inspect', made('empty', '')], ['an empty file']],
      [['inspect', path, '--page-size', '1000B'], ['a power of two']],
      [['inspct', path], ['did you mean "inspect"']],
      [[], ['ACTION: missing']],
    ];
    for (const [args, expected] of refusals) {
      const { status, out, err } = await told(...args);
      expect([status, out]).toEqual([2, '']);
      for (const text of expected) expect(err).toContain(text);
    }
  });
});
