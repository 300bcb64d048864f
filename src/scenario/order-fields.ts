// Fields of orders of the run queue, deadlines and periodic tasks.

import { type Field, fieldOf as field, type Parameter, type ParameterRow, parametersOf } from '../input/parameter.js';
import { LATE, ORDER_KINDS } from '../order/types.js';

const OURS = 'a choice of this program, not a figure of any system';
const PERIODIC = 'vms.*.workload.arrivals.periodic.tasks';

const ROWS: readonly ParameterRow[] = [
  [
    'vms.*.order.kind',
    'choice',
    'fifo',
    'In which order the VM runs its tasks: as they come (fifo), by the earliest deadline (edf), by the shortest time from arrival to deadline (dm), by the least slack (llf), by the least slack in bins (qllf). All but fifo take a vCPU from who comes later.',
    'edf, dm, llf: Liu and Layland 1973; Leung and Whitehead 1982; Mok 1983. qllf: TempoNet, arXiv:2602.18109, without what is learned',
    'assumed',
    ORDER_KINDS,
  ],
  [
    'vms.*.order.bins',
    'count',
    8,
    'qllf: bins into which slack is divided; 1: all are equal, as in fifo.',
    'TempoNet, arXiv:2602.18109, quantizes slack; into how many bins is not known here',
    'assumed',
  ],
  [
    'vms.*.order.tick',
    'ns',
    1_000_000,
    'llf, qllf: at its multiples the order is looked at anew, since the slack of who waits falls.',
    OURS,
    'assumed',
  ],
  [
    'vms.*.order.decision.base',
    'ns',
    0,
    'What each choice of a task costs the core that switches to it.',
    OURS,
    'assumed',
  ],
  [
    'vms.*.order.decision.perTask',
    'ns',
    0,
    'What it costs besides: this times (the tasks to choose from)^exponent.',
    OURS,
    'assumed',
  ],
  [
    'vms.*.order.decision.exponent',
    'count',
    1.1,
    'Of the number of tasks to choose from.',
    "a note on TempoNet: O(N^1.1), against N^1.8 and N^2.2 of two neural baselines; the paper's own table was not read",
    'secondary',
  ],
  [
    'vms.*.workload.late',
    'choice',
    'abandon',
    'What becomes of a request that is not done at its deadline: it is given up at that instant and counts as dropped (abandon), or it goes on and counts as late (finish).',
    OURS,
    'assumed',
    LATE,
  ],
];

export const ORDER_PARAMETERS: readonly Parameter[] = parametersOf(ROWS);

export const ORDER_FIELDS: readonly Field[] = [
  field(
    'vms.*.order.range',
    'ns',
    'qllf: the slack that the bins divide; more falls into the last.',
    'the greatest time from an arrival to its deadline',
  ),
  field(
    'vms.*.workload.deadline',
    'ns',
    "Time from a request's arrival by which it is to be done.",
    'none; of periodic tasks their period',
  ),
  field(
    'vms.*.workload.arrivals.trace.columns.deadline',
    'name',
    'csv: column of the times from arrival to deadline, in serviceUnit.',
    'none: workload.deadline',
  ),
  field(
    'vms.*.workload.arrivals.trace.deadlineFactor',
    'count',
    "azure-2021: a call's deadline, in medians of its function's durations.",
    'none: workload.deadline',
  ),
  field(PERIODIC, 'count', 'Tasks that release a job in each period, in the order that breaks ties.'),
  field(`${PERIODIC}.*.period`, 'ns', 'Time between two jobs.'),
  field(`${PERIODIC}.*.service`, 'ns', 'How long a job runs.'),
  field(
    `${PERIODIC}.*.deadline`,
    'ns',
    "Time from a job's release to its deadline.",
    'workload.deadline, or the period',
  ),
  field(`${PERIODIC}.*.offset`, 'ns', 'When the first job is released.', '0'),
];
