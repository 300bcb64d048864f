// Who held which core, and what it did there: one strip a core, cut into columns of equal length. Made where a report is asked for.

import * as z from 'zod';
import { count, list, number, once, record, text, told } from '../metrics/figures.js';

const makeSchemas = () => {
  const numbers = (meaning: string) => list(meaning, z.number());
  const window = record('StripWindow', 'A stretch of simulated time, cut into columns.', {
    what: z.enum(['run', 'worst']).meta({
      description:
        'The whole run, of which a column is one instant in its middle; or the 2 ms in which the VMs with objectives had most ' +
        'requests at once (in a comparison: had them in its first run, for all runs), of which a column is what lasted longest in it.',
    }),
    fromNs: number('Simulated time, warm-up included, in ns.'),
    columnNs: number('Of each column, in ns.'),
    columns: count('How many there are.'),
    cores: list(
      'One a core, but for those that poll for the host or are kept for its memory.',
      z.strictObject({
        vms: text(
          'Who held it, `INDEX*COLUMNS` in turn: the place of the VM in the result, behind the last for VMs of functions, -1 for nobody, and for how many columns on end.',
        ),
        doing: text('A letter a column: r ran tasks, s searched, stole or spun, m moved, . nothing.'),
      }),
    ),
    waiting: list(
      'Of the first 16 VMs: tasks that wait, `TASKS*COLUMNS` in turn: at the instant of a column, or the most within it.',
      z.string(),
    ),
    memory: told(
      'Where the guests’ memory lies at the instants of the whole run; of hosts with swapped memory.',
      z.optional(
        z.strictObject({
          residentBytes: numbers('Of pages that are in; of the simulated memory, as all bytes here.'),
          outBytes: numbers('Of pages that are out, or on their way in.'),
          freeBytes: numbers('Frames without a page.'),
          faults: numbers('Touches of pages that were not there, since the instant before.'),
        }),
      ),
    ),
  });
  const stripsSchema = record('StripsResult', 'Who held which core when, and what it did there.', {
    windows: list('The whole run, then the worst of it.', window),
  });
  return { window, stripsSchema };
};
/** @internal */
export const stripsSchemas = once(makeSchemas);
type Schemas = ReturnType<typeof makeSchemas>;
export type StripWindow = z.output<Schemas['window']>;
export type StripsResult = z.output<Schemas['stripsSchema']>;
