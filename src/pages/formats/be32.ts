// Raw big-endian 32-bit page numbers, one an access and nothing else (cache2k's traces).

import { type TraceFormat } from './format.js';
import { RecordReader } from './records.js';

const RECORD_BYTES = 4;

export const be32 = {
  name: 'be32',
  summary: 'raw big-endian 32-bit page numbers',
  recordBytes: RECORD_BYTES,
  read: (sink, problems) =>
    new RecordReader(RECORD_BYTES, problems, (view, count) => {
      for (let record = 0; record < count; record++) sink.putWords(view.getUint32(record * RECORD_BYTES), 0);
    }),
} as const satisfies TraceFormat;
