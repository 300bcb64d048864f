// The real traces that functions are compared on, beside the repository in ../shared/traces.

import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { type LifecycleInput, readLifecycle } from '../../../src/lifecycle/read.js';
import { parseScenario } from '../../../src/scenario/parse.js';
import type { Scenario } from '../../../src/scenario/types.js';
import { memoryHost } from '../../../src/workload/index.js';
import type { HeldFile } from '../../../src/workload/text-source.js';

const FOLDER = fileURLToPath(new URL('../../../../shared/traces/', import.meta.url));

function bytes(name: string): Uint8Array {
  if (!existsSync(FOLDER + name))
    throw new Error(`no file ../shared/traces/${name} beside the repository: it is needed`);
  return readFileSync(FOLDER + name);
}

/** Law A5's table: memory and init by the first digits of the function's hash. */
function functionTable(calls: string): string {
  const functions = [
    ...new Set(
      calls
        .trim()
        .split('\n')
        .slice(1)
        .map((row) => row.split(',')[1]!),
    ),
  ];
  const rows = functions.map((func) => {
    const [first, second] = [func.slice(0, 8), func.slice(8, 16)].map((digits) => parseInt(digits, 16));
    return `${func},${128 * (1 + (first! % 8))},${100 * (1 + (second! % 10))}\n`;
  });
  return `func,memoryMiB,initMs\n${rows.join('')}`;
}

const calls2021 = gunzipSync(bytes('azure-functions-2021/invocations.csv.gz')).toString();
export const FILES: Readonly<Record<string, HeldFile>> = {
  'calls.csv': calls2021,
  'functions.csv': functionTable(calls2021),
  'invocations.csv.gz': bytes('azure-functions-2019/paired_invocations.csv.gz'),
  'durations.csv.gz': bytes('azure-functions-2019/paired_durations.csv.gz'),
  'memory.csv.gz': bytes('azure-functions-2019/paired_memory.csv.gz'),
};

export const AZURE_2021 = 'trace: { file: calls.csv, format: azure-2021, table: functions.csv }';
export const azure2019 = (window = ''): string =>
  `trace: { file: invocations.csv.gz, format: azure-2019, durations: durations.csv.gz, memory: memory.csv.gz${window} }`;

export const POLICIES = [
  'policy: fixed, time: 60s',
  'policy: fixed, time: 600s',
  'policy: fixed, time: 60s, from: start',
  'policy: lru',
  'policy: gd',
  'policy: gd, frequency: instance',
  'policy: hist',
  'policy: hist, rules: faascache',
  'policy: pool, instances: 1',
] as const;

/** Of the small ones each policy has to evict on both traces. */
export const BUDGETS = ['memory: 1GiB, ', 'memory: 4GiB, ', 'memory: 8GiB, ', 'memory: 16GiB, ', ''] as const;

/** A scenario in which nothing but the lifecycle takes time. */
export function bare(lifecycle: string, functions: string, duration = '8h'): Scenario {
  return parseScenario(
    `version: 1\nduration: ${duration}\nhost: { cores: 1024 }\nmechanism: ideal\ncosts: none\n` +
      `lifecycle: { ${lifecycle} }\nfunctions: { ${functions} }\n`,
  ).scenario;
}

export const readBare = (scenario: Scenario): Promise<LifecycleInput> => readLifecycle(scenario, memoryHost(FILES));
