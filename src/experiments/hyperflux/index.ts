// HyperFlux (APSys 2025; arXiv:2608.12633): what its papers claim beside ours, and the questions they leave open, one file each.
// Of the second paper only the abstract is public here; every answer names what was assumed for it.

import type { ExperimentOptions, Experiment } from '../experiment.js';
import { arbiter } from './arbiter.js';
import { headline } from './headline.js';
import { hotplug } from './hotplug.js';
import { lock } from './lock.js';
import type { Answer } from './measure.js';
import { migrate } from './migrate.js';
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

export const experiment: Experiment = {
  name: 'hyperflux',
  title: 'HyperFlux: cores that move between VMs in microseconds (APSys 2025, arXiv:2608.12633)',
  async run(options: ExperimentOptions = {}) {
    const answers = [];
    for (const name of QUESTION_NAMES) {
      if (options.part === undefined || options.part === name) answers.push(await QUESTIONS[name](options));
    }
    return { claims: answers.flatMap(({ claims }) => claims), tables: answers.flatMap(({ tables }) => tables) };
  },
};
