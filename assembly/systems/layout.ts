// What both languages know of the systems that are policies over servers and kept instances: words of their settings and answers.

export const NEXUS_CORES = 0;
export const NEXUS_WORKERS = 1; // of the backend; 0: each guest has its own fabric
export const NEXUS_PREFETCH = 2;
export const NEXUS_AFTER = 3; // outputs are written after the answer
export const NEXUS_RESTORE = 4;
export const NEXUS_CONNECT = 5;
export const NEXUS_RESPOND = 6;
export const NEXUS_OP = 7;
export const NEXUS_KEEP = 8;
export const NEXUS_BUDGET = 9;
export const NEXUS_FABRIC = 10; // CPU time of a guest's own fabric, for the fetch and write of one request
export const NEXUS_DOWN_AT = 11;
export const NEXUS_DOWN_FOR = 12;
export const NEXUS_POLICY = 13; // KEEP_*
export const NEXUS_POOL = 14; // instances that are held of each function, under KEEP_POOL

export const SETTINGS = 20; // at most

export const ANSWER_CORE_NS = 0;
export const ANSWER_BACKEND_NS = 1;
export const ANSWER_BYTE_NS = 2;
export const ANSWER_DORMANT_BYTE_NS = 3;
export const ANSWER_PEAK_BYTES = 4;
export const ANSWER_EVICTED = 5;
export const ANSWER_EXPIRED = 6;
export const ANSWER_ENDED_NS = 7;
export const ANSWER_EVENTS = 8;
export const ANSWER_SYSTEM_STARTS = 9;
export const ANSWER_SYSTEM_BYTE_NS = 10;
export const ANSWER_SYSTEM_WAIT_NS = 11;
export const ANSWER_CALLS = 12;
export const ANSWERS = 13;

export const NANVIX_CORES = 0;
export const NANVIX_USER_START = 1;
export const NANVIX_SYSTEM_START = 2;
export const NANVIX_USER_BYTES = 3;
export const NANVIX_SYSTEM_BYTES = 4;
export const NANVIX_KEEP = 5;
export const NANVIX_CROSSING = 6;
export const NANVIX_CALLS = 7;
export const NANVIX_PARALLEL = 8;
export const NANVIX_BUDGET = 9;
export const NANVIX_POLICY = 10;
export const NANVIX_POOL = 11; // above 0: every system VM is held, under KEEP_POOL

/** Who is kept, and who goes for want of memory. */
export const KEEP_FIXED = 0;
export const KEEP_LRU = 1;
export const KEEP_GD = 2; // by an instance's own uses
export const KEEP_HIST = 3; // as dslab has it
export const KEEP_HIST_FAASCACHE = 4;
export const KEEP_POOL = 5;

/** A request's flags: its VM had to be started; its system VM, too; its output was lost after the answer. */
export const COLD = 1;
export const SYSTEM_COLD = 2;
export const LOST = 4;

export const SYSTEM_OK = 0;
export const SYSTEM_MEMORY = 1;

export const FASTPATH_WORKERS = 0;
export const FASTPATH_STAGES = 1;
export const FASTPATH_BATCH = 2; // and the three after it: a word a stage
export const FASTPATH_DISCIPLINE = 6;
export const FASTPATH_CAP = 7;
export const FASTPATH_PERIOD = 8;
export const FASTPATH_BOOST = 9;
export const FASTPATH_AT_POLL = 10;
export const FASTPATH_LIMIT = 11; // items of all tenants that may wait at one stage
export const FASTPATH_UNTIL = 12;
export const FASTPATH_WARMUP = 13;
export const FASTPATH_SEED = 14;
export const FASTPATH_IDLE_POLL = 15; // 0: an idle worker looks at once

// a tenant of the fast path: f64 each
export const SOURCE_WEIGHT = 0;
export const SOURCE_LIMIT = 1;
export const SOURCE_PROCESS = 2;
export const SOURCE_GAP = 3;
export const SOURCE_PHASE = 4; // of what is deterministic: when the first comes
export const SOURCE_ON = 5;
export const SOURCE_OFF = 6;
export const SOURCE_COST = 7;
export const SOURCE_CV = 8;
export const SOURCE_SIZE = 9;
export const SOURCE_WORDS = 10;

/** As many as a batch takes always wait. */
export const FULL = 0;
export const DETERMINISTIC = 1;
export const POISSON = 2;
export const ON_OFF = 3;

export const FASTPATH_BITS = 7; // sub-buckets of an octave of its histograms

export const GIL_WORKERS = 0; // who may run at once: 1 under the lock
export const GIL_INTERVAL = 1;
export const GIL_SWITCH = 2;
export const GIL_PER_WAITER = 3;
export const GIL_CPU = 4;
export const GIL_IO = 5;
export const GIL_LAW = 6; // 0: constant, 1: exponential, 2: from the table
export const GIL_THREADS = 7; // at most
export const GIL_LAZY = 8; // threads do not end when the limit falls
export const GIL_START = 9; // of a thread
export const GIL_WINDOW = 10; // tasks whose ratio is averaged
export const GIL_SEED = 11;

export const GIL_TASKS = 0;
export const GIL_CPU_NS = 1;
export const GIL_WALL_NS = 2;
export const GIL_USED_NS = 3;
export const GIL_OVERHEAD_NS = 4;
export const GIL_PREEMPTIONS = 5;
export const GIL_RATIO = 6; // mean of the window
export const GIL_ACTIVE = 7;
export const GIL_HANDOVERS = 8;

export const GPU_COOLDOWN = 0;
export const GPU_PREEMPT = 1;
export const GPU_GAP = 2;
export const GPU_BATCH = 3; // requests that are decoded at once, at most
export const GPU_PREFILLS = 4; // entries of the table of prefill times, by tokens
export const GPU_JITTERS = 5; // entries of the table of factors; 0: none
export const GPU_PAGES = 6;
export const GPU_PAGE_TOKENS = 7;
export const GPU_HEADROOM = 8;
export const GPU_UP = 9;
export const GPU_DOWN = 10;
export const GPU_RECLAIM = 11; // pages a step
export const GPU_WAIT = 12; // a step in which nothing but memory is waited for
export const GPU_OFFLINE_PAGES = 13; // of an offline request; 0: there is no offline work
export const GPU_OFFLINE_PREFILL = 14;
export const GPU_END = 15;

export const GPU_OFFLINE_NS = 0;
export const GPU_RECOMPUTED_NS = 1;
export const GPU_PREEMPTIONS = 2;
export const GPU_STEPS = 3;
export const GPU_BUSY_NS = 4;
export const GPU_RECLAIMED = 5; // pages
export const GPU_KILLED = 6; // offline requests that lost their pages
export const GPU_MEMORY_WAITS = 7; // steps
export const GPU_ENDED = 8;
export const GPU_HEADROOM_LAST = 9;
export const GPU_HEADROOM_MOST = 10;
export const GPU_PAGES_MOST = 11; // of online requests
export const GPU_COOLED_NS = 12;

// columns of a GPU's requests, f64 each
export const GPU_AT = 0;
export const GPU_PROMPT = 1;
export const GPU_OUTPUT = 2;
export const GPU_FIRST = 3; // out: when its prompt was done
export const GPU_DONE = 4; // out
export const GPU_SEEN = 5; // out: preemptions that it saw
export const GPU_COLUMNS = 6;

// what is kept of a GPU's step, f64 each
export const GPU_STEP_WANTED = 0; // when online work wanted the GPU
export const GPU_STEP_START = 1;
export const GPU_STEP_END = 2;
export const GPU_STEP_TOKENS = 3; // of a decode: one for each request that ran; else 0
export const GPU_STEP_KILLED = 4; // offline requests that have lost their pages so far
export const GPU_STEP_COLUMNS = 5;
