// The parts of a host, one line each.

export { swap } from './swap/index.js';
