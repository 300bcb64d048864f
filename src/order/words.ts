// Orders of the run queue and deadlines as the words that the core is laid out from (assembly/order/layout.ts): a record a group.

import * as O from '../../assembly/order/layout.js';
import { abandons, deadlinesOf, hasDeadlines, type OrderedScenario, type OrderedVm } from './types.js';

const KINDS = {
  fifo: O.ORDER_FIFO,
  edf: O.ORDER_EDF,
  dm: O.ORDER_DM,
  llf: O.ORDER_LLF,
  qllf: O.ORDER_QLLF,
} as const;

const isOn = (vm: OrderedVm): boolean => vm.order !== undefined || hasDeadlines(vm);

function recordOf(vm: OrderedVm): number[] {
  const words = new Array<number>(O.ORDER_WORDS).fill(0);
  if (!isOn(vm)) return words;
  const { order } = vm;
  words[O.ORDER_ON] = 1;
  words[O.ORDER_KIND] = KINDS[order?.kind ?? 'fifo'];
  words[O.ORDER_BINS] = order?.bins ?? 1;
  words[O.ORDER_RANGE] = order?.rangeNs ?? Math.max(1, ...deadlinesOf(vm));
  words[O.ORDER_TICK] = order?.tickNs ?? 1;
  words[O.ORDER_BASE] = order?.decision.baseNs ?? 0;
  words[O.ORDER_EACH] = order?.decision.perTaskNs ?? 0;
  words[O.ORDER_EXPONENT] = order?.decision.exponent ?? 1;
  words[O.ORDER_DEADLINE] = vm.workload?.deadlineNs ?? -1;
  words[O.ORDER_ABANDONS] = Number(abandons(vm));
  return words;
}

export function orderWords({ vms }: OrderedScenario): number[] | undefined {
  return vms.some(isOn) ? vms.flatMap(recordOf) : undefined;
}
