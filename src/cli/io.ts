// What a command may touch of the outside: two text streams, whether they are terminals, and Ctrl-C.
// Commands get it as an argument, so that tests run them in-process and see every byte they print.
// Leaves out files: commands that read or write them import node:fs themselves.

import { EXIT } from './exit.js';

export interface Io {
  /** Results; exactly one JSON document with `--json`. */
  stdout(text: string): void;
  /** Progress and diagnostics. */
  stderr(text: string): void;
  /** Standard output is a terminal: colour is allowed. */
  isTty: boolean;
  /** Standard error is a terminal: a progress line is allowed. */
  stderrIsTty?: boolean;
  /** Calls back at the first interrupt (Ctrl-C) and returns how to stop listening. */
  onInterrupt?(callback: () => void): () => void;
}

/** Colour is for people at a terminal who have not asked to be spared (https://no-color.org). */
export function mayColour(env: Readonly<Record<string, string | undefined>>, isTty: boolean): boolean {
  return isTty && (env['NO_COLOR'] ?? '') === '' && env['TERM'] !== 'dumb';
}

/** The real streams of this process. */
export function processIo(): Io {
  // A reader that stops early (`fluxhost … | head`) is no failure; a disk that is full is one. Without listeners Node would
  // end with a stack trace.
  let told = false;
  process.stdout.on('error', ({ code = 'unknown' }: NodeJS.ErrnoException) => {
    if (code === 'EPIPE') return;
    process.exitCode = EXIT.failed;
    if (!told) process.stderr.write(`fluxhost: standard output cannot be written (${code})\n`);
    told = true;
  });
  process.stderr.on('error', () => undefined); // nobody is left to be told
  return {
    stdout: (text) => void process.stdout.write(text),
    stderr: (text) => void process.stderr.write(text),
    isTty: mayColour(process.env, process.stdout.isTTY === true),
    stderrIsTty: process.stderr.isTTY === true,
    onInterrupt(callback) {
      // `once`: the first Ctrl-C asks for the result so far, the second one kills as usual.
      process.once('SIGINT', callback);
      return () => void process.removeListener('SIGINT', callback);
    },
  };
}
