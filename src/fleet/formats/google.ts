// Google's cluster traces of 2019 (Tirmazi et al., Borg: the Next Generation, EuroSys'20), table instance_events as CSV with its header:
// time,type,collection_id,priority,instance_index,resource_request.cpus,resource_request.memory and others. Microseconds from 600 s before
// the trace; amounts are shares of the largest machine, here the fleet's first type of host. An instance is a VM from SCHEDULE (3) to
// EVICT, FAIL, FINISH, KILL or LOST (4 to 8); one without an end stays. From priority 120 on (production) it is latency-critical.

import { coreUnits, kibibytes } from '../vms.js';
import { type Reader, forEachRow, machineOf } from './format.js';

const MICROSECOND = 1e3;
const OFFSET = 600e6;
const SCHEDULE = 3;
const ENDS = [4, 5, 6, 7, 8];
const PRODUCTION = 120;
const TYPES = ['SUBMIT', 'QUEUE', 'ENABLE', 'SCHEDULE', 'EVICT', 'FAIL', 'FINISH', 'KILL', 'LOST'];

interface Running {
  readonly from: number;
  readonly cores: number;
  readonly memory: number;
  readonly vmClass: number;
}

export const google2019: Reader = async (reading) => {
  const { trace, fleet, into, notes } = reading;
  const machine = machineOf(fleet);
  const running = new Map<string, Running>();
  let without = 0;
  const names = [
    ...(['time', 'type', 'collection_id', 'priority', 'instance_index'] as const),
    ...(['resource_request.cpus', 'resource_request.memory'] as const),
  ];
  await forEachRow(reading, trace.file, { names }, (row) => {
    const named = TYPES.indexOf(row.text('type'));
    const type = named >= 0 ? named : row.number('type', 0, 100, 'the number or name of an event');
    const id = `${row.text('collection_id')} ${row.text('instance_index')}`;
    const at = (row.time('time') - OFFSET) * MICROSECOND;
    const there = running.get(id);
    if (there !== undefined && (type === SCHEDULE || ENDS.includes(type))) {
      into.add(there.from, at, there.cores, there.memory, there.vmClass);
      running.delete(id);
    }
    if (type !== SCHEDULE) return;
    if (row.text('resource_request.cpus') === '' || row.text('resource_request.memory') === '') {
      without++;
      return;
    }
    running.set(id, {
      from: at,
      cores: coreUnits(row.number('resource_request.cpus', 0, 1, 'a share of a machine, 0 to 1') * machine.cores),
      memory: kibibytes(
        row.number('resource_request.memory', 0, 1, 'a share of a machine, 0 to 1') * machine.memoryBytes,
      ),
      vmClass: row.number('priority', 0, 1e6, 'a priority') >= PRODUCTION ? 0 : 1,
    });
  });
  for (const { from, cores, memory, vmClass } of running.values()) into.add(from, Infinity, cores, memory, vmClass);
  if (without > 0) notes.push(`${trace.file}: ${without} instances left out that ask for nothing`);
};
