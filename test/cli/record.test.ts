// `fluxhost record` as it is started: what it refuses anywhere, and what it leaves on a machine that lets it record.

import { existsSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { main } from '../../src/cli/program.js';
import { saidOfCost } from '../../src/cli/record.js';
import { readRecording } from '../../src/recording/read.js';
import { nodeHost } from '../../src/workload/node-file.js';
import { captureIo } from './fake.js';

const folder = mkdtempSync(join(tmpdir(), 'fluxhost-record-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const INSTANCES = '/sys/kernel/tracing/instances';
const left = (): string[] =>
  existsSync(INSTANCES) ? readdirSync(INSTANCES).filter((name) => name === `fluxhost-${process.pid}`) : [];

describe('record', () => {
  it.each([
    [['--seconds', '0'], /--seconds: given "0", expected a whole number from 1 to 3600/],
    [['--limit', '5'], /--limit: given "5", expected a size with a unit/],
    [['--'], /COMMAND: missing after --/],
    [['sleep', '1'], /sleep: unexpected argument/],
    [['--out', '/nowhere/a'], /--out: given "\/nowhere\/a" \(ENOENT\)/],
    ...(process.platform === 'linux'
      ? [[['--cgroup', '/nobody/has/this'], /--cgroup: given "\/nobody\/has\/this"/] as [string[], RegExp]]
      : []),
  ])('refuses %j', async (args, why) => {
    const io = captureIo();
    expect([await main(['record', ...args], io), io.out]).toEqual([2, '']);
    expect(io.err).toMatch(why);
    expect(io.err).toMatch(/^fluxhost record: /);
  });

  it('tells what it cost, and says so where that is much', () => {
    expect(saidOfCost(0.02, 20_000, 2)).toBe(
      'cost: 1.00 % of the machine for this program, about 0.40 % within the kernel (400 ns an event, assumed)\n',
    );
    expect(saidOfCost(0.03, 80_000, 2)).toMatch(/1\.50 %.*1\.60 %.*\nwarning: that is more than 3 %: .*\n$/);
  });

  it('records a command and takes its trace away, or says in one line why it cannot', async () => {
    const out = join(folder, 'a.fluxrec');
    const io = captureIo();
    const status = await main(['record', '--seconds', '5', '--out', out, '--json', '--', 'sleep', '0.2'], io);
    expect(left()).toEqual([]);
    if (status !== 0) {
      expect(status).toBe(1);
      expect(io.err).toMatch(/^fluxhost record: (needs (root|Linux)|tracefs )[^\n]*\n$/);
      expect(readdirSync(folder)).toEqual([]);
      return;
    }
    const told = JSON.parse(io.out) as { ended: string; events: number; seconds: number; commandStatus: number };
    const { events, about } = await readRecording(nodeHost(), out);
    expect(told).toMatchObject({ ended: 'command', events: events.length, commandStatus: 0 });
    expect(told.seconds).toBeLessThan(5);
    expect(about).toMatchObject({ clock: 'CLOCK_MONOTONIC', command: ['sleep', '0.2'], ended: 'command' });
    expect(io.err).toMatch(/(nothing was lost|events were lost).*\ncost: \d+\.\d\d % of the machine/);
    expect(io.err).toMatch(/\nsleep ended with status 0\n$/);
    const slept = events.filter((event) => event.kind === 'switch' && event.comm === 'sleep' && event.blocks);
    expect(slept.length).toBeGreaterThan(0);
  });

  it('tells how the command ended, and is never longer than its limit', async () => {
    const [out, limit] = [join(folder, 'c.fluxrec'), 64 * 1024];
    const busy = 'i=0; while [ $i -lt 4000 ]; do /bin/true; i=$((i+1)); done';
    const io = captureIo();
    const status = await main(
      ['record', '--seconds', '9', '--limit', '64KiB', '--out', out, '--json', '--', 'sh', '-c', busy],
      io,
    );
    if (status !== 0) {
      expect(io.err).toMatch(/^fluxhost record: /);
      return;
    }
    const { events, about } = await readRecording(nodeHost(), out);
    expect(statSync(out).size).toBeLessThanOrEqual(limit);
    expect(JSON.parse(io.out)).toMatchObject({ ended: 'limit', bytes: statSync(out).size, commandSignal: 'SIGTERM' });
    expect([about['ended'], events.length > 0]).toEqual(['limit', true]);
    // a warning of what recording took of so short a time stands between them, or does not
    expect(io.err).toMatch(
      /until the file would have been longer than --limit.*\n(.*\n){2,3}sh was ended by SIGTERM\n$/,
    );
    const small = captureIo();
    expect(await main(['record', '--limit', '1KiB', '--out', out, '--', 'false'], small)).toBe(2);
    expect(small.err).toMatch(/^fluxhost record: --limit: given 1024 bytes, expected more than the \d+ /);
    const failing = captureIo();
    expect(await main(['record', '--out', out, '--', 'sh', '-c', 'exit 3'], failing)).toBe(0);
    expect(failing.err).toMatch(/\nsh ended with status 3\n$/);
  });

  it('keeps what it has after an interrupt, and ends the command', async () => {
    const out = join(folder, 'b.fluxrec');
    const io = captureIo();
    const interrupted = {
      ...io,
      stdout: (text: string): void => io.stdout(text),
      stderr: (text: string): void => io.stderr(text),
      onInterrupt: (callback: () => void) => {
        const timer = setTimeout(callback, 200);
        return () => clearTimeout(timer);
      },
    };
    const status = await main(['record', '--seconds', '60', '--out', out, '--', 'sleep', '50'], interrupted);
    expect(left()).toEqual([]);
    expect([1, 130]).toContain(status); // 1: this machine does not let it record
    if (status === 130) expect((await readRecording(nodeHost(), out)).about['ended']).toBe('interrupt');
  });
});
