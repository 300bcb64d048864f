// Whether a dropped file is a trace of pages, and in which format: told by its name or, of a CSV, by its header. What has a column
// of arrivals is none.

import type { TraceFormatName } from '../pages/formats/names.js';

const HEADER_BYTES = 4096;

export function pageFormatOf(name: string, bytes: Uint8Array): TraceFormatName | undefined {
  if (/oraclegeneral/i.test(name)) return 'oracleGeneral';
  if (/lackey/i.test(name)) return 'lackey';
  if (!/\.csv$/i.test(name)) return undefined;
  const [header = ''] = new TextDecoder().decode(bytes.subarray(0, HEADER_BYTES)).split(/\r?\n/, 1);
  const columns = header
    .replace(/^\uFEFF/, '')
    .split(',')
    .map((column) =>
      column
        .trim()
        .replace(/^"(.*)"$/, '$1')
        .toLowerCase(),
    );
  return columns.some((column) => ['page', 'address', 'addr'].includes(column)) && !columns.includes('arrival')
    ? 'csv'
    : undefined;
}
