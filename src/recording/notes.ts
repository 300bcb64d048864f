// Lines that `fluxhost record` writes into the trace between the kernel's own events, so that they have the trace's clock: which
// threads a cgroup has, what it may use, and its cpu.stat. Written and read here.

/** A cgroup's bandwidth: `quotaUs` of each `periodUs`, no limit where it is undefined. */
export interface LimitNote {
  readonly kind: 'limit';
  readonly cgroup: string;
  readonly quotaUs: number | undefined;
  readonly periodUs: number;
}

/** A cgroup's cpu.stat at an instant. */
export interface StatNote {
  readonly kind: 'stat';
  readonly cgroup: string;
  /** Since the cgroup was made. */
  readonly periods: number;
  readonly throttled: number;
  readonly throttledNs: number;
}

/** A thread that a cgroup has from now on, or has no more. */
export interface MemberNote {
  readonly kind: 'member' | 'left';
  readonly cgroup: string;
  readonly thread: number;
}

export type Note = LimitNote | StatNote | MemberNote;

const MARK = 'fluxhost';

const numbersOf = (note: Note): readonly number[] => {
  if (note.kind === 'limit') return [note.quotaUs ?? -1, note.periodUs];
  if (note.kind === 'stat') return [note.periods, note.throttled, note.throttledNs];
  return [note.thread];
};

/** `fluxhost stat 20 3 4000000 /batch`: one line; the path last, its spaces and line ends escaped. */
export function writeNote(note: Note): string {
  return [MARK, note.kind, ...numbersOf(note), encodeURI(note.cgroup)].join(' ');
}

/** Undefined for what somebody else wrote. */
export function readNote(text: string): Note | undefined {
  const [mark, kind, ...rest] = text.trim().split(' ');
  if (mark !== MARK) return undefined;
  const path = rest.pop();
  const numbers = rest.map(Number);
  if (path === undefined || !numbers.every((value) => Number.isSafeInteger(value))) return undefined;
  const cgroup = decoded(path);
  const [first = 0, second = 0, third = 0] = numbers;
  if (kind === 'limit' && numbers.length === 2)
    return { kind, cgroup, quotaUs: first < 0 ? undefined : first, periodUs: second };
  if (kind === 'stat' && numbers.length === 3)
    return { kind, cgroup, periods: first, throttled: second, throttledNs: third };
  if ((kind === 'member' || kind === 'left') && numbers.length === 1) return { kind, cgroup, thread: first };
  return undefined;
}

function decoded(path: string): string {
  try {
    return decodeURI(path);
  } catch {
    return path; // written by something else
  }
}
