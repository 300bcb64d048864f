// VMs, jobs, applications and what machines measure.

import type { Dataset } from './dataset.js';

const OPENDC = 'https://github.com/atlarge-research/opendc';
const VM_NOISE = 'https://github.com/Azure/AzurePublicDataset/blob/master/AzureVMNoiseDataset2024.md';

const JOB_COLUMNS = [
  { name: 'id', meaning: 'VM or job' },
  { name: 'submission_time', meaning: 'arrival, since 1970', unit: 'ms' },
  { name: 'cpu_count', meaning: 'cores that it asks for', unit: 'cores' },
  { name: 'cpu_capacity', meaning: 'of all its cores together', unit: 'MHz' },
];

const OPENDC_TIMES = {
  column: 'submission_time',
  unit: 'ms',
  is: 'start',
  duration: { column: 'duration', unit: 'ms' },
} as const;

export const MACHINES: readonly Dataset[] = [
  {
    id: 'opendc-tasks',
    title: 'VMs as OpenDC has them (Bitbrains; SURF LISA has the same columns)',
    source: `${OPENDC} (opendc-experiments-base, workloadTraces)`,
    licence: 'MIT (OpenDC)',
    cite: 'Shen et al., CCGrid 2015',
    shape: { has: ['submission_time', 'duration', 'cpu_count', 'mem_capacity'] },
    columns: [
      ...JOB_COLUMNS,
      { name: 'duration', meaning: 'from submission to the end', unit: 'ms' },
      { name: 'mem_capacity', meaning: 'memory that it has', unit: 'KB' },
    ],
    misread: [
      {
        what: 'where cores, capacity and memory are the same in every row it is SURF LISA: they are no sizes',
        source: 'the file',
      },
      { what: 'cpu_capacity is of all cores together, not of one', source: `${OPENDC}` },
      { what: 'times are milliseconds since 1970, and rows need not be in their order', source: 'the file' },
    ],
    times: OPENDC_TIMES,
    use: [
      'vms: { trace: { file: FILE, format: bitbrains } }   # of a fleet',
      'fluxhost trace convert FILE vms.csv --from opendc --to fleet-csv',
    ],
  },
  {
    id: 'opendc-surf-lisa',
    title: "Jobs of SURF's cluster LISA as OpenDC has them",
    source: `${OPENDC} (opendc-experiments-base, workloadTraces)`,
    licence: 'MIT (OpenDC)',
    cite: 'Versluis et al., Less is not more, FGCS 2023',
    // By its content alone: Bitbrains' table, which is looked for before, has the same columns.
    shape: { has: ['submission_time', 'duration', 'cpu_count', 'mem_capacity'] },
    columns: [
      ...JOB_COLUMNS,
      { name: 'duration', meaning: 'from submission to the end', unit: 'ms' },
      { name: 'mem_capacity', meaning: 'a constant, without unit' },
    ],
    misread: [
      { what: 'cores, capacity and memory are constants: sizes have to come from elsewhere', source: 'the file' },
      { what: 'times are milliseconds since 1970, and rows need not be in their order', source: 'the file' },
    ],
    times: OPENDC_TIMES,
    use: [
      'vms: { trace: { file: FILE, format: surf-lisa, sizes: [{ weight: 1, cores: 2, memory: 4GiB }] } }   # of a fleet',
      'fluxhost trace convert FILE arrivals.csv --from opendc --to csv',
    ],
  },
  {
    id: 'atlarge-bitbrains-usage',
    title: 'CPU use of Bitbrains VMs as OpenDC has it',
    source: `${OPENDC} (bitbrains-small, fragments)`,
    licence: 'MIT (OpenDC)',
    cite: 'Shen et al., Statistical Characterization of Business-Critical Workloads, CCGrid 2015',
    shape: { has: ['id', 'duration', 'cpu_usage'] },
    columns: [
      { name: 'id', meaning: 'the VM' },
      { name: 'duration', meaning: 'how long the reading holds', unit: 'ms' },
      { name: 'cpu_usage', meaning: 'mean of all its cores together', unit: 'MHz' },
    ],
    misread: [
      { what: 'some readings hold for 15 days: data are missing there, not constant', source: 'the file' },
      {
        what: 'a reading is a mean over 5 minutes: bursts of seconds are not in it',
        source: 'Shen et al., CCGrid 2015',
      },
    ],
    use: ['nothing reads it as it is: it bounds what a VM of a fleet uses'],
  },
  {
    id: 'ibm-code-engine-2026',
    title: 'Settings of IBM Cloud Code Engine applications, 62 days',
    source: 'https://github.com/ubc-cirrus-lab/ibm-cloud-code-engine-traces',
    licence: 'MIT, UBC CIRRUS',
    cite: 'Nasiri et al., EuroSys 2026',
    shape: { has: ['container_concurrency', 'min_scale', 'memory_gb'] },
    columns: [
      { name: 'namespace', meaning: 'tenant (hashed)' },
      { name: 'app', meaning: 'application (hashed)' },
      { name: /^(first|last)_day$/, meaning: 'days 0 to 61 of equal settings, both counted', unit: 'days' },
      { name: 'cpu_vcpu', meaning: 'of one container', unit: 'vCPU' },
      { name: 'memory_gb', meaning: 'of one container', unit: 'GB' },
      { name: 'container_concurrency', meaning: 'requests that one container takes at a time', unit: 'requests' },
      { name: 'min_scale', meaning: 'containers that are kept without load', unit: 'containers' },
    ],
    misread: [
      {
        what: 'an application has a row for every run of equal settings: rows are not applications',
        source: 'the file',
      },
      { what: 'it tells settings, not traffic; 0 in min_scale is scale to zero', source: 'the repository' },
    ],
    use: ['nothing reads it as it is: it gives sizes for `functions` (memory) and `vms` of a fleet'],
  },
  {
    id: 'azure-vm-noise-2024',
    title: 'One benchmark on many Azure VMs over 483 days',
    source: VM_NOISE,
    licence: 'CC-BY-4.0',
    cite: 'Freischuetz et al., TUNA, EuroSys 2025',
    shape: { has: ['value', 'runtime', 'starttime', 'VM_id'] },
    columns: [
      { name: 'value', meaning: 'what the benchmark measured; its unit is in the name of the file' },
      { name: 'runtime', meaning: 'how long the test took', unit: 's' },
      { name: 'starttime', meaning: 'when it began, UTC', unit: 'UTC' },
      { name: 'VM_id', meaning: 'the VM, unique within one file only' },
    ],
    misread: [
      { what: 'VM 0 of one file is not VM 0 of another', source: VM_NOISE },
      { what: 'whether more is better depends on the unit, which no column tells', source: VM_NOISE },
    ],
    times: { column: 'starttime', unit: 'utc', is: 'start', duration: { column: 'runtime', unit: 's' }, key: 'VM_id' },
    use: ['service: { dist: empirical, file: VALUES }   # the column value, one number a line, with its scale'],
  },
  {
    id: 'alibaba-pai2020-minibatch',
    title: 'Mini-batch times of ten workers of a training job (Alibaba PAI)',
    source: 'https://github.com/alibaba/clusterdata/tree/master/cluster-trace-gpu-v2020/mini-batch-time',
    licence: 'CC-BY-4.0',
    cite: 'Weng et al., MLaaS in the Wild, NSDI 2022',
    shape: { has: ['worker', 'gpu', 'time', 'batch_time_norm'] },
    columns: [
      { name: 'worker', meaning: 'worker 0 to 9' },
      { name: 'gpu', meaning: 'share of one GPU that it asked for', unit: '%' },
      { name: 'time', meaning: 'stamp of the iteration' },
      { name: 'batch_time_norm', meaning: 'iteration time, normalised to 0 to 1000 within the job' },
    ],
    misread: [
      {
        what: 'the time is normalised within its job: it has no unit, and jobs cannot be compared by it',
        source: 'https://github.com/alibaba/clusterdata/tree/master/cluster-trace-gpu-v2020/mini-batch-time',
      },
    ],
    use: ['nothing reads it as it is: the spread over workers is a ratio for stragglers'],
  },
];
