// What comes from outside and must not do harm: text that steers a terminal, paths that lead elsewhere, disks that are full.

import { execFileSync } from 'node:child_process';
import {
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, it, expect, vi } from 'vitest';
import { GrowingFile, writeAtomically, WriteError } from '../../src/cli/files.js';
import { processIo, CLEAR_LINE } from '../../src/cli/io.js';
import { main } from '../../src/cli/program.js';
import { toStableJson } from '../../src/result/json.js';
import { printable, printableLines } from '../../src/input/errors.js';
import { captureIo } from './fake.js';

const folder = mkdtempSync(join(tmpdir(), 'fluxhost-outside-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const file = (name: string, text: string): string => {
  writeFileSync(join(folder, name), text);
  return join(folder, name);
};

describe('text that steers a terminal', () => {
  const escape = '\u001b[31m';
  const bidi = ['\u202e', '\u2066', '\u200f', '\u061c'];

  it('is made visible: escapes, what deletes and returns, what reorders', () => {
    for (const character of [escape[0]!, '\u009b', '\b', '\r', '\u007f', '\u2028', ...bidi]) {
      expect(printable(`a${character}b`)).toBe('a?b');
      expect(printableLines(`a${character}b\nc`)).toBe('a?b\nc');
    }
    expect(printable('größe 10 µs → α')).toBe('größe 10 µs → α');
  });

  it('reaches JSON as an escape of the same string', () => {
    const value = { note: `a${escape}b${bidi.join('')}c\u009b` };
    const json = toStableJson(value);
    expect(JSON.parse(json)).toEqual(value);
    expect(printableLines(json)).toBe(json);
  });

  it('does not pass the streams, whoever prints it', () => {
    const [out, err]: [string[], string[]] = [[], []];
    const outSpy = vi.spyOn(process.stdout, 'write').mockImplementation((text) => out.push(String(text)) > 0);
    const errSpy = vi.spyOn(process.stderr, 'write').mockImplementation((text) => err.push(String(text)) > 0);
    try {
      const io = processIo();
      io.stdout(`a${escape}\u202eb\n`);
      io.stderr(`note: n${escape}t.csv\u202e\n`);
      io.stderr(`${CLEAR_LINE}hyperflux 42 %${CLEAR_LINE}`);
    } finally {
      outSpy.mockRestore();
      errSpy.mockRestore();
    }
    expect(out).toEqual(['a?[31m?b\n']);
    expect(err).toEqual(['note: n?[31mt.csv?\n', `${CLEAR_LINE}hyperflux 42 %??[2K`]);
  });
});

describe('the files of a scenario', () => {
  const scenario = (path: string): string =>
    JSON.stringify({
      version: 1,
      duration: '1ms',
      host: { cores: 2 },
      mechanism: 'ideal',
      vms: [
        {
          name: 'a',
          vcpus: { min: 1, max: 1 },
          workload: {
            arrivals: { process: 'trace', format: 'csv', file: path, columns: { arrival: 'at', service: 'service' } },
            request: { stages: [{ tasks: 1, service: { dist: 'constant', value: '1us' } }] },
          },
        },
      ],
    });
  mkdirSync(join(folder, 'in'));
  const csv = 'at,service\n1,1000\n';
  file('outside.csv', csv);
  file('in/inside.csv', csv);
  symlinkSync('../outside.csv', join(folder, 'in', 'link.csv'));

  const run = async (path: string, ...args: string[]): Promise<{ status: number; err: string }> => {
    const io = captureIo();
    const status = await main(['run', file('in/scenario.json', scenario(path)), '--json', ...args], io);
    return { status, err: io.err };
  };
  const within = ['--files-within', join(folder, 'in')];

  it('may lie anywhere unless they are confined', async () => {
    for (const path of ['inside.csv', '../outside.csv', 'link.csv', join(folder, 'outside.csv')]) {
      expect(await run(path)).toEqual({ status: 0, err: '' });
    }
  });

  it('are refused outside --files-within, whichever way they lead there', async () => {
    expect((await run('inside.csv', ...within)).status).toBe(0);
    expect((await run('./../in/inside.csv', ...within)).status).toBe(0);
    for (const path of ['../outside.csv', 'link.csv', join(folder, 'outside.csv'), '/etc/passwd']) {
      const { status, err } = await run(path, ...within);
      expect([path, status]).toEqual([path, 2]);
      expect(err).toContain(`${path}: given a file elsewhere, expected a file within`);
    }
    expect((await run('inside.csv', '--files-within', join(folder, 'in', 'nothing'))).status).toBe(2);
  });
});

describe('a file that cannot be written', () => {
  it('is named with the reason', async () => {
    const gone = join(folder, 'gone', 'result.json');
    await expect(writeAtomically(gone, '{}')).rejects.toBeInstanceOf(WriteError);
    await expect(writeAtomically(gone, '{}')).rejects.toThrow(`${gone} cannot be written: its folder is gone (ENOENT)`);
    const full = new WriteError('/disk/result.json', Object.assign(new Error('write'), { code: 'ENOSPC' }));
    expect(full.message).toBe('/disk/result.json cannot be written: no space is left on the disk (ENOSPC)');
  });
});

describe('what stands where a file is to go', () => {
  it('stays what it is: a pipe is written into, a link still leads to the file', async () => {
    const pipe = join(folder, 'pipe');
    execFileSync('mkfifo', [pipe]);
    const read = readFile(pipe, 'utf8');
    await writeAtomically(pipe, '{"a":1}');
    expect(await read).toBe('{"a":1}');
    const growing = readFile(pipe, 'utf8');
    await new Promise((resolve) => setTimeout(resolve, 50)); // a reader is there, so that opening does not wait
    const into = new GrowingFile(pipe);
    into.write(Buffer.from('abc'));
    into.keep();
    expect(await growing).toBe('abc');
    expect(lstatSync(pipe).isFIFO()).toBe(true);

    const target = file('target.json', 'old');
    symlinkSync(target, join(folder, 'link.json'));
    await writeAtomically(join(folder, 'link.json'), 'new');
    expect(readFileSync(target, 'utf8')).toBe('new');
    expect(lstatSync(join(folder, 'link.json')).isSymbolicLink()).toBe(true);
    expect(readdirSync(folder).filter((name) => name.endsWith('.tmp'))).toEqual([]);
  });
});

it('sizes that add up beyond 2^53 bytes are refused in words', async () => {
  const io = captureIo();
  const path = file(
    'sum.yaml',
    `version: 1
duration: 1ms
host: { cores: 4, memory: { size: 1GiB } }
mechanism: ideal
vms:
  - name: a
    count: 65536
    vcpus: { min: 0, max: 2 }
    memory: { size: 8000TiB }
`,
  );
  expect(await main(['run', path], io)).toBe(2);
  expect(io.err).toMatch(/host\.memory: given 1GiB, expected at least \d+[KMGT]iB: what is pinned/);
});
