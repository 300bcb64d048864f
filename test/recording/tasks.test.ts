// Threads to VMs and tasks, on small inputs written by hand.

import { describe, expect, it } from 'vitest';
import { idleBesideQueue, overtaken } from '../../src/calibrate/gaps.js';
import { widthsOf } from '../../src/calibrate/requests.js';
import { throttledSpans } from '../../src/calibrate/throttled.js';
import { waitingOf } from '../../src/calibrate/timeline.js';
import { groupsOf } from '../../src/recording/groups.js';
import { readRecording } from '../../src/recording/read.js';
import { common, joined, lengthOf, without } from '../../src/recording/spans.js';
import { workOf, type Work } from '../../src/recording/tasks.js';
import { memoryHost } from '../../src/workload/text-source.js';

const at = (us: number): string => `0.${String(us).padStart(6, '0')}`;
const turn = (us: number, prev: number, state: string, next: number, cpu = 0): string =>
  `t${prev}-${prev} (${prev === 0 ? '-' : prev < 30 ? 10 : 30}) [00${cpu}] d..2. ${at(us)}: sched_switch: prev_comm=t${prev} prev_pid=${prev} prev_prio=120 prev_state=${state} ==> next_comm=t${next} next_pid=${next} next_prio=120`;
const wake = (us: number, by: number, pid: number, kind = 'waking', cpu = 0): string =>
  `t${by}-${by} (${by === 0 ? '-' : by < 30 ? 10 : 30}) [00${cpu}] d..2. ${at(us)}: sched_${kind}: comm=t${pid} pid=${pid} prio=120 target_cpu=000`;

async function work(...lines: readonly string[]): Promise<Work> {
  const recording = await readRecording(memoryHost({ a: `${lines.join('\n')}\n` }), 'a');
  return workOf(recording, groupsOf(recording));
}

describe('tasks', () => {
  it('wait from the queue to the CPU, run in pieces, and end where they sleep', async () => {
    const { tasks, runs, by, names } = await work(
      turn(1, 30, 'S', 0),
      wake(10, 0, 11),
      wake(15, 0, 11, 'wakeup'),
      turn(20, 0, 'R', 11),
      wake(30, 11, 12),
      wake(31, 11, 12, 'wakeup'),
      wake(33, 12, 11), // it runs: no wake-up
      turn(220, 11, 'R', 12),
      turn(250, 12, 'S', 11),
      turn(300, 11, 'S', 0),
    );
    expect([by, names]).toEqual(['process', ['30', '10']]);
    expect(
      tasks.map(({ queuedNs, startNs, endNs, serviceNs, runs: n, fromIdle }) => [
        ...[queuedNs, startNs, endNs, serviceNs].map((ns) => ns / 1000),
        n,
        fromIdle,
      ]),
    ).toEqual([
      [31, 220, 250, 30, 1, false],
      [15, 20, 300, 250, 2, true],
    ]);
    expect(runs.map(({ thread, blocked, after }) => [thread, blocked, after])).toEqual([
      [11, false, 12],
      [12, true, 11],
      [11, true, 0],
    ]);
  });

  it('do not begin with a run that is cut off at once, and are none where a thread that has worked is ended', async () => {
    const { tasks } = await work(
      turn(1, 30, 'S', 0),
      wake(10, 0, 11),
      turn(20, 0, 'R', 11),
      turn(35, 11, 'R', 0),
      turn(500, 0, 'R', 11),
      turn(600, 11, 'S', 0),
      wake(700, 0, 11),
      turn(710, 0, 'R', 11),
      turn(720, 11, 'X', 0),
    );
    expect(tasks.map(({ queuedNs, startNs, serviceNs }) => [queuedNs, startNs, serviceNs])).toEqual([
      [10_000, 500_000, 115_000],
    ]);
  });

  it('begin where they are first charged, where no switch from idle is told', async () => {
    const ran = (us: number, pid: number, ns: number, by = pid): string =>
      `t${by}-${by} (10) [00${by === pid ? 0 : 1}] d..2. ${at(us)}: sched_stat_runtime: comm=t${pid} pid=${pid} runtime=${ns} [ns]`;
    const lines = [turn(1, 30, 'S', 0), wake(10, 0, 11), wake(15, 0, 11, 'wakeup')];
    const own = await work(...lines, ran(100, 11, 80_000), turn(101, 11, 'S', 0));
    expect(own.tasks.map(({ startNs, serviceNs }) => [startNs, serviceNs])).toEqual([[20_000, 81_000]]);
    // Another CPU may tell it first, when it puts somebody behind.
    const other = await work(...lines, ran(60, 11, 40_000, 40), ran(100, 11, 40_000), turn(101, 11, 'S', 0));
    expect(other.tasks).toEqual(own.tasks);
    expect([own.implied, other.implied]).toEqual([1, 1]);
  });

  it('go on where the kernel does not tell that a thread of its own has left the CPU', async () => {
    const note = (pid: number): string =>
      `t40-40 (40) [001] d..2. ${at(0)}: tracing_mark_write: fluxhost member ${pid} /a`;
    const ran = (us: number, pid: number, ns: number): string =>
      `t${pid}-${pid} (10) [000] d..2. ${at(us)}: sched_stat_runtime: comm=t${pid} pid=${pid} runtime=${ns} [ns]`;
    const { tasks, othersNs, implied } = await work(
      ...[note(11), turn(1, 30, 'S', 0), wake(10, 0, 11), turn(20, 0, 'R', 11)],
      turn(320, 11, 'R', 75), // 75 is the kernel's; that 11 has the CPU again at 400 is not told
      ran(500, 11, 100_000),
      turn(501, 11, 'S', 0),
    );
    expect(tasks.map(({ startNs, endNs, serviceNs, runs, cpu }) => [startNs, endNs, serviceNs, runs, cpu])).toEqual([
      [20_000, 501_000, 401_000, 2, 0],
    ]);
    expect([othersNs.get(0), implied]).toEqual([80_000, 1]);
  });
});

const task = (queuedNs: number, startNs: number, endNs: number, more: object = {}): Work['tasks'][number] => ({
  ...{ group: 0, thread: 1, wakeNs: queuedNs, waker: 9, wakerGroup: -1, queuedNs, startNs, endNs },
  ...{ serviceNs: endNs - startNs, runs: 1, cpu: 0, fromIdle: false, ...more },
});

describe('what is told of tasks', () => {
  it('who was overtaken, and by how many they came at once', () => {
    const tasks = [task(0, 50, 60), task(1, 30, 40), task(2, 20, 30), task(3, 70, 80), task(40_000, 40_001, 40_002)];
    expect(overtaken(tasks)).toBe(2);
    expect([...widthsOf({ tasks } as unknown as Work, 0)]).toEqual([
      [4, 1],
      [1, 1],
    ]);
  });

  it('how many wait at instants', () => {
    const tasks = [task(5, 12, 30), task(8, 30, 45)];
    const runs = tasks.map(({ startNs, endNs }) => ({ group: 0, fromNs: startNs, untilNs: endNs, blocked: true }));
    expect(waitingOf({ tasks, runs } as unknown as Work, 0, 0, 10, 5)).toEqual([2, 1, 0, 0, 0]);
  });
});

describe('standing still on two CPUs', () => {
  const ms = (value: number): number => value * 1e6;
  /** One task waits at CPU 1 until `untilMs`; another has quota left at CPU 0, from 40 to 41 ms. New quota comes at 90 ms. */
  const standing = (untilMs: number): Work => {
    const runs = [
      { fromNs: ms(40), untilNs: ms(41), cpu: 0, thread: 1 },
      { fromNs: ms(untilMs), untilNs: ms(untilMs + 1), cpu: 1, thread: 2 },
    ].map((run) => ({ group: 0, blocked: true, ...run }));
    return {
      tasks: [task(ms(10), ms(untilMs), ms(untilMs + 1)), task(ms(40), ms(40), ms(41))],
      ...{ runs, periodsNs: [ms(90)], endNs: ms(200) },
      idle: new Map([[0, [[0, ms(40)], [ms(41), ms(200)]]]]), // prettier-ignore
    } as unknown as Work;
  };

  it('is for want of quota where what waits elsewhere goes on until there is some', () => {
    expect(throttledSpans(standing(90), 0, [0, 1])).toEqual([
      [ms(10), ms(40)],
      [ms(41), ms(90)],
    ]);
    expect(throttledSpans(standing(60), 0, [0, 1])).toEqual([]);
  });

  it('is a queue at the wrong CPU where there is quota', () => {
    // Waits from 10 to 60 ms, one of them beside CPU 0 at work.
    expect(idleBesideQueue(standing(60), 0, [0, 1], [])).toBeCloseTo(49 / 50, 12);
    expect(idleBesideQueue(standing(60), 0, [0, 1], [[ms(10), ms(35)]])).toBeCloseTo(24 / 25, 12);
    expect(idleBesideQueue(standing(60), 0, [0], [])).toBe(0);
  });
});

describe('spans', () => {
  it('are joined, common and without', () => {
    const a = joined([
      [5, 7],
      [1, 3],
      [2, 4],
      [9, 9],
    ]);
    expect(a).toEqual([
      [1, 4],
      [5, 7],
    ]);
    expect(common(a, [[3, 6]])).toEqual([
      [3, 4],
      [5, 6],
    ]);
    expect(without(a, [[3, 6]])).toEqual([
      [1, 3],
      [6, 7],
    ]);
    expect(lengthOf(a)).toBe(5);
  });
});
