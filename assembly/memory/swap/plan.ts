// Touches of pages that are there, made without events. Each happens at its own instant in the model, and nobody can tell the
// difference: when a task begins to run, its touches up to the first page that is missing are noted, and they are made when
// somebody could see whether they have been: at the task's end or stop, before a scan, before a victim is looked for. When a noted page
// leaves, or everything has to wait, the note is cut short there and the touch becomes an event.

import { coreAt, H } from "../../cpu/state";
import { planRun } from "../../cpu/guest/plan";
import { S } from "../pages/state";
import { behindFirst, firstOf, left, leftOfFour, planOn, plannedAt } from "../pages/touch";

/** The touch `index` of the plan on `core`, and those behind it, have to be looked up again at their instant. */
function cut(core: u32, index: u32): void {
  const plan = planOn(core);
  const touch = plannedAt(plan, index);
  const v = coreAt(core).vcpu;
  plan.count = <u16>index;
  plan.after = touch.word;
  store<u8>(S.planLeft + core, <u8>(index - <u32>plan.next));
  v.touchAt = touch.at;
  v.touchPage = touch.page;
  planRun(v);
}

/** `page` leaves: who was going to touch it comes to a page that is missing. */
export function forgetPage(page: u32): void {
  const n = H.coreCount;
  for (let four: u32 = 0; four < n; four += 4) {
    for (let some = leftOfFour(four); some != 0; some = behindFirst(some)) {
      const core = four + firstOf(some);
      const plan = planOn(core);
      const count = <u32>plan.count;
      for (let i = <u32>plan.next; i < count; i++) {
        if (plannedAt(plan, i).page == page) {
          cut(core, i);
          break;
        }
      }
    }
  }
}

/** Every touch that is still to come has to wait. */
export function forgetAll(): void {
  const n = H.coreCount;
  for (let core: u32 = 0; core < n; core++) {
    if (left(core) != 0) cut(core, planOn(core).next);
  }
}
