// The table of trace formats: one line each.

import { addresses } from './addresses.js';
import { be32 } from './be32.js';
import { csv } from './csv.js';
import { type TraceFormat } from './format.js';
import { lackey } from './lackey.js';
import { oracleGeneral } from './oracle-general.js';
import { ldst, ramulator } from './ramulator.js';

// prettier-ignore
export const FORMATS: readonly TraceFormat[] = [
  oracleGeneral,
  lackey,
  addresses,
  csv,
  ramulator,
  ldst,
  be32,
];

export function formatNamed(name: string): TraceFormat | undefined {
  return FORMATS.find((format) => format.name === name);
}
