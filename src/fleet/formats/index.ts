// The formats of VM traces, by name, and how a fleet's trace is read.

import { InputError } from '../../input/errors.js';
import type { TraceHost } from '../../workload/text-source.js';
import type { Fleet } from '../types.js';
import { VmTableBuilder, type VmTable } from '../vms.js';
import { alibaba2018 } from './alibaba.js';
import { azurePacking2020 } from './azure.js';
import { bitbrains, surfLisa } from './atlarge.js';
import { csv } from './csv.js';
import { google2019 } from './google.js';
import { gwaT12 } from './gwa.js';
import type { Reader, TraceSpec } from './format.js';

const READERS: Readonly<Record<TraceSpec['format'], Reader>> = {
  csv,
  'azure-packing-2020': azurePacking2020,
  bitbrains,
  'gwa-t-12': gwaT12,
  'surf-lisa': surfLisa,
  'alibaba-2018': alibaba2018,
  'google-2019': google2019,
};

/** @throws InputError with the line and column of every cell that is wrong */
export async function readTrace(
  fleet: Fleet,
  trace: TraceSpec,
  host: TraceHost,
): Promise<{ vms: VmTable; notes: string[] }> {
  const into = new VmTableBuilder();
  const notes: string[] = [];
  await READERS[trace.format]({ trace, fleet, host, into, notes });
  if (into.count === 0)
    throw new InputError({
      file: trace.file,
      path: '',
      given: 'no VM',
      expected: `at least one row of ${trace.format}`,
    });
  return { vms: into.table(), notes };
}
