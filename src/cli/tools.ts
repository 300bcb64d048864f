// The real loader and simulator behind the commands. Both are imported when first used: `--help` and refused
// command lines answer without compiling the core.

import type { Tools } from './replicate.js';

export const simulationTools: Tools = {
  async load(path, options) {
    const { loadScenario } = await import('../scenario/load.js');
    return loadScenario(path, options);
  },
  async create(scenario, directory) {
    const [{ Simulation }, { nodeHost }] = await Promise.all([
      import('../simulation.js'),
      import('../workload/node-file.js'),
    ]);
    // The files that a scenario names are relative to it.
    return Simulation.create(scenario, { files: nodeHost(directory) });
  },
};
