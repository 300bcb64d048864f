// Gathers what is wrong with a trace, so that a person sees many mistakes at once, and gives up when it is plainly the wrong
// file: reading on through a gigabyte of noise helps nobody.

import { type Problem, InputError, MOST_PROBLEMS } from '../input/errors.js';

export class Problems {
  private readonly list: Problem[] = [];

  constructor(
    readonly file: string,
    private readonly tell: (note: string) => void = () => undefined,
  ) {}

  /** What is legal, but a person should know. */
  note(text: string): void {
    this.tell(`${this.file}: ${text}`);
  }

  /** @throws InputError with all of them once there are too many to be single mistakes */
  add(problem: Omit<Problem, 'file'>): void {
    this.list.push({ file: this.file, ...problem });
    if (this.list.length === 2 * MOST_PROBLEMS) this.check();
  }

  get found(): boolean {
    return this.list.length > 0;
  }

  /** @throws InputError if there are any */
  check(): void {
    if (this.found) throw new InputError(this.list);
  }
}
