// Fields of a scenario that have no default: they must be given, or their absence says something.

import { type Field, fieldOf as field } from '../input/parameter.js';

const ARRIVALS = 'vms.*.workload.arrivals';
const TRACE = `${ARRIVALS}.trace`;
const REQUEST = 'vms.*.workload.request';

export const SCENARIO_FIELDS: readonly Field[] = [
  field('version', 'count', 'Of this form of scenarios: 1.'),
  field('duration', 'ns', 'Simulated time after the warm-up.'),
  field('host.cores', 'count', 'Hardware threads of the host, those that poll for all VMs included.'),
  field('log.from', 'ns', 'When the log of events begins, from the start of the run.'),
  field('log.until', 'ns', 'When it ends.'),
  field('vms.*.name', 'name', 'Named in the result; the random streams of a VM follow its name.'),
  field('vms.*.vcpus.min', 'count', 'Cores that are guaranteed to the VM.'),
  field('vms.*.vcpus.max', 'count', 'vCPUs that it has: the most cores that it can hold.'),
  field('vms.*.slo.quantile', 'share', 'Share of the requests that is to be no slower than slo.latency, such as 0.99.'),
  field('vms.*.slo.latency', 'ns', 'Time in system that the quantile is not to exceed.'),
  field(`${ARRIVALS}.poisson.rate`, 'count', 'Arrivals per second, with exponential gaps.'),
  field(`${ARRIVALS}.deterministic.rate`, 'count', 'Arrivals per second, evenly spaced.'),
  field(
    `${ARRIVALS}.mmpp.states`,
    'count',
    'States that follow one another in a circle, one of them with a rate above 0.',
  ),
  field(`${ARRIVALS}.mmpp.states.*.rate`, 'count', 'Arrivals per second in this state.'),
  field(`${ARRIVALS}.mmpp.states.*.meanDwell`, 'ns', 'Mean of the exponential time spent in this state.'),
  field(`${ARRIVALS}.onoff.onRate`, 'count', 'Arrivals per second in a burst.'),
  field(`${ARRIVALS}.onoff.meanOn`, 'ns', 'Mean length of a burst.'),
  field(`${ARRIVALS}.onoff.meanOff`, 'ns', 'Mean time between two bursts.'),
  field(`${ARRIVALS}.closed.clients`, 'count', 'Clients that each wait for an answer, think, and ask again.'),
  field(
    `${ARRIVALS}.closed.think`,
    'ns',
    'Distribution of the time between an answer and the next request of a client.',
  ),
  field(
    `${ARRIVALS}.saturate.tasks`,
    'count',
    'Tasks that are there at all times: each that ends is replaced at once.',
  ),
  field(`${TRACE}.file`, 'name', 'File of arrivals, beside the scenario.'),
  field(`${TRACE}.format`, 'choice', 'How the file is written (docs/model/workload.md).'),
  field(
    `${TRACE}.durations`,
    'name',
    'azure-2019: the durations file that goes with the invocations.',
    'of azure-2019 only',
  ),
  field(
    `${TRACE}.functions`,
    'name',
    'azure-2019, azure-2021: how many functions to choose, or their names.',
    'all of them',
  ),
  field(
    `${TRACE}.seed`,
    'count',
    'Of what the trace leaves open: instants within a minute, service times.',
    "the scenario's seed",
  ),
  field(`${TRACE}.start`, 'ns', 'What instant of the file is time 0; first: its first arrival.', '0 of the file'),
  field(`${TRACE}.limit`, 'count', 'No more arrivals than this are taken from the file.', 'no limit'),
  field(
    `${TRACE}.resample`,
    'ns',
    "Blocks of the trace's own time, in an order that the scenario's seed draws with replacement: another such day for each replication.",
    'the trace as it is',
  ),
  field(`${TRACE}.startMinute`, 'count', 'azure-2019: the first minute taken; it becomes time 0.', "the file's first"),
  field(`${TRACE}.minutes`, 'count', 'azure-2019: how many minutes are taken.', 'all that follow'),
  field(`${TRACE}.spread`, 'choice', 'azure-2019: where in its minute a call falls.', 'poisson'),
  field(`${TRACE}.columns`, 'name', 'csv: the columns by name.', 'arrival, service, width'),
  field(`${TRACE}.columns.arrival`, 'name', 'Column of the instants of arrival.', 'arrival'),
  field(`${TRACE}.columns.service`, 'name', 'Column of the service times.', 'none: drawn from request'),
  field(`${TRACE}.columns.width`, 'name', 'Column of how many tasks a request has.', 'none: one task, or request'),
  field(`${TRACE}.arrivalUnit`, 'choice', 'csv: unit of the instants of arrival.', 'ns'),
  field(`${TRACE}.serviceUnit`, 'choice', 'csv: unit of the service times.', 'ns'),
  field(
    `${TRACE}.window`,
    'ns',
    'csv, azure-2021: how far behind the latest row before it an arrival may lie.',
    'csv: 0; azure-2021: what the file needs',
  ),
  field(`${REQUEST}.stages`, 'count', 'Stages of a request, one after the other.'),
  field(
    `${REQUEST}.stages.*.tasks`,
    'count',
    'Tasks of the stage, side by side: a number, or a distribution of counts.',
  ),
  field(`${REQUEST}.stages.*.service`, 'ns', 'Distribution of the service time of each task.'),
  field(`${REQUEST}.lock.probability`, 'share', "Share of the tasks that take the VM's lock."),
  field(`${REQUEST}.lock.hold`, 'ns', 'How much of its service time a task holds the lock, at most all of it.'),
];
