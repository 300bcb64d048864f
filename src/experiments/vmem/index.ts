// Vmem (arXiv:2511.09961): its four headline results beside what comes out of parameters that have a source.
// Only the abstract is public here; what the model adds is named as an assumption with each claim.

import { Laboratory } from '../measured.js';
import type { Experiment } from '../experiment.js';
import { boot } from './boot.js';
import { network } from './network.js';
import { sellable } from './sellable.js';
import { upgrade } from './upgrade.js';

export const experiment: Experiment = {
  name: 'vmem',
  title: 'Vmem: reserved memory, hot-upgradable (arXiv:2511.09961)',
  async run(options = {}) {
    const laboratory = new Laboratory(options);
    const parts = [
      await sellable(laboratory),
      await boot(laboratory),
      await network(laboratory),
      await upgrade(laboratory),
    ];
    return { claims: parts.flatMap(({ claims }) => claims), tables: parts.flatMap(({ tables }) => tables) };
  },
};
