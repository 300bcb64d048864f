// VMs and tasks of whole clusters.

import type { Dataset } from './dataset.js';

const PACKING = 'https://github.com/Azure/AzurePublicDataset/blob/master/AzureTracesForPacking2020.md';
const GOOGLE = 'https://github.com/google/cluster-data/blob/master/ClusterData2019.md';
const GWA = 'http://gwa.ewi.tudelft.nl/datasets/gwa-t-12-bitbrains';

const PROTEAN = 'Hadary et al., Protean, OSDI 2020';

export const FLEETS: readonly Dataset[] = [
  {
    id: 'azure-packing-2020',
    title: 'VM requests of one Azure zone, for packing (table vm)',
    source: PACKING,
    licence: 'CC-BY-4.0',
    cite: PROTEAN,
    shape: { has: ['vmId', 'vmTypeId', 'priority', 'starttime', 'endtime'] },
    columns: [
      { name: 'vmId', meaning: 'the request; ids are of one file only' },
      { name: 'tenantId', meaning: 'whose group of requests' },
      { name: 'vmTypeId', meaning: 'its size, by the table vmType' },
      { name: 'priority', meaning: '0 is high, 1 is low and may be evicted' },
      { name: 'starttime', meaning: 'when it was asked for; negative: before the trace began', unit: 'days' },
      { name: 'endtime', meaning: 'when it left; empty where it stayed beyond day 90', unit: 'days' },
    ],
    misread: [
      { what: 'times are fractions of days, not seconds', source: `${PACKING}, note 3` },
      { what: 'the trace is of 14 days, but ends reach to day 90', source: `${PACKING}, note 3` },
      {
        what: 'lifetimes at priority 1 are those until eviction: they depend on how Azure had placed them',
        source: PACKING,
      },
      {
        what: '3,414 rows with starttime -7157 are missing data, to be read as -1497',
        source: 'https://github.com/Azure/AzurePublicDataset/issues/14',
      },
    ],
    use: ['vms: { trace: { file: FILE, types: TYPES, format: azure-packing-2020 } }   # of a fleet'],
  },
  {
    id: 'azure-packing-2020-types',
    title: 'Sizes of VM types by machine (table vmType)',
    source: PACKING,
    licence: 'CC-BY-4.0',
    cite: PROTEAN,
    shape: { has: ['vmTypeId', 'machineId', 'core', 'memory'] },
    columns: [
      { name: 'id', meaning: 'the row' },
      { name: 'vmTypeId', meaning: 'the type; it has a row for each machine that it fits' },
      { name: 'machineId', meaning: 'kind of machine' },
      { name: /^(core|memory|hdd|ssd|nic)$/, meaning: 'what a VM takes of that machine', unit: 'share of a machine' },
    ],
    misread: [
      {
        what: 'amounts are shares of a machine, and a type has others on another machine',
        source: `${PACKING}, note 4`,
      },
    ],
    use: ['vms: { trace: { file: VMS, types: FILE, format: azure-packing-2020 } }   # of a fleet'],
  },
  {
    id: 'google-2019',
    title: 'Events of instances of a Borg cell, May 2019 (table instance_events)',
    source: GOOGLE,
    licence: 'CC-BY-4.0',
    cite: 'Tirmazi et al., Borg: the Next Generation, EuroSys 2020',
    shape: { has: ['time', 'type', 'collection_id', 'instance_index', 'priority'] },
    columns: [
      { name: 'time', meaning: 'from 600 s before the trace begins; 0: before all', unit: 'us' },
      { name: 'type', meaning: '0 SUBMIT, 1 QUEUE, 2 ENABLE, 3 SCHEDULE, 4 EVICT, 5 FAIL, 6 FINISH, 7 KILL, 8 LOST' },
      { name: 'collection_id', meaning: 'job or alloc set' },
      { name: 'instance_index', meaning: 'which instance of it' },
      { name: 'priority', meaning: 'to 99 free, to 115 best effort, to 119 mid, to 359 production, above monitoring' },
      { name: /^resource_request\.(cpus|memory)$/, meaning: 'asked for', unit: 'share of the largest machine' },
    ],
    misread: [
      { what: 'a row is an event, not an instance: one that restarts has several SCHEDULEs', source: GOOGLE },
      { what: 'amounts are shares of the largest machine, not cores or bytes', source: GOOGLE },
      { what: 'time 0 stands for before the trace, and the trace begins at 600 s', source: GOOGLE },
    ],
    use: ['vms: { trace: { file: FILE, format: google-2019 } }   # of a fleet'],
  },
  {
    id: 'gwa-t-12',
    title: 'A Bitbrains VM as the Grid Workloads Archive has it (GWA-T-12)',
    source: GWA,
    licence: 'none stated; the archive asks for acknowledgement',
    cite: 'Shen et al., Statistical Characterization of Business-Critical Workloads, CCGrid 2015',
    shape: { has: ['Timestamp [ms]', 'CPU cores', /^CPU usage/] },
    columns: [
      { name: 'Timestamp [ms]', meaning: 'of the reading, since 1970: seconds, whatever its name says', unit: 's' },
      { name: 'CPU cores', meaning: 'virtual cores', unit: 'cores' },
      { name: /^CPU capacity/, meaning: 'cores times their clock', unit: 'MHz' },
      { name: 'CPU usage [MHZ]', meaning: 'mean over five minutes, of all cores', unit: 'MHz' },
      { name: 'CPU usage [%]', meaning: 'the same, of its capacity', unit: '%' },
      { name: /^Memory/, meaning: 'given to the VM, or used by it', unit: 'KB' },
      { name: /^(Disk|Network)/, meaning: 'mean over five minutes', unit: 'KB/s' },
    ],
    misread: [
      { what: 'the timestamps are seconds, although the header says ms', source: 'the file; docs/fleet.md' },
      { what: 'a file is one VM: the folder is the trace', source: GWA },
      { what: 'a reading is a mean over five minutes: bursts are not in it', source: 'Shen et al., CCGrid 2015' },
    ],
    use: ['vms: { trace: { file: FOLDER/, format: gwa-t-12 } }   # of a fleet'],
  },
];
