// The mechanisms that can be run: one line each. The name here is the one that a scenario says.

export { blind } from './blind.js';
export { caladan } from './caladan.js';
export { cgroup } from './cgroup.js';
export { ditto } from './ditto.js';
export { hotplug } from './hotplug.js';
export { hyperflux } from './hyperflux.js';
export { ideal } from './ideal.js';
export { microvm } from './microvm.js';
export { nsdi22 } from './nsdi22.js';
export { shenango } from './shenango.js';
export { fixed as static } from './static.js';
