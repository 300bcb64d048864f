// `fluxhost record`: what this machine's scheduler does while a command runs, as a file that `calibrate` reads. Written page by page as
// the kernel fills them, bounded, and with what was lost and what it cost at its end.

import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { cpus, release } from 'node:os';
import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { InputError, printable, show } from '../input/errors.js';
import { parseSize, QuantityError } from '../input/quantities.js';
import { PIECE, jsonPiece, magicBytes, pieceOf } from '../recording/container.js';
import { writeNote } from '../recording/notes.js';
import { sinceOf } from '../recording/ring.js';
import { toStableJson } from '../result/json.js';
import { formatCount } from '../report/units.js';
import { VERSION } from '../version.js';
import { type Arguments, type CommandSpec, UsageError, parseCommand, renderHelp } from './args.js';
import { type Cgroup, findCgroup, joinFile, limitOf, statOf, threadsOf } from './cgroup-files.js';
import { EXIT } from './exit.js';
import { checkTarget, GrowingFile, WriteError } from './files.js';
import type { Io } from './io.js';
import { RecordError, TraceInstance } from './tracefs.js';

const DEFAULT_SECONDS = 30;
const DEFAULT_LIMIT = 64 * 2 ** 20;
/** How often buffers are read and cpu.stat is sampled. */
const TICK_MS = 50;
/** What an event costs the CPU on which it happens: assumed, from docs/real.md's own measurement (0.3 to 0.5 us). */
const PROBE_NS = 400;
/** Of the machine: what recording should not take. */
const MUCH = 0.03;
/** Of the file, for what is written last, beside some for each CPU. */
const END_BYTES = 512;
const END_BYTES_A_CPU = 24;
/** Given to a command to end after it was told to. */
const GRACE_MS = 2000;

const recordSpec: CommandSpec = {
  name: 'record',
  summary: "Records what this machine's scheduler does, for fluxhost calibrate (Linux, root).",
  positionals: [],
  options: {
    seconds: { value: 'N', help: `ends after so long, or with the command (default ${DEFAULT_SECONDS})` },
    cgroup: {
      value: 'PATH',
      multiple: true,
      help: 'a cgroup whose threads, quota and cpu.stat are recorded; the command runs in the first',
    },
    out: { value: 'FILE', help: 'the recording (default recording.fluxrec)' },
    limit: { value: 'SIZE', help: 'ends before the file is longer (default 64MiB)' },
    json: { help: 'prints what was recorded, lost and spent as one JSON document' },
  },
  details:
    'The command follows --, and is told to end (SIGTERM) when the time is over. Without one, whatever runs is recorded.\n' +
    'Events of the whole machine: sched_switch, sched_waking, sched_wakeup, sched_migrate_task, sched_process_fork.\n' +
    'An instance of tracefs of its own is used and taken away again, also after Ctrl-C, which ends a recording early.',
  examples: [
    'sudo fluxhost record --seconds 10',
    'sudo fluxhost record --seconds 30 --cgroup /batch --out batch.fluxrec -- ./server --threads 8',
  ],
};

interface Plan {
  readonly seconds: number;
  readonly limit: number;
  readonly file: string;
  readonly cgroups: readonly Cgroup[];
  readonly command: readonly string[];
}

/** Why a recording ended. */
type Ended = 'time' | 'command' | 'limit' | 'interrupt';

function readLimit(given: Arguments): number {
  const text = given.text('limit');
  if (text === undefined) return DEFAULT_LIMIT;
  try {
    return parseSize(text);
  } catch (error) {
    if (!(error instanceof QuantityError)) throw error;
    throw new InputError({ path: '--limit', given: show(text), expected: error.expected });
  }
}

/** The command, in its cgroup from its first instruction on. */
function start(command: readonly string[], cgroup: Cgroup | undefined): ChildProcess {
  const [program = '', ...rest] = command;
  const options = { stdio: ['ignore', 'inherit', 'inherit'] as ('ignore' | 'inherit')[], detached: true };
  if (cgroup === undefined) return spawn(program, rest, options);
  const enter = 'echo $$ > "$1" && shift && exec "$@"';
  return spawn('/bin/sh', ['-c', enter, 'sh', joinFile(cgroup), ...command], options);
}

async function end(child: ChildProcess | undefined, isOver: () => boolean): Promise<void> {
  if (child?.pid === undefined || isOver()) return;
  const tell = (signal: 'SIGTERM' | 'SIGKILL'): void => {
    try {
      process.kill(-child.pid!, signal); // the command and what it has started
    } catch {
      // gone meanwhile
    }
  };
  tell('SIGTERM');
  for (let waited = 0; !isOver() && waited < GRACE_MS; waited += TICK_MS) await sleep(TICK_MS);
  if (isOver()) return;
  tell('SIGKILL');
  for (let waited = 0; !isOver() && waited < GRACE_MS; waited += TICK_MS) await sleep(TICK_MS);
}

/** Notes of the cgroups: who joined since the last time, and cpu.stat. */
class Notes {
  private readonly known: ReadonlySet<number>[];

  constructor(
    private readonly trace: TraceInstance,
    private readonly cgroups: readonly Cgroup[],
  ) {
    this.known = cgroups.map(() => new Set());
  }

  begin(): void {
    for (const cgroup of this.cgroups) {
      const limit = limitOf(cgroup);
      if (limit !== undefined) this.trace.note(writeNote(limit));
    }
    this.tick();
  }

  tick(): void {
    this.cgroups.forEach((cgroup, i) => {
      const [before, now] = [this.known[i]!, new Set(threadsOf(cgroup))];
      const say = (kind: 'member' | 'left', thread: number): void =>
        this.trace.note(writeNote({ kind, cgroup: cgroup.name, thread }));
      for (const thread of now) if (!before.has(thread)) say('member', thread);
      for (const thread of before) if (!now.has(thread)) say('left', thread);
      this.known[i] = now;
      this.trace.note(writeNote(statOf(cgroup)));
    });
  }
}

function aboutMachine({ cgroups, command }: Plan): Record<string, unknown> {
  const processor = /^model name\s*: (.*)$/m.exec(readFileSync('/proc/cpuinfo', 'utf8'))?.[1];
  return {
    version: VERSION,
    clock: 'CLOCK_MONOTONIC',
    kernel: release(),
    processor: processor ?? 'unknown',
    cpus: cpus().length,
    cgroups: cgroups.map(({ name, version }) => ({ name, version })),
    command,
  };
}

/** The command, while it runs and after. */
class Command {
  private over: { readonly status: number | null; readonly signal: string | null } | undefined;
  private failed: Error | undefined;
  private child: ChildProcess | undefined;

  constructor(private readonly words: readonly string[]) {}

  start(cgroup: Cgroup | undefined): void {
    if (this.words.length === 0) return;
    this.child = start(this.words, cgroup);
    this.child.once('error', (error) => void (this.failed = error));
    this.child.once('exit', (status, signal) => void (this.over = { status, signal }));
  }

  /** @throws RecordError where it could not be started */
  isOver(): boolean {
    if (this.failed !== undefined) throw new RecordError(`${this.words[0]} cannot be started (${this.failed.message})`);
    return this.over !== undefined;
  }

  end(): Promise<void> {
    return end(this.child, () => this.over !== undefined);
  }

  told(): Record<string, unknown> {
    return { commandStatus: this.over?.status ?? null, commandSignal: this.over?.signal ?? null };
  }
}

/** The file, never longer than its limit. */
class Bounded {
  bytes = 0;
  private readonly room: number;

  constructor(
    private readonly file: GrowingFile,
    { limit }: Plan,
  ) {
    this.room = limit - END_BYTES - END_BYTES_A_CPU * cpus().length;
  }

  /** False: it no longer fits. */
  write(piece: Uint8Array, isLast = false): boolean {
    if (!isLast && this.bytes + piece.length > this.room) return false;
    this.file.write(piece);
    this.bytes += piece.length;
    return true;
  }
}

async function recordTo(file: GrowingFile, plan: Plan, io: Io): Promise<Record<string, unknown>> {
  const trace = new TraceInstance();
  const command = new Command(plan.command);
  let interrupted = false;
  const listening = io.onInterrupt?.(() => void (interrupted = true));
  try {
    const bounded = new Bounded(file, plan);
    const about = jsonPiece(PIECE.about, { ...aboutMachine(plan), formats: trace.formats });
    if (!bounded.write(magicBytes()) || !bounded.write(about))
      throw new UsageError('record', [
        `--limit: given ${show(plan.limit)} bytes, expected more than the ${about.length} that tell how it was recorded`,
      ]);
    const notes = new Notes(trace, plan.cgroups);
    notes.begin();
    const [begun, spent] = [performance.now(), process.cpuUsage()];
    command.start(plan.command.length > 0 ? plan.cgroups[0] : undefined);
    let seconds = 0;
    /** What has come meanwhile, in the order of time: where the file is full, all CPUs end together, but for a page. False: it is. */
    const take = (): boolean => {
      const pages: { readonly sinceNs: number; readonly piece: Uint8Array }[] = [];
      trace.drain((cpu, page) => void pages.push({ sinceNs: sinceOf(page), piece: pieceOf(PIECE.page, cpu, page) }));
      seconds = (performance.now() - begun) / 1000;
      return pages.sort((a, b) => a.sinceNs - b.sinceNs).every(({ piece }) => bounded.write(piece));
    };
    let ended: Ended | undefined;
    while (ended === undefined) {
      await sleep(TICK_MS);
      const isOver = command.isOver();
      notes.tick();
      if (!take()) ended = 'limit';
      else if (interrupted) ended = 'interrupt';
      else if (isOver) ended = 'command';
      else if (performance.now() - begun >= plan.seconds * 1000) ended = 'time';
    }
    trace.stop();
    if (ended !== 'limit' && !take()) ended = 'limit';
    const { user, system } = process.cpuUsage(spent);
    const lostPerCpu = trace.lostPerCpu();
    const own = { ended, seconds, recorderCpuSeconds: (user + system) / 1e6, lostPerCpu };
    bounded.write(jsonPiece(PIECE.end, own), true);
    await command.end();
    return { ...own, bytes: bounded.bytes, ...command.told() };
  } finally {
    listening?.();
    await command.end();
    trace.close();
  }
}

/** What recording took of a machine that had so many CPU seconds. */
export function saidOfCost(recorderCpuSeconds: number, events: number, machine: number): string {
  const kernel = (events * PROBE_NS) / 1e9;
  const share = (part: number): string => `${((100 * part) / machine).toFixed(2)} %`;
  const much =
    (recorderCpuSeconds + kernel) / machine <= MUCH
      ? ''
      : `warning: that is more than ${100 * MUCH} %: what was recorded ran slower by it\n`;
  return (
    `cost: ${share(recorderCpuSeconds)} of the machine for this program, about ${share(kernel)} ` +
    `within the kernel (${PROBE_NS} ns an event, assumed)\n${much}`
  );
}

/** How the command ended, in a line. */
function saidOfCommand(command: readonly string[], status: number | null, signal: string | null): string {
  const [program] = command;
  if (program === undefined) return '';
  if (signal !== null) return `${printable(program)} was ended by ${signal}\n`;
  return `${printable(program)} ended with status ${status ?? 'unknown'}\n`;
}

const sizeOf = (bytes: number): string =>
  bytes < 2 ** 20 ? `${(bytes / 2 ** 10).toFixed(0)} KiB` : `${(bytes / 2 ** 20).toFixed(1)} MiB`;

function say(told: Record<string, unknown>, events: number, plan: Plan): string {
  const { ended, seconds, recorderCpuSeconds, lostPerCpu, bytes, commandStatus, commandSignal } = told as {
    ended: Ended;
    seconds: number;
    recorderCpuSeconds: number;
    lostPerCpu: number[];
    bytes: number;
    commandStatus: number | null;
    commandSignal: string | null;
  };
  const machine = seconds * cpus().length;
  const lost = lostPerCpu.reduce((sum, one) => sum + one, 0);
  const why = {
    time: '',
    command: ', until the command ended',
    limit: ', until the file would have been longer than --limit',
    interrupt: ', interrupted',
  };
  return (
    `${plan.file}: ${seconds.toFixed(1)} s${why[ended]}, ${formatCount(events)} events, ${sizeOf(bytes)}\n` +
    (lost === 0 ? 'nothing was lost\n' : `${formatCount(lost)} events were lost (by CPU: ${lostPerCpu.join(', ')})\n`) +
    saidOfCost(recorderCpuSeconds, events, machine) +
    saidOfCommand(plan.command, commandStatus, commandSignal)
  );
}

async function planOf(given: Arguments, seconds: number, command: readonly string[]): Promise<Plan> {
  const [limit, file] = [readLimit(given), given.text('out') ?? 'recording.fluxrec'];
  await checkTarget(file, '--out');
  if (process.platform !== 'linux') throw new RecordError('needs Linux: the events are those of its scheduler');
  return { seconds, limit, file, command, cgroups: given.list('cgroup').map((path) => findCgroup(path)) };
}

/** Why nothing was recorded, as whatever else `record` says of itself. */
function refused(error: unknown, io: Io): number {
  if (!(error instanceof RecordError || error instanceof WriteError)) throw error;
  io.stderr(`fluxhost record: ${error.message}\n`);
  return EXIT.failed;
}

export async function record(args: readonly string[], io: Io): Promise<number> {
  const rest = args.indexOf('--');
  const [own, command] = rest < 0 ? [args, []] : [args.slice(0, rest), args.slice(rest + 1)];
  const given = parseCommand(recordSpec, own);
  if (given.help) {
    io.stdout(renderHelp(recordSpec));
    return EXIT.done;
  }
  const seconds = given.whole('seconds', 1, 3600) ?? DEFAULT_SECONDS;
  if (rest >= 0 && command.length === 0) given.problems.push('COMMAND: missing after --');
  given.check();
  let plan: Plan;
  try {
    plan = await planOf(given, seconds, command);
  } catch (error) {
    // the command that records has a name of its own: whose option it is must be told
    if (error instanceof InputError) throw new UsageError('record', [error.message]);
    return refused(error, io);
  }
  const { file } = plan;
  let growing: GrowingFile;
  try {
    growing = new GrowingFile(file);
  } catch (error) {
    return refused(error, io);
  }
  try {
    const told = await recordTo(growing, plan, io);
    growing.keep();
    const { readRecording } = await import('../recording/read.js');
    const { nodeHost } = await import('../workload/node-file.js');
    const { events } = await readRecording(nodeHost(), file);
    io.stderr(say(told, events.length, plan));
    if (given.flag('json')) io.stdout(toStableJson({ file, events: events.length, ...told }));
    return told['ended'] === 'interrupt' ? EXIT.interrupted : EXIT.done;
  } catch (error) {
    growing.drop();
    return refused(error, io);
  }
}
