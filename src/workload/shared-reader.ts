// One reading of a trace for any number of takers, each at its own pace: a file that a hundred VMs name is opened once. What the
// slowest has not taken yet is kept, no more: a batch knows the one after it, and nobody else holds the first.

import type { ArrivalBatch, TraceReader } from './arrival.js';

interface Link {
  readonly batch: ArrivalBatch | undefined;
  next: Promise<Link> | undefined;
}

export function sharedReader(reader: TraceReader): TraceReader {
  let source: AsyncIterator<ArrivalBatch> | undefined;
  let takers = 0;
  const pull = async (): Promise<Link> => {
    source ??= reader[Symbol.asyncIterator]();
    const step = await source.next();
    if (step.done === true) return { batch: undefined, next: undefined };
    const { count, atNs, serviceNs, width, deadlineNs } = step.value; // valid until the next is asked for
    const batch = {
      count,
      atNs: atNs.slice(0, count),
      serviceNs: serviceNs.slice(0, count),
      width: width.slice(0, count),
      ...(deadlineNs === undefined ? {} : { deadlineNs: deadlineNs.slice(0, count) }),
    };
    return { batch, next: undefined };
  };
  let start: Link | undefined = { batch: undefined, next: undefined };
  return {
    get summary() {
      return reader.summary;
    },
    [Symbol.asyncIterator]() {
      if (start === undefined) throw new Error('a taker that comes after the first batch');
      let link = start;
      let left = false;
      takers++;
      const leave = async (): Promise<void> => {
        if (left) return;
        left = true;
        if (--takers === 0) await source?.return?.();
      };
      return {
        async next() {
          if (left) return { done: true, value: undefined };
          start = undefined;
          link.next ??= pull();
          link = await link.next;
          if (link.batch !== undefined) return { done: false, value: link.batch };
          await leave();
          return { done: true, value: undefined };
        },
        async return() {
          await leave();
          return { done: true, value: undefined };
        },
      };
    },
  };
}
