// Functions whose VMs come and go, as a part of the host.

import "./policies/index";
import { PART_LIFECYCLE } from "../layout";
import { partAt } from "../kernel/part";
import { configureLife, lifeSlots } from "./configure";
import { openGate } from "./gate";
import { beginLife, onLifeSample, settleLife } from "./laws";
import { onAnswer, onDelayed, onFunctionArrival, onPrewarm, onRetry, onTimeout, onTimer } from "./requests";
import { SLOT_DELAYED, SLOT_GATE, SLOT_LIFE_SAMPLE, SLOT_PREWARM, SLOT_RETRY, SLOT_TIMEOUT, SLOT_TIMER } from "./state";

function onSlot(slot: u32): void {
  if (slot == SLOT_TIMER) onTimer();
  else if (slot == SLOT_RETRY) onRetry();
  else if (slot == SLOT_GATE) openGate();
  else if (slot == SLOT_DELAYED) onDelayed();
  else if (slot == SLOT_TIMEOUT) onTimeout();
  else if (slot == SLOT_LIFE_SAMPLE) onLifeSample();
  else onPrewarm(slot - SLOT_PREWARM);
}

const part = partAt(PART_LIFECYCLE);
part.onSlots = lifeSlots;
part.onConfigure = configureLife;
part.onEvent = onSlot;
part.onBegin = beginLife;
part.onSettle = settleLife;
part.onArrive = onFunctionArrival;
part.onAnswer = onAnswer;
