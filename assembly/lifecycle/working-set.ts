// What an instance that was restored from a snapshot has still to bring in: the pages of its function's working set, which lie in the host's
// memory or are out as any VM's are (memory/pages), and which all instances of the function share. Its first requests touch each once, in
// order. Later touches are not told apart from what any request takes (assumed).

import { Guest, S, guestAt } from "../memory/pages/state";
import { inTurn } from "../memory/pages/access";
import { H } from "../cpu/state";
import { Fn, Instance } from "./state";

function memoryOf(f: Fn): Guest {
  return guestAt(H.vmCount + f.index);
}

/** Pages that an instance of `f` touches when it has been restored; 0 where the host's memory is not simulated. */
export function workingSetOf(f: Fn): u32 {
  return S.functions != 0 ? memoryOf(f).pages : 0;
}

/** What the next request on `i` touches, as the word of its task. */
export function firstTouches(i: Instance): u64 {
  if (i.untouched == 0) return 0;
  const g = memoryOf(i.fn);
  // a task makes so many touches at most; the last ones of a set that needs several begin earlier, so that each makes as many
  const each = <u32>g.touches;
  const from = min<u32>(g.pages - i.untouched, g.pages - each);
  i.untouched = g.pages - from - each;
  return inTurn(<u64>from, <u64>each);
}
