// Residency in levels: numbers that cross the boundary. Plain constants only: both languages read this file.

/** Levels of two tiers of memory. */
export const LEVEL_FAST = 0;
export const LEVEL_SLOW = 1;
/** Slow still: it goes up when the link has come to it. */
export const LEVEL_COMING = 2;

/** What makes a unit of the slow level a candidate for promotion. */
export const DETECT_NOTHING = 0;
export const DETECT_COUNT = 1;
/** A hint fault soon after the unit was marked. */
export const DETECT_HINT = 2;
/** Hint faults since it came down. */
export const DETECT_FAULTS = 3;

/** Which candidates go up. */
export const ADMIT_ALWAYS = 0;
export const ADMIT_NEVER = 1;
/** Those of which more accesses are expected than a limit. */
export const ADMIT_SKETCH = 2;
/** Rows of counters in a sketch. */
export const SKETCH_ROWS = 4;

/** Settings, f64 each: units and counts whole, times whole ns. */
export const SET_UNITS = 0;
export const SET_CAPACITY = 1;
export const SET_FAST_NS = 2;
export const SET_SLOW_NS = 3;
export const SET_PROMOTE_NS = 4;
export const SET_DEMOTE_NS = 5;
export const SET_GAP_NS = 6;
export const SET_DETECTOR = 7;
export const SET_ADMISSION = 8;
export const SET_ACCESSES = 9;
export const SET_FAULT_NS = 10;
export const SET_SCAN_DELAY_NS = 11;
export const SET_SCAN_PERIOD_NS = 12;
export const SET_SCAN_UNITS = 13;
export const SET_HOT_NS = 14;
export const SET_LIMIT = 15;
export const SET_LIMIT_NS = 16;
export const SET_ADJUST_NS = 17;
export const SET_LOW = 18;
export const SET_HIGH = 19;
export const SET_ADMIT_OVER = 20;
export const SET_HALVE_NS = 21;
export const SET_COUNTERS = 22;
/** 0: an access waits for the moves that it causes. */
export const SET_BACKGROUND = 23;
/** Accesses that admission asks for beyond, for each unit that waits for the link. */
export const SET_PRICE = 24;
export const SETTINGS = 25;

/** Counters, f64 each. */
export const COUNT_ACCESSES = 0;
export const COUNT_HITS = 1;
export const COUNT_FIRST = 2;
export const COUNT_CANDIDATES = 3;
export const COUNT_PROMOTIONS = 4;
export const COUNT_DEMOTIONS = 5;
export const COUNT_TOTAL_NS = 6;
export const COUNT_CLOCK_NS = 7;
export const COUNT_RESIDENT = 8;
export const COUNT_FAULTS = 9;
export const COUNT_LIMITED = 10;
export const COUNT_REFUSED = 11;
export const COUNT_HOT_NS = 12;
export const COUNT_COMING = 13;
export const COUNT_COMING_MOST = 14;

/** What a check after each window found. */
export const BROKEN_NOTHING = 0;
export const BROKEN_CAPACITY = 1;
export const BROKEN_PLACES = 2;
export const BROKEN_ACCOUNT = 3;
