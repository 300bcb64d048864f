// What a command may touch of the outside: two text streams, whether they are terminals, and Ctrl-C.
// Commands get it as an argument, so that tests run them in-process and see every byte they print.
// Leaves out files: commands that read or write them import node:fs themselves.

import { printableLines } from '../input/errors.js';
import type { Look } from '../report/table.js';
import { EXIT } from './exit.js';

export interface Io {
  /** Results; exactly one JSON document with `--json`. */
  stdout(text: string): void;
  /** Progress and diagnostics. */
  stderr(text: string): void;
  /** Standard output is a terminal: colour is allowed. */
  isTty: boolean;
  /** Width of the terminal that standard output is; absent where it is none, and tables are as wide as they are. */
  columns?: number;
  /** Standard error is a terminal: a progress line is allowed. */
  stderrIsTty?: boolean;
  /** Calls back at the first interrupt (Ctrl-C, SIGTERM) and returns how to stop listening. */
  onInterrupt?(callback: () => void): () => void;
  /** Ends the process though something still waits, once what was printed is out. */
  quit?(status: number): void;
  /** The file of the program, for commands that start it again as workers; absent where there is none, or where none may be started. */
  program?: URL;
  /** Told between two slices of a simulation, and at its begin and end: whoever watches it knows that it goes on. */
  alive?(simulating: boolean): void;
}

/** Erases the line that the cursor stands on. */
export const CLEAR_LINE = '\r\u001b[2K';

/** What goes to a terminal: our own erasing of a line at its begin, and otherwise nothing that steers it. */
function safe(text: string): string {
  return text.startsWith(CLEAR_LINE)
    ? CLEAR_LINE + printableLines(text.slice(CLEAR_LINE.length))
    : printableLines(text);
}

/** Colours are let through where they are asked for: ours are set around text that holds no escape itself (report/table.ts). */
function safeResult(text: string, isTty: boolean): string {
  if (!isTty) return printableLines(text);
  // eslint-disable-next-line no-control-regex -- the escape is what is looked for
  const parts = text.split(/(\u001b\[(?:0|1|2|31|32|33)m)/);
  return parts.map((part, i) => (i % 2 === 1 ? part : printableLines(part))).join('');
}

const INTERRUPTS = ['SIGINT', 'SIGTERM'] as const;

/** Colour is for people at a terminal who have not asked to be spared (https://no-color.org). */
export function mayColour(env: Readonly<Record<string, string | undefined>>, isTty: boolean): boolean {
  return isTty && (env['NO_COLOR'] ?? '') === '' && env['TERM'] !== 'dumb';
}

/** How a result is shown there. */
export const lookOf = ({ isTty, columns }: Io): Look => ({
  colour: isTty,
  ...(columns === undefined ? {} : { columns }),
});

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
  const isTty = mayColour(process.env, process.stdout.isTTY === true);
  return {
    stdout: (text) => void process.stdout.write(safeResult(text, isTty)),
    stderr: (text) => void process.stderr.write(safe(text)),
    isTty,
    ...(process.stdout.isTTY && process.stdout.columns > 0 ? { columns: process.stdout.columns } : {}),
    stderrIsTty: process.stderr.isTTY === true,
    quit: (status) => void process.stdout.write('', () => process.stderr.write('', () => process.exit(status))),
    onInterrupt(callback) {
      // the first one asks for the result so far, the second one kills as usual
      const once = (): void => {
        stop();
        callback();
      };
      const stop = (): void => INTERRUPTS.forEach((signal) => process.removeListener(signal, once));
      for (const signal of INTERRUPTS) process.on(signal, once);
      return stop;
    },
  };
}
