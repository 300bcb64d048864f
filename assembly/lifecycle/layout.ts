// The words of the lifecycle that cross the boundary: its configuration (one Float64 a word, where the directory of parts
// points), its counters. Plain constants only: compiled into the core and imported by src/lifecycle. A header, then one record a class of
// VM slots, then one a function. The rules: docs/model/lifecycle.md.

export const LIFE_MEMORY = 0; // bytes, -1: no budget
export const LIFE_POLICY = 1; // KEEP_*
export const LIFE_TIME = 2; // ns (fixed)
export const LIFE_VARIANT = 3; // fixed: 1 from its start; gd: 1 of the instance; hist: 1 FaasCache's rules
export const LIFE_OVERFLOW = 4; // OVERFLOW_*
export const LIFE_TIMEOUT = 5; // ns
export const LIFE_ORDER = 6; // TIERS words: the tiers that are tried, TIER_*, -1: no more
export const LIFE_BOOT_SLOTS = 11; // 0: any number
export const LIFE_BOOT_PERIOD = 12; // ns between starts, 0: none
export const LIFE_EVICT_ALL = 13; // 1: as FaasCache does
export const LIFE_SNAPSHOTS = 14; // 1: who expires leaves one
export const LIFE_ACTIVE = 15; // ns
export const LIFE_DORMANT = 16;
export const LIFE_RESTORE = 17;
export const LIFE_VM = 18;
export const LIFE_ATTEST = 19;
export const LIFE_SAMPLE_INTERVAL = 20; // ns between samples of the memory, 0: none
export const LIFE_CLASSES = 21;
export const LIFE_FUNCTIONS = 22;
export const LIFE_BOOT_CPU = 23; // share of boot and init that is work of a core
export const LIFE_PROACTIVE = 24; // 1: an announced width starts instances
export const LIFE_HEADER = 25;

export const TIERS = 5; // that can be ordered
export const TIER_ACTIVE = 0;
export const TIER_DORMANT = 1;
export const TIER_RESTORE = 2;
export const TIER_VM = 3;
export const TIER_FULL = 4;
export const TIER_JOINED = 5; // an instance that was starting
export const TIERS_SERVED = 6;

export const KEEP_FIXED = 0;
export const KEEP_LRU = 1;
export const KEEP_GD = 2;
export const KEEP_HIST = 3;
export const KEEP_POOL = 4;
export const KEEP_OWN = 5;

export const OVERFLOW_DROP = 0;
export const OVERFLOW_QUEUE = 1;
export const OVERFLOW_TIMEOUT = 2;

export const CLASS_FIRST_VM = 0;
export const CLASS_SLOTS = 1;
export const CLASS_WORDS = 2;

export const FUNCTION_MEMORY = 0; // bytes
export const FUNCTION_PER_REQUEST = 1;
export const FUNCTION_INIT = 2; // ns
export const FUNCTION_CONCURRENCY = 3;
export const FUNCTION_MIN = 4; // instances
export const FUNCTION_CONFIDENTIAL = 5;
export const FUNCTION_CLASS = 6;
export const FUNCTION_WORDS = 7;

// --- counters: what the sets are, and one u64 each; _LO and _HI are 128 bits of byte-nanoseconds -----------------------------------

export const LIFE_SET = 0;
export const LIFE_SET_FUNCTIONS = 1; // FN_COUNTERS a function
export const LIFE_SET_SAMPLES = 2; // SAMPLE_VALUES a sample

export const LIFE_ARRIVED = 0;
export const LIFE_SERVED = 1; // by TIER_*
export const LIFE_DROPPED = 7;
export const LIFE_TIMED_OUT = 8;
export const LIFE_WAITING = 9; // in the queue now
export const LIFE_COMPLETED = 10; // requests that ended
export const LIFE_UNDER_WAY = 11; // given to an instance and not ended, now
export const LIFE_EVICTIONS = 12;
export const LIFE_EXPIRATIONS = 13;
export const LIFE_STARTS = 14; // of instances
export const LIFE_PREWARMED = 15;
export const LIFE_SNAPSHOTS_LEFT = 16;
export const LIFE_USED = 17; // bytes now
export const LIFE_USED_MAX = 18;
export const LIFE_INSTANCES = 19;
export const LIFE_INSTANCES_MAX = 20;
export const LIFE_IDLE_LO = 21; // memory-time of dormant instances
export const LIFE_IDLE_HI = 22;
export const LIFE_BUSY_LO = 23;
export const LIFE_BUSY_HI = 24;
export const LIFE_BOOT_LO = 25;
export const LIFE_BOOT_HI = 26;
export const LIFE_USED_LO = 27; // ∫ used
export const LIFE_USED_HI = 28;
export const LIFE_WAITING_MAX = 29;
export const LIFE_GATE_MAX = 30; // most starts that waited at the gate
export const LIFE_SAMPLES = 31;
export const LIFE_SAMPLE_NS = 32; // between samples
export const LIFE_SLOTS_MAX = 33; // most VM slots in use
export const LIFE_ANNOUNCED = 34; // widths
export const LIFE_AHEAD = 35; // instances that they started
export const LIFE_GONE = 36; // instances by GONE_*
export const LIFE_COUNTERS = 48;

export const FN_ARRIVED = 0;
export const FN_SERVED = 1;
export const FN_DROPPED = 7;
export const FN_TIMED_OUT = 8;
export const FN_WAITING = 9;
export const FN_COMPLETED = 10;
export const FN_EVICTIONS = 11; // of its instances
export const FN_EXPIRATIONS = 12;
export const FN_EVICTED = 13; // evictions of any instance for its sake
export const FN_INSTANCES_MAX = 14;
export const FN_START_NS = 15; // Σ start latencies
export const FN_LATENCY_NS = 16; // Σ latencies
export const FN_IDLE_LO = 17;
export const FN_IDLE_HI = 18;
export const FN_UNDER_WAY = 19;
export const FN_GONE = 20; // its instances by GONE_*
export const FN_COUNTERS = 25;

// Why an instance went: the first three are evictions, the others expirations.
export const GONE_FOR_START = 0; // memory of an instance that was to start
export const GONE_FOR_REQUEST = 1; // memory of one more request on an instance that was there
export const GONE_NEEDLESS = 2; // who made it fit were others, or nobody could
export const GONE_KEEP_ALIVE = 3; // its time was over
export const GONE_UNLOADED = 4; // the policy let it go as soon as it was dormant

export const SAMPLE_TIME = 0; // ns
export const SAMPLE_IDLE = 1; // bytes
export const SAMPLE_BUSY = 2;
export const SAMPLE_BOOT = 3;
export const SAMPLE_INSTANCES = 4;
export const SAMPLE_VALUES = 5;
export const SAMPLES = 512; // room for so many

export const LIFE_HISTOGRAM_START = 0; // by TIER_*, then latency
export const LIFE_HISTOGRAM_LATENCY = 6;
export const LIFE_HISTOGRAMS = 12;
