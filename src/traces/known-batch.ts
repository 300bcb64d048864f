// Tables of batch clusters that have no header: recognised by the cells of their first row, or by content.

import type { Dataset } from './dataset.js';

const ALIBABA = 'https://github.com/alibaba/clusterdata/tree/master';
const TRACE_2018 = `${ALIBABA}/cluster-trace-v2018/trace_2018.md`;
const PAI = `${ALIBABA}/cluster-trace-gpu-v2020`;
const AZURE_V2 = 'https://github.com/Azure/AzurePublicDataset/blob/master/AzurePublicDatasetV2.md';

const STATUS = /^(Ready|Waiting|Running|Terminated|Failed|Cancelled|Interupted|Interrupted|)$/;
const NUMBER = /^-?\d+(\.\d+)?$/;
const MAYBE = /^(-?\d+(\.\d+)?)?$/;
const ANY = /^.*$/;
const hex = (digits: number): RegExp => new RegExp(`^[0-9a-f]{${digits}}$`);
/** Of ids: base64. */
const ENCRYPTED = /^[\w+/]{20,}={0,2}$/;

const NO_HEADER = 'the file has no header: whoever takes its first row for one loses it';

const WENG = 'Weng et al., MLaaS in the Wild, NSDI 2022';
const PAI_TIMES = {
  what: 'times are seconds less an unknown constant: hour and weekday are right, dates are not',
  source: `${PAI}, pai_job_table`,
};
const PAI_HEADER = { what: NO_HEADER, source: `${PAI}, files *.header` };
const PAI_STATUS = {
  what: 'only Terminated has succeeded; rows of other states have no end, or that of a failure',
  source: PAI,
};
const pai = (table: string): Pick<Dataset, 'source' | 'licence' | 'cite'> & { title: string } => ({
  title: `GPU cluster of Alibaba PAI, July and August 2020 (${table})`,
  source: PAI,
  licence: 'CC-BY-4.0',
  cite: WENG,
});
const JOB = { name: 'job_name', meaning: 'the job, hashed' };
const JOB_ID = { name: 'inst_id', meaning: 'one for each job, whatever its name says; joins other tables' };
const STATE = { name: 'status', meaning: 'Running, Terminated, Failed or Waiting' };
const START = (what: string) => ({ name: 'start_time', meaning: what, unit: 's' });
const END = { name: 'end_time', meaning: 'when it ended; empty while it runs', unit: 's' };

export const BATCH: readonly Dataset[] = [
  {
    id: 'alibaba-2018-batch-task',
    title: "Batch tasks of Alibaba's cluster-trace-v2018 (batch_task)",
    source: TRACE_2018,
    licence: 'CC-BY-4.0',
    cite: 'Guo et al., Who Limits the Resource Efficiency of My Datacenter, IWQoS 2019',
    shape: {
      cells: [/^\w+=*$/, /^\d+(\.0)?$/, /^j_\d+$/, /^\d+$/, STATUS, NUMBER, MAYBE, MAYBE, MAYBE],
    },
    columns: [
      { name: 'task_name', meaning: 'of the DAG: M1 waits for nobody, R4_2 for task 2; task_... is none' },
      { name: 'instance_num', meaning: 'instances of the task', unit: 'instances' },
      { name: 'job_name', meaning: 'the job' },
      { name: 'task_type', meaning: 'one of 12; only some have a DAG' },
      { name: 'status', meaning: 'of the task' },
      { name: 'start_time', meaning: 'from the beginning of the trace', unit: 's' },
      { name: 'end_time', meaning: 'the same', unit: 's' },
      { name: 'plan_cpu', meaning: 'asked for by one instance, in hundredths', unit: '1/100 core' },
      { name: 'plan_mem', meaning: 'asked for, of the largest machine', unit: '% of a machine' },
    ],
    misread: [
      { what: NO_HEADER, source: `${ALIBABA}/cluster-trace-v2018/schema.md` },
      { what: 'a time of 0 lies before or after the 8 days, not at their beginning', source: TRACE_2018 },
      { what: 'plan_cpu of 100 is one core, not a hundred', source: TRACE_2018 },
      { what: 'a row is a task, which has many instances: neither a job nor what a machine runs', source: TRACE_2018 },
      { what: 'tasks wait for those that their name counts: starts are not arrivals', source: `${TRACE_2018}, 2.3` },
    ],
    use: ['vms: { trace: { file: FILE, format: alibaba-2018 } }   # of a fleet; every instance is a VM'],
  },
  {
    id: 'alibaba-pai2020-jobs',
    ...pai('pai_job_table'),
    shape: { cells: [hex(24), hex(60), hex(12), STATUS, MAYBE, MAYBE] },
    columns: [
      JOB,
      JOB_ID,
      { name: 'user', meaning: 'the user, hashed' },
      STATE,
      START('when the job was submitted'),
      END,
    ],
    misread: [PAI_HEADER, PAI_TIMES, PAI_STATUS],
    use: ['nothing reads it as it is: it gives arrivals of jobs, and pai_task_table what they ask for'],
  },
  {
    id: 'alibaba-pai2020-tasks',
    ...pai('pai_task_table'),
    shape: { cells: [hex(24), ANY, MAYBE, STATUS, MAYBE, MAYBE, MAYBE, MAYBE, MAYBE, ANY] },
    columns: [
      JOB,
      { name: 'task_name', meaning: 'its role: ps, worker, evaluator' },
      { name: 'inst_num', meaning: 'instances of the task', unit: 'instances' },
      STATE,
      START('when the task was launched, not when its job was submitted'),
      END,
      { name: 'plan_cpu', meaning: 'asked for by one instance; 600 is six cores', unit: '1/100 core' },
      { name: 'plan_mem', meaning: 'asked for by one instance', unit: 'GB' },
      { name: 'plan_gpu', meaning: 'asked for by one instance; 50 is half a GPU', unit: '1/100 GPU' },
      { name: 'gpu_type', meaning: 'given to the task; MISC is any of the older ones' },
    ],
    misread: [
      PAI_HEADER,
      PAI_TIMES,
      PAI_STATUS,
      { what: 'what is asked for is of each instance: a task takes inst_num times as much', source: PAI },
    ],
    use: ['nothing reads it as it is: it gives sizes for the VMs of a fleet'],
  },
  {
    id: 'alibaba-pai2020-instances',
    ...pai('pai_instance_table'),
    shape: { cells: [hex(24), ANY, hex(60), hex(60), hex(60), STATUS, MAYBE, MAYBE, /^([0-9a-f]{24})?$/] },
    columns: [
      JOB,
      { name: 'task_name', meaning: 'its role: ps, worker, evaluator' },
      { name: 'inst_name', meaning: 'the instance within its task, hashed' },
      { name: 'worker_name', meaning: 'the instance, by which it joins pai_sensor_table' },
      JOB_ID,
      STATE,
      START('when the instance was launched'),
      END,
      { name: 'machine', meaning: 'where it ran, hashed' },
    ],
    misread: [PAI_HEADER, PAI_TIMES, PAI_STATUS, { what: 'inst_id names the job, not the instance', source: PAI }],
    use: ['nothing reads it as it is: it gives lifetimes for the VMs of a fleet'],
  },
  {
    id: 'azure-vm-2019',
    title: 'VMs of one Azure region, 30 days of 2019 (AzurePublicDatasetV2, vmtable)',
    source: AZURE_V2,
    licence: 'CC-BY-4.0',
    cite: 'Cortez et al., Resource Central, SOSP 2017',
    shape: {
      cells: [
        ...[ENCRYPTED, ENCRYPTED, ENCRYPTED, /^\d+$/, /^\d+$/, NUMBER, NUMBER, NUMBER],
        ...[/^(Delay-insensitive|Interactive|Unknown)$/, /^>?\d+$/, /^>?\d+(\.\d+)?$/],
      ],
    },
    columns: [
      { name: 'vmid', meaning: 'the VM, encrypted' },
      { name: 'subscriptionid', meaning: 'whose it is, encrypted' },
      { name: 'deploymentid', meaning: 'with which others it was made, encrypted' },
      { name: 'vmcreated', meaning: 'from when the first VM was made', unit: 's' },
      { name: 'vmdeleted', meaning: 'the same', unit: 's' },
      { name: 'maxcpu', meaning: 'greatest reading, of its cores', unit: '%' },
      { name: 'avgcpu', meaning: 'mean of its readings', unit: '%' },
      { name: 'p95maxcpu', meaning: 'p95 of the maxima of five minutes', unit: '%' },
      { name: 'vmcategory', meaning: 'Delay-insensitive, Interactive or Unknown: guessed from its load' },
      { name: 'vmcorecountbucket', meaning: 'cores, as the upper end of a bucket', unit: 'cores' },
      { name: 'vmmemorybucket', meaning: 'memory, as the upper end of a bucket', unit: 'GB' },
    ],
    misread: [
      { what: NO_HEADER, source: `${AZURE_V2}, schema` },
      { what: 'cores and memory are buckets, the last one open (>24, >64): no sizes', source: `${AZURE_V2}, schema` },
      { what: 'readings are of five minutes: bursts are not in them', source: AZURE_V2 },
      { what: "it is of Microsoft's own workloads in one region, not of all customers", source: AZURE_V2 },
    ],
    use: ['nothing reads it as it is: it gives lifetimes for the VMs of a fleet'],
  },
];
