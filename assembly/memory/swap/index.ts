// Swapped memory as a part of the host. Its lower half, where tasks meet pages, is memory/pages.

import { PART_SWAP } from "../../layout";
import { partAt } from "../../kernel/part";
import { configureSwap, swapSlots } from "./configure";
import { beginStatistics, onSlot } from "./fault";
import { settleSwap } from "./laws";

const part = partAt(PART_SWAP);
part.onSlots = swapSlots;
part.onConfigure = configureSwap;
part.onEvent = onSlot;
part.onBegin = beginStatistics;
part.onSettle = settleSwap;
