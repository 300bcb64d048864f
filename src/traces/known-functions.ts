// Invocations of functions and requests to models.

import type { Dataset } from './dataset.js';

const AZURE = 'https://github.com/Azure/AzurePublicDataset';
const AZURE_2019 = `${AZURE}/blob/master/AzureFunctionsDataset2019.md`;
const AZURE_2021 = `${AZURE}/blob/master/AzureFunctionsInvocationTrace2021.md`;
const SHAHRAD = 'Shahrad et al., Serverless in the Wild, USENIX ATC 2020';
const CC_BY = 'CC-BY-4.0';

const OWNERS = [
  { name: 'HashOwner', meaning: 'the subscription; the same in all files of the set' },
  { name: 'HashApp', meaning: 'the application, which is what is kept warm and given memory, not the function' },
  { name: 'HashFunction', meaning: 'the function; the same in all files of the set' },
];

const REPEATED = {
  what: 'a function or application may have several rows in one file, and some have no durations or no memory',
  source: `${AZURE}/issues/23, #40`,
};

const BURST_GPT = 'https://github.com/HPMLL/BurstGPT';

export const FUNCTIONS: readonly Dataset[] = [
  {
    id: 'azure-functions-2021',
    title: 'Azure Functions invocations, two weeks from 2021-01-31',
    source: AZURE_2021,
    licence: CC_BY,
    cite: 'Zhang et al., Faster and Cheaper Serverless Computing on Harvested Resources, SOSP 2021',
    shape: { has: ['app', 'func', 'end_timestamp', 'duration'] },
    columns: [
      { name: 'app', meaning: 'the application (hashed)' },
      { name: 'func', meaning: 'the function (hashed), unique within its application only' },
      { name: 'end_timestamp', meaning: 'when the invocation ENDED, from the start of the trace', unit: 's' },
      { name: 'duration', meaning: 'how long it executed, without the cold start', unit: 's' },
    ],
    misread: [
      { what: 'the time is the end, not the arrival: an arrival is end_timestamp - duration', source: AZURE_2021 },
      {
        what: 'the duration does not include the cold start (sandbox, scheduling); it may hold a part such as JIT',
        source: `${AZURE}/issues/25`,
      },
      { what: 'some 9 % of the durations are 0: shorter than the clock told, not free', source: `${AZURE}/issues/46` },
      { what: 'func alone is no identity: two applications may have functions of one hash', source: AZURE_2021 },
    ],
    times: {
      column: 'end_timestamp',
      unit: 's',
      is: 'end',
      duration: { column: 'duration', unit: 's' },
      key: 'func',
    },
    use: [
      'arrivals: { process: trace, file: FILE, format: azure-2021 }',
      'functions: { trace: { file: FILE, format: azure-2021, table: TABLE } }',
    ],
  },
  {
    id: 'azure-functions-2019',
    title: 'Azure Functions 2019: invocations per minute',
    source: AZURE_2019,
    licence: CC_BY,
    cite: SHAHRAD,
    shape: { has: ['HashFunction', 'Trigger', /^\d+$/] },
    columns: [
      ...OWNERS,
      { name: 'Trigger', meaning: 'http, timer, event, queue, storage, orchestration or others' },
      { name: /^\d+$/, meaning: 'invocations in that minute of the day, 1 being the first', unit: 'invocations/min' },
    ],
    misread: [
      { what: 'minutes are counted from 1 to 1440, and a call is counted after it has executed', source: AZURE_2019 },
      {
        what: 'nothing tells where within its minute a call falls: `spread` is assumed, and bursts shorter than a minute are lost',
        source: AZURE_2019,
      },
      {
        what: 'the sum of the minutes is not the Count of the durations file: they are of two logs, which may differ a lot',
        source: `${AZURE_2019}, note 5`,
      },
      REPEATED,
      { what: 'which function calls which is not in it', source: `${AZURE}/issues/16` },
    ],
    use: [
      'arrivals: { process: trace, file: FILE, format: azure-2019, durations: DURATIONS }',
      'functions: { trace: { file: FILE, format: azure-2019, durations: DURATIONS, memory: MEMORY } }',
    ],
  },
  {
    id: 'azure-functions-2019-durations',
    title: 'Azure Functions 2019: execution times',
    source: AZURE_2019,
    licence: CC_BY,
    cite: SHAHRAD,
    shape: { has: ['percentile_Average_50', 'Average', 'Count'] },
    columns: [
      ...OWNERS,
      { name: 'row', meaning: 'row number in the file that it was cut from; no identity' },
      { name: 'Average', meaning: 'mean execution time of the day, without cold starts', unit: 'ms' },
      {
        name: 'Count',
        meaning: 'executions behind the average; of another log than the invocations',
        unit: 'executions',
      },
      { name: /^(Minimum|Maximum)$/, meaning: 'the true extreme of the day; missing in some rows', unit: 'ms' },
      {
        name: /^percentile_Average_\d+$/,
        meaning: 'percentile of 30-second AVERAGES, weighted by count; not of executions',
        unit: 'ms',
      },
    ],
    misread: [
      { what: 'execution time does not include the cold start', source: `${AZURE_2019}, note 4` },
      {
        what: 'percentiles are of averages over 30 s: of a function with many calls they are narrower than its execution times',
        source: `${AZURE_2019}, note 7`,
      },
      { what: 'Count composes averages over days; it is not the load', source: `${AZURE_2019}, note 5` },
      REPEATED,
    ],
    use: ['arrivals: { process: trace, file: INVOCATIONS, format: azure-2019, durations: FILE }'],
  },
  {
    id: 'azure-functions-2019-memory',
    title: 'Azure Functions 2019: memory of applications',
    source: AZURE_2019,
    licence: CC_BY,
    cite: SHAHRAD,
    shape: { has: ['AverageAllocatedMb', 'SampleCount'] },
    columns: [
      ...OWNERS,
      { name: 'row', meaning: 'row number in the file that it was cut from; no identity' },
      { name: 'SampleCount', meaning: '5-second samples behind the average', unit: 'samples' },
      {
        name: /^AverageAllocatedMb/,
        meaning: 'committed memory of the APPLICATION, percentiles of minute averages',
        unit: 'MB',
      },
    ],
    misread: [
      {
        what: 'memory is of the application, not of a function; files with a HashFunction were divided evenly by a sampler',
        source: `${AZURE_2019}, note 8; vhive-serverless/invitro`,
      },
      { what: 'it is what was allocated (committed), not what was resident', source: `${AZURE_2019}, note 8` },
      { what: 'days 13 and 14 have no memory file', source: AZURE_2019 },
    ],
    use: ['functions: { trace: { file: INVOCATIONS, format: azure-2019, durations: DURATIONS, memory: FILE } }'],
  },
  {
    id: 'azure-llm-2023',
    title: 'Azure LLM inference requests, one hour of 2023-11',
    source: `${AZURE}/blob/master/AzureLLMInferenceDataset2023.md`,
    licence: CC_BY,
    cite: 'Patel et al., Splitwise, ISCA 2024',
    shape: { has: ['TIMESTAMP', 'ContextTokens', 'GeneratedTokens'] },
    columns: [
      { name: 'TIMESTAMP', meaning: 'when the request was made, UTC, digits of 100 ns', unit: 'UTC' },
      { name: 'ContextTokens', meaning: 'length of the prompt', unit: 'tokens' },
      { name: 'GeneratedTokens', meaning: 'length of the answer', unit: 'tokens' },
    ],
    misread: [
      {
        what: 'tokens are lengths, not times: a service time is assumed by whoever gives them one',
        source: `${AZURE}/blob/master/AzureLLMInferenceDataset2023.md`,
      },
      {
        what: 'nothing tells which prompts share a prefix: a cache of prefixes cannot be judged on it',
        source: `${AZURE}/issues/53`,
      },
      {
        what: 'the page says that it was collected on November 11; the stamps say November 16',
        source: `${AZURE}/blob/master/AzureLLMInferenceDataset2023.md and the file`,
      },
    ],
    times: { column: 'TIMESTAMP', unit: 'utc', is: 'start' },
    use: [
      'fluxhost trace convert FILE arrivals.csv --from azure-llm --to csv',
      'arrivals: { process: trace, file: arrivals.csv, format: csv }',
    ],
  },
  {
    id: 'mooncake-conversation-2024',
    title: 'Kimi requests with ids of KV-cache blocks',
    source: 'https://github.com/kvcache-ai/Mooncake/tree/main/FAST25-release/traces',
    licence: 'Apache-2.0',
    cite: 'Qin et al., Mooncake, FAST 2025',
    shape: { has: ['timestamp', 'input_length', 'output_length', 'hash_ids'] },
    columns: [
      { name: 'timestamp', meaning: 'arrival, from the start of the trace', unit: 'ms' },
      { name: 'input_length', meaning: 'length of the prompt', unit: 'tokens' },
      { name: 'output_length', meaning: 'length of the answer', unit: 'tokens' },
      { name: 'hash_ids', meaning: 'one id a block of 512 prompt tokens; equal ids are one prefix, in all requests' },
    ],
    misread: [
      {
        what: 'arrivals come in steps of about 3 s, some ten at an instant: nothing shorter can be learnt from it',
        source: 'the file: times between arrivals above',
      },
      {
        what: 'an id stands for a block and all before it, so blocks are shared as prefixes and never on their own',
        source: 'https://github.com/kvcache-ai/Mooncake/tree/main/FAST25-release',
      },
      { what: 'synthetic_trace.jsonl is made up, the other files are not', source: 'its name and the paper' },
    ],
    times: { column: 'timestamp', unit: 'ms', is: 'start' },
    use: [
      'fluxhost trace convert FILE blocks.csv --from mooncake --to pages-csv',
      'fluxhost pages blocks.csv --format csv --policy lru,sieve --capacity 10%',
      'fluxhost trace convert FILE arrivals.csv --from mooncake --to csv',
    ],
  },
  {
    id: 'burstgpt',
    title: 'Requests to ChatGPT and GPT-4 on Azure (BurstGPT)',
    source: BURST_GPT,
    licence: 'CC-BY-4.0',
    cite: 'Wang et al., BurstGPT, arXiv:2401.17644',
    shape: { has: ['Timestamp', 'Request tokens', 'Response tokens', 'Log Type'] },
    columns: [
      { name: 'Timestamp', meaning: 'arrival, from the first day on, whole seconds', unit: 's' },
      { name: 'Model', meaning: 'ChatGPT (GPT-3.5) or GPT-4' },
      { name: 'Request tokens', meaning: 'length of the prompt', unit: 'tokens' },
      { name: 'Response tokens', meaning: 'length of the answer; 0: the request failed', unit: 'tokens' },
      { name: 'Total tokens', meaning: 'both together', unit: 'tokens' },
      { name: 'Log Type', meaning: 'Conversation log or API log: two kinds of load' },
    ],
    misread: [
      {
        what: 'an answer of 0 tokens is a failure, not a short answer; the files without_fails lack those rows',
        source: `${BURST_GPT}, README`,
      },
      { what: 'times are whole seconds: arrivals within one have no order and no distance', source: 'the file' },
      { what: 'tokens are lengths, not times; no row tells how long its answer took', source: `${BURST_GPT}, README` },
    ],
    times: { column: 'Timestamp', unit: 's', is: 'start' },
    use: [
      'fluxhost trace convert FILE arrivals.csv --from arrivals-csv --to csv --time Timestamp:s',
      'arrivals: { process: trace, file: arrivals.csv, format: csv }',
    ],
  },
];
