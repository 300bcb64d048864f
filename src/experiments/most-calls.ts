// How many calls one run of an experiment may have: more take minutes at each point of a sweep, and in the end more memory than there is.

import type { refuse } from './parameters.js';

const MOST_CALLS = 1e6;
/** Of Nexus, whose searches have some 200 runs. */
export const MOST_REQUESTS = 3e5;

type Problem = Parameters<typeof refuse>[0][number];

/** None, or that `path` asks for so many calls in the mean; `what` says how they come about. */
export const tooManyCalls = (path: string, given: number, calls: number, what: string, most = MOST_CALLS): Problem[] =>
  calls <= most
    ? []
    : [{ path, given, expected: `at most ${most} calls in one run; ${what} makes ${calls.toPrecision(3)} of them` }];

/** Each is an object of its own, whether it is called or not. */
const MOST_FUNCTIONS = 2e5;

/** The most functions that a search may try, of so many calls each. */
export const mostFunctionsOf = (callsEach: number, most = MOST_CALLS): number =>
  Math.max(1, Math.min(MOST_FUNCTIONS, Math.floor(most / Math.max(callsEach, 1e-9))));
