// What a dropped file is: a trace of pages, and in which format, or arrivals; told by its name or, of a CSV, by its header. Nothing is
// guessed: what has neither column is neither.

import { columnsOf, isOfPages } from '../input/tables.js';
import type { TraceFormatName } from '../pages/formats/names.js';

const HEADER_BYTES = 4096;

const firstLine = (bytes: Uint8Array): string =>
  new TextDecoder().decode(bytes.subarray(0, HEADER_BYTES)).split(/\r?\n/, 1)[0]!;

export function pageFormatOf(name: string, bytes: Uint8Array): TraceFormatName | undefined {
  if (/oraclegeneral/i.test(name)) return 'oracleGeneral';
  if (/lackey/i.test(name)) return 'lackey';
  return /\.csv$/i.test(name) && isOfPages(firstLine(bytes)) ? 'csv' : undefined;
}

/** The line that names a file's columns, also where the file is packed by gzip. */
export async function headerOf(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return firstLine(bytes);
  const reader = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('gzip')).getReader();
  let head = new Uint8Array(0);
  while (head.length < HEADER_BYTES) {
    const { done, value } = await reader.read();
    if (done) break;
    head = Uint8Array.from([...head, ...value.subarray(0, HEADER_BYTES)]);
  }
  await reader.cancel();
  return firstLine(head);
}

/** Whether it has the one with the times that requests take, which then run in place of the scenario's. */
export const hasService = (header: string): boolean => columnsOf(header).includes('service');
