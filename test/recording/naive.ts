// What a person reads in a recording's text: one regular expression a kind of line, on lines of the shapes that the tests hold.
// Written apart from src/recording/text.ts.

export interface NaiveEvent {
  readonly us: number;
  readonly cpu: number;
  readonly what: string;
}

/** `switch 12>13 S`, `waking 12`, `fork 14`, `note …` of every line that has one of these events. */
export function naiveEvents(text: string): NaiveEvent[] {
  return text.split('\n').flatMap((line) => {
    const cpu = /\[(\d+)\]/.exec(line);
    const stamp = / (\d+)\.(\d{6})\d*: /.exec(line);
    if (cpu === null || stamp === null) return [];
    const field = (name: string): string => new RegExp(`[ :]${name}=(.*?)(?: \\w+=| ==>|$)`).exec(line)?.[1] ?? '?';
    const at = { us: Number(stamp[1]) * 1e6 + Number(stamp[2]), cpu: Number(cpu[1]) };
    const name = /: (?:sched:)?(\w+): ?/.exec(line)?.[1];
    if (name === 'sched_switch') {
      const letter = field('prev_state')[0]!;
      const state = letter === 'R' ? 'R' : 'XZ'.includes(letter) ? 'X' : 'S';
      return [{ ...at, what: `switch ${field('prev_pid')}>${field('next_pid')} ${state} ${field('next_comm')}` }];
    }
    if (name === 'sched_waking') return [{ ...at, what: `waking ${field('pid')} ${Number(field('target_cpu'))}` }];
    if (name === 'sched_wakeup' || name === 'sched_wakeup_new')
      return [{ ...at, what: `wakeup ${field('pid')} ${Number(field('target_cpu'))}` }];
    if (name === 'sched_migrate_task')
      return [{ ...at, what: `migrate ${field('pid')} ${field('orig_cpu')}>${field('dest_cpu')}` }];
    if (name === 'sched_process_fork') return [{ ...at, what: `fork ${field('child_pid')}` }];
    if (name === 'tracing_mark_write') return [{ ...at, what: `note ${line.slice(line.indexOf('write: ') + 7)}` }];
    return [];
  });
}
