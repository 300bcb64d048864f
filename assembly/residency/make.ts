// Levels as settings say.

import { allocate } from "../kernel/arena";
import { LINKED_BYTES, makeList } from "../memory/replacement/links";
import * as L from "./layout";
import { NEVER, Tiers } from "./state";

// @ts-ignore: decorator
@inline
function setting<T>(settings: usize, which: i32): T {
  return <T>load<f64>(settings + (<usize>which << 3));
}

/** From settings, f64 each as layout.ts numbers them. 0 when memory does not reach. */
export function makeTiers(settings: usize): usize {
  const at = allocate(offsetof<Tiers>());
  if (at == 0) return 0;
  const t = changetype<Tiers>(at);
  t.units = setting<u32>(settings, L.SET_UNITS);
  t.capacity = setting<u32>(settings, L.SET_CAPACITY);
  t.fastNs = setting<u64>(settings, L.SET_FAST_NS);
  t.slowNs = setting<u64>(settings, L.SET_SLOW_NS);
  t.promoteNs = setting<u64>(settings, L.SET_PROMOTE_NS);
  t.demoteNs = setting<u64>(settings, L.SET_DEMOTE_NS);
  t.gapNs = setting<u64>(settings, L.SET_GAP_NS);
  t.detector = setting<u32>(settings, L.SET_DETECTOR);
  t.admission = setting<u32>(settings, L.SET_ADMISSION);
  t.threshold = setting<u32>(settings, L.SET_ACCESSES);
  t.low = setting<u32>(settings, L.SET_LOW);
  t.high = setting<u32>(settings, L.SET_HIGH);
  t.records = allocate((<u64>t.units + 1) * LINKED_BYTES);
  if (t.records == 0) return 0;
  makeList(t.records);
  t.scanAt = t.adjustAt = t.halveAt = NEVER;
  if (t.detector >= <u32>L.DETECT_HINT && !makeHints(t, settings)) return 0;
  if (t.admission == <u32>L.ADMIT_SKETCH && !makeSketch(t, settings)) return 0;
  return at;
}

function makeHints(t: Tiers, settings: usize): bool {
  t.faultNs = setting<u64>(settings, L.SET_FAULT_NS);
  t.scanAt = setting<u64>(settings, L.SET_SCAN_DELAY_NS);
  t.scanPeriod = setting<u64>(settings, L.SET_SCAN_PERIOD_NS);
  t.scanUnits = min<u32>(t.units, setting<u32>(settings, L.SET_SCAN_UNITS));
  t.marks = allocate(<u64>t.units << 3);
  if (t.detector == <u32>L.DETECT_HINT) {
    t.hot = t.hotReference = setting<u64>(settings, L.SET_HOT_NS);
    t.limit = setting<u64>(settings, L.SET_LIMIT);
    t.limitNs = setting<u64>(settings, L.SET_LIMIT_NS);
    t.adjustNs = t.adjustAt = setting<u64>(settings, L.SET_ADJUST_NS);
  }
  return t.marks != 0;
}

function makeSketch(t: Tiers, settings: usize): bool {
  t.over = setting<u64>(settings, L.SET_ADMIT_OVER);
  t.halveNs = t.halveAt = setting<u64>(settings, L.SET_HALVE_NS);
  t.counters = setting<u32>(settings, L.SET_COUNTERS);
  t.sketch = allocate(<u64>L.SKETCH_ROWS * t.counters << 2);
  return t.sketch != 0;
}
