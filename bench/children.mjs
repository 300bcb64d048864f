// Programs that a case starts beside itself: a server, a worker, a command to its end. Nobody waits for one for ever: whoever waits is told
// that it could not be started, has ended, or that nothing came for too long, and what it said last. Whatever ends the bench ends them, too,
// and takes away what was kept in folders for them.
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { constants, tmpdir } from 'node:os';
import { join } from 'node:path';
import { clearTimeout, setTimeout } from 'node:timers';
import { root } from './programs.mjs';

/** Many times what any wait takes on a busy machine. */
const LIMIT_MS = 900_000;
/** A program that is told to end is given so long to do it by itself. */
const GRACE_MS = 20_000;
const LAST_LINES = 20;

const running = new Set();
const folders = new Set();

process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL');
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'])
  process.once(signal, () => process.exit(128 + constants.signals[signal]));

/** What went wrong with a program of a case: its message says all of it. */
export class ChildError extends Error {}

/** A folder that is gone when the bench ends, if not before. */
export function temporary(name) {
  const folder = mkdtempSync(join(tmpdir(), `fluxhost-${name}-`));
  folders.add(folder);
  return folder;
}

export function discard(folder) {
  rmSync(folder, { recursive: true, force: true });
  folders.delete(folder);
}

export class Child {
  /** What it has printed so far, of each descriptor that is a pipe. */
  said = ['', '', '', ''];
  /** How it ended, in words, once it has. */
  end;
  /** Comes when it has ended and all that it printed is here. */
  ended;
  status = null;
  heard = () => undefined;

  /** `name`: as errors call it. */
  constructor(name, command, args, { stdio = ['ignore', 'pipe', 'pipe'], ...options } = {}) {
    this.name = name;
    this.process = spawn(command, args, { stdio, ...options });
    running.add(this.process);
    this.process.stdio.forEach((stream, descriptor) => {
      if (descriptor === 0) return stream?.on('error', () => undefined); // it has ended, which is told
      stream?.setEncoding('utf8').on('data', (text) => {
        this.said[descriptor] += text;
        this.heard();
      });
    });
    this.ended = new Promise((resolve) => {
      const over = (end, status = null) => {
        this.end ??= end;
        this.status = status;
        running.delete(this.process);
        resolve();
      };
      this.process.once('error', ({ message }) => over(`could not be started (${message})`));
      this.process.once('close', (status, signal) =>
        over(signal === null ? `ended with status ${status}` : `was ended by ${signal}`, status),
      );
    });
  }

  get pid() {
    return this.process.pid;
  }

  error(what) {
    const lines = [...this.said[1].trimEnd().split('\n'), ...this.said[2].trimEnd().split('\n')]
      .filter((line) => line !== '')
      .slice(-LAST_LINES);
    const words = lines.length === 0 ? 'it said nothing' : `it said last:\n${lines.join('\n')}`;
    return new ChildError(`${this.name} ${what}; ${words}`);
  }

  /** What the work gives, unless the program ends meanwhile, or it takes too long. */
  async during(what, work, limitMs = LIMIT_MS) {
    const gone = this.ended.then(() => {
      throw this.error(`${this.end} before ${what}`);
    });
    return this.within(limitMs, `is there, but within ${limitMs / 1000} s there was not ${what}`, [work, gone]);
  }

  async within(limitMs, complaint, promises) {
    let timer;
    const late = new Promise((_, reject) => {
      timer = setTimeout(() => reject(this.error(complaint)), limitMs);
    });
    try {
      return await Promise.race([...promises, late]);
    } finally {
      clearTimeout(timer);
    }
  }

  /** The first of what it prints on standard output that matches. */
  async hears(pattern, limitMs = LIMIT_MS) {
    const found = new Promise((resolve) => {
      this.heard = () => {
        const match = pattern.exec(this.said[1]);
        if (match !== null) resolve(match);
      };
      this.heard();
    });
    return this.during(`a word like ${pattern}`, found, limitMs);
  }

  /** Ends it, by force where it does not by itself. */
  async stop(signal = 'SIGTERM') {
    if (this.end !== undefined) return;
    const timer = setTimeout(() => this.process.kill('SIGKILL'), GRACE_MS);
    this.process.kill(signal);
    await this.ended;
    clearTimeout(timer);
  }
}

/** A command to its end: what it printed on each descriptor. @throws ChildError where it fails, or does not end */
export async function ran(name, command, args, { limitMs = LIMIT_MS, ...options } = {}) {
  const child = new Child(name, command, args, options);
  try {
    await child.within(limitMs, `has not ended within ${limitMs / 1000} s`, [child.ended]);
  } finally {
    await child.stop('SIGKILL');
  }
  if (child.status !== 0) throw child.error(child.end);
  return child.said;
}

/** The same, of a program's text in a Node of its own. */
export const ranText = (name, text, args = [], options = {}) =>
  ran(name, process.execPath, ['--input-type=module', '-e', text, '--', ...args], options);

/** A command of the program: what it printed, processor seconds of its main thread and of all others, and its resident memory on its way. */
export async function ranThreads(name, args) {
  const options = { cwd: root, stdio: ['ignore', 'pipe', 'pipe', 'pipe'] };
  const said = await ran(name, process.execPath, ['bench/threads.mjs', 'dist/cli.js', ...args], options);
  const { main, others, rss } = JSON.parse(said[3]);
  return { said: said[1], main, workers: others.reduce((sum, one) => sum + one, 0), rss };
}
