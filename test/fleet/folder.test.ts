// The folder of a fleet's run: any number of threads gives the same bits, a run that is killed goes on, two runs do not share a folder, parts are
// put together, a full disk names itself.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  copyFileSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parquetReadObjects } from 'hyparquet';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { main } from '../../src/cli/program.js';
import { compileCore, compileMemoryCore, hashOf } from '../../src/core/load.js';
import type { FleetResult } from '../../src/fleet/result.js';
import { type Epoch, failedRow, type HostRow } from '../../src/fleet/work.js';
import { captureIo } from '../cli/fake.js';
import { smallFleet } from '../support/fleet.js';

const program = fileURLToPath(new URL('../../dist/cli.js', import.meta.url));

let folder: string;
let file: string;
const at = (...names: string[]): string => join(folder, ...names);

async function run(...args: string[]): Promise<{ status: number; out: string; err: string }> {
  const io = captureIo();
  const status = await main(args, io);
  return { status, out: io.out, err: io.err };
}

/** Without what the clock on the wall says. */
const lasting = (text: string): FleetResult =>
  JSON.parse(text, (key, value: unknown) =>
    /^(wallSeconds|eventsPerSecond)$/.test(key) ? undefined : value,
  ) as FleetResult;

/** What must be equal between two ways of coming to a result. */
const bitsOf = (where: string): { result: FleetResult; hosts: Buffer; latencies: string } => ({
  result: lasting(readFileSync(join(where, 'fleet.json'), 'utf8')),
  hosts: readFileSync(join(where, 'hosts.parquet')),
  latencies: readFileSync(join(where, 'latency.hlog'), 'utf8'),
});

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'fluxhost-folder-'));
  file = at('f.yaml');
  writeFileSync(file, smallFleet('10ms'));
  const { status, err } = await run('fleet', file, '--out', at('whole'), '--json');
  expect(status, err).toBe(0);
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('threads', () => {
  it.each([2, 7])(
    'gives the same bits with %i of them',
    async (workers) => {
      const out = at(`workers-${workers}`);
      const child = spawn(process.execPath, [program, 'fleet', file, '--workers', String(workers), '--out', out]);
      const [status] = (await once(child, 'exit')) as [number];
      expect(status).toBe(0);
      expect(bitsOf(out)).toEqual(bitsOf(at('whole')));
    },
    60_000,
  );
});

describe('fluxhost size', () => {
  const words = (): string[] => [
    'size',
    file,
    '--find',
    'hosts.0.count=12..26',
    '--set',
    'simulate.windows=1',
    '--json',
  ];

  async function sized(...more: string[]) {
    const child = spawn(process.execPath, [program, ...words(), ...more]);
    const told = { out: '', err: '' };
    child.stdout.on('data', (some: Buffer) => (told.out += some.toString()));
    child.stderr.on('data', (some: Buffer) => (told.err += some.toString()));
    const [status] = (await once(child, 'close')) as [number];
    return { status, ...told };
  }

  it('answers on two threads as on this one, by objectives that need hosts simulated', async () => {
    const objective = ['--for', 'coreSeconds.idle > 2.6'];
    const here = await run(...words(), ...objective);
    expect(here.status, here.err).toBe(0);
    const [{ value, tried }] = (JSON.parse(here.out) as { runs: [{ value: number; tried: unknown[] }] }).runs;
    expect([value > 12, tried.length > 3]).toEqual([true, true]);
    expect(await sized(...objective, '--workers', '2')).toEqual({ status: 0, out: here.out, err: '' });
  });

  it('answers nothing where a host cannot be simulated', async () => {
    const arrivals = 'vms.behaviour.workload.arrivals={process: trace, format: csv, file: none.csv}';
    const { status, out, err } = await run(...words(), '--set', arrivals);
    expect([status, out]).toEqual([1, '']);
    expect(err).toMatch(/hosts\.0\.count=26: hosts (\d+, ){4}\d+ and \d+ more could not be simulated: .*none\.csv/);
  });

  it('has no threads for a scenario', async () => {
    writeFileSync(at('s.yaml'), 'version: 1');
    expect((await run('size', at('s.yaml'), '--workers', '2')).err).toContain('--workers: given for a scenario');
  });
});

describe('an interrupt', () => {
  it('ends a run on one thread between two chunks, and what is done is kept', async () => {
    const io = captureIo();
    const listen = io.onInterrupt!.bind(io);
    io.onInterrupt = (callback) => {
      setTimeout(callback, 1);
      return listen(callback);
    };
    const out = at('interrupted');
    expect(await main(['fleet', file, '--workers', '1', '--out', out], io)).toBe(130);
    expect(io.err).toContain('interrupted: what is finished is kept, --resume goes on');
    const rows = readFileSync(join(out, 'rows.ndjson'), 'utf8').trimEnd().split('\n').length;
    expect(rows).toBeGreaterThan(0);
    expect(rows).toBeLessThan(24);
    expect((await run('fleet', file, '--workers', '1', '--out', out, '--resume')).status).toBe(0);
    expect(bitsOf(out)).toEqual(bitsOf(at('whole')));
  });
});

describe('the folder of a run', () => {
  it('has a row a host that other programs read, which adds up to the result', async () => {
    const bytes = readFileSync(at('whole', 'hosts.parquet'));
    const rows = await parquetReadObjects({
      file: bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength),
    });
    const { classes, hosts, coreSeconds } = bitsOf(at('whole')).result;
    expect(hosts).toEqual({ simulated: 24, of: 24 });
    const sum = (column: string): number => rows.reduce((all, row) => all + Number(row[column]), 0);
    expect(sum('latency_critical_completed')).toBe(classes[0]!.completed);
    expect(sum('best_effort_arrived')).toBe(classes[1]!.arrived);
    expect(sum('task_core_seconds')).toBeCloseTo(coreSeconds!.task, 9);
    expect(Math.max(...rows.map((row) => Number(row['best_effort_latency_max_ns'])))).toBe(classes[1]!.latencyNs.max);
    const order = rows.map(({ host }) => Number(host));
    expect(order).toEqual([...order].sort((a, b) => a - b));
  });

  it('goes on after a kill at any instant, with the same bits', async () => {
    const size = statSync(at('whole', 'rows.ndjson')).size;
    for (const kept of [0, 1, Math.floor(size / 3), Math.floor(size / 2), size - 1, size]) {
      const out = at(`killed-${kept}`);
      mkdirSync(out);
      for (const name of ['run.json', 'rows.ndjson']) copyFileSync(at('whole', name), join(out, name));
      truncateSync(join(out, 'rows.ndjson'), kept);
      // the lock of a process that is gone
      writeFileSync(join(out, 'run.lock'), JSON.stringify({ pid: 2 ** 22 + 1, host: hostname() }));
      const { status, err } = await run('fleet', file, '--out', out, '--resume');
      expect(status, err).toBe(0);
      expect(bitsOf(out), `${kept} bytes kept`).toEqual(bitsOf(at('whole')));
      expect(readFileSync(join(out, 'run.log'), 'utf8')).toMatch(kept > 1000 ? / resumed\n/ : / begun\n/);
    }
  });

  it('simulates hosts again that failed, and no other, and puts rows in their order', async () => {
    const lines = readFileSync(at('whole', 'rows.ndjson'), 'utf8').trimEnd().split('\n');
    const failing = lines.map((line, i) => {
      const { host, type, epochs } = JSON.parse(line) as HostRow;
      return i % 5 === 2 ? JSON.stringify(failedRow({ host, type, epochs: Array(epochs) as Epoch[] }, 'broken')) : line;
    });
    // one that had ended, and one that was killed on the way
    for (const kept of [lines.length, 13]) {
      const out = at(`again-${kept}`);
      mkdirSync(out);
      copyFileSync(at('whole', 'run.json'), join(out, 'run.json'));
      writeFileSync(join(out, 'rows.ndjson'), failing.slice(0, kept).join('\n') + '\n');
      const { status, err } = await run('fleet', file, '--out', out, '--resume');
      expect(status, err).toBe(0);
      expect(bitsOf(out)).toEqual(bitsOf(at('whole')));
      expect(readFileSync(join(out, 'rows.ndjson'), 'utf8').trimEnd().split('\n')).toEqual(lines);
    }
  });

  it('goes on after a process that was killed by force', async () => {
    const out = at('forced');
    const slow = ['--set', 'simulate.length=200ms'];
    const child = spawn(process.execPath, [program, 'fleet', file, ...slow, '--workers', '2', '--out', out]);
    const ended = once(child, 'exit');
    const rows = join(out, 'rows.ndjson');
    while ((statSync(rows, { throwIfNoEntry: false })?.size ?? 0) === 0 && child.exitCode === null)
      await new Promise((resolve) => setTimeout(resolve, 5));
    child.kill('SIGKILL');
    await ended;
    expect(statSync(join(out, 'run.lock')).isFile()).toBe(true);
    expect((await run('fleet', file, ...slow, '--out', out, '--resume')).status).toBe(0);
    expect((await run('fleet', file, ...slow, '--out', at('undisturbed'))).status).toBe(0);
    expect(bitsOf(out)).toEqual(bitsOf(at('undisturbed')));
  });

  it('refuses a second run at once, and another fleet', async () => {
    const out = at('busy');
    cpSync(at('whole'), out, { recursive: true });
    writeFileSync(join(out, 'run.lock'), JSON.stringify({ pid: process.ppid, host: hostname() }));
    const second = await run('fleet', file, '--out', out);
    expect(second.status).toBe(2);
    expect(second.err).toContain(`where process ${process.ppid} is writing, expected a folder that no other run uses`);
    writeFileSync(join(out, 'run.lock'), JSON.stringify({ pid: 1, host: 'another-machine' }));
    expect((await run('fleet', file, '--out', out)).err).toContain('where a run on another-machine is writing');
    rmSync(join(out, 'run.lock'));
    const other = await run('fleet', file, '--seed', '2', '--out', out, '--resume');
    expect(other.status).toBe(2);
    expect(other.err).toMatch(
      /--resume: given ".*", of another fleet, scenario or seed \(SHA-256\): "[0-9a-f]{64}", expected a run of the same fleet/,
    );
    expect(bitsOf(out)).toEqual(bitsOf(at('whole')));
  });

  it('goes on with the trace that it began with alone, and so do its parts', async () => {
    const lines = (us: number): string => `arrival\n${Array.from({ length: 9 }, (_, i) => `${i * us}000\n`).join('')}`;
    const traced = smallFleet('1ms').replace(
      '{ process: poisson, rate: 20000 }',
      '{ process: trace, file: calls.csv, format: csv }',
    );
    writeFileSync(at('traced.yaml'), traced);
    const asked = (part: string, ...more: string[]) =>
      run('fleet', at('traced.yaml'), '--shard', `${part}/2`, '--out', at(`traced-${part}`), ...more);
    writeFileSync(at('calls.csv'), lines(20));
    const first = await asked('1');
    expect(first.status, first.err).toBe(0);
    expect((await asked('1', '--resume')).status).toBe(0);
    writeFileSync(at('calls.csv'), lines(30));
    const changed = await asked('1', '--resume');
    expect(changed.status).toBe(2);
    expect(changed.err).toMatch(/--resume: given ".*", of another content of traces \(SHA-256\): "[0-9a-f]{64}"/);
    expect((await asked('2')).status).toBe(0);
    const merged = await run('merge', at('traced-1'), at('traced-2'));
    expect([merged.status, merged.out]).toEqual([2, '']);
    expect(merged.err).toContain('of another content of traces (SHA-256)');
  });

  it('refuses to drop rows that are finished, and the folder of a sweep', async () => {
    const out = at('open');
    mkdirSync(out);
    for (const name of ['run.json', 'rows.ndjson']) copyFileSync(at('whole', name), join(out, name));
    truncateSync(join(out, 'rows.ndjson'), Math.floor(statSync(join(out, 'rows.ndjson')).size / 2));
    const rows = readFileSync(join(out, 'rows.ndjson'));
    const anew = await run('fleet', file, '--out', out);
    expect([anew.status, anew.out]).toEqual([2, '']);
    expect(anew.err).toContain('where a fleet has not ended: its finished rows would be lost, expected --resume');
    expect(readFileSync(join(out, 'rows.ndjson'))).toEqual(rows);
    expect(statSync(join(out, 'run.lock'), { throwIfNoEntry: false })).toBeUndefined();

    // one that has ended is written anew
    expect((await run('fleet', file, '--out', out, '--resume')).status).toBe(0);
    expect((await run('fleet', file, '--out', out)).status).toBe(0);
    expect(bitsOf(out)).toEqual(bitsOf(at('whole')));

    const ran = JSON.parse(readFileSync(join(out, 'run.json'), 'utf8')) as object;
    writeFileSync(join(out, 'run.json'), JSON.stringify({ ...ran, of: 'sweep' }));
    for (const fidelity of ['full', 'packing']) {
      const { status, err } = await run('fleet', file, '--set', `fidelity=${fidelity}`, '--out', out);
      expect(status).toBe(2);
      expect(err).toMatch(/--out: given ".*", the folder of a sweep, expected an empty one, or that of a fleet/);
    }
  });

  it('names a disk that is full, and keeps what is finished', async () => {
    const out = at('full');
    mkdirSync(out);
    symlinkSync('/dev/full', join(out, 'rows.ndjson'));
    const { status, err } = await run('fleet', file, '--out', out);
    expect(status).toBe(1);
    expect(err).toContain('rows.ndjson cannot be written: no space is left on the disk (ENOSPC)');
    expect(statSync(join(out, 'run.lock'), { throwIfNoEntry: false })).toBeUndefined();
  });
});

describe('hosts that cannot be simulated', () => {
  it('do not count as simulated, and leave the report without a tick', async () => {
    const arrivals = 'vms.behaviour.workload.arrivals={process: trace, format: csv, file: none.csv}';
    const page = (name: string): string => readFileSync(at(name, 'report.html'), 'utf8');
    const verdictIn = (text: string): string => /<p class="verdict[^"]*">(.*?)<\/p>/s.exec(text)![1]!;
    const calm = at('calm.yaml');
    writeFileSync(calm, smallFleet('10ms').replace(/failures: .*\n/, ''));
    const { status, out } = await run('fleet', calm, '--workers', '1', '--set', arrivals, '--out', at('failed'));
    expect(status).toBe(4);
    const { hosts, warnings } = lasting(readFileSync(at('failed', 'fleet.json'), 'utf8'));
    expect(warnings.at(-1)).toMatchObject({ code: 'host-failed', field: 'hosts 0, 1, 2, 3, 4 and 19 more' });
    expect(hosts).toEqual({ simulated: 0, of: 24, failed: 24 });
    expect(out).toContain('full, 0 of 24 hosts simulated under hyperflux in 2 windows of 10.0 ms, 24 failed');
    expect(verdictIn(page('failed'))).toMatch(/^Every VM had a host; 24 hosts could not be simulated\.$/);
    expect((await run('fleet', calm, '--workers', '1', '--out', at('none-failed'))).status).toBe(0);
    expect(readFileSync(at('none-failed', 'latency.hlog'), 'utf8')).toContain('one histogram a class]');
    expect(readFileSync(at('none-failed', 'cdf.csv'), 'utf8')).toMatch(/^class,/);
    expect(verdictIn(page('none-failed'))).toMatch(
      /^<span class="mark" aria-hidden="true">✓<\/span> Every VM had a host; /,
    );
    // of the run before nothing stays
    expect((await run('fleet', calm, '--set', arrivals, '--out', at('none-failed'))).status).toBe(4);
    for (const name of ['latency.hlog', 'cdf.csv'])
      expect(statSync(at('none-failed', name), { throwIfNoEntry: false })).toBeUndefined();
  });
});

describe('parts', () => {
  it('are put together to what one run gives', async () => {
    const parts = [1, 2, 3].map((part) => at(`part-${part}`));
    for (const [i, out] of parts.entries())
      expect((await run('fleet', file, '--shard', `${i + 1}/3`, '--out', out)).status).toBe(0);
    expect(lasting(readFileSync(join(parts[0]!, 'fleet.json'), 'utf8'))).toMatchObject({
      incomplete: true,
      part: 'part 1 of 3',
    });
    expect(readFileSync(join(parts[0]!, 'report.html'), 'utf8')).toContain(
      'part 1 of 3: the other hosts are not in it',
    );
    expect(readFileSync(join(parts[0]!, 'run.log'), 'utf8')).toMatch(/ done: 8 hosts\n$/);
    const { status, err } = await run('merge', parts[2]!, parts[0]!, parts[1]!, '--out', at('merged'));
    expect(status, err).toBe(0);
    expect(bitsOf(at('merged'))).toEqual(bitsOf(at('whole')));
    const manifestOf = (name: string) =>
      (JSON.parse(readFileSync(at(name, 'fleet.json'), 'utf8')) as FleetResult).manifest;
    const { coreSha256, hostCoreSha256, eventsPerSecond, wallSeconds, events } = manifestOf('whole');
    expect(hostCoreSha256).toBe(hashOf(await compileCore()));
    expect(coreSha256).toBe(hashOf(await compileMemoryCore()));
    expect(eventsPerSecond! * wallSeconds!).toBeCloseTo(events, 3);
    expect(Object.keys(manifestOf('merged'))).not.toContain('eventsPerSecond'); // it made none
    expect(manifestOf('merged').wallSeconds).toBeUndefined();

    expect((await run('merge', parts[0]!, parts[2]!)).err).toContain(
      'given 2 of 3 parts, expected the missing ones too: 2',
    );
    const twice = await run('merge', parts[0]!, parts[1]!, parts[2]!, parts[1]!);
    expect(twice.err).toContain('expected each part once');
    mkdirSync(at('swept'));
    const sweep = { ...(JSON.parse(readFileSync(join(parts[0]!, 'run.json'), 'utf8')) as object), of: 'sweep' };
    writeFileSync(at('swept', 'run.json'), JSON.stringify(sweep));
    const { err: mixed } = await run('merge', parts[0]!, at('swept'));
    expect(mixed).toMatch(/of another kind: "sweep", expected "fleet", as in/);
    truncateSync(join(parts[1]!, 'rows.ndjson'), 0);
    const open = await run('merge', ...parts);
    expect([open.status, open.out]).toEqual([2, '']);
    expect(open.err).toMatch(/which has 0 of \d+ rows, expected a part that has ended/);
  });

  it('are put together in two levels, by their sums alone', async () => {
    const sampled = ['--set', 'fidelity={ kind: sampled, share: 0.5 }'];
    const figures = (name: string) => [
      lasting(readFileSync(at(name, 'fleet.json'), 'utf8')),
      readFileSync(at(name, 'hosts.parquet')).toString('base64'),
    ];
    expect((await run('fleet', file, ...sampled, '--out', at('sampled'))).status).toBe(0);
    for (const part of [1, 2, 3, 4])
      expect((await run('fleet', file, ...sampled, '--shard', `${part}/4`, '--out', at(`s${part}`))).status).toBe(0);
    const merge = (...args: string[]) => run('merge', ...args.map((word) => (word.startsWith('-') ? word : at(word))));
    expect((await merge('s3', 's4', '--partial', '--out', 's34')).status).toBe(0);
    expect((await merge('s2', 's1', '--partial', '--out', 's12')).status).toBe(0);
    expect(figures('s12')[0]).toMatchObject({ incomplete: true, part: 'parts 1 to 2 of 4' });
    expect(statSync(at('s12', 'rows.ndjson'), { throwIfNoEntry: false })).toBeUndefined();
    const { status, out, err } = await merge('s34', 's12', '--out', 's1234');
    expect(status, err).toBe(0);
    expect(out).not.toMatch(/^parts? \d/m);
    expect(figures('s1234')).toEqual(figures('sampled'));
    // sums that are not there are added up again
    for (const part of [1, 2, 3]) rmSync(at(`s${part}`, 'sums.json'));
    expect((await merge('s1', 's2', 's3', 's4', '--out', 'flat')).status).toBe(0);
    expect(figures('flat')).toEqual(figures('sampled'));

    expect((await merge('s1', 's4', '--partial')).err).toContain(
      'given 2 of 4 parts, expected the missing ones too: 2, 3',
    );
    expect((await merge('s12', 's2', 's3', 's4')).err).toContain(', part 2, which "');
    expect((await merge('s1', 's2', '--partial', '--out', 's2')).err).toContain(
      'which is a part, expected another folder',
    );
  });

  it('are refused where no host is simulated, and so is a queue', async () => {
    const words = ['--set', 'fidelity=packing', '--out', at('packed')];
    const queue = ['--engine', 'bullmq', '--redis', 'redis://127.0.0.1:1'];
    const { status, err } = await run('fleet', file, ...words, '--shard', '1/3', ...queue);
    expect(status).toBe(2);
    for (const option of ['--shard', '--engine'])
      expect(err).toContain(`${option}: given for a fleet with fidelity packing, expected fidelity full or sampled`);
    expect(statSync(at('packed'), { throwIfNoEntry: false })).toBeUndefined();
    expect((await run('fleet', file, ...words)).status).toBe(0);
  });

  it('are asked for in a form that is one', async () => {
    const { status, err } = await run('fleet', file, '--shard', '4/3', '--resume');
    expect(status).toBe(2);
    expect(err).toContain('--shard: given "4/3", expected I/N such as 1/8, I from 1 to N');
    expect(err).toContain('--resume: given without --out');
  });
});
