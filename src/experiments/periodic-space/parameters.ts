// What `reproduce periodic-space` takes. The paper has no figure that could be set against ours; all but its idea is assumed.

import { experimentRows } from '../parameters.js';
import { FAMILIES } from './families.js';

const OURS = 'a choice of this program, not a figure of any system';
const IDEA = 'the abstract of "Periodic Space" names rows and columns, and no scale';

export const PERIODIC_PARAMETERS = experimentRows(
  [
    ['seed', 'count', 1, 0, null, 'Of the load of every configuration, and of the permutations.', OURS, 'assumed'],
    [
      'families',
      'list',
      FAMILIES.join(','),
      null,
      null,
      'Experiments whose configurations are placed, each scaled down.',
      OURS,
      'assumed',
    ],
    ['permutations', 'count', 10_000, 100, 1e6, 'Of each test.', OURS, 'assumed'],
    ['leastTau', 'number', 0.5, 0, 1, 'From which tau on a pattern is one.', OURS, 'assumed'],
    ['p', 'number', 0.01, 0.0001, 1, 'Below which chance is ruled out.', OURS, 'assumed'],
    ['class.process', 'number', 0, 0, 100, 'Isolation of processes.', IDEA, 'assumed'],
    ['class.vm', 'number', 1, 0, 100, 'Of VMs.', IDEA, 'assumed'],
    ['class.systemVm', 'number', 2, 0, 100, 'Of VMs with a system VM beside them.', IDEA, 'assumed'],
    ['class.confidential', 'number', 3, 0, 100, 'Of confidential VMs.', IDEA, 'assumed'],
    [
      'gibPrice',
      'number',
      0.11,
      0,
      1000,
      'What a GiB-second costs, in core-seconds.',
      'list prices of serverless containers, a vCPU-hour about nine GB-hours; recalled, not looked up',
      'assumed',
    ],
    ['slo.task', 'us', 200, 0.001, 1e9, 'Objective of tasks that cores move for.', OURS, 'assumed'],
    [
      'slo.start',
      'ms',
      100,
      0.001,
      1e9,
      'Objective of the time to the start of a call of a function.',
      OURS,
      'assumed',
    ],
    ['cores.duration', 'ms', 600, 10, 1e6, 'How long cores move.', OURS, 'assumed'],
    ['calls.functions', 'count', 40, 1, 10_000, 'Functions on a host.', OURS, 'assumed'],
    ['calls.rate', 'per second', 0.05, 1e-6, 1e4, 'Calls of each; Poisson.', OURS, 'assumed'],
    ['calls.duration', 's', 600, 1, 1e6, 'How long they are called.', OURS, 'assumed'],
    ['calls.keep', 's', 60, 0, 1e6, 'How long a VM without a call is kept where it is kept.', OURS, 'assumed'],
    ['deadlines.duration', 'ms', 2000, 10, 1e6, 'How long periodic tasks run.', OURS, 'assumed'],
    ['law.reaction', 'ns', 13_000, 1, 1e18, 'A reaction time to place.', OURS, 'assumed'],
    ['law.availability', 'share', 0.999, 0, 1, 'An availability to place.', OURS, 'assumed'],
    ['law.x', 'list', '1,2,3,4', null, null, 'Numbers to rank.', OURS, 'assumed'],
    ['law.y', 'list', '1,3,2,4', null, null, 'Numbers to rank beside them.', OURS, 'assumed'],
  ],
  { families: FAMILIES },
);
