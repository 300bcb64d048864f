// Levels as settings say.

import { allocate } from "../kernel/arena";
import { LINKED_BYTES, makeList } from "../memory/replacement/links";
import * as L from "./layout";
import { PLACE_BYTES } from "./link";
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
  t.records = allocate((<u64>t.units + 1) * LINKED_BYTES);
  if (t.records == 0) return 0;
  makeList(t.records);
  t.scanAt = t.adjustAt = t.halveAt = t.linkAt = NEVER;
  if (setting<u32>(settings, L.SET_BACKGROUND) != 0) {
    t.background = true;
    t.exchangeNs = t.promoteNs + t.demoteNs;
    t.promoteNs = t.demoteNs = 0; // of an access's time
    t.line = allocate(<u64>t.units * PLACE_BYTES);
    if (t.line == 0) return 0;
  }
  if (t.detector >= <u32>L.DETECT_HINT) {
    t.scanAt = setting<u64>(settings, L.SET_SCAN_DELAY_NS);
    t.faultNs = setting<u64>(settings, L.SET_FAULT_NS);
    t.marks = allocate(<u64>t.units << 3);
    if (t.marks == 0) return 0;
  }
  if (t.detector == <u32>L.DETECT_HINT) {
    t.adjustNs = t.adjustAt = setting<u64>(settings, L.SET_ADJUST_NS);
    t.limitNs = setting<u64>(settings, L.SET_LIMIT_NS);
  }
  if (t.admission == <u32>L.ADMIT_SKETCH) {
    t.halveNs = t.halveAt = setting<u64>(settings, L.SET_HALVE_NS);
    t.counters = setting<u32>(settings, L.SET_COUNTERS);
    t.sketch = allocate((<u64>L.SKETCH_ROWS * t.counters) << 2);
    if (t.sketch == 0) return 0;
  }
  tuneTiers(t, settings);
  return at;
}

/** What may change between two accesses: counts, watermarks, scans, limits. What was counted and marked stays. */
export function tuneTiers(t: Tiers, settings: usize): void {
  t.threshold = setting<u32>(settings, L.SET_ACCESSES);
  t.low = setting<u32>(settings, L.SET_LOW);
  t.high = setting<u32>(settings, L.SET_HIGH);
  t.over = setting<u64>(settings, L.SET_ADMIT_OVER);
  t.price = setting<u64>(settings, L.SET_PRICE);
  if (t.detector < <u32>L.DETECT_HINT) return;
  const period = setting<u64>(settings, L.SET_SCAN_PERIOD_NS);
  t.scanUnits = min<u32>(t.units, setting<u32>(settings, L.SET_SCAN_UNITS));
  const now = t.spent + t.waited;
  if (t.scanPeriod != 0 && period != t.scanPeriod) t.scanAt = min<u64>(t.scanAt, now + period);
  t.scanPeriod = period;
  t.dueAt = min<u64>(t.dueAt, t.scanAt);
  if (t.detector != <u32>L.DETECT_HINT) return;
  const reference = setting<u64>(settings, L.SET_HOT_NS);
  if (reference != t.hotReference) t.hot = t.hotReference = reference;
  t.limit = setting<u64>(settings, L.SET_LIMIT);
}
