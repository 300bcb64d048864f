// GWA-T-12 as the Grid Workloads Archive publishes it (Shen et al., CCGrid 2015): a folder with a file for each VM, and in it a reading every
// five minutes: `Timestamp [ms];\tCPU cores;\t…;\tMemory capacity provisioned [KB];\t…`. Timestamps are seconds, whatever the header says; a
// reading is of the five minutes before it, as OpenDC takes it. A VM has the most cores and memory that any of its readings says.

import { InputError, show } from '../../input/errors.js';
import { coreUnits, kibibytes } from '../vms.js';
import { type Reader, type Reading, forEachRow } from './format.js';

const READING_MS = 300_000;
const MS = 1e6;
/** Seconds of the year 5138; milliseconds of 1973. */
const LEAST_MS = 1e11;
const NAMES = ['Timestamp [ms]', 'CPU cores', 'Memory capacity provisioned [KB]'] as const;
const MOST_CORES = 65_536;

interface Vm {
  fromMs: number;
  toMs: number;
  cores: number;
  bytes: number;
}

async function* withCommas(text: AsyncIterable<string>): AsyncGenerator<string> {
  for await (const piece of text) yield piece.replaceAll(';', ',');
}

async function vmOf(reading: Reading, file: string): Promise<Vm> {
  const vm: Vm = { fromMs: Infinity, toMs: -Infinity, cores: 0, bytes: 0 };
  await forEachRow(reading, file, { names: NAMES, as: withCommas }, (row) => {
    const time = row.number('Timestamp [ms]', 0, Number.MAX_SAFE_INTEGER, 'seconds since 1970');
    const ms = time < LEAST_MS ? time * 1000 : time;
    vm.fromMs = Math.min(vm.fromMs, ms - READING_MS);
    vm.toMs = Math.max(vm.toMs, ms);
    vm.cores = Math.max(vm.cores, row.number('CPU cores', 0, MOST_CORES, `cores from 0 to ${MOST_CORES}`));
    vm.bytes = Math.max(vm.bytes, row.bytes('Memory capacity provisioned [KB]', 1024));
  });
  return vm;
}

export const gwaT12: Reader = async (reading) => {
  const { trace, host, into, notes } = reading;
  const isMany = /[*?]|\/$/.test(trace.file) || !/\.\w+$/.test(trace.file);
  const files = isMany ? ((await host.list?.(trace.file)) ?? []) : [trace.file];
  if (files.length === 0)
    throw new InputError({
      path: 'vms.trace.file',
      given: `${show(trace.file)}, where no file is`,
      expected: 'a folder with a .csv for each VM, or a pattern such as rnd/*.csv',
    });
  const vms: Vm[] = [];
  for (const file of files) vms.push(await vmOf(reading, file));
  const real = vms.filter(({ cores, toMs }) => cores > 0 && toMs > 0);
  const first = real.reduce((least, { fromMs }) => Math.min(least, fromMs), Infinity);
  for (const { fromMs, toMs, cores, bytes } of real)
    into.add((fromMs - first) * MS, (toMs - first) * MS, coreUnits(cores), kibibytes(bytes), 0);
  if (real.length < vms.length)
    notes.push(`${trace.file}: ${vms.length - real.length} files tell of no cores at any time; they are left out`);
};
