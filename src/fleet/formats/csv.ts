// The program's own table: arrivalS,lifetimeS,cores,memoryGiB[,class]. A VM may come before 0; an empty lifetime stays for ever.

import { CLASSES, coreUnits, kibibytes } from '../vms.js';
import { type Reader, forEachRow } from './format.js';

const UNIT_NS = { ns: 1, us: 1e3, ms: 1e6, s: 1e9, m: 60e9, h: 3600e9, d: 86_400e9 } as const;
const GIB = 2 ** 30;

export const csv: Reader = async (reading) => {
  const { trace, into } = reading;
  const of = { arrival: 'arrivalS', lifetime: 'lifetimeS', cores: 'cores', memory: 'memoryGiB', ...trace.columns };
  const vmClass = trace.columns.class ?? 'class';
  const unit = UNIT_NS[trace.timeUnit];
  const names = [of.arrival, of.lifetime, of.cores, of.memory, vmClass];
  const optional = trace.columns.class === undefined ? [vmClass] : [];
  await forEachRow(reading, trace.file, { names, optional }, (row) => {
    const arrival = row.time(of.arrival) * unit;
    const stays = row.text(of.lifetime) === '';
    const lifetime = stays
      ? Infinity
      : row.number(of.lifetime, 0, Number.MAX_VALUE, `a number of ${trace.timeUnit} from 0, or nothing`) * unit;
    const cores = coreUnits(row.cores(of.cores));
    const memory = kibibytes(row.bytes(of.memory, GIB));
    const written = row.text(vmClass);
    const known = written === '' ? 0 : CLASSES.findIndex((name) => name === written);
    if (known < 0) row.refuse(vmClass, `one of: ${CLASSES.join(', ')}`);
    // each rounded to whole nanoseconds before they are added: 0.1 s and 0.2 s later is 0.3 s
    into.add(arrival, Math.round(arrival) + Math.round(lifetime), cores, memory, Math.max(known, 0));
  });
};
