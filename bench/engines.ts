// What the cases "scale" and "tiers" measure that no command shows, as the program has it. Bundled when it is asked for.

export { queueEngine } from '../src/cli/queue-engine.js';
export { queueName, shownName } from '../src/cli/queue.js';
export { threadEngine } from '../src/cli/pool.js';
export { createOn } from '../src/cli/tools.js';
export { STEADY } from '../src/fleet/simulator.js';
export { loadFleet } from '../src/fleet/file.js';
export { hostTable, valuesOf } from '../src/fleet/host-table.js';
export { engineHere, rowsOf } from '../src/fleet/hosts.js';
export { FleetSum, jobsOf, prepareFleet, vmsOf } from '../src/fleet/simulate.js';
export { nodeHost } from '../src/workload/node-file.js';
export { Tiers } from '../src/residency/tiers.js';
