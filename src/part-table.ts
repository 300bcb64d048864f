// The parts of a host, one line each.

export { datapath } from './datapath/index.js';
export { lifecycle } from './lifecycle/index.js';
export { order } from './order/index.js';
export { swap } from './swap/index.js';
