// What `fluxhost reproduce gil --set` changes.

import { type ExperimentParameter, type ExperimentRow, experimentRows } from '../parameters.js';

const SOURCE = 'WhiteMetagross/BetaPool 1d6b4ef, source';
const ASSUMED = 'assumed: no figure is published';
const CHOICE = 'a choice';
const THREADS = '1,2,4,8,16,32,64,128,256,512,1024,2048';

const ROWS: readonly ExperimentRow[] = [
  [
    'c',
    'us',
    25,
    0.001,
    1e7,
    "Mean computation of a task, which needs the interpreter's lock.",
    'assumed: 37,437 tasks a second at 1/c give 26.7 us',
    'assumed',
  ],
  ['io', 'us', 1000, 0, 1e8, 'Mean I/O of a task.', ASSUMED, 'assumed'],
  ['law', 'choice', 'exponential', null, null, 'How both are distributed.', ASSUMED, 'assumed'],
  [
    'interval',
    'ms',
    5,
    1e-6,
    1e6,
    'After which the holder gives way to one that waits.',
    'CPython: sys.getswitchinterval(), from memory',
    'secondary',
  ],
  [
    'switch',
    'us',
    2,
    0,
    1e6,
    'A hand-over of the lock to one that has waited.',
    'a context switch of 1.2 to 2 us, from memory',
    'secondary',
  ],
  [
    'perWaiter',
    'ns',
    20,
    0,
    1e6,
    'The same, for each thread that waits on.',
    `${ASSUMED}; the cause of the cliff`,
    'assumed',
  ],
  ['cores', 'count', 1, 1, 256, 'Of the machine.', ASSUMED, 'assumed'],
  ['monitor', 's', 0.5, 0.001, 1000, 'Between two looks of the controller.', SOURCE, 'source code'],
  ['stabilization', 's', 2, 0, 1e4, 'After a change the controller waits so long.', SOURCE, 'source code'],
  ['warmup', 'count', 10, 0, 1e6, 'Tasks that it waits for at first.', SOURCE, 'source code'],
  ['window', 'count', 100, 1, 1e5, 'Tasks whose blocking ratio it averages.', SOURCE, 'source code'],
  ['beta.high', 'share', 0.7, 0, 1, 'Blocking ratio above which it adds threads.', SOURCE, 'source code'],
  ['beta.low', 'share', 0.3, 0, 1, 'Blocking ratio below which it takes threads away.', SOURCE, 'source code'],
  ['up', 'count', 2, 0, 1000, 'Threads that it adds.', SOURCE, 'source code'],
  ['down', 'count', 1, 0, 1000, 'Threads that it takes away.', SOURCE, 'source code'],
  ['cpuUpper', 'share', 0.85, 0, 1, 'Of the CPU, above which it adds none.', SOURCE, 'source code'],
  ['pool.least', 'count', 4, 1, 10_000, 'Threads at first, and at least.', SOURCE, 'source code'],
  ['pool.most', 'count', 64, 1, 10_000, 'Threads at most.', SOURCE, 'source code'],
  [
    'shrink',
    'choice',
    'eager',
    null,
    null,
    'Whether threads beyond the limit end with their task, or (lazy) never.',
    'CPython threads do not end, from memory; the source sets a limit only',
    'secondary',
  ],
  [
    'threadStart',
    'us',
    18.13,
    0,
    1e6,
    'Until a new thread runs.',
    "OSBench create threads on Azure D8s_v5, median of 20,748 (Azure's noise study)",
    'derived',
  ],
  ['threads', 'list', THREADS, null, null, 'Numbers of threads that the sweep takes.', CHOICE, 'assumed'],
  ['perWaiters', 'list', '0,20,100', null, null, 'Costs of a waiter that the sweep takes, ns.', CHOICE, 'assumed'],
  ['cpuBound.io', 'us', 25, 0, 1e8, 'Mean I/O of the load that computes as long as it waits.', CHOICE, 'assumed'],
  ['controlledCores', 'list', '1,4', null, null, 'Cores on which the controller is tried.', CHOICE, 'assumed'],
  ['duration', 's', 1, 0.001, 1e5, 'Simulated by each run of the sweep; a fifth is warm-up.', CHOICE, 'assumed'],
  [
    'controlled',
    's',
    60,
    0.1,
    1e6,
    'Simulated by each run of the controller; the last quarter counts.',
    CHOICE,
    'assumed',
  ],
  ['seed', 'count', 1, 0, 2 ** 31, 'Of what is drawn.', CHOICE, 'assumed'],
];

export const GIL_PARAMETERS: readonly ExperimentParameter[] = experimentRows(ROWS, {
  law: ['exponential', 'constant'],
  shrink: ['eager', 'lazy'],
});
