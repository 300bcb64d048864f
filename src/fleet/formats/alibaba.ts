// Alibaba's cluster-trace-v2018, table batch_task, which has no header: task_name,instance_num,job_name,task_type,status,start_time,
// end_time,plan_cpu,plan_mem. Seconds; plan_cpu 100 is one core, plan_mem a hundredth of a machine (the fleet's first type of host).
// Every instance of a task is a VM, best-effort; tasks without a plan are left out, those without an end stay.

import { coreUnits, kibibytes } from '../vms.js';
import { type Reader, forEachRow, machineOf } from './format.js';

const SECOND = 1e9;
const BEST_EFFORT = 1;
const HEADER = 'task_name,instance_num,job_name,task_type,status,start_time,end_time,plan_cpu,plan_mem';
const MOST_INSTANCES = 1e6;

export const alibaba2018: Reader = async (reading) => {
  const { trace, fleet, into, notes } = reading;
  const machine = machineOf(fleet);
  let without = 0;
  const names = ['instance_num', 'start_time', 'end_time', 'plan_cpu', 'plan_mem'] as const;
  await forEachRow(reading, trace.file, { names, header: HEADER }, (row) => {
    if (row.text('plan_cpu') === '' || row.text('plan_mem') === '' || row.text('start_time') === '') {
      without++;
      return;
    }
    const instances = row.number('instance_num', 0, MOST_INSTANCES, 'a whole number of instances');
    const start = row.time('start_time') * SECOND;
    const end = row.text('end_time') === '' ? 0 : row.time('end_time') * SECOND;
    const cores = coreUnits(row.cores('plan_cpu', 0.01));
    const memory = kibibytes(row.bytes('plan_mem', machine.memoryBytes / 100));
    for (let i = 0; i < instances; i++) into.add(start, end < start ? Infinity : end, cores, memory, BEST_EFFORT);
  });
  if (without > 0) notes.push(`${trace.file}: ${without} tasks left out that have no plan or no start`);
};
