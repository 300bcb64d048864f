// libCacheSim's oracleGeneral: little-endian records of 24 bytes: u32 time, u64 object id, u32 size, i64 next access. The id
// is the page; time and next access are left out (Belady's policy finds the next uses itself, so that every format has them).

import { PAGE_EXPECTED, PAGE_LIMIT } from '../request-sink.js';
import { type TraceFormat } from './format.js';
import { RecordReader } from './records.js';

const RECORD_BYTES = 24;
/** Of an id's upper word. */
const HIGH_LIMIT = PAGE_LIMIT / 2 ** 32;
const ID_LOW = 4;
const ID_HIGH = 8;
const SIZE = 12;

export const oracleGeneral = {
  name: 'oracleGeneral',
  summary: 'libCacheSim binary, records of 24 bytes; the object id is the page, its size gives byte miss ratios',
  recordBytes: RECORD_BYTES,
  read: (sink, problems) =>
    new RecordReader(RECORD_BYTES, problems, (view, count, first) => {
      for (let record = 0, at = 0; record < count; record++, at += RECORD_BYTES) {
        const low = view.getUint32(at + ID_LOW, true);
        const high = view.getUint32(at + ID_HIGH, true);
        sink.size(view.getUint32(at + SIZE, true));
        if (high < HIGH_LIMIT || sink.ids !== undefined) sink.putWords(low, high);
        else {
          const id = (BigInt(high) << 32n) | BigInt(low);
          problems.add({ path: `record ${first + record}, id`, given: String(id), expected: PAGE_EXPECTED });
        }
      }
    }),
} as const satisfies TraceFormat;
