// The error of a core that stopped itself: a broken invariant, never a user's mistake.
// After it the instance's memory is in an undefined state: it is to be dropped, not called again.

/** A trap of the core, with the place in its source where it stopped. */
export class CoreTrap extends Error {
  /** Tells it from other errors. */
  override readonly name = 'CoreTrap';
  /** What the core said, without the place. */
  readonly reason: string;
  /** Source file of the core, as the compiler named it. */
  readonly file: string;
  /** Line of that file, from 1. */
  readonly line: number;
  /** Column of that line, from 1. */
  readonly column: number;

  constructor(reason: string, file: string, line: number, column: number) {
    super(`the core stopped: ${reason} (${file}:${line}:${column})`);
    this.reason = reason;
    this.file = file;
    this.line = line;
    this.column = column;
  }
}
