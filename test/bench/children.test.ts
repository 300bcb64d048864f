// What the benchmarks start beside themselves: nobody waits for ever for a program that is not there, ends, or says nothing, and none is
// left behind.
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

interface Child {
  pid: number;
  end: string | undefined;
  during: <T>(what: string, work: Promise<T>, limitMs?: number) => Promise<T>;
  hears: (pattern: RegExp, limitMs?: number) => Promise<RegExpExecArray>;
  stop: (signal?: string) => Promise<void>;
}
interface Children {
  Child: new (name: string, command: string, args: string[]) => Child;
  ChildError: new () => Error;
  ran: (name: string, command: string, args: string[], how?: { limitMs: number }) => Promise<string[]>;
}
interface Scale {
  startWorker: (
    parts: { queueName: () => Promise<string>; shownName: (name: string) => string },
    url: string,
    program: string,
  ) => Promise<Child>;
}
// @ts-expect-error: the benchmarks are plain JavaScript without declarations
const { Child, ChildError, ran } = (await import('../../bench/children.mjs')) as Children;
// @ts-expect-error: as above
const { startWorker } = (await import('../../bench/cases/scale.mjs')) as Scale;

const root = fileURLToPath(new URL('../..', import.meta.url));
const never = new Promise<never>(() => undefined);
const node = (text: string): Child => new Child('it', process.execPath, ['-e', text]);
const stays = 'setInterval(() => 0, 1e6);';

/** One that has ended and that nobody has asked about is not. */
function isThere(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch {
    return false;
  }
  const stat = `/proc/${pid}/stat`;
  return !existsSync(stat) || !/\) Z/.test(readFileSync(stat, 'utf8'));
}

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'bench-children-'));
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

describe('a program beside a case', () => {
  test('that ends is told to whoever waits for something else, with its status and its last words', async () => {
    const it = node('console.error("no such door"); process.exitCode = 3;');
    const told = it.during('an answer', never);
    await expect(told).rejects.toThrow('it ended with status 3 before an answer; it said last:\nno such door');
    await expect(told).rejects.toBeInstanceOf(ChildError);
    await expect(it.during('another', never)).rejects.toThrow('before another');
  });

  test('that is killed, and one that cannot be started, are told as such', async () => {
    const killed = node(stays);
    process.kill(killed.pid, 'SIGKILL');
    await expect(killed.during('an answer', never)).rejects.toThrow(/was ended by SIGKILL .*; it said nothing$/);
    const none = new Child('it', join(folder, 'none'), []);
    await expect(none.hears(/./)).rejects.toThrow(/it could not be started \(spawn .*none ENOENT\) before a word/);
    await none.stop();
  });

  test('that stays and says something else is waited for no longer than a limit, and stopped', async () => {
    const it = node(`console.log("a word"); process.on("SIGTERM", () => process.exit(0)); ${stays}`);
    await it.hears(/a word/);
    await expect(it.hears(/another/, 50)).rejects.toThrow(
      'it is there, but within 0.05 s there was not a word like /another/; it said last:\na word',
    );
    expect(await it.during('work', Promise.resolve(7))).toBe(7);
    await it.stop();
    expect(it.end).toBe('ended with status 0');
    expect(isThere(it.pid)).toBe(false);
  });

  test('that is run to its end gives what it printed, or fails', async () => {
    const run = (text: string, limitMs = 60_000) => ran('it', process.execPath, ['-e', text], { limitMs });
    expect((await run('console.log(1); console.error(2);')).slice(1, 3)).toEqual(['1\n', '2\n']);
    await expect(run('throw new Error("a fault")')).rejects.toThrow(/^it ended with status 1; .*Error: a fault/s);
    await expect(run(stays, 50)).rejects.toThrow('it has not ended within 0.05 s');
  });
});

describe('a worker of the case "scale"', () => {
  const parts = { queueName: () => Promise.resolve('name'), shownName: (name: string) => `fluxhost 1, core ${name}` };
  const program = (text: string): string => {
    const file = join(folder, 'worker.mjs');
    writeFileSync(file, text);
    return file;
  };

  test('of another build than the sources, whose queue it never sees, is told and stopped', async () => {
    const pidFile = join(folder, 'pid');
    const other = program(
      `import { writeFileSync } from "node:fs"; writeFileSync(${JSON.stringify(pidFile)}, String(process.pid)); ` +
        `console.log("worker of fluxhost 1, core other, 1 thread, takes work"); ${stays}`,
    );
    const told: unknown = await startWorker(parts, 'redis://x', other).catch((error: unknown) => error);
    expect(told).toBeInstanceOf(ChildError);
    expect((told as Error).message).toBe(
      'its worker is of fluxhost 1, core other, the sources give fluxhost 1, core name: ' +
        'dist/ is of another build than src/, `npm run build` makes it anew',
    );
    expect(isThere(Number(readFileSync(pidFile, 'utf8')))).toBe(false);
    const fits = program(`console.log("worker of fluxhost 1, core name, 1 thread, takes work"); ${stays}`);
    const worker = await startWorker(parts, 'redis://x', fits);
    expect(isThere(worker.pid)).toBe(true);
    await worker.stop();
    expect(isThere(worker.pid)).toBe(false);
  });

  test('that fails at its start is told with its words', async () => {
    const fails = program('console.error("a chunk is missing"); process.exitCode = 1;');
    await expect(startWorker(parts, 'redis://x', fails)).rejects.toThrow(
      /^fluxhost worker ended with status 1 before a word like .*\na chunk is missing$/s,
    );
  });
});

describe('the bench', () => {
  test('that a case fails in loses nothing of the others, and ends with 1', () => {
    // a compiler that is there and compiles nothing
    const compiler = join(folder, 'cc');
    writeFileSync(compiler, '#!/bin/sh\n[ "$1" = --version ] || { echo "no space left" >&2; exit 1; }\n');
    chmodSync(compiler, 0o755);
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      ['bench/run.mjs', '--smoke', '--json', '--only', 'ideal,datapath'],
      {
        cwd: root,
        encoding: 'utf8',
        env: { ...process.env, PATH: `${folder}${delimiter}${process.env['PATH'] ?? ''}` },
      },
    );
    expect(status, stderr).toBe(1);
    expect(stderr).toContain('bench: ideal: ');
    expect(stderr).toMatch(/bench: FAILED: ideal\n$/);
    const { counts, failed } = JSON.parse(stdout) as {
      counts: Record<string, unknown>;
      failed: Record<string, string>;
    };
    expect(Object.keys(counts)).toEqual(['datapath']);
    expect(failed['ideal']).toContain('cc -O3');
  });

  test('that is told to end takes its programs and folders along', async () => {
    const script = `
      import { Child, temporary } from './bench/children.mjs';
      const folder = temporary('ended');
      const child = new Child('it', process.execPath, ['-e', 'process.on("SIGTERM", () => 0); ${stays}']);
      console.log(JSON.stringify({ pid: child.pid, folder }));`;
    const bench: ChildProcess = spawn(process.execPath, ['--input-type=module', '-e', script], { cwd: root });
    const [said] = (await once(bench.stdout!, 'data')) as [Buffer];
    const { pid, folder: made } = JSON.parse(said.toString()) as { pid: number; folder: string };
    expect([isThere(pid), existsSync(made)]).toEqual([true, true]);
    bench.kill('SIGTERM');
    expect(await once(bench, 'exit')).toEqual([143, null]);
    while (isThere(pid)) await new Promise((resolve) => setTimeout(resolve, 5)); // its end was asked for
    expect(existsSync(made)).toBe(false);
  });
});
