// The words that cross the boundary: where each number of a scenario is written, where each counter is read.
// Plain constants only, so that the same file is compiled into the core and imported by src/core; the two cannot drift.

/** Bump when a word moves: src/core refuses a core whose layout differs. */
export const LAYOUT_VERSION = 9;

// --- configuration: one Float64 per word -----------------------------------------------------------------
// host words, then VM groups, VMs, arrival states, stages, distributions, tables

export const HOST_CORES = 0;
export const HOST_SEED_LO = 1; // 32 bits each: a Float64 cannot hold 64
export const HOST_SEED_HI = 2;
export const HOST_WARMUP = 3; // ns
export const HOST_MECHANISM = 4; // MECHANISM_*
export const HOST_FINGERPRINT = 5; // 0 | 1
export const HOST_HISTOGRAM_BITS = 6; // sub-bucket bits b: relative width 2^-b
export const HOST_HISTOGRAM_SHARED = 7; // 1: the VMs of a group share their histograms
export const HOST_TASKS = 8; // task records to begin with
export const HOST_PARTS = 9; // where the directory of the parts' sections begins: PARTS words, each where its section does, 0: there is none
export const HOST_GROUPS = 10;
export const HOST_VMS = 11;
export const HOST_STATES = 12;
export const HOST_STAGES = 13;
export const HOST_DISTRIBUTIONS = 14;
export const HOST_TABLE_WORDS = 15;
export const HOST_RING = 16; // injected arrivals held in linear memory
// what a fork may change as well, in the order of the records' fields (cpu/records.ts, Host): whole nanoseconds
export const HOST_STEAL_CHECK = 17;
export const HOST_STEAL = 18;
export const HOST_TASK_SWITCH = 19;
export const HOST_MIN_SEARCH = 20;
export const HOST_LOCAL_CHECK = 21;
export const HOST_NOTIFY = 22;
export const HOST_PREEMPT = 23;
export const HOST_SUSPEND = 24;
export const HOST_DESCHEDULE = 25;
export const HOST_WAKE = 26;
export const HOST_DISPATCH = 27;
export const HOST_YIELD = 28;
export const HOST_ISSUE = 29;
export const HOST_POLL_BASE = 30;
export const HOST_POLL_PER_VM = 31;
export const HOST_MIGRATE_TASK = 32; // a task
export const HOST_MOVE_COST = 33; // added to a task that goes on on another core
export const HOST_MOVE_COST_SOCKET = 34; // across sockets
export const HOST_INTERVAL = 35; // of the arbiter
export const HOST_THRESHOLD = 36;
export const HOST_STALENESS = 37;
// 32-bit numbers
export const HOST_SIGNAL = 38; // SIGNAL_*
export const HOST_MODE = 39; // MODE_*
export const HOST_GRANT = 40; // GRANT_*
export const HOST_DEDICATED = 41; // polling cores taken from the host
export const HOST_WIDTH_LIMIT = 42; // tasks of one stage
export const HOST_POLICY = 43; // POLICY_*: which decisions the program makes
export const HOST_MIGRATE = 44; // 1: parking hands its queue to active vCPUs
export const HOST_FINISH_SECTION = 45; // 1: a vCPU in a critical section is parked at the section's end
export const HOST_BATCH = 46; // 1: the moves of a round are issued at one cost
export const HOST_AGGREGATE = 47; // 1: one bit a VM tells the arbiter whether to read it
export const HOST_SMT = 48; // hardware threads a physical core
export const HOST_SOCKETS = 49;
export const HOST_SMT_SWITCH = 50; // 1: a thread that switches tasks slows its siblings
export const HOST_SMT_SPIN = 51; // 1: one that spins for a lock does
// fractions
export const HOST_QUEUE_LENGTH = 52; // waiting tasks per active vCPU
export const HOST_MEMORY_BANDWIDTH = 53; // bytes per second, Infinity: no limit
export const HOST_SMT_FACTOR = 54; // throughput of a thread whose siblings work, of one
export const HOST_KNOBS = 55; // knobs of the one mechanism in charge, in the order of its table (src/mechanisms) and of its record of them
export const HOST_KNOBS_END = 71;
export const HOST_SAMPLE_INTERVAL = 71; // ns between samples of the series, 0 off
export const HOST_SAMPLE_CAPACITY = 72; // samples kept
export const HOST_LOG_FROM = 73; // ns: the event log's window
export const HOST_LOG_UNTIL = 74;
export const HOST_LOG_CAPACITY = 75; // events, 0 off
export const HOST_TASK_LIMIT = 76; // records that may be alive at once
export const HOST_POLLED = 77; // VMs that an arbiter polls: pools of slots count as their functions
export const HOST_WORDS = 78;

export const PART_SWAP = 0; // memory/pages/layout.ts
export const PART_LIFECYCLE = 1; // lifecycle/layout.ts
export const PART_ORDER = 2; // order/layout.ts
export const PARTS = 4; // room for so many

export const GROUP_CLASS = 0; // CLASS_*
export const GROUP_PRIORITY = 1;
export const GROUP_MIN = 2;
export const GROUP_MAX = 3;
export const GROUP_DISPATCH = 4; // DISPATCH_*
export const GROUP_STEAL_AMOUNT = 5; // STEAL_*
export const GROUP_STEAL_VICTIM = 6; // VICTIM_*
export const GROUP_QUANTUM = 7; // ns, 0 run to completion
export const GROUP_ARRIVALS = 8; // ARRIVALS_*
export const GROUP_RATE = 9; // per second
export const GROUP_CLIENTS = 10; // closed: clients, saturate: tasks
export const GROUP_THINK = 11; // distribution
export const GROUP_STATES_FROM = 12;
export const GROUP_STATES = 13;
export const GROUP_DWELL_CONSTANT = 14; // 1: dwell times are constant
export const GROUP_STAGES_FROM = 15;
export const GROUP_STAGES = 16;
export const GROUP_LOCK_PROBABILITY = 17;
export const GROUP_LOCK_HOLD = 18; // ns
export const GROUP_LOCK_SPINS = 19; // 1: who waits for the lock keeps its vCPU
export const GROUP_ROOM = 20; // requests in a VM at once, 0xffffffff: any number
export const GROUP_BANDWIDTH = 21; // bytes per second of memory traffic while a vCPU runs a task
export const GROUP_QUOTA = 22; // cores of a cgroup's quota, 0: none
export const GROUP_WORDS = 23;

export const VM_GROUP = 0;
export const VM_NAME_LO = 1; // 64-bit hash of the name: its random streams do not depend on its place in the list
export const VM_NAME_HI = 2;
export const VM_WORDS = 3;

export const STATE_RATE = 0; // per second
export const STATE_DWELL = 1; // mean, ns
export const STATE_WORDS = 2;

export const STAGE_TASKS = 0; // distribution
export const STAGE_SERVICE = 1; // distribution
export const STAGE_WORDS = 2;

export const DISTRIBUTION_KIND = 0; // DIST_*
export const DISTRIBUTION_A = 1;
export const DISTRIBUTION_B = 2;
export const DISTRIBUTION_C = 3;
export const DISTRIBUTION_TABLE = 4; // first table word
export const DISTRIBUTION_LENGTH = 5; // table words (empirical) or components (mixture, two words each: weight, distribution)
export const DISTRIBUTION_WORDS = 6;

export const DIST_CONSTANT = 0; // a: value
export const DIST_EXPONENTIAL = 1; // a: mean
export const DIST_UNIFORM = 2; // a: min, b: max
export const DIST_LOGNORMAL = 3; // a: mean, b: coefficient of variation
export const DIST_BIMODAL = 4; // a: short, b: long, c: share of long
export const DIST_PARETO = 5; // a: shape, b: min, c: max
export const DIST_WEIBULL = 6; // a: shape, b: mean
export const DIST_EMPIRICAL = 7;
export const DIST_MIXTURE = 8;
export const DIST_EXPONENTIAL_FLOOR = 9; // a: mean; floor(Exp), drawn again while 0 (NSDI'22 simulator)

export const MECHANISM_IDEAL = 0;
export const MECHANISM_STATIC = 1;
export const MECHANISM_HOTPLUG = 2;
export const MECHANISM_HYPERFLUX = 3;
export const MECHANISM_SHENANGO = 4;
export const MECHANISM_CALADAN = 5;
export const MECHANISM_DITTO = 6;
export const MECHANISM_BLIND = 7;
export const MECHANISM_CGROUP = 8;
export const MECHANISM_MICROVM = 9;
export const MECHANISM_NSDI22 = 10;

export const NSDI22_NONE = 0;
export const NSDI22_DELAY_RANGE = 1;
export const NSDI22_BUFFER_CORES = 2;
export const NSDI22_UTILIZATION_RANGE = 3;
export const NSDI22_IDEAL = 4;
export const NSDI22_HEAD_AGE = 5;

export const SIGNAL_AVERAGE = 0;
export const SIGNAL_OLDEST = 1;
export const SIGNAL_QUEUE_LENGTH = 2;
export const SIGNAL_POLICY = 3;

export const POLICY_DISPATCH = 1; // bits: which policies the program answers; the compiled ones answer the others
export const POLICY_VICTIM = 2;
export const POLICY_CORES = 4;
export const POLICY_KEEP_FOR = 16;
export const POLICY_WORTH = 32;
export const POLICY_TAKE = 64;
export const DECISIONS_KEPT = 256; // of the arbiter, the last that are told; a power of two
export const OVERRULE_NOTHING = 0; // what becomes of one decision of the arbiter in a fork (cores/overrule.ts): as it would
export const OVERRULE_DENY = 1; // no core is given
export const OVERRULE_VICTIM = 2; // another VM loses one
export const OVERRULE_MORE = 3; // one core more is given as well
export const OVERRULE_AGAIN = 4; // that one is due now
export const OVERRULED_PENDING = 0; // what has become of that: nothing yet
export const OVERRULED = 1;
export const OVERRULED_NOT = 2; // it could not be done
export const POLICY_EVERY_ROUND = 8; // hold all rounds, also those that can change nothing (tests)

export const MODE_REACTIVE = 1; // bits
export const MODE_PROACTIVE = 2;

export const GRANT_ONE = 0;
export const GRANT_DRAIN = 1;

export const CLASS_BEST_EFFORT = 0;
export const CLASS_LATENCY_CRITICAL = 1;

export const DISPATCH_RANDOM = 0;
export const DISPATCH_ROUND_ROBIN = 1;
export const DISPATCH_SHORTEST = 2;
export const DISPATCH_SINGLE = 3;
export const DISPATCH_POLICY = 4;

export const STEAL_NONE = 0;
export const STEAL_HALF = 1;
export const STEAL_ONE = 2;

export const VICTIM_RANDOM = 0;
export const VICTIM_ROUND_ROBIN = 1;
export const VICTIM_POLICY = 2;

export const ARRIVALS_NONE = 0;
export const ARRIVALS_POISSON = 1;
export const ARRIVALS_DETERMINISTIC = 2;
export const ARRIVALS_MODULATED = 3; // mmpp, on/off
export const ARRIVALS_CLOSED = 4;
export const ARRIVALS_SATURATE = 5;
export const ARRIVALS_PERIODIC = 6; // each of its tasks takes two rows of states: period, service | deadline (-1: the VM's), offset

// --- injected arrivals: 32 bytes each, a ring in linear memory ---------------------------------------------
//   0 atNs f64 | 8 serviceNs f64 (-1: draw) | 16 vm u32 | 20 width u32 (0: draw) | 24 deadlineNs f64 from arrival (-1: the VM's)

export const ARRIVAL_BYTES = 32;
export const ARRIVAL_FUNCTION = 0x8000_0000; // a bit of vm: the rest is the number of a function
export const CLIENT_FUNCTION = 0xffff_ff00; // what waits for a task from here on is a request of a function; beyond all slots

// --- what run() answers ------------------------------------------------------------------------------------

export const RUN_DONE = 0; // simulated up to the asked time
export const RUN_BUDGET = 1; // the asked number of events is done
export const RUN_INPUT = 2; // the ring is empty: refill it or say that nothing follows
export const E_MEMORY = 16; // linear memory cannot grow that far
export const E_WIDTH = 17; // a stage drew more tasks than limits.width
export const E_SLOTS = 18; // more than 2^24 timers
export const E_TIME = 19; // a time beyond 2^53 ns
export const E_CONFIG = 20; // a word outside its range: the caller's check failed
export const E_POLICY = 22; // a policy answered something that is not there
export const E_FRAMES = 23; // no frame is free and no page can go out
export const E_EXITS = 28; // more faults leave their guests at once than there is room for
export const E_POOL = 29; // more instances run at once than there are VM slots
export const E_TASKS = 24; // more task records are needed than HOST_TASK_LIMIT
export const E_CONSERVATION = 21; // the core's own accounts do not add up

// --- counters, one u64 each ----------------------------------------------------------------------------------

export const VM_ARRIVED = 0;
export const VM_WORK_NS = 1; // service demand that arrived
export const VM_COMPLETED = 2;
export const VM_LATENCY_NS_SUM = 3; // Σ time in system over all requests, the flow side of Little's law
export const VM_TASK_NS = 4;
export const VM_IDLE_POLL_NS = 5;
export const VM_TRANSITION_NS = 6;
export const VM_YIELDS = 7;
export const VM_GRANTS = 8;
export const VM_OFF_CORE_MAX = 9; // longest time, ns, that a vCPU was off the core taken from it unasked
export const VM_REVOCATIONS = 10;
export const VM_STEAL_ATTEMPTS = 11;
export const VM_STEALS = 12;
export const VM_TASKS_STOLEN = 13;
export const VM_STEAL_NS = 14;
export const VM_PREEMPTIONS = 15;
export const VM_DROPPED = 16;
export const VM_IN_FLIGHT = 17; // written when they are read: what arrived and was neither completed nor dropped
export const VM_LOCK_ACQUIRES = 18;
export const VM_LOCK_WAITS = 19;
export const VM_LOCK_WAIT_NS = 20;
export const VM_LOCK_CONVOY_MAX = 21;
export const VM_SPIN_NS = 22;
export const VM_MIGRATIONS = 23;
export const VM_STRANDED = 24; // tasks queued on a vCPU that was taken away under them
export const VM_CARRIED = 25; // requests in flight when statistics began
export const VM_BOOTS = 26; // microvm: instances booted
export const VM_RESTORES = 27; // microvm: instances restored from a snapshot
export const VM_THROTTLED_NS = 28; // cgroup: time without quota
export const VM_LOCK_WAIT_MAX = 29; // ns
export const VM_LOCK_HOLDER_PREEMPTIONS = 30; // holders whose vCPU was taken, and locks that came to a waiter without one
export const VM_LOCK_WAITS_ENDED = 31;
export const VM_MET = 32; // requests that ended by their deadline
export const VM_LATE = 33; // that ended behind it
export const VM_ABANDONED = 34; // that were given up at it; they are dropped
export const VM_TURNS = 35; // tasks that made room for one that comes before them in the VM's order
export const VM_COUNTERS = 36;

export const HOST_EVENTS = 0;
export const HOST_FINGERPRINT_VALUE = 1;
export const HOST_IDLE_NS = 2; // cores that no VM holds
export const HOST_POLL_NS = 3; // the dedicated core
export const HOST_MOVES = 4; // grants completed
export const HOST_ROUNDS = 5; // arbiter rounds that were simulated
export const HOST_ROUNDS_SKIPPED = 6; // and those that could change nothing
export const HOST_CONGESTED_DENIED = 7;
export const HOST_CURVE_LENGTH = 8;
export const HOST_LANES_EMPTIED = 9; // caladan: hardware threads kept empty beside a long task
export const HOST_LANES_RETURNED = 10;
export const HOST_VCPUS_DENIED = 11; // caladan: a VM was allowed fewer vCPUs, for its memory traffic
export const HOST_VCPUS_RETURNED = 12;
export const HOST_COUNTERS = 16;

// --- series: one row a sample -------------------------------------------------------------------------------------
//   0 timeNs f64 | then for each VM: cores held f32, tasks waiting f32, age of the oldest ns f32, completed since the last sample f32

export const SERIES_VM_VALUES = 4;
export const SERIES_SUB_BITS = 4; // of an interval's histograms, latency of each VM group, then queueing delay of each: u32[(54-4) << 4]

// --- event log: 16 bytes an event: 0 timeNs f64 | 8 slot u32 | 12 kind u32 (a vCPU's state, or 16 client, 17 other) ----

export const LOG_BYTES = 16;

// --- histograms ------------------------------------------------------------------------------------------------
//   0 sum, low u64 | 8 Σ squares, low u64 | 16 Σ squares, high u64 | 24 ~min u64 | 32 max u64 | 40 sum, high u64 | 64 counters u64[]

export const HISTOGRAM_SUM = 0; // word index
export const HISTOGRAM_SQUARES_LO = 1;
export const HISTOGRAM_SQUARES_HI = 2;
export const HISTOGRAM_MIN = 3;
export const HISTOGRAM_MAX = 4;
export const HISTOGRAM_SUM_HI = 5;
export const HISTOGRAM_COUNTERS = 8;
export const HISTOGRAM_MAX_BITS = 14;

export const HISTOGRAM_LATENCY = 0;
export const HISTOGRAM_QUEUE_DELAY = 1;
export const HISTOGRAM_SLOWDOWN = 2; // in 1/1024
export const VM_HISTOGRAMS = 3;
export const SLOWDOWN_ONE = 1024;

export const HISTOGRAM_GRANT = 0;
export const HISTOGRAM_PARK = 1;
export const HISTOGRAM_DETECTION = 2;
export const HISTOGRAM_NOTIFY = 3; // steps of a move
export const HISTOGRAM_PREEMPT = 4;
export const HISTOGRAM_SUSPEND = 5;
export const HISTOGRAM_DESCHEDULE = 6;
export const HISTOGRAM_WAKE = 7;
export const HISTOGRAM_DISPATCH = 8;
export const HOST_HISTOGRAMS = 9;
export const HOST_HISTOGRAM_SUB_BITS = 7;

// --- records of a running host, for who watches it event by event (fields.ts): what `fieldAt` answers, a place or an offset in bytes

export const AT_CORES = 0; // the first core's record
export const CORE_STRIDE = 1;
export const CORE_VCPU = 2; // u32, 0: idle
export const CORE_TARGET = 3; // u32: the VM that it was promised to
export const CORE_STEP = 4; // u32
export const CORE_DECIDED = 5; // u64
export const VCPU_VM = 6; // u32
export const VCPU_SLOT = 7; // u32
export const VCPU_STATE = 8; // u32
export const VCPU_TASK = 9; // u32
export const VCPU_VICTIM = 10; // u32: whom it steals from
export const VCPU_FROZEN = 11; // u32
export const VCPU_BEGUN = 12; // u64: since when it has run its task without a break
export const VCPU_UNTIL = 13; // u64
export const VCPU_FAULT_UNTIL = 14; // u64: it is busy with the exit of a page fault before
export const TASK_FLAGS_AT = 15; // u32
export const TASK_READY = 16; // u64
export const TASK_ARRIVED = 17; // u64
export const TASK_REQUEST = 18; // u32, 0: the task is the whole request
export const TASK_AFTER_LOCK = 19; // u64
export const REQUEST_ARRIVED = 20; // u64
export const REQUEST_STAGE = 21; // u32
export const REQUEST_LEFT = 22; // u32
export const AT_VMS = 23;
export const VM_STRIDE = 24;
export const VM_INDEX = 25; // u32
export const VM_QUEUED = 26; // u32
export const VM_HELD = 27; // u32
export const VM_THROTTLED = 28; // u64: since when, + 1 (0: it is not); offset 0: the mechanism throttles nobody
export const VCPU_TOUCH = 29; // u64: when its task needs a page that may not be there
export const AT_FUNCTIONS = 30; // the first function's record, 0: there are none
export const FUNCTION_STRIDE = 31;
export const FUNCTION_FIRST = 32; // u32: the first of its living instances, 0: none
export const FUNCTION_COUNTERS_AT = 33; // u32: where its counters lie, FN_* of lifecycle/layout.ts
export const INSTANCE_SIBLING = 34; // u32: the next of its function
export const INSTANCE_ID = 35; // u64
export const INSTANCE_STATE = 36; // u32
export const INSTANCE_VM = 37; // u32, 0: it has none
export const AT_LIFE = 38; // what holds for all functions
export const LIFE_STARTING_BYTES = 39; // u64: memory of all instances that start
export const LIFE_ACTIVE_BYTES = 40; // u64
export const LIFE_DORMANT_BYTES = 41; // u64
export const AT_SWAPPED = 42; // what holds for swapped memory, 0: there is none
export const SWAPPED_FREE = 43; // u64: bytes without a page
export const SWAPPED_PHASE = 44; // u32: of the upgrade that is under way, 0: none is
export const SWAPPED_COUNTERS = 45; // where its counters lie, SWAP_* of memory/pages/layout.ts
export const SWAPPED_GUESTS = 46; // … and those of the VMs, GUEST_COUNTERS each
export const WATCHED_FIELDS = 47;
