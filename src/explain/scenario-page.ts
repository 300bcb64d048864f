// docs/scenario.md, printed from the schema that scenarios are checked by. Lines to copy stand here; a test puts each into a
// scenario, reads each sample of a trace, and holds every example to its field's schema.

import { DISTRIBUTION_MEANINGS } from '../input/distribution-schema.js';
import { POLICY_MEANINGS } from '../lifecycle/schema.js';
import { MECHANISM_KINDS, definitionOf } from '../mechanisms/kinds.js';
import { PROCESS_MEANINGS } from '../scenario/schema/arrivals.js';
import { allFields } from './parameters.js';
import { type SchemaRow, scenarioRows, variantRows } from './schema-rows.js';

/** What to write where the default is no example: it must be given, is none, or is told in words. */
const EXAMPLES: Readonly<Record<string, string>> = {
  version: '1',
  duration: '2s',
  warmup: '200ms',
  host: '{ cores: 17 }',
  'host.cores': '17',
  'host.memoryBandwidth': '100GB',
  'host.memory': '{ size: 64GiB }',
  'host.memory.size': '64GiB',
  'host.memory.watermarks': '{ high: 0.03, low: 0.02, min: 0.01 }',
  'host.memory.fault': '{ exit: 720ns }',
  'host.memory.scan': '{ interval: 1s }',
  'host.memory.content': '{ zero: 0.2, lz4: 0.8 }',
  'host.memory.backends': '{ ssd: { in: { dist: lognormal, mean: 80us, cv: 1 } } }',
  'host.memory.tier': '{ detector: tpp, admit: sketch }',
  'host.memory.tier.scan': '{ period: 10ms }',
  'host.memory.tier.sketch': '{ halve: 10ms }',
  'host.memory.tier.tuner': '{ round: 10ms, choices: [1, 4, 16, 64] }',
  'host.memory.tier.tuner.round': '10ms',
  'host.memory.tier.tuner.choices': '[1, 4, 16, 64]',
  'host.memory.upgrades': '[{ kind: hot-switch, at: 1s }]',
  'host.memory.upgrades.*.kind': 'hot-switch',
  'host.memory.upgrades.*.at': '1s',
  mechanism: 'hyperflux',
  costs: '{ stealCheck: 120ns }',
  limits: '{ tasks: 1000000 }',
  histogram: '{ precision: 0.001 }',
  series: '{ interval: 100us }',
  log: '{ from: 10ms, until: 11ms }',
  datapath: '{ workers: 2, tenants: [{ vm: api, cost: 500ns }] }',
  'datapath.workers': '2',
  'datapath.rate': '1000000',
  'datapath.tenants': '[{ vm: api, cost: 500ns }]',
  'datapath.tenants.*.vm': 'api',
  'datapath.tenants.*.cost': '500ns',
  gpu: '{ vm: api, offline: { prompt: 1024 } }',
  'gpu.vm': 'api',
  'gpu.offline': '{ prompt: 1024, output: 256 }',
  lifecycle: '{ memory: 16GiB, keepAlive: { policy: lru } }',
  'lifecycle.memory': '16GiB',
  'lifecycle.keepAlive': '{ policy: fixed, time: 600s }',
  'lifecycle.overflow.timeout': '10s',
  'lifecycle.order': '[active, dormant, restore, vm, full]',
  'lifecycle.boot': '{ slots: 4, rate: 5 }',
  'lifecycle.workingSet': '24MiB',
  'lifecycle.boot.slots': '4',
  'lifecycle.boot.rate': '5',
  'lifecycle.boot.cpu': '1',
  'lifecycle.tier': '{ vmBoot: 125ms }',
  functions: '{ count: 1000, rate: 200, memory: 170MB, service: 50ms }',
  'functions.trace': '{ file: calls.csv, format: azure-2021, table: functions.csv }',
  'functions.trace.file': 'calls.csv',
  'functions.trace.format': 'azure-2021',
  'functions.trace.table': 'functions.csv',
  'functions.trace.durations': 'durations.csv',
  'functions.trace.memory': 'memory.csv',
  'functions.trace.functions': '25',
  'functions.trace.seed': '7',
  'functions.trace.start': 'first',
  'vms.*.workload.arrivals.trace.resample': '1m',
  'functions.trace.resample': '1h',
  'vms.*.workload.arrivals.trace.durations': 'durations.csv',
  'vms.*.workload.arrivals.trace.functions': '25',
  'vms.*.workload.arrivals.trace.seed': '7',
  'vms.*.workload.arrivals.trace.start': 'first',
  'vms.*.workload.arrivals.trace.limit': '10000',
  'vms.*.workload.arrivals.trace.startMinute': '480',
  'vms.*.workload.arrivals.trace.minutes': '60',
  'vms.*.workload.arrivals.trace.spread': 'even',
  'vms.*.workload.arrivals.trace.columns': '{ arrival: t, service: work }',
  'vms.*.workload.arrivals.trace.columns.arrival': 't',
  'vms.*.workload.arrivals.trace.columns.service': 'work',
  'vms.*.workload.arrivals.trace.columns.width': 'tasks',
  'vms.*.workload.arrivals.trace.columns.deadline': 'due',
  'vms.*.workload.arrivals.trace.deadlineFactor': '5',
  'vms.*.workload.arrivals.trace.arrivalUnit': 'us',
  'vms.*.workload.arrivals.trace.serviceUnit': 'us',
  'vms.*.workload.arrivals.trace.window': '1ms',
  'functions.trace.limit': '10000',
  'functions.trace.startMinute': '480',
  'functions.trace.minutes': '60',
  'functions.trace.spread': 'even',
  'functions.width': '8',
  'functions.ahead': '5ms',
  'functions.count': '1000',
  'functions.rate': '200',
  'functions.memory': '170MB',
  'functions.init': '100ms',
  'functions.service': '50ms',
  'functions.generated': '{ count: 1000, rate: 200, memory: 170MB, service: 50ms }',
  'functions.configurations': '{ file: app_configs.csv, format: ibm-code-engine }',
  'functions.configurations.file': 'app_configs.csv',
  'functions.configurations.format': 'ibm-code-engine',
  'functions.vcpus': '4',
  'functions.concurrency': '4',
  'functions.memoryPerRequest': '0.1',
  'log.from': '10ms',
  'log.until': '11ms',
  vms: '[{ name: api, vcpus: { min: 1, max: 8 } }]',
  'vms.*.name': 'api',
  'vms.*.priority': '10',
  'vms.*.vcpus': '{ min: 1, max: 8 }',
  'vms.*.vcpus.min': '1',
  'vms.*.vcpus.max': '8',
  'vms.*.slo': '{ quantile: 0.99, latency: 200us }',
  'vms.*.slo.quantile': '0.99',
  'vms.*.slo.latency': '200us',
  'vms.*.stealing': '{ amount: half, victim: random }',
  'vms.*.queueLimit': '64',
  'vms.*.quota': '0.5',
  'vms.*.bandwidthPerVcpu': '5GB',
  'vms.*.memory': '{ size: 4GiB }',
  'vms.*.memory.size': '4GiB',
  'vms.*.memory.quota': '3GiB',
  'vms.*.memory.access': '{ pattern: zipf }',
  'vms.*.memory.access.file': 'pages.txt',
  'vms.*.memory.content': '{ lz4: 1 }',
  'vms.*.order.range': '10ms',
  'vms.*.workload': '{ arrivals: …, request: … }',
  'vms.*.workload.deadline': '500us',
  'vms.*.workload.request': '{ stages: [{ tasks: 1, service: { dist: exponential, mean: 10us } }] }',
  'vms.*.workload.request.stages': '[{ tasks: 1, service: { dist: exponential, mean: 10us } }]',
  'vms.*.workload.request.stages.*.tasks': '4',
  'vms.*.workload.request.lock': '{ probability: 0.05, hold: 2us }',
  'vms.*.workload.request.lock.probability': '0.05',
  'vms.*.workload.request.lock.hold': '2us',
};

/** A line of YAML for each process. */
export const ARRIVAL_LINES: Readonly<Record<string, string>> = {
  poisson: 'arrivals: { process: poisson, rate: 1e5 }',
  deterministic: 'arrivals: { process: deterministic, rate: 1e5 }',
  mmpp: 'arrivals: { process: mmpp, states: [{ rate: 5e4, meanDwell: 20ms }, { rate: 6e5, meanDwell: 3ms }] }',
  onoff: 'arrivals: { process: onoff, onRate: 1e6, offRate: 2e4, meanOn: 1ms, meanOff: 9ms }',
  closed: 'arrivals: { process: closed, clients: 200, think: { dist: exponential, mean: 2ms } }',
  saturate: 'arrivals: { process: saturate, tasks: 64 }',
  periodic: 'arrivals: { process: periodic, tasks: [{ period: 10ms, service: 2ms }, { period: 15ms, service: 3ms }] }',
  trace: 'arrivals: { process: trace, file: arrivals.csv, format: csv }',
  none: 'arrivals: { process: none }',
};

/** The same for each distribution. */
export const DISTRIBUTION_LINES: Readonly<Record<string, string>> = {
  constant: 'service: { dist: constant, value: 10us }',
  exponential: 'service: { dist: exponential, mean: 10us }',
  uniform: 'service: { dist: uniform, min: 5us, max: 15us }',
  lognormal: 'service: { dist: lognormal, mean: 20us, cv: 1.5 }',
  bimodal: 'service: { dist: bimodal, short: 5us, long: 500us, longShare: 0.005 }',
  pareto: 'service: { dist: pareto, shape: 1.5, min: 1us, max: 10ms }',
  weibull: 'service: { dist: weibull, shape: 0.8, mean: 30us }',
  empirical: 'service: { dist: empirical, file: services.txt, scale: 1us }',
  mixture:
    'service: { dist: mixture, components: [{ weight: 9, dist: constant, value: 5us }, { weight: 1, dist: exponential, mean: 80us }] }',
};

interface TraceFormat {
  readonly about: string;
  readonly columns: readonly (readonly [name: string, unit: string, meaning: string])[];
  /** To copy. */
  readonly line: string;
  /** Files as they are, few lines of each. */
  readonly samples: Readonly<Record<string, string>>;
}

const HASHES = 'HashOwner,HashApp,HashFunction';
const MINUTES = Array.from({ length: 1440 }, (_, i) => i + 1);

/** A line for each policy of keeping VMs. */
export const KEEP_ALIVE_LINES: Readonly<Record<string, string>> = {
  fixed: 'keepAlive: { policy: fixed, time: 600s }',
  lru: 'keepAlive: { policy: lru }',
  gd: 'keepAlive: { policy: gd, frequency: instance }',
  hist: 'keepAlive: { policy: hist, rules: dslab }',
  pool: 'keepAlive: { policy: pool, instances: 2 }',
  policy: 'keepAlive: { policy: policy }',
};

export const TRACE_LINES: Readonly<Record<string, TraceFormat>> = {
  csv: {
    about: 'Any CSV with a header; columns by name.',
    columns: [
      ['arrival', 'ns (`arrivalUnit`)', 'when the request comes; rows in order, or within `window`'],
      [
        'service',
        'ns (`serviceUnit`)',
        'time of each task of the first stage; without the column drawn from `request`',
      ],
      ['width', 'count', 'tasks of the first stage; without the column drawn from `request`'],
    ],
    line: 'arrivals: { process: trace, file: arrivals.csv, format: csv, arrivalUnit: us, columns: { arrival: t, service: work } }',
    samples: { 'arrivals.csv': 't,work\n10.5,20000\n11,35000\n' },
  },
  'azure-2019': {
    about:
      'Azure Functions trace of 2019 (Shahrad et al., USENIX ATC 2020): counts a minute, joined with the durations of the same day.',
    columns: [
      [HASHES, 'text', 'who the function is; the same in the durations file'],
      ['Trigger', 'text', 'not used'],
      ['1 … 1440', 'count', 'invocations in each minute of the day, spread over it as `spread` says'],
      ['percentile_Average_0 … 100', 'ms', 'of the durations file: service times are drawn between them'],
    ],
    line: 'arrivals: { process: trace, file: invocations.csv, format: azure-2019, durations: durations.csv, timeScale: 0.001, serviceScale: 0.001 }',
    samples: {
      'invocations.csv': `${HASHES},Trigger,${MINUTES.join(',')}\no,a,f,http,${MINUTES.map((minute) => minute % 3).join(',')}\n`,
      'durations.csv':
        `${HASHES},Average,Count,Minimum,Maximum,` +
        [0, 1, 25, 50, 75, 99, 100].map((percentile) => `percentile_Average_${percentile}`).join(',') +
        '\no,a,f,120,1440,20,900,20,25,60,100,150,700,900\n',
    },
  },
  'azure-2021': {
    about: 'Azure Functions trace of 2021 (Zhang et al., SOSP 2021): one row an invocation.',
    columns: [
      ['app, func', 'text', 'hashes; `functions` chooses among them'],
      ['end_timestamp', 's', 'when it ended, from the start of the trace'],
      ['duration', 's', 'how long it ran; it came end_timestamp − duration'],
    ],
    line: 'arrivals: { process: trace, file: invocations.csv, format: azure-2021, timeScale: 0.001, serviceScale: 0.001 }',
    samples: { 'invocations.csv': 'app,func,end_timestamp,duration\na,f,0.25,0.2\na,g,0.9,0.1\n' },
  },
};

/** What one would write at a field; undefined where only its variants have one. */
export function exampleOf({ path, default: byDefault, form }: SchemaRow): string | undefined {
  const own = EXAMPLES[path];
  if (own !== undefined) return own;
  const plain = byDefault !== undefined && /^[\w.+-]+$/.test(byDefault) ? byDefault : undefined;
  if (form === 'distribution')
    return plain === undefined ? '{ dist: exponential, mean: 10us }' : `{ dist: constant, value: ${plain} }`;
  if (plain !== undefined) return plain;
  return form === 'duration' ? '10us' : undefined;
}

const cell = (text: string): string => text.replaceAll('|', '\\|');

function table(rows: readonly SchemaRow[]): string {
  const lines = rows.map((row) => {
    const example = exampleOf(row);
    const byDefault = row.required ? '**required**' : (row.default ?? 'absent');
    return `| \`${row.path}\` | ${cell(row.form)} | ${cell(byDefault)} | ${example === undefined ? '' : `\`${cell(example)}\``} | ${cell(row.meaning)} |`;
  });
  return ['| field | written as | default | example | meaning |', '| --- | --- | --- | --- | --- |', ...lines].join(
    '\n',
  );
}

const yaml = (text: string): string => `\`\`\`yaml\n${text}\n\`\`\``;

/** Variants of a union: what each is, a line to copy, its fields. */
function variants(
  path: string,
  meanings: Readonly<Record<string, string>>,
  lines: Readonly<Record<string, string>>,
): string {
  return [...variantRows(path)]
    .map(([name, rows]) => {
      const own = rows.filter(
        (row) => !/^(process|dist|kind|policy)$/.test(row.path) && !/^(components|of)\./.test(row.path),
      );
      const fields = own.map((row) => {
        const whole = `${path}.${name}.${row.path}`;
        const known = allFields().find((field) => field.path === whole);
        const absent = known === undefined ? 'may be absent' : `absent: ${known.absent}`;
        const note = row.required ? '' : `; ${row.default === undefined ? absent : `default ${row.default}`}`;
        const example = EXAMPLES[whole] === undefined ? '' : `; such as \`${EXAMPLES[whole]}\``;
        return `- \`${row.path}\` (${row.form}${note}${example}): ${row.meaning}`;
      });
      return `### \`${name}\`\n\n${meanings[name] ?? ''}\n\n${yaml(lines[name] ?? '')}\n\n${fields.join('\n')}`.trim();
    })
    .join('\n\n');
}

function traceFormats(): string {
  return Object.entries(TRACE_LINES)
    .map(([format, { about, columns, line }]) => {
      const rows = columns.map(([name, unit, meaning]) => `| \`${name}\` | ${unit} | ${meaning} |`);
      return `### \`format: ${format}\`\n\n${about}\n\n${yaml(line)}\n\n| column | unit | meaning |\n| --- | --- | --- |\n${rows.join('\n')}`;
    })
    .join('\n\n');
}

function mechanisms(): string {
  const rows = MECHANISM_KINDS.map((kind) => {
    const knobs = definitionOf(kind).knobs.map(({ name }) => `\`${name}\``);
    return `| \`${kind}\` | ${cell(definitionOf(kind).meaning)} | ${knobs.join(', ')} |`;
  });
  return ['| kind | what it does | knobs |', '| --- | --- | --- |', ...rows].join('\n');
}

const OPENING = `A scenario is YAML or JSON. The least there is:

${yaml(`version: 1
duration: 200ms
host: { cores: 8 }
mechanism: hyperflux
vms:
  - name: api
    vcpus: { min: 1, max: 7 }
    slo: { quantile: 0.99, latency: 200us }
    workload:
      arrivals: { process: poisson, rate: 1e5 }
      request: { stages: [{ tasks: 1, service: { dist: exponential, mean: 10us } }] }`)}

Durations are text with a unit (\`250ns\`, \`10us\`, \`1.5ms\`, \`2s\`, \`10m\`, \`1h\`), sizes too (\`4KiB\`, \`64GiB\`; \`MB\` is 10^6); rates are
numbers per second. A bare number for a duration or a size is refused. Every mistake is told at once, by field. \`*\` stands for each of a
list; \`fluxhost explain FIELD\` tells where a default comes from ([parameters.md](parameters.md) lists them all), \`fluxhost schema\` prints
the JSON Schema for editors, \`--set FIELD=VALUE\` changes any field.`;

/** The text of docs/scenario.md. */
export function renderScenarioMarkdown(): string {
  const rows = scenarioRows();
  const under = (...roots: string[]): SchemaRow[] =>
    rows.filter(({ path }) => roots.some((root) => path === root || path.startsWith(`${root}.`)));
  const host = under('host').filter(({ path }) => !path.startsWith('host.memory.'));
  const top = rows.filter(({ path }) => !path.includes('.'));
  const vms = under('vms').filter(({ path }) => !/\.(memory|workload)\./.test(path));
  const part = (title: string, text: string): string => `## ${title}\n\n${text}\n`;
  return [
    '<!-- Printed from src/explain/scenario-page.ts and the schema by `npm run docs`; change it there. -->\n',
    '# The scenario file\n',
    `${OPENING}\n`,
    part('Top', table(top)),
    part('Host', table(host)),
    part(
      'Mechanism',
      `A name, or a mapping with \`kind\` and knobs: \`{ kind: hyperflux, signal: oldest }\`.\n\n${mechanisms()}`,
    ),
    part('VMs', table(vms)),
    part(
      'Request',
      `What one request is: stages of tasks, each begun when the one before it is done.\n\n${table(under('vms.*.workload'))}`,
    ),
    part('Arrivals', variants('vms.*.workload.arrivals', PROCESS_MEANINGS, ARRIVAL_LINES)),
    part(
      'Traces',
      `Plain text, gzip or Zstandard. What the readers do with a row: [model/workload.md](model/workload.md).\n\n${traceFormats()}`,
    ),
    part(
      'Distributions',
      `Of times; for numbers of tasks the same with numbers in place of durations.\n\n${variants('vms.*.workload.request.stages.*.service', DISTRIBUTION_MEANINGS, DISTRIBUTION_LINES)}`,
    ),
    part('Datapath', table(under('datapath').slice(1))),
    part('GPU', table(under('gpu').slice(1))),
    part('Lifecycle', table(under('lifecycle').slice(1))),
    part('Keeping VMs', variants('lifecycle.keepAlive', POLICY_MEANINGS, KEEP_ALIVE_LINES)),
    part(
      'Functions',
      `From files (\`functions.trace\`) or generated (\`count\`, \`rate\` …). What the readers do with a row: [functions.md](functions.md).\n\n${table(under('functions').slice(1))}`,
    ),
    part('Memory of the host', table(under('host.memory').slice(1))),
    part('Memory of a VM', table(under('vms.*.memory').slice(1))),
    part('Costs', table(under('costs'))),
    part(
      'Limits, histograms, series, log',
      table([...under('limits'), ...under('histogram'), ...under('series'), ...under('log')]),
    ),
  ].join('\n');
}
