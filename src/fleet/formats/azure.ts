// AzureTracesForPacking2020 (Hadary et al., Protean, OSDI'20): a SQLite file of two tables, exported as CSV with their headers.
//   vm      vmId,tenantId,vmTypeId,priority,starttime,endtime   days; starttime below 0: there before the trace; endtime empty: to its end
//   vmType  id,vmTypeId,machineId,core,memory,hdd,ssd,nic       shares of a machine of kind machineId
// Shares are of the fleet's first type of host. Priority 0 is latency-critical, 1 best-effort (evictable). hdd, ssd and nic are left out.

import { InputError, namesText, show } from '../../input/errors.js';
import { coreUnits, kibibytes } from '../vms.js';
import { type Reader, type Reading, forEachRow, machineOf } from './format.js';

const DAY_NS = 86_400e9;

interface Size {
  readonly cores: number;
  readonly memory: number;
}

async function readTypes(reading: Reading): Promise<Map<string, Size>> {
  const { trace, fleet } = reading;
  const machine = machineOf(fleet);
  const sizes = new Map<string, Size>();
  const machines = new Set<number>();
  const names = ['vmTypeId', 'machineId', 'core', 'memory'] as const;
  await forEachRow(reading, trace.types!, { names }, (row) => {
    const id = row.number('machineId', 0, 1e9, 'the number of a kind of machine');
    machines.add(id);
    if (id !== trace.machine) return;
    const cores = row.number('core', 0, 1, 'a share of a machine, 0 to 1') * machine.cores;
    const bytes = row.number('memory', 0, 1, 'a share of a machine, 0 to 1') * machine.memoryBytes;
    sizes.set(row.text('vmTypeId'), { cores: coreUnits(cores), memory: kibibytes(bytes) });
  });
  if (sizes.size > 0) return sizes;
  throw new InputError({
    path: 'vms.trace.machine',
    given: show(trace.machine),
    expected: `a machineId of ${trace.types!}: ${namesText([...machines].sort((a, b) => a - b))}`,
  });
}

export const azurePacking2020: Reader = async (reading) => {
  const { trace, into, notes } = reading;
  const sizes = await readTypes(reading);
  let unknown = 0;
  const names = ['vmTypeId', 'priority', 'starttime', 'endtime'] as const;
  await forEachRow(reading, trace.file, { names }, (row) => {
    const start = row.time('starttime') * DAY_NS;
    const end = row.text('endtime') === '' ? Infinity : row.time('endtime') * DAY_NS;
    const priority = row.number('priority', 0, 1, '0 or 1');
    const size = sizes.get(row.text('vmTypeId'));
    if (size === undefined) unknown++;
    else into.add(start, end, size.cores, size.memory, priority === 0 ? 0 : 1);
  });
  if (unknown > 0)
    notes.push(`${trace.file}: ${unknown} VMs left out whose type does not run on machine ${trace.machine}`);
};
