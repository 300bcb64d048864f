// A machine that does what the model says, told as ftrace tells it, is calibrated without error; what it was made with is found again.

import { gunzipSync } from 'node:zlib';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { main } from '../../src/cli/program.js';
import { calibrate, type Calibration } from '../../src/calibrate/index.js';
import { TOUCH_NS } from '../../src/recording/tasks.js';
import { readRecording } from '../../src/recording/read.js';
import { memoryHost } from '../../src/workload/text-source.js';
import { captureIo } from '../cli/fake.js';
import { operate, type Machine } from './machine.js';

/** A generator of its own: the same on every machine. */
function numbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return (state + 0.5) / 2 ** 32;
  };
}

function load(seed: number, count: number, gapNs: number, runNs: number): Machine['tasks'] {
  const next = numbers(seed);
  let atNs = 5e6;
  return Array.from({ length: count }, () => {
    atNs += Math.ceil(-Math.log(next()) * gapNs);
    return { atNs, runNs: 3000 + Math.ceil(-Math.log(next()) * runNs) };
  });
}

const MACHINE: Machine = {
  tasks: load(1, 1500, 1e6, 450e3),
  wakeUpNs: 20_000,
  quotaNs: 10e6,
  periodNs: 20e6,
  phaseNs: 3_456_000,
};

const read = async (text: string) => ({ file: 'a', recording: await readRecording(memoryHost({ a: text }), 'a') });
const rowsOf = ({ rows }: Calibration, figure: string) => rows.filter((row) => row.figure === figure);

describe('a machine that is as the model', () => {
  const done = operate(MACHINE);

  it.each([
    ['with every switch told', done.text],
    ['without those from idle', operate({ ...MACHINE, mute: true }).text],
  ])('is simulated without error, %s', async (_, text) => {
    const calibration = await calibrate(await read(text));
    const [box] = calibration.vms;
    expect(box).toMatchObject({ name: 'box', of: '/box', cpus: [1], tasks: { recorded: box!.tasks.simulated } });
    const { fit } = calibration;
    expect(fit.periodNs!.value).toBeCloseTo(MACHINE.periodNs, -3);
    expect((((fit.phaseNs! - MACHINE.phaseNs) % 20e6) + 20e6) % 20e6).toBeCloseTo(0, -2);
    expect(fit.vms[0]!.quota!.value).toBeCloseTo(0.5, 2);
    expect(fit.vms[0]!.wakeUpNs!.value).toBe(MACHINE.wakeUpNs);
    expect(fit.vms[0]!.startNs!.value).toBe(0);
    expect(fit.vms[0]!.sliceNs).toBeUndefined();
    expect(fit.taskSwitchNs!.value).toBeGreaterThan(3000);
    expect(fit.taskSwitchNs!.value).toBeLessThan(3000 + 450e3 * 0.03);
    // Quantiles of the simulator are within its histogram's 0.8 %; a first run below TOUCH_NS is read as none.
    for (const row of [...rowsOf(calibration, 'wait'), ...rowsOf(calibration, 'latency')])
      expect(Math.abs(row.simulatedNs - row.recordedNs), `${row.figure} ${row.quantile}`).toBeLessThan(
        0.012 * row.recordedNs + TOUCH_NS,
      );
    const [throttled] = rowsOf(calibration, 'throttled');
    expect(Math.abs(throttled!.error!)).toBeLessThan(0.01);
    expect(throttled!.recordedNs).toBeGreaterThan(0.2 * done.throttledNs);
  });

  it('waits as it was made to', async () => {
    const { recording } = await read(done.text);
    const { workOf } = await import('../../src/recording/tasks.js');
    const { groupsOf } = await import('../../src/recording/groups.js');
    const { tasks } = workOf(recording, groupsOf(recording));
    const waits = [...tasks].sort((a, b) => a.wakeNs - b.wakeNs).map(({ queuedNs, startNs }) => startNs - queuedNs);
    expect(waits).toEqual(done.waitsNs);
    const services = [...tasks].sort((a, b) => a.wakeNs - b.wakeNs).map(({ serviceNs }) => serviceNs);
    expect(services).toEqual(MACHINE.tasks.map(({ runNs }) => runNs));
  });

  it('shows an error where it is not: half the quota, with a note that says otherwise', async () => {
    const lie = operate({ ...MACHINE, quotaNs: 9e6 }).text.replace('fluxhost limit 9000 ', 'fluxhost limit 10000 ');
    const calibration = await calibrate(await read(lie));
    expect(calibration.fit.vms[0]!.quota!.value).toBeCloseTo(0.45, 2);
    expect(rowsOf(calibration, 'throttled')[0]!.error!).toBeLessThan(-0.1);
  });

  it('differs from itself as its repeats do', async () => {
    const others = [2, 3].map((seed) => operate({ ...MACHINE, tasks: load(seed, 400, 1e6, 450e3) }));
    const repeats = await Promise.all(others.map(({ text }) => read(text)));
    const own = await read(operate({ ...MACHINE, tasks: load(1, 400, 1e6, 450e3) }).text);
    const [alone, beside] = [await calibrate(own), await calibrate(own, repeats)];
    const wait = beside.rows.find(({ figure, quantile }) => figure === 'wait' && quantile === 'p99')!;
    const each = await Promise.all(repeats.map(async (repeat) => (await calibrate(repeat)).rows));
    const switched = each.map((rows) => rows.find(({ figure, quantile }) => figure === 'wait' && quantile === 'p99')!);
    const values = [wait.recordedNs, ...switched.map(({ recordedNs }) => recordedNs)];
    const mean = values.reduce((sum, one) => sum + one, 0) / 3;
    // Each has fitted a switch of its own, a few microseconds of some milliseconds.
    expect(wait.spread).toBeCloseTo((Math.max(...values) - Math.min(...values)) / mean, 2);
    expect(alone.rows.every(({ spread }) => spread === null)).toBe(true);
  });
});

describe('wake-ups that one thread makes at once', () => {
  /** Requests of four tasks, woken 2 us apart, never two at once; the tasks of one run equally long, or each `more` longer than the one before. */
  const wide = (more: number): Machine['tasks'] =>
    load(3, 300, 4e6, 300e3).flatMap(({ atNs, runNs }, i) =>
      Array.from({ length: 4 }, (_, k) => ({ atNs: atNs + 60_000 * i + 2000 * k, runNs: runNs + more * k })),
    );

  it('are one request, whose latency is that of its last task', async () => {
    const own = await read(operate({ ...MACHINE, quotaNs: undefined, tasks: wide(0) }).text);
    const [apart, together] = [await calibrate(own), await calibrate(own, [], [], true)];
    const [box] = together.vms;
    expect(box!.widths).toEqual({ 4: 300 });
    expect(box!.tasks.simulated).toBe(box!.tasks.recorded);
    expect(apart.vms[0]!.tasks.recorded).toBe(4 * box!.tasks.recorded);
    expect(together.made.files['box.csv']).toMatch(/^arrival,service,cpu,order,width\n(\d+,\d+,1,\d+,4\n)+$/);
    const latency = (of: Calibration) => rowsOf(of, 'latency').find(({ quantile }) => quantile === 'p50')!;
    expect(latency(together).recordedNs).toBeGreaterThan(latency(apart).recordedNs);
    for (const row of [...rowsOf(together, 'wait'), ...rowsOf(together, 'latency')])
      expect(Math.abs(row.simulatedNs - row.recordedNs), `${row.figure} ${row.quantile}`).toBeLessThan(
        0.012 * row.recordedNs + TOUCH_NS,
      );
    expect(together.gaps.some(({ what }) => what.includes('within a request'))).toBe(false);
  });

  it('have services of their own, which is told', async () => {
    const own = await read(operate({ ...MACHINE, quotaNs: undefined, tasks: wide(100_000) }).text);
    const { gaps } = await calibrate(own, [], [], true);
    expect(gaps.find(({ what }) => what.includes('within a request'))!.value).toBeGreaterThan(0.1);
  });
});

describe('the command', () => {
  const folder = mkdtempSync(join(tmpdir(), 'fluxhost-calibrate-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  const file = join(folder, 'a.txt');
  const out = join(folder, 'box');
  writeFileSync(file, operate({ ...MACHINE, tasks: MACHINE.tasks.slice(0, 400) }).text);

  it('prints what was fitted and how far it is off, and leaves a scenario that runs', async () => {
    const io = captureIo();
    expect(await main(['calibrate', file, '--out', out], io), io.err).toBe(0);
    expect(io.out).toMatch(/^box: cgroup \/box, quota 10 ms of each 20 ms, \d+ requests simulated$/m);
    expect(io.out).toMatch(/^second half +recorded +simulated +error +spread$/m);
    expect(io.out).toMatch(/^box wait p99 +[\d.]+ ms +[\d.]+ ms +[+-]?[\d.]+ % +-$/m);
    expect(readdirSync(out).sort()).toEqual(['box.csv', 'calibration.json', 'origin.json', 'scenario.yaml']);
    const run = captureIo();
    expect(await main(['run', join(out, 'scenario.yaml'), '--json'], run), run.err).toBe(0);
    const { vms } = JSON.parse(run.out) as { vms: { completed: number; queueDelayNs: { p99: number } }[] };
    const written = JSON.parse(readFileSync(join(out, 'calibration.json'), 'utf8')) as Calibration;
    const wait = written.rows.find(({ figure, quantile }) => figure === 'wait' && quantile === 'p99')!;
    expect([vms[0]!.completed, vms[0]!.queueDelayNs.p99]).toEqual([written.vms[0]!.tasks.simulated, wait.simulatedNs]);
  });

  it('tells that a recording was cut, and of a whole one nothing', async () => {
    const whole = gunzipSync(readFileSync(new URL('../recording/fixtures/real.fluxrec.gz', import.meta.url)));
    const told = async (bytes: Uint8Array): Promise<string> => {
      const io = captureIo();
      writeFileSync(join(folder, 'real.fluxrec'), bytes);
      await main(['calibrate', join(folder, 'real.fluxrec')], io);
      return io.err;
    };
    expect(await told(whole.subarray(0, whole.length - 9000))).toMatch(
      /^warning: .*real\.fluxrec was cut before its end/,
    );
    expect(await told(whole)).not.toContain('was cut');
  });

  it('says of text that was cut, too, and leaves out the half line', async () => {
    const { text } = operate({ ...MACHINE, tasks: MACHINE.tasks.slice(0, 200) });
    const whole = join(folder, 'cut.txt');
    writeFileSync(whole, text.slice(0, -7));
    const io = captureIo();
    expect(await main(['calibrate', whole], io), io.err).toBe(0);
    expect(io.err).toMatch(/^warning: .*cut\.txt was cut before its end/);
  });

  it('begins with a warning where VMs share a CPU, which the model does otherwise than Linux', async () => {
    const { text } = operate({ ...MACHINE, tasks: MACHINE.tasks.slice(0, 200) });
    const shared = join(folder, 'shared.txt');
    // Every second thread belongs to another cgroup.
    writeFileSync(shared, text.replaceAll(/(fluxhost member \d*[02468]) \/box/g, '$1 /other'));
    const [io, asJson] = [captureIo(), captureIo()];
    expect(await main(['calibrate', shared], io), io.err).toBe(0);
    const warning = 'warning: box, other share CPU 1: Linux gives each its part by weight, ';
    expect(io.out.startsWith(warning)).toBe(true);
    expect(await main(['calibrate', shared, '--json'], asJson)).toBe(0);
    expect([asJson.err.startsWith(warning), (JSON.parse(asJson.out) as Calibration).warnings.length]).toEqual([
      true,
      1,
    ]);
    const alone = captureIo();
    expect(await main(['calibrate', file], alone)).toBe(0);
    expect([alone.out.startsWith('fitted on '), alone.err]).toEqual([true, '']);
  });

  it('says what other threads had of the CPU, be they a VM that was not asked for', async () => {
    const { text } = operate({ ...MACHINE, quotaNs: undefined, tasks: MACHINE.tasks.slice(0, 200) });
    const shared = join(folder, 'others.txt');
    writeFileSync(shared, text.replaceAll(/(fluxhost member \d*[02468]) \/box/g, '$1 /other'));
    const told = async (...args: string[]): Promise<string> => {
      const io = captureIo();
      expect(await main(['calibrate', shared, ...args], io), io.err).toBe(0);
      return io.out;
    };
    const [, percent] = /^warning: other threads had (\d+) % of the VMs' CPUs/.exec(await told('--only', '/box'))!;
    // Half of the tasks, of a load of 45 %.
    expect(Math.abs(Number(percent) - 22)).toBeLessThan(5);
    expect(await told()).not.toContain('other threads had');
  });

  it('says where no wake-up latency could be fitted: no CPU was idle', async () => {
    const busy = join(folder, 'busy.txt');
    writeFileSync(busy, operate({ ...MACHINE, quotaNs: undefined, tasks: load(3, 300, 300e3, 450e3) }).text);
    const io = captureIo();
    expect(await main(['calibrate', busy], io), io.err).toBe(0);
    expect(io.out).toMatch(/^warning: box: too few wake-ups found an idle CPU, so no wake-up latency is fitted\n/);
    // All came at once: in the second half there is nothing to hold against.
    writeFileSync(busy, operate({ ...MACHINE, quotaNs: undefined, tasks: load(3, 120, 10e3, 450e3) }).text);
    const none = captureIo();
    expect([await main(['calibrate', busy], none), none.out]).toEqual([2, '']);
    expect(none.err).toMatch(/given a second half in which no thread was woken, expected a longer recording/);
  });

  it('refuses a VM that is not there, and recordings without work', async () => {
    const [io, other] = [captureIo(), captureIo()];
    expect(await main(['calibrate', file, '--only', '/bix'], io)).toBe(2);
    expect(io.err).toMatch(/--only: given \/bix, expected a VM of the recording \(did you mean "\/box"\?\): \/box\n/);
    const twice = captureIo();
    expect(await main(['calibrate', file, '--repeat', file], twice)).toBe(2);
    expect(twice.err).toMatch(/--repeat: given .*, expected another recording of the same load/);
    writeFileSync(file, operate({ ...MACHINE, tasks: MACHINE.tasks.slice(0, 9) }).text);
    expect(await main(['calibrate', file], other)).toBe(2);
    expect(other.err).toMatch(/given 9 wake-ups of its VMs, expected at least 40/);
  });
});
