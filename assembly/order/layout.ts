// The words of orders of the run queue and deadlines that cross the boundary: one record a group of VMs, where the directory of parts points.
// Plain constants only: compiled into the core and imported by src/order. The rules: docs/model/order-of-tasks.md.

export const ORDER_ON = 0; // 1: the group's VMs have an order or deadlines
export const ORDER_KIND = 1; // ORDER_*
export const ORDER_BINS = 2;
export const ORDER_RANGE = 3; // ns that the bins divide
export const ORDER_TICK = 4; // ns
export const ORDER_BASE = 5; // ns of a decision
export const ORDER_EACH = 6; // ns for the tasks among which it chooses, to the power of
export const ORDER_EXPONENT = 7;
export const ORDER_DEADLINE = 8; // ns from arrival, -1: none
export const ORDER_ABANDONS = 9; // 1: a request ends at its deadline
export const ORDER_WORDS = 10;

export const ORDER_FIFO = 0;
export const ORDER_EDF = 1; // earliest deadline
export const ORDER_DM = 2; // shortest time from arrival to deadline
export const ORDER_LLF = 3; // least slack
export const ORDER_QLLF = 4; // least slack in bins
