// Every parameter of reserved memory with its unit, default and source; `fluxhost explain` and the schema take them from here.
// Costs are per GB (10^9 bytes), as their sources give them. Of Vmem itself only the abstract is public: nothing here is a
// figure of its implementation, and a default without a source says "assumed".

import { type Field, type Parameter, type ParameterRow, fieldOf, parametersOf } from '../input/parameter.js';

const OURS = 'a choice of this program, not a figure of any system';
const TIME_UNITS = ['ns', 'us', 'ms', 's', 'm', 'h'] as const;
const MEMORY_UNITS = ['B', 'KiB', 'MiB', 'GiB', 'GB'] as const;
const MANAGERS = ['vmem', 'hugetlb', 'hvo', 'thp'] as const;

const SERVER: readonly ParameterRow[] = [
  [
    'manager',
    'choice',
    'vmem',
    'Who hands memory out: Vmem, Linux hugetlb pools, hugetlb with the vmemmap optimization, or transparent huge pages.',
    'the subject of the comparison, not a figure',
    'assumed',
    MANAGERS,
  ],
  ['server.nodes', 'count', 2, 'NUMA nodes, all of one size.', `two sockets; ${OURS}`, 'assumed'],
  [
    'server.kernel',
    'bytes',
    2 * 2 ** 30,
    'What the host itself keeps: kernel, agents, page cache. Its page descriptors come on top.',
    'Linux commit 3dfd02c9: at most 376 GB of a 384 GB machine as 2 MiB pages; less 6 GB of page descriptors 2 GB remain',
    'derived',
  ],
  [
    'server.placement',
    'choice',
    'pack',
    'Node for a new VM: the fullest that has room (pack), or the emptiest (balance).',
    OURS,
    'assumed',
    ['pack', 'balance'],
  ],
  [
    'server.span',
    'yes or no',
    true,
    'Whether a VM may get memory of several nodes where none has enough.',
    OURS,
    'assumed',
  ],
  ['server.vms', 'count', 4096, 'VMs that the tables have room for at once.', OURS, 'assumed'],
];

const COSTS: readonly ParameterRow[] = [
  [
    'costs.zeroPerGB',
    'ns',
    125_000_000,
    'Fault and zero one GB of huge pages with one thread.',
    'LKML, A. Arora, clear-pages series: 7.95 GB/s (2 MiB) and 8.01 GB/s (1 GiB) on Ice Lake 8358; 11.89 and 16.51 GB/s on Milan 7J13',
    'published',
  ],
  [
    'costs.zeroFloorPerGB',
    'ns',
    10_000_000,
    "Least time to zero one GB with any number of threads: the server's memory bandwidth.",
    '100 GB/s; a choice of this program, about half of what eight DDR4-3200 channels can move',
    'assumed',
  ],
  [
    'costs.pinPerGB',
    'ns',
    14_000_000,
    'VFIO pins memory that has page descriptors: walks it by 4 KiB.',
    'LKML RFC, Ming Mao: 700 ms for 50 GB in 1 GiB hugetlb pages; walks of mapped device memory take 25 to 31 ms per GB (Linux commits 356e88eb, 0fd06844)',
    'derived',
  ],
  [
    'costs.mapPerExtent',
    'ns',
    1_500,
    'VFIO maps one contiguous extent into the IOMMU without looking at pages.',
    'Linux commit 356e88eb: 16 GB of device memory in one mapping, 0.4 s before, 1.5 us after',
    'published',
  ],
  [
    'costs.faultPerGB',
    'ns',
    129_000_000,
    'Further work per GB for memory in 4 KiB pages (faults, page tables, IOMMU tables): what no source attributes.',
    '100 s for a 373 GB VM (a review of Vmem) is 268 ms per GB; less zeroing (125) and pinning (14) 129 remain',
    'secondary',
  ],
  [
    'costs.operation',
    'ns',
    20_000,
    'One operation of the manager (create, resize, destroy, isolate), apart from its extents; one after the other.',
    `a system call and a lock; ${OURS}`,
    'assumed',
  ],
  ['costs.extent', 'ns', 1_000, 'What each extent adds to an operation.', OURS, 'assumed'],
];

const BOOT: readonly ParameterRow[] = [
  [
    'boot.fixed',
    'ns',
    1_000_000_000,
    "Boot time that does not depend on memory: the virtual machine monitor's start, firmware, kernel.",
    OURS,
    'assumed',
  ],
  [
    'zeroing.threads',
    'count',
    4,
    'Threads with which Vmem zeroes; they serve one VM after the other.',
    `not published for Vmem; ${OURS}; the sourced costs need 3 for more than three times`,
    'assumed',
  ],
  [
    'zeroing.when',
    'choice',
    'create',
    'Vmem zeroes when a VM is made, or in the background when one is gone.',
    `not published for Vmem; ${OURS}`,
    'assumed',
    ['create', 'destroy'],
  ],
  [
    'hugetlb.zeroThreads',
    'count',
    1,
    "Threads with which the virtual machine monitor touches a VM's huge pages (hugetlb, hvo and thp).",
    'fits the 268 ms per GB reported for the baseline; QEMU takes as many as the VM has vCPUs since commit f8d426a6 (2022), one in releases before',
    'secondary',
  ],
  [
    'hugetlb.largeShare',
    'share',
    0.5,
    'Share of the huge-page memory in the pool of 1 GiB pages; the rest is the pool of 2 MiB pages.',
    `two pools, as in a review of Vmem; the share is ${OURS}`,
    'assumed',
  ],
  [
    'hugetlb.fallback',
    'yes or no',
    true,
    'A VM of whole gigabytes may be made of 2 MiB pages where 1 GiB pages ran out.',
    `favours hugetlb; ${OURS}`,
    'assumed',
  ],
  ['thp.hugeShare', 'share', 0.8, "Share of a VM's memory that is in transparent huge pages.", OURS, 'assumed'],
  [
    'thp.headroomShare',
    'share',
    0.01,
    'Share of the server that must stay free for the page allocator to work (watermarks, compaction).',
    OURS,
    'assumed',
  ],
];

const UPGRADE: readonly ParameterRow[] = [
  [
    'upgrade.mode',
    'choice',
    'hot',
    'hot: the old version stays until the switch and operations wait. reload: the module is taken out and put in again, operations fail meanwhile.',
    'hot is what the abstract of arXiv:2511.09961 names; reload is the control without it',
    'published',
    ['hot', 'reload'],
  ],
  [
    'upgrade.prepare',
    'ns',
    100_000_000,
    'Loading the new version beside the old one; nothing waits.',
    `not published; ${OURS}`,
    'assumed',
  ],
  [
    'upgrade.transferPerGB',
    'ns',
    1_000_000_000,
    "Handing the tables over, per GB of tables (a gigabyte a second); a server's are a few megabytes.",
    `not published; ${OURS}`,
    'assumed',
  ],
  ['upgrade.switch', 'ns', 10_000, 'Switching the entry points.', `not published; ${OURS}`, 'assumed'],
  [
    'upgrade.failureShare',
    'share',
    0,
    'Share of upgrades whose transferred tables are damaged: found by the check before the switch, rolled back.',
    OURS,
    'assumed',
  ],
];

const NETWORK: readonly ParameterRow[] = [
  [
    'network.buffers',
    'bytes',
    2 ** 30,
    'Guest memory that network DMA touches, at random.',
    `not published; ${OURS}`,
    'assumed',
  ],
  [
    'network.entries',
    'count',
    128,
    'Entries of the IOTLB, whatever the page size.',
    `no figure with a source; ${OURS}`,
    'assumed',
  ],
  ['network.miss', 'ns', 300, 'A page walk of the IOMMU.', `no figure with a source; ${OURS}`, 'assumed'],
  ['network.walkers', 'count', 4, 'Page walks at a time.', `no figure with a source; ${OURS}`, 'assumed'],
  ['network.packet', 'ns', 300, 'Time a packet takes apart from IOTLB misses.', OURS, 'assumed'],
  ['network.translations', 'count', 2, 'Translations a packet needs: descriptor and data.', OURS, 'assumed'],
];

const VMS: readonly ParameterRow[] = [
  ['arrivals.timeUnit', 'choice', 's', 'Unit of times without one in the file.', OURS, 'assumed', TIME_UNITS],
  ['arrivals.memoryUnit', 'choice', 'GiB', 'Unit of sizes without one in the file.', OURS, 'assumed', MEMORY_UNITS],
  [
    'vms.resizeShare',
    'share',
    0,
    'Share of VMs that are resized once in their life, to another size of the list.',
    OURS,
    'assumed',
  ],
  ['seed', 'count', 1, 'Every random choice is drawn from it.', OURS, 'assumed'],
];

/** Under `reserve.`, so that they are not taken for fields of a scenario of `fluxhost run`. */
export const RESERVE_PARAMETERS: readonly Parameter[] = parametersOf(
  [...SERVER, ...COSTS, ...BOOT, ...UPGRADE, ...NETWORK, ...VMS],
  'reserve.',
);

const MUST = 'must be given';

/** What has no default. */
export const RESERVE_FIELDS: readonly Field[] = (
  [
    ['version', 'count', 'Of the format: 1.', MUST],
    ['duration', 'ns', 'How long VMs come and go, simulated.', 'must be given with vms or arrivals'],
    [
      'arrivals.file',
      'name',
      'VMs in a CSV file, instead of drawn ones: a row each, with when it comes, its memory, and how long it runs (empty: to the end). Beside the scenario.',
      'must be given with arrivals',
    ],
    ['arrivals.columns.arrival', 'name', 'The column that says when a VM comes.', 'arrival'],
    ['arrivals.columns.memory', 'name', 'The column with its memory, rounded up to 2 MiB.', 'memory'],
    ['arrivals.columns.lifetime', 'name', 'The column that says how long it runs once it has booted.', 'lifetime'],
    ['server.memory', 'bytes', 'Memory of the whole server, all nodes together.', MUST],
    [
      'vms.meanGap',
      'ns',
      'Mean time between two arrivals; exponential.',
      'must be given with vms; without vms only plan and boots',
    ],
    ['vms.sizes.*.weight', 'count', 'How often this size is drawn, beside the other weights.', MUST],
    ['vms.sizes.*.memory', 'bytes', 'Memory of a VM of this size, rounded up to 2 MiB.', MUST],
    ['vms.lifetimes.*.weight', 'count', 'How often this class is drawn, beside the other weights.', MUST],
    ['vms.lifetimes.*.mean', 'ns', 'Mean lifetime of this class; exponential.', MUST],
    [
      'poison.meanGap',
      'ns',
      'Mean time between two memory errors, each in a random frame; exponential.',
      'must be given with poison; without it no frame fails',
    ],
    [
      'upgrade.every',
      'ns',
      'Between two upgrades of the manager.',
      'must be given with upgrade; without it the manager stays',
    ],
    [
      'boot.sizes',
      'bytes',
      'VMs whose boot on the empty server is tabled: a list of sizes.',
      'none: no table of boots',
    ],
  ] as const
).map(([path, unit, meaning, absent]) => fieldOf(`reserve.${path}`, unit, meaning, absent));

const BY_PATH = new Map(RESERVE_PARAMETERS.map((parameter) => [parameter.path.slice('reserve.'.length), parameter]));

/** A wrong path is a mistake in this program. */
export function reserveParameter(path: string): Parameter {
  const parameter = BY_PATH.get(path);
  if (parameter === undefined) throw new Error(`no parameter has the path "reserve.${path}"`);
  return parameter;
}
