// Linux's trace files: an instance of our own (its buffers and switches are nobody else's), from which pages are read as they come.
// All of it is taken away again, also what a recording left that was killed. Needs root.

import { execFileSync } from 'node:child_process';
import {
  closeSync,
  constants,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  readdirSync,
  readSync,
  rmdirSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import {
  type EventFormats,
  PERIOD_EVENT,
  PERIOD_FUNCTION,
  RECORDED,
  readFormat,
  usedBytes,
} from '../recording/ring.js';

/** Why nothing can be recorded here; one line. */
export class RecordError extends Error {
  override readonly name = 'record';
}

const PLACE = '/sys/kernel/tracing';
const PREFIX = 'fluxhost-';
/** Of each CPU's ring buffer. */
const BUFFER_KB = 8192;

const reasonOf = (error: unknown): string =>
  (error as NodeJS.ErrnoException).code ?? (error instanceof Error ? error.message : String(error));

/** Where tracefs is; it is mounted where it is not, and `unmount` then says so. */
function findTracefs(): { readonly place: string; readonly mounted: boolean } {
  const mounts = readFileSync('/proc/mounts', 'utf8').split('\n');
  const mount = mounts.map((line) => line.split(' ')).find(([, , type]) => type === 'tracefs');
  if (mount !== undefined) return { place: mount[1]!, mounted: false };
  try {
    execFileSync('mount', ['-t', 'tracefs', 'nodev', PLACE], { stdio: 'pipe' });
  } catch {
    throw new RecordError(`tracefs is not mounted and cannot be: mount -t tracefs nodev ${PLACE} fails here`);
  }
  return { place: PLACE, mounted: true };
}

/** The instances of recordings whose process is gone. */
function sweep(instances: string): void {
  for (const name of readdirSync(instances)) {
    const pid = name.startsWith(PREFIX) ? name.slice(PREFIX.length) : '';
    if (/^\d+$/.test(pid) && !existsSync(`/proc/${pid}`)) {
      try {
        rmdirSync(join(instances, name));
      } catch {
        // somebody reads it
      }
    }
  }
}

export class TraceInstance {
  readonly formats: EventFormats;
  readonly cpus: readonly number[];
  private readonly folder: string;
  private readonly mounted: boolean;
  private readonly handles: number[] = [];
  private readonly page: Uint8Array;

  /** Its events are on, with the monotonic clock. @throws RecordError */
  constructor() {
    if (process.platform !== 'linux') throw new RecordError('needs Linux: the events are those of its scheduler');
    if (process.geteuid?.() !== 0)
      throw new RecordError('needs root: tracefs and cgroups are its alone (sudo fluxhost record ...)');
    const { place, mounted } = findTracefs();
    this.mounted = mounted;
    this.folder = join(place, 'instances', `${PREFIX}${process.pid}`);
    try {
      sweep(join(place, 'instances'));
      mkdirSync(this.folder);
      this.set('trace_clock', 'mono');
      this.set('buffer_size_kb', String(BUFFER_KB));
      this.formats = this.switchOn();
      this.page = new Uint8Array(this.pageBytes());
      this.cpus = readdirSync(join(this.folder, 'per_cpu'))
        .map((name) => Number(name.slice('cpu'.length)))
        .sort((a, b) => a - b);
      for (const cpu of this.cpus) this.handles.push(this.openCpu(cpu));
    } catch (error) {
      this.close();
      throw error instanceof RecordError ? error : new RecordError(`tracefs at ${place} refuses (${reasonOf(error)})`);
    }
  }

  private set(file: string, value: string): void {
    writeFileSync(join(this.folder, file), value);
  }

  private switchOn(): EventFormats {
    const formats: [string, EventFormats[string]][] = [];
    const filtered = this.filterPeriods();
    for (const path of [...RECORDED, ...filtered, 'ftrace/print']) {
      const format = readFormat(readFileSync(join(this.folder, '..', '..', 'events', path, 'format'), 'utf8'));
      if (format !== undefined) formats.push(format);
      if (!path.startsWith('ftrace/')) this.set(`events/${path}/enable`, '1');
    }
    return Object.fromEntries(formats);
  }

  /** The timer of cgroups' periods; none where the kernel does not say where its function is. */
  private filterPeriods(): string[] {
    const symbols = readFileSync('/proc/kallsyms', 'utf8');
    const address = new RegExp(`^([0-9a-f]+) \\w ${PERIOD_FUNCTION}$`, 'm').exec(symbols)?.[1];
    if (address === undefined || /^0+$/.test(address)) return [];
    try {
      this.set(`events/${PERIOD_EVENT}/filter`, `function == 0x${address}`);
      return [PERIOD_EVENT];
    } catch {
      return []; // a kernel without this event
    }
  }

  private pageBytes(): number {
    try {
      return Number(readFileSync(join(this.folder, 'buffer_subbuf_size_kb'), 'utf8')) * 1024;
    } catch {
      return 4096; // before Linux 6.8
    }
  }

  private openCpu(cpu: number): number {
    const path = join(this.folder, 'per_cpu', `cpu${cpu}`, 'trace_pipe_raw');
    return openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  }

  /** A line of our own between the kernel's events. */
  note(text: string): void {
    this.set('trace_marker', text);
  }

  stop(): void {
    this.set('tracing_on', '0');
  }

  /** Everything that has come since the last time; `take` keeps nothing of what it is given. */
  drain(take: (cpu: number, page: Uint8Array) => void): void {
    this.handles.forEach((handle, i) => {
      for (;;) {
        let read: number;
        try {
          read = readSync(handle, this.page);
        } catch (error) {
          if (reasonOf(error) === 'EAGAIN') return;
          throw error;
        }
        if (read === 0) return;
        const used = usedBytes(new DataView(this.page.buffer));
        take(this.cpus[i]!, this.page.subarray(0, Math.min(used, read)));
      }
    });
  }

  /** Events that were lost, by CPU: written over before they were read, or dropped. */
  lostPerCpu(): number[] {
    return this.cpus.map((cpu) => {
      const stats = readFileSync(join(this.folder, 'per_cpu', `cpu${cpu}`, 'stats'), 'utf8');
      const of = (name: string): number => Number(new RegExp(`^${name}: (\\d+)$`, 'm').exec(stats)?.[1] ?? 0);
      return of('overrun') + of('commit overrun') + of('dropped events');
    });
  }

  /** Nothing of it stays. */
  close(): void {
    for (const handle of this.handles.splice(0)) closeSync(handle);
    if (existsSync(this.folder)) rmdirSync(this.folder);
    if (this.mounted) execFileSync('umount', [PLACE], { stdio: 'ignore' });
  }
}
