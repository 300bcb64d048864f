// What a program asks of a simulation that it has: refused where it cannot be had.

import { optional } from '../input/argument.js';
import { InputError, show } from '../input/errors.js';
import { knownSha256 } from './snapshot.js';

/** @throws InputError naming the option that is none */
export function checkOptions({
  module,
  policy,
  coreSha256,
}: {
  readonly module?: unknown;
  readonly policy?: unknown;
  readonly coreSha256?: string;
}): void {
  optional('policy', policy, 'a mapping', 'decisions, as in { dispatch: (view, vm) => … }');
  // of whatever realm
  if (module !== undefined && Object.prototype.toString.call(module) !== '[object WebAssembly.Module]')
    throw new InputError({ path: 'module', given: show(module), expected: 'what compileCore gives' });
  if (coreSha256 !== undefined) knownSha256(coreSha256);
}

/** @throws InputError for a seed that is none */
export function checkSeed(seed: number): void {
  if (!Number.isSafeInteger(seed) || seed < 0)
    throw new InputError({ path: 'seed', given: show(seed), expected: 'a whole number from 0 to 2^53 - 1' });
}

/** @throws InputError where a seed was set whose functions have not been read yet */
export function refuseUnread(unread: boolean): void {
  if (unread)
    throw new InputError({
      path: 'functions',
      given: 'reset',
      expected: 'that it runs first, if only until 0 ns: functions of another seed are read when it does',
    });
}

/** @throws InputError where arrivals came from a stream, which cannot be read again */
export function refuseStreams(streams: number): void {
  if (streams > 0)
    throw new InputError({
      path: 'inject',
      given: 'a stream of arrivals',
      expected: 'arrays or traces of the scenario: a stream cannot be read again after a snapshot',
    });
}

/** The whole nanosecond to run to. @throws RangeError for a time that is past or none */
export function untilNs(timeNs: number, nowNs: number): number {
  if (!(timeNs >= nowNs && timeNs <= Number.MAX_SAFE_INTEGER))
    throw new RangeError(`runUntil: given ${timeNs}, expected a time from now (${nowNs} ns) to 2^53 - 1 ns`);
  return Math.floor(timeNs);
}
