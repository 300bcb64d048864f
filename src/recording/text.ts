// Lines of ftrace (`cat trace`, `trace_pipe`) and of `perf script` (sched events): both are
//     comm-pid [cpu] flags seconds: event: fields        comm pid [cpu] seconds: sched:event: fields
// ftrace writes microseconds, `perf script --ns` nanoseconds. Lines of other events are passed over.

import { InputError, show } from '../input/errors.js';
import { type Recording, type SchedEvent, inOrder } from './events.js';

/** Nothing that these programs write is longer; what is longer is cut before it is looked at. */
const LINE_MAX = 2000;

/** What stands before the fields. ftrace may tell the process in parentheses, perf before a slash. */
const HEAD =
  /^ *(.{1,64}?)(?:-| +)(?:(\d{1,10})\/)?(\d{1,10}) +(?:\( *([\d-]{1,10})\) +)?\[(\d{1,5})\] +(?:\S{1,8} +)?(\d{1,12})\.(\d{1,9}): +(?:\w+:)?(\w+): ?(.*)$/;

const SWITCH =
  /^prev_comm=(.*) prev_pid=(\d+) prev_prio=-?\d+ prev_state=(\S+) ==> next_comm=(.*) next_pid=(\d+) next_prio=-?\d+/;
const WAKE = /^comm=(.*) pid=(\d+) prio=-?\d+(?: success=\d+)? target_cpu=(\d+)/;
const MIGRATE = /^comm=(.*) pid=(\d+) prio=-?\d+ orig_cpu=(\d+) dest_cpu=(\d+)/;
const FORK = /^comm=(.*) pid=(\d+) child_comm=(.*) child_pid=(\d+)/;
const RAN = /^comm=(.*) pid=(\d+) runtime=(\d+)/;
const PERIOD = /function=sched_cfs_period_timer/;
/** What `cat trace` begins with: how many events it holds. */
const HELD = /^# entries-in-buffer\/entries-written: (\d+)\/\d+/;
const LOST = /^CPU:\d+ \[LOST (\d+) EVENTS\]|\bLOST (\d+) events/;

type Where = Pick<SchedEvent, 'atNs' | 'cpu' | 'pid'>;
type Read = (at: Where, found: RegExpExecArray) => SchedEvent;

const wakes =
  (kind: 'waking' | 'wakeup'): Read =>
  (at, [, comm = '', thread, target]) => ({ ...at, kind, thread: Number(thread), comm, target: Number(target) });

const KNOWN: Readonly<Record<string, readonly [RegExp, Read]>> = {
  sched_switch: [
    SWITCH,
    // The thread that leaves is the one of the event, whatever a tool writes before the fields.
    (at, [, comm = '', pid, state = '', nextComm = '', next]) => ({
      ...at,
      pid: Number(pid),
      kind: 'switch',
      comm,
      blocks: !/^R\+?$/.test(state),
      ends: /^[XxZ]/.test(state),
      next: Number(next),
      nextComm,
    }),
  ],
  sched_waking: [WAKE, wakes('waking')],
  sched_wakeup: [WAKE, wakes('wakeup')],
  sched_wakeup_new: [WAKE, wakes('wakeup')],
  sched_migrate_task: [
    MIGRATE,
    (at, [, , thread, from, to]) => ({
      ...at,
      kind: 'migrate',
      thread: Number(thread),
      from: Number(from),
      to: Number(to),
    }),
  ],
  sched_process_fork: [FORK, (at, [, , , comm = '', child]) => ({ ...at, kind: 'fork', child: Number(child), comm })],
  sched_stat_runtime: [
    RAN,
    (at, [, , thread, ran]) => ({ ...at, kind: 'ran', thread: Number(thread), ranNs: Number(ran) }),
  ],
  hrtimer_expire_entry: [PERIOD, (at) => ({ ...at, kind: 'period' })],
  tracing_mark_write: [/^(.*)$/, (at, [, text = '']) => ({ ...at, kind: 'note', text })],
};

/** Lines to events. */
export class TextEvents {
  readonly events: SchedEvent[] = [];
  readonly processes = new Map<number, number>();
  lost = 0;
  private line = 0;
  /** Lines that are no comments, and events that the file says that it holds. */
  private seen = 0;
  private held = 0;
  private pending = '';

  constructor(private readonly file: string) {}

  /** Text that comes in pieces, cut anywhere. */
  push(piece: string): void {
    const lines = (this.pending + piece).split('\n');
    this.pending = lines.pop()!;
    for (const line of lines) this.take(line);
  }

  end(): Recording {
    // A line without its end is half of one.
    const isCut = this.pending.trim() !== '' || this.seen < this.held;
    if (this.events.length === 0) {
      throw new InputError({
        file: this.file,
        path: '',
        given: 'text without one event of the scheduler',
        expected: 'lines of ftrace or perf script, such as sched_switch and sched_waking',
      });
    }
    const { events, lost, processes } = this;
    return { format: 'text', events: inOrder(events), lost, processes, about: isCut ? { cutOff: true } : {} };
  }

  private take(whole: string): void {
    this.line++;
    if (/^[^#]/.test(whole)) this.seen++;
    const line = whole.length > LINE_MAX ? whole.slice(0, LINE_MAX) : whole;
    const head = HEAD.exec(line.trimEnd());
    if (head === null) {
      const lost = LOST.exec(line);
      if (lost !== null) this.lost += Number(lost[1] ?? lost[2]);
      this.held += Number(HELD.exec(line)?.[1] ?? 0);
      return;
    }
    const [, , before, pidText, tgid, cpu, seconds, fraction = '', name = '', fields = ''] = head;
    const known = Object.hasOwn(KNOWN, name) ? KNOWN[name] : undefined;
    if (known === undefined) return;
    const pid = Number(pidText);
    const process = Number(before ?? tgid);
    if (Number.isSafeInteger(process)) this.processes.set(pid, process);
    const found = known[0].exec(fields);
    if (found === null && known[0] === PERIOD) return; // another timer
    if (found === null) {
      throw new InputError({
        file: this.file,
        line: this.line,
        path: name,
        given: show(fields),
        expected: 'its fields as ftrace and perf script write them',
      });
    }
    const atNs = Number(seconds) * 1e9 + Number(fraction.padEnd(9, '0'));
    this.events.push(known[1]({ atNs, cpu: Number(cpu), pid }, found));
  }
}
