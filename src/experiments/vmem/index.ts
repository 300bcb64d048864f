// Vmem (arXiv:2511.09961): its four headline results beside what comes out of parameters that have a source.
// Only the abstract is public here; what the model adds is named as an assumption with each claim.

import { Laboratory } from '../measured.js';
import { experimentOf } from '../experiment.js';
import { boot } from './boot.js';
import { network } from './network.js';
import { fieldsOf, VMEM_PARAMETERS } from './parameters.js';
import { sellable } from './sellable.js';
import { upgrade } from './upgrade.js';

export const experiment = experimentOf(VMEM_PARAMETERS, async ({ module, settings }) => {
  const laboratory = new Laboratory({ module }, (example) => fieldsOf(settings, example));
  const parts = [
    await sellable(laboratory),
    await boot(laboratory, settings),
    await network(laboratory, settings),
    await upgrade(laboratory, settings),
  ];
  return { claims: parts.flatMap(({ claims }) => claims), tables: parts.flatMap(({ tables }) => tables) };
});
