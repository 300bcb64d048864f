// Answers what `fluxhost pages` is asked, of files in memory: what its --json prints but for the clock.

import { type Problem, InputError, show } from '../input/errors.js';
import { parseDuration, parseSize } from '../input/quantities.js';
import type { TraceHost } from '../workload/text-source.js';
import { MOST_RUNS, quantityReader, reading } from './api.js';
import { type CapacitySpec, parseCapacity } from './capacity.js';
import { type PolicySpec, parsePolicy } from './policies.js';
import type { PagesQuestion } from './question.js';
import { replayTrace } from './replay.js';
import type { PagesResult } from './result.js';

/** @throws InputError for a question that is none, as it may have come by a link, and for a trace that is none */
export async function answerPages(
  question: PagesQuestion,
  files: TraceHost,
  module?: WebAssembly.Module,
): Promise<PagesResult> {
  const { trace, policies, capacities, curves, mrc, shards, seed, swapIn } = question;
  const problems: Problem[] = [];
  const common = reading(trace, { ...question, files }, problems);
  const pageBytes = common.read.pageSizeBytes || parseSize('4KiB');
  if (policies.length * capacities.length > MOST_RUNS)
    problems.push({
      path: 'policies',
      given: String(policies.length * capacities.length),
      expected: `${MOST_RUNS} runs`,
    });
  if (shards !== undefined && !(shards > 0 && shards <= 1))
    problems.push({ path: 'shards', given: show(shards), expected: 'a share above 0 and up to 1' });
  const specs = policies.map((text) => parsePolicy(text, 'policies', problems));
  const curvePolicies = curves.map((text) => parsePolicy(text, 'curves', problems));
  const sizes = capacities.map((text) => parseCapacity(text, pageBytes, 'capacities', problems));
  const swapInNs = swapIn === undefined ? undefined : quantityReader(problems)(swapIn, 'swapIn', parseDuration);
  if (problems.length > 0) throw new InputError(problems);
  return replayTrace({
    ...common,
    policies: specs as PolicySpec[],
    capacities: sizes as CapacitySpec[],
    curvePolicies: curvePolicies as PolicySpec[],
    seed,
    swapInNs,
    module,
    lruCurve: mrc,
    curveRate: shards ?? (mrc ? 1 : undefined),
  });
}
