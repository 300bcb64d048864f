// Orders of the run queue and deadlines as a part of the host: a record and a timer for each VM. What they mean to tasks stands in
// cpu/guest/order.ts and reorder.ts.

import * as L from "../layout";
import * as O from "./layout";
import { allocate } from "../kernel/arena";
import { Part, partAt } from "../kernel/part";
import { word } from "../cpu/configure";
import { H, Order, isNull, vmAt } from "../cpu/state";
import { expire } from "../cpu/workload/expire";
import { reorder } from "../cpu/guest/reorder";

function orderSlots(_: usize): u32 {
  return H.vmCount;
}

function configureOrder(part: Part): i32 {
  for (let i: u32 = 0; i < H.vmCount; i++) {
    const vm = vmAt(i);
    const w = part.section + ((<usize>vm.group * O.ORDER_WORDS) << 3);
    if (word(w, O.ORDER_ON) == 0) continue;
    const at = allocate(offsetof<Order>());
    if (at == 0) return L.E_MEMORY;
    const o = changetype<Order>(at);
    o.slot = part.slot + i;
    o.kind = <u32>word(w, O.ORDER_KIND);
    o.bins = <u64>word(w, O.ORDER_BINS);
    o.range = <u64>word(w, O.ORDER_RANGE);
    o.tick = <u64>word(w, O.ORDER_TICK);
    o.base = word(w, O.ORDER_BASE);
    o.each = word(w, O.ORDER_EACH);
    o.exponent = word(w, O.ORDER_EXPONENT);
    o.deadline = <i64>word(w, O.ORDER_DEADLINE);
    o.given = -1;
    o.abandons = <u32>word(w, O.ORDER_ABANDONS);
    // its requests pass where they are marked, and not where all others do
    o.single = vm.single;
    vm.single = 0;
    vm.order = o;
  }
  return 0;
}

/** A deadline has come, or a tick at which another task comes first. */
function onTimer(slot: u32): void {
  const vm = vmAt(slot);
  assert(!isNull(vm.order));
  if (vm.order.abandons) expire(vm);
  reorder(vm);
}

const part = partAt(L.PART_ORDER);
part.onSlots = orderSlots;
part.onConfigure = configureOrder;
part.onEvent = onTimer;
part.onBegin = (): void => {};
part.onSettle = (): u32 => 0;
