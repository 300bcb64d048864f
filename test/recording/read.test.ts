// Recordings from files: three readers, one stream of events. The same moment of one machine (Linux 6.18), read from its ring buffer's
// pages and from its text, must be the same; what Perfetto's format holds is written here by protobufjs from our own .proto.

import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import protobuf from 'protobufjs';
import { describe, expect, it } from 'vitest';
import type { Recording, SchedEvent } from '../../src/recording/events.js';
import { readNote, writeNote, type Note } from '../../src/recording/notes.js';
import { FIELDS } from '../../src/recording/perfetto.js';
import { readRecording } from '../../src/recording/read.js';
import { memoryHost, type HeldFile } from '../../src/workload/text-source.js';
import { naiveEvents } from './naive.js';

const fixture = (name: string): Uint8Array => readFileSync(new URL(`fixtures/${name}`, import.meta.url));
const read = (file: HeldFile, name = 'a'): Promise<Recording> => readRecording(memoryHost({ [name]: file }), name);

/** In the words of naive.ts. */
function said(event: SchedEvent): string {
  switch (event.kind) {
    case 'switch':
      return `switch ${event.pid}>${event.next} ${event.ends ? 'X' : event.blocks ? 'S' : 'R'} ${event.nextComm}`;
    case 'migrate':
      return `migrate ${event.thread} ${event.from}>${event.to}`;
    case 'fork':
      return `fork ${event.child}`;
    case 'note':
      return `note ${event.text}`;
    case 'ran':
      return `ran ${event.thread} ${event.ranNs}`;
    case 'period':
      return 'period';
    default:
      return `${event.kind} ${event.thread} ${String(event.target)}`;
  }
}

const TEXT = `# tracer: nop
          <idle>-0       [001] d..2.   100.000001: sched_switch: prev_comm=swapper/1 prev_pid=0 prev_prio=120 prev_state=R ==> next_comm=my worker next_pid=42 next_prio=120
       my worker-42      (  40) [001] d..2.   100.000501: sched_waking: comm=a=b c pid=43 prio=120 target_cpu=000
CPU:0 [LOST 17 EVENTS]
     a-b-c-43      [000] d..2.   100.000600: sched_stat_runtime: comm=a pid=43 runtime=5 [ns]
     a-b-c-43      [000] d.h1.   100.000650: hrtimer_expire_entry: hrtimer=1 function=tick_nohz_handler now=1
       my worker-42      [001] d..2.   100.000701: sched_switch: prev_comm=my worker prev_pid=42 prev_prio=120 prev_state=R+ ==> next_comm=x next_pid=43 next_prio=120
            x    43 [001] 100.000801250: sched:sched_switch: prev_comm=x prev_pid=43 prev_prio=120 prev_state=S ==> next_comm=swapper/1 next_pid=0 next_prio=120
            x    40/43 [001]   100.000900: sched:sched_migrate_task: comm=x pid=43 prio=120 orig_cpu=1 dest_cpu=0
`;

describe('text', () => {
  it('is read line by line, of ftrace and of perf script', async () => {
    const { events, lost, processes, format } = await read(TEXT);
    expect([format, lost]).toEqual(['text', 17]);
    expect(events.map(said)).toEqual([
      'switch 0>42 R my worker',
      'waking 43 0',
      'ran 43 5',
      'switch 42>43 R x',
      'switch 43>0 S swapper/1',
      'migrate 43 1>0',
    ]);
    expect(events.map(({ atNs, cpu }) => [atNs - 100e9, cpu])).toEqual([
      [1000, 1],
      [501_000, 1],
      [600_000, 0],
      [701_000, 1],
      [801_250, 1],
      [900_000, 1],
    ]);
    expect(events[1]).toMatchObject({ comm: 'a=b c', pid: 42 });
    expect([...processes]).toEqual([
      [42, 40],
      [43, 40],
    ]);
  });

  it('says that it was cut within a line, and leaves that out, or where it holds less than it says', async () => {
    const whole = await read(TEXT);
    expect(whole.about).toEqual({});
    // Within a name, and within the last number: each would be read as another one.
    for (const left of [20, 1]) {
      const cut = await read(TEXT.slice(0, -left));
      expect([cut.about, cut.events]).toEqual([{ cutOff: true }, whole.events.slice(0, -1)]);
    }
    const text = gunzipSync(fixture('real.txt.gz')).toString();
    expect((await read(text)).about).toEqual({});
    const lines = text.split('\n');
    expect((await read(`${lines.slice(0, 500).join('\n')}\n`)).about).toEqual({ cutOff: true });
  });

  it('is refused by line where a known event is written otherwise, and where there is none', async () => {
    const broken = TEXT.replace('prev_pid=42 prev_prio=120 prev_state=R+', 'prev=42');
    await expect(read(broken)).rejects.toThrow(/^a:7: sched_switch: given .*, expected its fields/);
    await expect(read('hello\n')).rejects.toThrow(/^a: given text without one event of the scheduler/);
  });
});

describe('a machine, recorded twice at once', () => {
  it('is the same in its pages and in its text, to the microsecond that text has', async () => {
    const pages = await read(fixture('real.fluxrec.gz'));
    const text = gunzipSync(fixture('real.txt.gz')).toString();
    const naive = naiveEvents(text);
    const other = await read(text);
    expect(pages.events.length).toBe(839); // entries-in-buffer, which the kernel wrote into the text
    expect(text).toContain('entries-in-buffer/entries-written: 839/839');
    for (const { events, format } of [pages, other]) {
      const words = events.map((event) => `${event.cpu} ${said(event)}`);
      expect([format, words]).toEqual([format, naive.map(({ cpu, what }) => `${cpu} ${what}`)]);
      // The kernel rounds to the nearest microsecond; both are the same instant.
      events.forEach(({ atNs }, i) => expect(Math.abs(atNs / 1000 - naive[i]!.us)).toBeLessThanOrEqual(1));
    }
    expect(pages.events.some(({ atNs }) => atNs % 1000 !== 0)).toBe(true);
    expect([pages.lost, pages.about['kernel']]).toEqual([0, '6.18']);
    const notes = pages.events.flatMap((event) => (event.kind === 'note' ? [readNote(event.text)] : []));
    expect(notes).toMatchObject([
      { kind: 'limit', cgroup: '/a b', quotaUs: 20_000, periodUs: 100_000 },
      { kind: 'member', cgroup: '/a b' },
      { kind: 'stat', cgroup: '/a b', periods: 3, throttled: 2, throttledNs: 12_345_678 },
    ]);
  });

  it('is readable up to where its file is cut off, and refused where it is damaged', async () => {
    const whole = gunzipSync(fixture('real.fluxrec.gz'));
    const cut = await read(whole.subarray(0, whole.length - 9000));
    expect(cut.about['cutOff']).toBe(true);
    expect(cut.events.length).toBeGreaterThan(300);
    expect(cut.events.length).toBeLessThan(839);
    const damaged = whole.slice();
    damaged.set([0xff, 0xff], 8);
    await expect(read(damaged)).rejects.toThrow(/expected a recording of fluxhost record/);
    await expect(read(whole.subarray(0, 12))).rejects.toThrow(/nothing about what was recorded/);
  });
});

describe('notes', () => {
  it('come back as they were written, and only those', () => {
    const notes: Note[] = [
      { kind: 'limit', cgroup: '/a b\n', quotaUs: undefined, periodUs: 100_000 },
      { kind: 'stat', cgroup: '/', periods: 1, throttled: 0, throttledNs: 5 },
      { kind: 'member', cgroup: '/ü%20', thread: 7 },
    ];
    for (const note of notes) expect(readNote(`${writeNote(note)}\n`)).toEqual(note);
    for (const other of ['', 'fluxhost', 'fluxhost stat 1 2 /a', 'fluxhost stat x 2 3 /a', 'B|1|frame'])
      expect(readNote(other)).toBeUndefined();
  });
});

describe('Perfetto', () => {
  const { root } = protobuf.parse(readFileSync(new URL('../../src/recording/ftrace.proto', import.meta.url), 'utf8'), {
    keepCase: true,
  });
  const schema = root.lookup('fluxhost.recording') as protobuf.Namespace;
  const Trace = root.lookupType('fluxhost.recording.Trace');
  const encoded = (packet: readonly object[]): Uint8Array => Trace.encode(Trace.fromObject({ packet })).finish();

  it('holds events one by one and in the compact form', async () => {
    const base = 5e12;
    const bytes = encoded([
      { process_tree: { threads: [{ tid: 43, tgid: 40 }] } },
      {
        ftrace_events: {
          cpu: 1,
          event: [
            {
              timestamp: base + 10,
              pid: 7,
              sched_switch: { prev_comm: 'a', prev_pid: 7, prev_state: 1, next_comm: 'b c', next_pid: 43 },
            },
            { timestamp: base + 20, pid: 43, sched_waking: { comm: 'w', pid: 9, target_cpu: 1 } },
            { timestamp: base + 21, pid: 43, sched_wakeup: { comm: 'w', pid: 9, target_cpu: 1 } },
            { timestamp: base + 22, pid: 43, sched_wakeup_new: { comm: 'n', pid: 11, target_cpu: 0 } },
            { timestamp: base + 23, pid: 43, sched_process_fork: { child_comm: 'n', child_pid: 11 } },
            { timestamp: base + 24, pid: 43, sched_migrate_task: { pid: 11, orig_cpu: 0, dest_cpu: 1 } },
            { timestamp: base + 25, pid: 43, print: { buf: 'fluxhost member 43 /a\n' } },
          ],
        },
      },
      {
        ftrace_events: {
          cpu: 0,
          lost_events: true,
          compact_sched: {
            intern_table: ['x', 'y'],
            switch_timestamp: [base + 5, 10, 100],
            switch_prev_state: [1, 256, 32],
            switch_next_pid: [50, 51, 0],
            switch_next_comm_index: [0, 1, 0],
            waking_timestamp: [base + 12],
            waking_pid: [77],
            waking_target_cpu: [1],
            waking_comm_index: [1],
          },
        },
      },
    ]);
    const { events, lost, processes, format } = await read(bytes);
    expect([format, lost, [...processes]]).toEqual(['perfetto', 1, [[43, 40]]]);
    expect(events.map((event) => `${event.atNs - base} ${event.cpu} ${event.pid} ${said(event)}`)).toEqual([
      '5 0 -1 switch -1>50 S x',
      '10 1 7 switch 7>43 S b c',
      '12 0 50 waking 77 1',
      '15 0 50 switch 50>51 R y',
      '20 1 43 waking 9 1',
      '21 1 43 wakeup 9 1',
      '22 1 43 wakeup 11 0',
      '23 1 43 fork 11',
      '24 1 43 migrate 11 0>1',
      '25 1 43 note fluxhost member 43 /a',
      '115 0 51 switch 51>0 X x',
    ]);
  });

  it('is refused where it holds nothing of the scheduler, is damaged or compressed', async () => {
    await expect(read(encoded([{ process_tree: { threads: [{ tid: 1, tgid: 1 }] } }]))).rejects.toThrow(/without one/);
    await expect(read(Uint8Array.of(0x0a, 0x03, 0x92, 0x03, 0x00))).rejects.toThrow(/compressed packets/);
    await expect(read(Uint8Array.of(0x0a, 0x7f, 0x0a, 0x05, 0x08))).rejects.toThrow(/expected Perfetto's trace/);
  });

  it("has the numbers of our .proto, and that has Perfetto's own", () => {
    const theirs = JSON.parse(readFileSync(new URL('perfetto.json', import.meta.url), 'utf8')) as {
      messages: Record<string, { fields: Record<string, { id: number; type: string; repeated: boolean }> }>;
    };
    const held: Record<string, Record<string, number>> = {};
    const walk = (type: protobuf.ReflectionObject): void => {
      if (!(type instanceof protobuf.Type)) return;
      held[type.name] = Object.fromEntries(type.fieldsArray.map(({ name, id }) => [name, id]));
      for (const { name, id, type: of, repeated } of type.fieldsArray)
        expect([type.name, name, theirs.messages[type.name]!.fields[name]]).toEqual([
          type.name,
          name,
          { id, type: of, repeated },
        ]);
      type.nestedArray.forEach(walk);
    };
    schema.nestedArray.forEach(walk);
    expect(held).toEqual(FIELDS);
  });
});
