// What a table is of, told by the names of its columns: of page accesses, or of arrivals. Nothing is guessed of others.

import { InputError } from './errors.js';

export const columnsOf = (header: string): string[] =>
  header
    .replace(/^\uFEFF/, '')
    .split(',')
    .map((column) => column.trim().replace(/^"(.*)"$/, '$1'));

const PAGES = ['page', 'address', 'addr'];

/** Whether a header has the column that accesses to pages cannot do without, and not that of arrivals. */
export const isOfPages = (header: string): boolean => {
  const columns = columnsOf(header).map((column) => column.toLowerCase());
  return columns.some((column) => PAGES.includes(column)) && !columns.includes('arrival');
};

/** Whether it has the column that arrivals cannot do without. */
export const isOfArrivals = (header: string): boolean => columnsOf(header).includes('arrival');

const MOST_HEADER = 4096;

/** @throws InputError if a text that is to be a scenario is a table, with the command or the field that it is for */
export function refuseTables(text: string, file: string | undefined): void {
  const header = text.slice(0, MOST_HEADER).split(/\r?\n/, 1)[0]!;
  if (!header.includes(',') || /[:{}[\]#]/.test(header)) return;
  const name = file ?? 'FILE';
  const told = isOfPages(header)
    ? ['a table of page accesses', `those are for fluxhost pages ${name} --format csv`]
    : isOfArrivals(header)
      ? ['a table of arrivals', `a scenario replays it: arrivals: { process: trace, format: csv, file: ${name} }`]
      : undefined;
  if (told === undefined) return;
  const [given, use] = told as [string, string];
  throw new InputError({
    ...(file === undefined ? {} : { file }),
    path: '',
    given,
    expected: `a scenario (host, vms); ${use}`,
  });
}
