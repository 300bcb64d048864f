#!/usr/bin/env node
// usage: node bench/real/pack.mjs FOLDER FILE.json.gz    FOLDER: what `fluxhost calibrate --out` left
// One file of it, as the tests keep it: the scenario, its traces, and the figures; without the command, whose paths are one machine's.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { columnsOf } from './columns.mjs';

const [folder, target] = process.argv.slice(2);
if (target === undefined) throw new Error('usage: pack.mjs FOLDER FILE.json.gz');
const calibration = JSON.parse(readFileSync(join(folder, 'calibration.json'), 'utf8'));
const { scenario, about, ...rest } = calibration;
const { kernel, processor, cpus, cgroups, clock, lostPerCpu, seconds, recorderCpuSeconds } = about;
const files = Object.fromEntries(
  scenario.vms.map(({ workload }) => [
    workload.arrivals.file,
    columnsOf(readFileSync(join(folder, workload.arrivals.file), 'utf8')),
  ]),
);
const kept = { kernel, processor, cpus, cgroups, clock, lostPerCpu, seconds, recorderCpuSeconds };
writeFileSync(target, gzipSync(JSON.stringify({ about: kept, scenario, files, calibration: rest }), { level: 9 }));
