// The words of the swap engine that cross the boundary: its configuration (one Float64 a word, behind the scenario's other
// words, where the directory of parts points) and its counters. Plain constants only: compiled into the core and imported by
// src/memory/swap. A header (its words are the first fields of state.ts's Swap, whole numbers all), then one record a backend, one a VM group, one an upgrade.

export const SWAP_CAPACITY = 0; // bytes for guests' pages and what is kept of those that are out
export const SWAP_PAGE = 1; // bytes moved at once
export const SWAP_BLOCK = 2; // pages a block
export const SWAP_SAMPLE = 3; // the memory is that many times smaller than the one it stands for
export const SWAP_HIGH = 4; // bytes free at which background swap-out rests
export const SWAP_LOW = 5; // … begins
export const SWAP_MIN = 6; // … below which a fault reclaims by itself
export const SWAP_WORKERS = 7; // of them, at most SERVERS_MAX
export const SWAP_DEPTH = 8; // operations at once on devices, at most SERVERS_MAX
export const SWAP_BUDGET = 9; // thousandths of a core that background work may take, 0: no limit
export const SWAP_BURST = 10; // ns that it may run ahead of its budget
export const SWAP_ENTRY = 11; // ns: exit and lock, on the core that faults
export const SWAP_FINISH = 12; // ns: map and resume, behind the backend
export const SWAP_UNMAP = 13; // ns, before a page goes out
export const SWAP_LEVELS = 14;
export const SWAP_SCAN = 15; // ns between scans of the access bits
export const SWAP_SCAN_PAGE = 16; // ns a page
export const SWAP_PREFETCH = 17; // pages
export const SWAP_METADATA = 18; // bytes kept of every page that is out
export const SWAP_UPGRADES = 19;
export const SWAP_FUNCTIONS = 20; // whose working sets are pages too: FUNCTION_GUEST_WORDS each, behind the upgrades
export const SWAP_TIERED = 21; // 1: pages may lie in a slow tier; its settings (residency/layout.ts) stand behind the functions
export const SWAP_TIER_MORE = 22; // ns that an access there takes beyond one in the host's own memory
export const SWAP_HEADER = 23;

// behind the slow tier's settings: its tuner, and behind that the counts that it tries
export const TUNER_ROUND = 0; // ns, 0: none
export const TUNER_ARMS = 1;
export const TUNER_EXPLORE = 2; // rounds of each
export const TUNER_KEEP = 3; // rounds of the best before all are tried anew, 0: for ever
export const TUNER_WORDS = 4;

export const BACKEND_ZERO = 0;
export const BACKEND_LZ4 = 1;
export const BACKEND_ZSTD = 2;
export const BACKEND_SSD = 3;
export const BACKEND_REMOTE = 4;
export const BACKEND_SLOW = 5;
export const BACKENDS = 6;

export const BACKEND_IN = 0; // distribution, ns for the first 4 KiB
export const BACKEND_OUT = 1;
export const BACKEND_IN_MORE = 2; // ns for all further 4 KiB of the page
export const BACKEND_OUT_MORE = 3;
export const BACKEND_RATIO = 4; // distribution: page / what is kept of it; 0: nothing is kept in this memory
export const BACKEND_DEVICE = 5; // 1: the operation waits for a device instead of keeping a worker busy, and its copy stays valid
export const BACKEND_WORDS = 6;

export const GUEST_PAGES = 0;
export const GUEST_QUOTA = 1; // bytes resident at most, 0: none of its own; from here on whole numbers in the order of state.ts's Guest
export const GUEST_PHASE = 2; // ns after which the hot part moves on, 0: never
export const GUEST_SHIFT = 3; // pages by which it moves
export const GUEST_TRACE_LENGTH = 4;
export const GUEST_TOUCHES = 5; // mean pages a task; a fraction is drawn; from here on as they are
export const GUEST_WRITES = 6; // share of touches
export const GUEST_COLD_TOUCHES = 7; // share of touches outside the hot part
export const GUEST_PATTERN = 8; // PATTERN_*; from here on one by one
export const GUEST_EXPONENT = 9;
export const GUEST_HOT = 10; // pages of the hot part
export const GUEST_PINNED = 11; // share of its pages
export const GUEST_TRACE = 12; // first table word
export const GUEST_CONTENT = 13; // cumulated share of pages by backend, BACKENDS words
export const GUEST_HIGH = 19; // bytes of the quota free at which its background swap-out rests
export const GUEST_LOW = 20; // … begins
export const GUEST_WORDS = 21;

// behind the words of a function's guest: its name's hash, from which its pages' content follows
export const FUNCTION_NAME_LO = 21;
export const FUNCTION_NAME_HI = 22;
export const FUNCTION_GUEST_WORDS = 23;

export const TOUCHES_MAX = 4095; // of a task

export const PATTERN_UNIFORM = 0;
export const PATTERN_ZIPF = 1;
export const PATTERN_SCAN = 2;
export const PATTERN_TRACE = 3;

export const UPGRADE_AT = 0; // ns
export const UPGRADE_STOPS_ALL = 1; // 1: every access waits (hot-switch), 0: faults only (hot-upgrade)
export const UPGRADE_PREPARE = 2; // ns, nothing waits yet
export const UPGRADE_TRANSFER = 3; // ns, paused
export const UPGRADE_SWITCH = 4; // ns, paused
export const UPGRADE_ROLLBACK = 5; // ns, paused when the pause had begun
export const UPGRADE_FAILS = 6; // FAILS_*
export const UPGRADE_WORDS = 7;

export const FAILS_NOT = 0;
export const FAILS_PREPARE = 1;
export const FAILS_TRANSFER = 2;

export const SERVERS_MAX = 64; // workers, and device operations

// --- counters: what the sets are, and one u64 each ---------------------------------------------------------------------------------

export const SWAP_SET = 0; // SWAP_COUNTERS
export const SWAP_SET_GUESTS = 1; // GUEST_COUNTERS a VM
export const SWAP_SET_UPGRADES = 2; // UPGRADE_COUNTERS an upgrade
export const SWAP_SET_FREE = 3; // bytes without a page now, before accounts are settled too

export const SWAP_JOINED = 0; // faults: the page was on its way in
export const SWAP_RESCUED = 1; // faults: it was on its way out and stays
export const SWAP_DIRECT = 2; // victims chosen for a fault's sake
export const SWAP_PREFETCHED = 3; // swap-ins that a prefetch began, or would have begun had no task come to need them
export const SWAP_PREFETCH_HITS = 4;
export const SWAP_CLEAN_DROPS = 5; // swap-outs to devices without a write: the copy was still good
export const SWAP_WRITEBACKS = 6; // … with one
export const SWAP_IN_NS = 7; // core time of swap-ins
export const SWAP_OUT_NS = 8; // … of swap-outs
export const SWAP_SCAN_NS = 9; // … of scans
export const SWAP_SCANS = 10;
export const SWAP_PAUSE_WAITS = 11; // accesses that waited for an upgrade
export const SWAP_THROTTLED = 12; // times that the budget stopped background work
export const SWAP_RESIDENT = 13; // pages with a frame now
export const SWAP_WAITING = 14; // tasks that wait for a page now
export const SWAP_OLDEST_NS = 15; // how long the first of them has been waiting
export const SWAP_PINNED = 16;
export const SWAP_STORED = 17; // bytes kept of pages that are out
export const SWAP_FREE = 18; // bytes
export const SWAP_QUEUED_MAX = 19; // longest queue of faults for a server
export const SWAP_WAITING_FIRST = 20; // tasks that waited for a page when statistics began
export const SWAP_UNDER_WAY = 21; // faults that leave the guest, swap-ins that will come for a fault or have begun for a prefetch, now
export const SWAP_UNDER_WAY_FIRST = 22; // … when statistics began
export const SWAP_CANDIDATES = 23; // pages of the slow tier that the detector found
export const SWAP_REFUSED = 24; // … of them, not admitted
export const SWAP_LIMITED = 25; // hint faults soon enough, but over the limit
export const SWAP_HINT_FAULTS = 26;
export const SWAP_PROMOTIONS = 27; // begun
export const SWAP_NO_ROOM = 28; // admitted, but without a frame at their turn
export const SWAP_QUEUED_UP = 29; // admitted, whose turn is to come, now
export const SWAP_QUEUED_UP_FIRST = 30; // … when statistics began
export const SWAP_HOT_NS = 31; // the threshold now
export const SWAP_THRESHOLD = 32; // slow accesses, or faults, at which a page is a candidate now
export const SWAP_ROUNDS = 33; // of the tuner, that have ended
export const SWAP_OF_BACKENDS = 34; // then BACKEND_COUNTERS each
export const BACKEND_INS = 0; // pages
export const BACKEND_OUTS = 1;
export const BACKEND_FAST = 2; // swap-ins of at most FAST_NS
export const BACKEND_NOW = 3; // pages out in it now, counted when accounts are settled
export const BACKEND_FIRST = 4; // pages out in it when statistics began
export const BACKEND_COUNTERS = 5;
export const SWAP_COUNTERS = 64;

export const FAST_NS = 10000; // the p90 that Taiji claims

export const GUEST_TOUCHED = 0;
export const GUEST_FAULTS = 1; // touches of a page that was not there
export const GUEST_STALL_NS = 2; // Σ over tasks of time waiting for a page
export const GUEST_RESIDENT = 3; // pages with a frame, counted when accounts are settled
export const GUEST_QUOTA_RECLAIMS = 4; // swap-outs for its own quota
export const GUEST_PAUSE_NS = 5; // Σ over tasks of time waiting for the end of a pause
export const GUEST_PAUSE_STALL_NS = 6; // … of it, within stalls
export const GUEST_SLOW = 7; // touches of pages in the slow tier
export const GUEST_SLOW_NS = 8; // Σ of what they took beyond those in the host's own memory
export const GUEST_COUNTERS = 9;

export const UPGRADE_STARTED = 0; // ns
export const UPGRADE_PAUSED_NS = 1; // so far
export const UPGRADE_WAITED = 2; // accesses, so far
export const UPGRADE_WAIT_MAX = 3; // ns, of those that have ended
export const UPGRADE_OUTCOME = 4; // OUTCOME_*
export const UPGRADE_QUIESCE_NS = 5; // of the pause: until nothing was on its way
export const UPGRADE_COUNTERS = 6;

export const OUTCOME_PENDING = 0;
export const OUTCOME_DONE = 1;
export const OUTCOME_ROLLED_BACK = 2;
export const OUTCOME_UNDER_WAY = 3;

// a page's swap-in, from the first fault to mapped, is also that task's stall: all swap-ins and all stalls are sums of these
export const SWAP_HISTOGRAM_BACKENDS = 0; // one a backend
export const SWAP_HISTOGRAM_JOINED = 6; // stalls of tasks that came while the page was on its way
export const SWAP_HISTOGRAM_PAUSE = 7;
export const SWAP_HISTOGRAMS = 8;
