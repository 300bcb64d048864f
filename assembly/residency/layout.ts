// Residency in levels: numbers that cross the boundary. Plain constants only: both languages read this file.

/** Levels of two tiers of memory. */
export const LEVEL_FAST = 0;
export const LEVEL_SLOW = 1;

/** What makes a unit of the slow level a candidate for promotion. */
export const DETECT_NOTHING = 0;
export const DETECT_COUNT = 1;

/** Which candidates go up. */
export const ADMIT_ALWAYS = 0;
export const ADMIT_NEVER = 1;

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
export const SETTINGS = 16;

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
export const COUNTERS = 9;

/** What a check after each window found. */
export const BROKEN_NOTHING = 0;
export const BROKEN_CAPACITY = 1;
export const BROKEN_PLACES = 2;
export const BROKEN_ACCOUNT = 3;
