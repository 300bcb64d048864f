// The formats of page traces: one line each. Their names are what `format` says.

export { addresses } from './addresses.js';
export { be32 } from './be32.js';
export { csv } from './csv.js';
export { lackey } from './lackey.js';
export { oracleGeneral } from './oracle-general.js';
export { ldst, ramulator } from './ramulator.js';
