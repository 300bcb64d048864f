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

export const SETTINGS = 13; // at most

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

/** A request's flags: its VM had to be started; its system VM, too; its output was lost after the answer. */
export const COLD = 1;
export const SYSTEM_COLD = 2;
export const LOST = 4;

export const SYSTEM_OK = 0;
export const SYSTEM_MEMORY = 1;
