// What the core answers where it cannot go on, as an error that says what a person can do about it.

import * as L from '../../assembly/layout.js';
import { PolicyError } from '../policy.js';
import type { CompiledScenario } from './compile.js';
import { CoreError, LimitError } from './errors.js';

/** The host that answered: its time, its configuration, and the core's own names of answers. */
interface Answered {
  readonly nowNs: number;
  readonly compiled: CompiledScenario;
  readonly name: (code: number) => string;
}

export function errorOf(answer: number, { nowNs, compiled, name }: Answered): Error {
  switch (answer) {
    case L.E_TASKS: {
      const limit = compiled.taskLimit;
      return new LimitError(
        'limits.tasks',
        limit,
        `limits.tasks: ${limit} tasks are too few at ${nowNs} ns: a VM is offered more than it can serve, or more at once; raise limits.tasks, lower the rate or the width, or shorten the run`,
      );
    }
    case L.E_WIDTH: {
      const limit = compiled.words[L.HOST_WIDTH_LIMIT] ?? 0;
      return new LimitError(
        'limits.width',
        limit,
        `limits.width: a stage drew more than ${limit} tasks at ${nowNs} ns; raise limits.width or bound the distribution of tasks`,
      );
    }
    case L.E_SLOTS:
      return new LimitError(
        'timers',
        2 ** 24,
        `timers: VMs × 4 + cores + vCPUs + closed clients are more than ${2 ** 24}; simulate fewer on one host`,
      );
    case L.E_POLICY:
      return new PolicyError(
        `a policy answered a vCPU or VM that is not there at ${nowNs} ns; dispatch must answer 0 … active - 1, firstVictim another vCPU of the VM, victim another VM, BY_RULE or NOBODY`,
      );
    case L.E_EXITS:
      return new LimitError(
        'host.memory',
        0,
        `host.memory: at ${nowNs} ns more than 65,536 page faults leave their guests at once; fewer tasks at once (limits.tasks, clients) or a shorter fault.exit need less room`,
      );
    case L.E_FRAMES:
      return new LimitError(
        'host.memory',
        0,
        `host.memory: at ${nowNs} ns no frame is free and no page can go out; a larger size, fewer pinned pages or a better ratio is needed`,
      );
    case L.E_CONSERVATION:
      return new CoreError(
        'the accounts of tasks or core time do not add up: a defect of fluxhost; please report the scenario',
      );
    default:
      return new CoreError(`the core answered ${name(answer)} (${answer})`);
  }
}
