// What both languages know of servers with budgets: codes, and where an item's words lie.

export const FIFO = 0;
export const CYCLES = 1;
export const PACKETS = 2;
export const BYTES = 3;
export const SILOED = 4;
export const LOCK = 5;

export const STAGES_MAX = 4;
export const BATCH_MAX = 64;

// an item: eight-byte words, then four-byte ones
export const ITEM_BYTES = 88;
export const ITEM_AT = 0;
export const ITEM_DONE = 8;
export const ITEM_WAITED = 16;
export const ITEM_COSTS = 24;
export const ITEM_SIZE = 64;
export const ITEM_TENANT = 68;
export const ITEM_FATE = 76;

export const IN_FLIGHT = 0;
export const SERVED = 1;
export const DROPPED_BUDGET = 2;
export const DROPPED_QUEUE = 3;

// a tenant's account at one server: eight-byte words
export const TENANT_BYTES = 88;

export const SERVER_OK = 0;
export const SERVER_MEMORY = 1;
