// What a program asks: what the decisions of a window cost.

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
  const { fromNs, untilNs, horizonNs, atMost, onDecisions, ...rest } = options;
  const question = { window: { fromNs, untilNs }, horizonNs, atMost, onDecisions };
  return whyAll(question, () => Simulation.create(input, rest));
}
