// What a program asks: what the decisions of a window cost.

import { argument } from '../input/argument.js';
import { InputError, show } from '../input/errors.js';
import type { SimulationInput, SimulationOptions } from '../options.js';
import { Simulation } from '../simulation.js';
import { whyAll, type WhyResult } from './why.js';

/** Which decisions, and how far behind each one looks. */
export interface WhyOptions extends SimulationOptions {
  /** Simulated time, warm-up included, behind which the window begins. */
  readonly fromNs: number;
  /** Where it ends. */
  readonly untilNs: number;
  /** For so long after a decision its requests are looked at; default 1 ms. */
  readonly horizonNs?: number;
  /** Decisions tried, of more every so many; default 50. */
  readonly atMost?: number;
  /** Called when decisions have been tried. */
  readonly onDecisions?: (done: number, all: number) => void;
}

/**
 * Holds each core that the arbiter gave away in a window against what it could have done instead: none, another VM's, one more.
 *
 *     const { decisions } = await why(scenario, { fromNs: 30e6, untilNs: 32e6 });
 *
 * @throws InputError for a window of the warm-up, or in which no arbiter gave a core away
 */
export async function why(input: SimulationInput, options: WhyOptions): Promise<WhyResult> {
  argument('options', options, 'a mapping', 'a window, as in { fromNs: 30e6, untilNs: 32e6 }');
  const { fromNs, untilNs, horizonNs, atMost, onDecisions, ...rest } = options;
  const isLater = (end: number, start: number): boolean => Number.isFinite(end) && end > start;
  const number = (path: string, value: number, expected: string): InputError =>
    new InputError({ path, given: show(value), expected });
  if (!(Number.isFinite(fromNs) && fromNs >= 0)) throw number('fromNs', fromNs, 'ns of simulated time from 0 on');
  if (!isLater(untilNs, fromNs)) throw number('untilNs', untilNs, `ns of simulated time after fromNs (${fromNs})`);
  if (horizonNs !== undefined && !isLater(horizonNs, 0)) throw number('horizonNs', horizonNs, 'ns above 0');
  if (atMost !== undefined && !(Number.isSafeInteger(atMost) && atMost >= 1))
    throw number('atMost', atMost, 'a whole number from 1');
  const question = { window: { fromNs, untilNs }, horizonNs, atMost, onDecisions };
  return whyAll(question, () => Simulation.create(input, rest));
}
