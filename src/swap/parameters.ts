// Defaults of `host.memory` and `vms.*.memory`. Of Taiji only results are published; what its engine is made of is assumed
// parameter by parameter, and costs are taken from measurements of like mechanisms that are named.

import { type Field, type Parameter, type ParameterRow, fieldOf as field, parametersOf } from '../input/parameter.js';
import { TIER_FIELDS, TIER_PARAMETERS } from './tier-parameters.js';

const NOT_GIVEN = 'Taiji, arXiv:2511.09936, gives none; a study should vary it';
const ZRAM_TABLE = 'on desktop x86, table by VenditatioDelendaEst in "Zram Performance Analysis"';
const ZRAM = `zram read of a 4 KiB page ${ZRAM_TABLE}; a lognormal law with its mean and p99`;
const ZRAM_RATIO = `compression ratio of zram's data ${ZRAM_TABLE}; one number for every page`;
const ZRAM_COPY =
  'time of copying 1.1 GB into zram divided by its pages, LinuxReviews table in "Zram Performance Analysis"; includes reading the data, so an upper bound';
const PHASES =
  'no pause of a hot-switch or hot-upgrade is published; HyperFresh claims 10 ms for replacing a live hypervisor';

/** Named by the whole path below `prefix`. */
const rows = (prefix: string, list: readonly ParameterRow[]): Parameter[] =>
  parametersOf(list, `${prefix}.`).map((parameter) => ({
    ...parameter,
    name: parameter.path.slice(prefix.length + 1),
  }));

const HOST = rows('host.memory', [
  ['page', 'bytes', 4096, 'What is moved at once: a sub-page of a block.', NOT_GIVEN, 'assumed'],
  [
    'block',
    'bytes',
    2 * 2 ** 20,
    'Blocks within which prefetching stays.',
    'huge pages of 2 MiB, which DPDK and SPDK reserve',
    'assumed',
  ],
  [
    'pageSample',
    'count',
    1,
    'The memory is simulated that many times smaller in every part, with the same ratios; scans are charged for all of it, filling and cooling go that many times faster.',
    'a choice of this program, not a figure of any system',
    'assumed',
  ],
  [
    'workers',
    'count',
    4,
    'Workers that zero, compress and decompress pages, side by side; without a value, no more than host.memory.cores where cores are kept.',
    NOT_GIVEN,
    'assumed',
  ],
  [
    'deviceDepth',
    'count',
    32,
    'Operations at once on SSD and remote memory.',
    'a choice of this program, not a figure of any system',
    'assumed',
  ],
  [
    'cores',
    'count',
    0,
    'Of host.cores, kept for the workers, of which there may be no more; 0: they run on cores beside them.',
    NOT_GIVEN,
    'assumed',
  ],
  [
    'budget',
    'count',
    0,
    "Cores' worth of time that background swap-out may take, swap-ins counted in; 0: no limit.",
    NOT_GIVEN,
    'assumed',
  ],
  [
    'budgetBurst',
    'ns',
    1_000_000,
    'How far background swap-out may run ahead of its budget.',
    'a choice of this program, not a figure of any system',
    'assumed',
  ],
  [
    'levels',
    'count',
    4,
    'Levels from hot to cold: a page used again after it came in stands in the hottest, and sinks by one with every scan in which it was not.',
    'multi-level LRU, Taiji, arXiv:2511.09936; neither their number nor where a page comes in is given',
    'assumed',
  ],
  [
    'prefetch',
    'count',
    0,
    'Further pages of the block brought in behind a fault, as far as they lie in the same backend.',
    NOT_GIVEN,
    'assumed',
  ],
  ['metadata', 'bytes', 16, 'Kept of every page that is out, beside its compressed content.', NOT_GIVEN, 'assumed'],
  [
    'watermarks.high',
    'share',
    0.03,
    'Share of the memory free at which background swap-out rests.',
    NOT_GIVEN,
    'assumed',
  ],
  ['watermarks.low', 'share', 0.02, 'Share free below which background swap-out works.', NOT_GIVEN, 'assumed'],
  [
    'watermarks.min',
    'share',
    0.01,
    'Share free below which a fault has to write a page out by itself.',
    NOT_GIVEN,
    'assumed',
  ],
  [
    'fault.exit',
    'ns',
    720,
    'From the access to the handler, on the core that faults.',
    'KVM exit on Skylake, 0.71 to 0.72 us on average: message of Linux commit 0c5f81da',
    'secondary',
  ],
  [
    'fault.lock',
    'ns',
    50,
    "Taking the page's lock, on the core that faults.",
    'an uncontended lock; contention is not modelled',
    'assumed',
  ],
  [
    'fault.map',
    'ns',
    300,
    'Entering the page into the stage-2 table, or taking it out.',
    'no figure was found',
    'assumed',
  ],
  ['fault.resume', 'ns', 300, 'From the mapped page to the task being ready.', 'no figure was found', 'assumed'],
  [
    'scan.interval',
    'ns',
    1_000_000_000,
    'Between two scans of the access bits; none while nothing is touched.',
    NOT_GIVEN,
    'assumed',
  ],
  [
    'scan.perPage',
    'ns',
    2,
    'Of a scan, for each page that is there.',
    'some 8 entries a cache line, read and cleared; no figure was found',
    'assumed',
  ],
]);

const CONTENT_MEANING: Readonly<Record<string, string>> = {
  zero: 'are zero: nothing is kept of them',
  lz4: 'go through a compressor like lz4',
  zstd: 'go through a compressor like zstd',
  ssd: 'go to an SSD',
  remote: 'go to remote memory',
  slow: 'go to a slow tier of memory (CXL), where they are read',
};

const CONTENT = rows(
  'host.memory.content',
  Object.entries(CONTENT_MEANING).map(([name, meaning]): ParameterRow => [
    name,
    'share',
    name === 'lz4' ? 1 : 0,
    `Share of the pages that ${meaning}; the shares add up to 1, and where some are given the others are 0.`,
    'all of it as the tables of lz4 found theirs: a choice of this program; no mix of contents is published for Taiji',
    'assumed',
  ]),
);

const BACKENDS = rows('host.memory.backends', [
  [
    'zero.in',
    'ns',
    515,
    'Mean time to bring a page in; here to clear 4 KiB.',
    'derived from 7.95 GB/s for clearing 2 MiB pages on Ice Lake 8358: A. Arora, LKML, clear-pages series',
    'derived',
  ],
  [
    'zero.out',
    'ns',
    515,
    'Mean time to put a page out; here to see that 4 KiB are zero.',
    'as for clearing them',
    'assumed',
  ],
  ['lz4.in', 'ns', 1708, 'Mean time to bring a page of 4 KiB in (cv 0.357).', ZRAM, 'secondary'],
  ['lz4.out', 'ns', 15_500, 'Mean time to put a page of 4 KiB out.', ZRAM_COPY, 'secondary'],
  ['lz4.ratio', 'count', 2.63, 'Page over what is kept of it: a number, or a distribution.', ZRAM_RATIO, 'secondary'],
  ['zstd.in', 'ns', 5714, 'Mean time to bring a page of 4 KiB in (cv 0.405).', ZRAM, 'secondary'],
  ['zstd.out', 'ns', 27_400, 'Mean time to put a page of 4 KiB out.', ZRAM_COPY, 'secondary'],
  ['zstd.ratio', 'count', 3.37, 'Page over what is kept of it: a number, or a distribution.', ZRAM_RATIO, 'secondary'],
  [
    'ssd.in',
    'ns',
    100_000,
    'Mean time to read a page (cv 0.3).',
    "Caladan, runtime/storage.c: latency of an NVMe device that it doesn't know; the spread is assumed",
    'source code',
  ],
  ['ssd.out', 'ns', 100_000, 'Mean time to write a page (cv 0.3).', 'as for reading it', 'assumed'],
  ['ssd.more', 'ns', 2000, 'For each further 4 KiB of a larger page.', '2 GB/s; no figure of a device', 'assumed'],
  [
    'remote.in',
    'ns',
    7000,
    'Mean time to read a page (cv 0.3).',
    'one-sided RDMA takes single-digit microseconds, says a note on Infiniswap',
    'secondary',
  ],
  ['remote.out', 'ns', 7000, 'Mean time to write a page (cv 0.3).', 'as for reading it', 'assumed'],
  ['remote.more', 'ns', 330, 'For each further 4 KiB of a larger page.', '100 Gb/s; no figure of a device', 'assumed'],
  ['slow.in', 'ns', 5000, 'Mean time to move a page of 4 KiB up.', 'assumed above the 4 us of LKML, Zi Yan', 'assumed'],
  ['slow.out', 'ns', 5000, 'Mean time to move a page of 4 KiB down.', 'as for moving it up', 'assumed'],
  [
    'slow.more',
    'ns',
    1358,
    'For each further 4 KiB of a larger page.',
    '699 us for 2 MiB, 3 GB/s: LKML, Zi Yan',
    'derived',
  ],
]);

const UPGRADES = rows('host.memory.upgrades.*', [
  ['prepare', 'ns', 50_000_000, 'Before the pause: the new layer is loaded and checked.', PHASES, 'assumed'],
  ['transfer', 'ns', 5_000_000, 'Paused: the state is handed over.', PHASES, 'assumed'],
  ['switch', 'ns', 1_000_000, 'Paused: the processors go over to the new layer.', PHASES, 'assumed'],
  ['rollback', 'ns', 2_000_000, 'After a failure: until the old layer serves again.', PHASES, 'assumed'],
  [
    'fails',
    'choice',
    'none',
    'In which phase it fails; it is rolled back then.',
    'a choice of this program, not a figure of any system',
    'assumed',
    ['none', 'prepare', 'transfer'],
  ],
]);

const GUEST = rows('vms.*.memory', [
  ['pinned', 'share', 0, 'Share of the pages that never move: those of DMA.', NOT_GIVEN, 'assumed'],
  [
    'touches',
    'count',
    1,
    'Mean number of pages that a task touches, spread evenly over its service; a fraction is drawn.',
    'a choice of this program, not a figure of any system',
    'assumed',
  ],
  [
    'writes',
    'share',
    0.3,
    'Share of touches that write: a page not written to since it came from a device is dropped without writing it.',
    'a choice of this program, not a figure of any system',
    'assumed',
  ],
  [
    'access.pattern',
    'choice',
    'uniform',
    'Which pages of the hot part are touched: uniform, by Zipf, one after the other, or as a trace says.',
    'a choice of this program, not a figure of any system',
    'assumed',
    ['uniform', 'zipf', 'scan', 'trace'],
  ],
  [
    'access.exponent',
    'count',
    0.99,
    "Of Zipf's law: the page of rank k is touched in proportion to k^-exponent.",
    'the default of YCSB, whose keys follow the same law',
    'assumed',
  ],
  [
    'access.cold',
    'share',
    0.5,
    'Share of the pages that do not belong to the hot part.',
    'a review of Taiji: more than 50 % of the pages in production are cold',
    'secondary',
  ],
  ['access.coldTouches', 'share', 0, 'Share of touches that go to the cold part, uniformly.', NOT_GIVEN, 'assumed'],
  [
    'access.phase',
    'ns',
    0,
    'After that time the hot part moves on. 0: it stays.',
    'a choice of this program, not a figure of any system',
    'assumed',
  ],
  [
    'access.shift',
    'share',
    0.1,
    'Share of the pages by which the hot part moves on.',
    'a choice of this program, not a figure of any system',
    'assumed',
  ],
]);

export const MEMORY_PARAMETERS: readonly Parameter[] = [
  ...HOST,
  ...CONTENT,
  ...BACKENDS,
  ...TIER_PARAMETERS,
  ...UPGRADES,
  ...GUEST,
];

const MUST = 'must be given';

/** What has no default. */
export const MEMORY_FIELDS: readonly Field[] = [
  ...TIER_FIELDS,
  field('host.memory.size', 'bytes', "Physical memory for the guests' pages and for what is kept of pages out.", MUST),
  {
    ...field(
      'host.memory.upgrades.*.kind',
      'choice',
      'hot-upgrade: faults wait from quiesce on. hot-switch: every access waits.',
      MUST,
    ),
    choices: ['hot-switch', 'hot-upgrade'],
  },
  field('host.memory.upgrades.*.at', 'ns', 'When it begins to prepare, warm-up counted in.', MUST),
  field(
    'vms.*.memory.size',
    'bytes',
    'Memory that the VM believes it has; over host.memory.size in all is expansion.',
    MUST,
  ),
  field(
    'vms.*.memory.quota',
    'bytes',
    'Resident at most; over it the VM gives its own pages.',
    'none: bounded by the host alone',
  ),
  field(
    'vms.*.memory.content',
    'share',
    "Shares of this VM's pages by where they go, a mapping as host.memory.content.",
    'as host.memory.content',
  ),
  field(
    'vms.*.memory.access.file',
    'name',
    'Page numbers in the order of touches, one a line, each below the number of pages of the VM (size / page / pageSample); after the last the first again.',
    'none; must be given with pattern trace',
  ),
];
