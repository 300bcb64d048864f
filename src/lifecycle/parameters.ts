// Defaults of `lifecycle` and `functions`, each with its source; and what has no default.

import { type Field, type Parameter, type ParameterRow, fieldOf as field, parametersOf } from '../input/parameter.js';
import { TIERS } from './spec.js';

const OURS = 'a choice of this program, not a figure of any system';

const LIFECYCLE: readonly ParameterRow[] = [
  [
    'lifecycle.keepAlive.policy',
    'choice',
    'fixed',
    'When a dormant VM goes, and which goes first where memory is short (docs/model/lifecycle.md).',
    'what public clouds do, as Serverless in the Wild (USENIX ATC 2020) tells it',
    'secondary',
    ['fixed', 'lru', 'gd', 'hist', 'pool', 'policy'],
  ],
  [
    'lifecycle.keepAlive.time',
    'ns',
    600e9,
    'fixed: how long a dormant VM is kept.',
    'FaasCache, time to live of its simulator',
    'source code',
  ],
  [
    'lifecycle.keepAlive.from',
    'choice',
    'end',
    'fixed: whether that time counts from the end of the last request or from its start, as FaasCache counts it.',
    'the words keep-alive mean it; FaasCache counts from the start',
    'assumed',
    ['end', 'start'],
  ],
  [
    'lifecycle.keepAlive.frequency',
    'choice',
    'function',
    'gd: whether the uses of all living instances of the function count, or those of the instance alone.',
    'FaasCache (ASPLOS 2021), its simulator',
    'source code',
    ['function', 'instance'],
  ],
  [
    'lifecycle.keepAlive.rules',
    'choice',
    'dslab',
    'hist: of the two published forms of the histogram policy, which one.',
    'dslab-faas; the other is of FaasCache',
    'source code',
    ['dslab', 'faascache'],
  ],
  [
    'lifecycle.keepAlive.instances',
    'count',
    1,
    'pool: instances of each function that are started at time 0, and replaced as soon as one is gone.',
    OURS,
    'assumed',
  ],
  [
    'lifecycle.overflow',
    'choice',
    'drop',
    'What becomes of a request for which no memory can be made: drop, queue, or { timeout }.',
    OURS,
    'assumed',
    ['drop', 'queue', '{ timeout }'],
  ],
  [
    'lifecycle.order',
    'name',
    TIERS.join(', '),
    'Tiers that exist, in the order in which they are tried; full must be among them.',
    'HyperFlux, arXiv:2608.12633, section 4.1: of vm and full; of the others inferred from rising latency',
    'assumed',
  ],
  [
    'lifecycle.evict',
    'choice',
    'asNeeded',
    'asNeeded: idle instances go until the new one fits, none where that cannot help. asFaasCache: idle ones worth the whole request go whatever is free already, and even where that cannot help.',
    'the second: FaasCache, its simulator',
    'assumed',
    ['asNeeded', 'asFaasCache'],
  ],
  [
    'lifecycle.snapshots',
    'choice',
    'none',
    'onExpiry: an instance that goes leaves a snapshot of its function, from which later ones are restored.',
    OURS,
    'assumed',
    ['none', 'onExpiry'],
  ],
  [
    'lifecycle.proactive',
    'yes or no',
    false,
    'Whether a width that is announced starts VMs before its tasks exist.',
    OURS,
    'assumed',
  ],
  [
    'lifecycle.attest',
    'ns',
    300e6,
    'Attestation of a confidential VM when it boots (tiers vm and full); 100 ms to 2 s in the field.',
    'HyperFlux, section 4.2: hundreds of milliseconds to seconds; the value in that range is assumed',
    'assumed',
  ],
  [
    'lifecycle.runtimeInit',
    'ns',
    500e6,
    'From booted to ready, of a function for which no table and no functions.init tells it; 0: it needs no runtime.',
    OURS,
    'assumed',
  ],
  [
    'lifecycle.tier.active',
    'ns',
    0,
    'Added where an active instance takes the request; cores come by the mechanism.',
    "the mechanism's own move of a core is all there is",
    'assumed',
  ],
  [
    'lifecycle.tier.dormant',
    'ns',
    13_000,
    'From a dormant instance to an active one.',
    'HyperFlux, arXiv:2608.12633, abstract, of moving a core; that activation takes as long is assumed',
    'assumed',
  ],
  [
    'lifecycle.tier.restore',
    'ns',
    11e6,
    'From a snapshot to an instance that is ready; 3 to 36 ms are found.',
    'Firecracker and REAP, as later papers quote them; Firecracker documents 3 and 8.5 ms for loading alone',
    'secondary',
  ],
  [
    'lifecycle.tier.vmBoot',
    'ns',
    1_370_000,
    "Booting a VM, its runtime left out. HyperFlux's own; Firecracker: 125 ms.",
    'HyperFlux, arXiv:2608.12633, abstract; Firecracker, design.md',
    'published',
  ],
];

const FUNCTIONS: readonly ParameterRow[] = [
  [
    'functions.zipf',
    'count',
    0.9,
    'Generated: exponent of popularity, the k-th function being called k^-zipf times as often as the first.',
    OURS,
    'assumed',
  ],
  [
    'functions.confidential',
    'share',
    0,
    'Share of the functions that are confidential: attested where their VM boots. Which ones follows the seed.',
    OURS,
    'assumed',
  ],
  [
    'functions.vertical',
    'yes or no',
    false,
    'One VM per function grows by requests (as many as functions.vcpus) before another is started.',
    'HyperFlux, section 4.3; off, so that it is compared with what others do',
    'assumed',
  ],
  [
    'functions.trace.timeScale',
    'count',
    1,
    'Factor on instants of arrival: 0.001 makes a second of the trace last 1 ms.',
    OURS,
    'assumed',
  ],
  ['functions.trace.serviceScale', 'count', 1, 'Factor on the service times of the trace.', OURS, 'assumed'],
  [
    'functions.configurations.day',
    'count',
    0,
    'Day of the file whose settings are taken; applications without settings on that day are left out.',
    OURS,
    'assumed',
  ],
];

/** What `functions` takes where nothing is written, by what else is written. */
export const VERTICAL_VCPUS = 16;
export const SHARED_MEMORY_PER_REQUEST = 0.1;

export const LIFECYCLE_PARAMETERS: readonly Parameter[] = parametersOf([...LIFECYCLE, ...FUNCTIONS]);

const TRACE = 'functions.trace';

/** What has no default. */
export const LIFECYCLE_FIELDS: readonly Field[] = [
  field('lifecycle.memory', 'bytes', 'Budget of the memory of all instances.', 'no limit'),
  field(
    'lifecycle.overflow.timeout',
    'ns',
    'How long a request waits for memory before it is given up.',
    'it does not wait',
  ),
  field('lifecycle.boot.slots', 'count', 'Instances that start at the same time; others wait, in order.', 'no limit'),
  field(
    'lifecycle.boot.rate',
    'count',
    'Starts per second and core of the host. Firecracker, design.md: 5.',
    'no limit',
  ),
  field(
    'lifecycle.boot.cpu',
    'share',
    'Share of tier.vmBoot and of a function’s init that is work of a core, as a task on the VM that starts; 0: neither takes one.',
    '0',
  ),
  field(
    'lifecycle.workingSet',
    'bytes',
    'What the first requests on a restored instance touch of its snapshot, which lies in host.memory and is swapped with it; no more than the function has. REAP (ASPLOS 2021), as later papers quote it: 24 MiB.',
    'nothing that is simulated: restoring takes tier.restore',
  ),
  field(`${TRACE}.file`, 'name', 'File of invocations, beside the scenario.'),
  {
    ...field(`${TRACE}.format`, 'choice', 'How the file is written (docs/functions.md).'),
    choices: ['azure-2019', 'azure-2021'],
  },
  field(
    `${TRACE}.table`,
    'name',
    'Functions: func,memoryMiB[,initMs], one a row. Must be given with azure-2021; with azure-2019 it stands for memory.',
    'none',
  ),
  field(`${TRACE}.durations`, 'name', 'azure-2019: the durations file that goes with the invocations.', 'none'),
  field(`${TRACE}.memory`, 'name', 'azure-2019: the memory file that goes with the invocations.', 'none: see table'),
  field(`${TRACE}.functions`, 'name', 'How many functions to choose, by the seed, or their names.', 'all of them'),
  field(
    `${TRACE}.seed`,
    'count',
    'Of the choice of functions, and of what the trace leaves open.',
    "the scenario's seed",
  ),
  field(`${TRACE}.start`, 'ns', 'What instant of the file is time 0; first: its first invocation.', '0 of the file'),
  field(`${TRACE}.limit`, 'count', 'No more invocations than this are taken from the file.', 'no limit'),
  field(`${TRACE}.startMinute`, 'count', 'azure-2019: the first minute taken; it becomes time 0.', "the file's first"),
  field(`${TRACE}.minutes`, 'count', 'azure-2019: how many minutes are taken.', 'all that follow'),
  field(`${TRACE}.spread`, 'choice', 'azure-2019: where in its minute a call falls.', 'poisson'),
  field('functions.count', 'count', 'Generated: how many functions.', 'as many as are configured'),
  field('functions.rate', 'count', 'Generated: invocations per second of all functions together, a Poisson process.'),
  field('functions.memory', 'bytes', 'Generated: memory of an instance, a size or a distribution of sizes.'),
  field(
    'functions.init',
    'ns',
    'Generated: runtime of each function, a duration or a distribution; 0ns: it needs none.',
    'lifecycle.runtimeInit',
  ),
  field('functions.service', 'ns', 'Generated: what a request takes on one core, a duration or a distribution.'),
  field('functions.configurations.file', 'name', 'Memory, vCPUs, concurrency and least instances of applications.'),
  {
    ...field('functions.configurations.format', 'choice', 'How it is written (docs/functions.md).'),
    choices: ['ibm-code-engine'],
  },
  field(
    'functions.vcpus',
    'count',
    'The most cores of an instance.',
    `functions.concurrency; with vertical ${VERTICAL_VCPUS}`,
  ),
  field(
    'functions.concurrency',
    'count',
    'Requests that an instance takes at once.',
    '1; with vertical functions.vcpus',
  ),
  field(
    'functions.memoryPerRequest',
    'share',
    "Of a function's memory, which is that of an instance with one request, what comes and goes with each request.",
    `${SHARED_MEMORY_PER_REQUEST} where an instance takes several requests, else 0 (assumed)`,
  ),
];
