// HyperFlux (APSys 2025; arXiv:2608.12633): what its papers claim beside ours, and the questions they leave open, one file each.
// Of the second paper only the abstract is public here; every answer names what was assumed for it.

import { experimentOf, type ExperimentOptions } from '../experiment.js';
import { arbiter } from './arbiter.js';
import { headline } from './headline.js';
import { hotplug } from './hotplug.js';
import { lock } from './lock.js';
import type { Answer } from './measure.js';
import { migrate } from './migrate.js';
import { HYPERFLUX_PARAMETERS } from './parameters.js';
import { type QuestionName, QUESTION_NAMES } from './questions.js';
import { signal } from './signal.js';
import { taskSize } from './task-size.js';

const QUESTIONS: Readonly<Record<QuestionName, (options: ExperimentOptions) => Promise<Answer>>> = {
  claims: headline,
  migrate,
  arbiter,
  lock,
  signal,
  'task-size': taskSize,
  hotplug,
};

export const experiment = experimentOf(HYPERFLUX_PARAMETERS, async ({ module, part, settings }) => {
  const answers = [];
  for (const name of QUESTION_NAMES) {
    if (part === undefined || part === name) answers.push(await QUESTIONS[name]({ module, parameters: settings }));
  }
  return { claims: answers.flatMap(({ claims }) => claims), tables: answers.flatMap(({ tables }) => tables) };
});
