// Swapped memory as a part of the host. Its lower half, where tasks meet pages, is memory/pages.

import { Part } from "../../kernel/part";
import { configureSwap, swapSlots } from "./configure";
import { beginStatistics, onSlot } from "./fault";
import { settleSwap } from "./laws";

export function swap(part: Part): void {
  part.onSlots = swapSlots;
  part.onConfigure = configureSwap;
  part.onEvent = onSlot;
  part.onBegin = beginStatistics;
  part.onSettle = settleSwap;
}
