// The page's simulator is built without the words of its schemas: nothing that it answers may hang on them.
import { readFileSync } from 'node:fs';
import { build } from 'esbuild';
import { beforeAll, describe, expect, it } from 'vitest';
import { wordless } from '../../scripts/wordless.mjs';

const ENTRY = `
export { parseScenario } from './src/scenario/parse.ts';
export { scenarioJsonSchema } from './src/scenario/schema.ts';
export { resultJsonSchema } from './src/result/result.ts';
export { readConfigurations } from './src/lifecycle/table-files.ts';
export { memoryHost } from './src/workload/text-source.ts';
`;

interface Built {
  readonly parseScenario: (text: string, options: { file: string }) => { scenario: unknown };
  readonly scenarioJsonSchema: () => unknown;
  readonly resultJsonSchema: () => unknown;
  readonly readConfigurations: (host: unknown, file: string, day: number) => Promise<unknown>;
  readonly memoryHost: (files: Readonly<Record<string, Uint8Array>>) => unknown;
}

async function built(words: boolean): Promise<Built> {
  const { outputFiles } = await build({
    stdin: { contents: ENTRY, resolveDir: process.cwd() },
    bundle: true,
    minify: true,
    write: false,
    format: 'esm',
    platform: 'browser',
    conditions: ['browser', 'import'],
    external: ['node:*', 'stream'],
    plugins: words ? [] : [wordless],
  });
  const address = `data:text/javascript;base64,${Buffer.from(outputFiles[0]!.contents).toString('base64')}`;
  return (await import(/* @vite-ignore */ address)) as Built;
}

/** A schema with its words apart. */
function apart(schema: unknown): { form: unknown; words: string[] } {
  const words: string[] = [];
  const form = JSON.parse(
    JSON.stringify(schema, (key, value: unknown) => {
      if (key !== 'description' || typeof value !== 'string') return value;
      words.push(value.replace(/ ?Default: .*$/s, ''));
      return undefined;
    }),
  ) as unknown;
  return { form, words };
}

const said = (parse: () => unknown): unknown => {
  try {
    return parse();
  } catch (error) {
    return (error as Error).message;
  }
};

describe('a build without words', () => {
  let full: Built;
  let bare: Built;
  beforeAll(async () => ([full, bare] = await Promise.all([built(true), built(false)])));

  it.each(['scenarioJsonSchema', 'resultJsonSchema'] as const)('has the schema of %s but for its words', (schema) => {
    const [before, after] = [apart(full[schema]()), apart(bare[schema]())];
    // some are made of others, and stay
    expect(new Set(after.words).size).toBeLessThan(new Set(before.words).size / 4);
    expect(after.form).toEqual(before.form);
  });

  it.each(['burst', 'functions', 'taiji-cliff', 'deadlines', 'datapath', 'gpu-host', 'tiered-memory'])(
    'reads %s as the other does',
    (name) => {
      const text = readFileSync(`examples/${name}.yaml`, 'utf8');
      expect(bare.parseScenario(text, { file: name })).toEqual(full.parseScenario(text, { file: name }));
    },
  );

  it.each([
    'version: 1\nduration: 1ms\nhost: { cores: none, memori: 3 }\nmechanism: hyperfluxx\nvms: []\n',
    'version: 1\nduration: 1ms\nhost: { cores: 2 }\nmechanism: { kind: caladan, tick: 3 }\nvms: [{ name: a, order: best }]\n',
    'version: 1\nduration: 1ms\nhost: { cores: 2, memory: { size: 1, policy: x } }\nmechanism: ideal\nfunctions: { format: z }\n',
  ])('refuses what is wrong in the same words', (text) => {
    const refusal = said(() => full.parseScenario(text, { file: 'wrong.yaml' }));
    expect(refusal).toContain('wrong.yaml');
    expect(said(() => bare.parseScenario(text, { file: 'wrong.yaml' }))).toBe(refusal);
  });

  it('finds the columns of a table of functions, which a local function is asked for by name', async () => {
    const rows =
      'service,first_day,last_day,cpu_vcpu,memory_gb,container_concurrency,min_scale\na,0,9,1.5,2,3,1\nb,0,9,x,2,3,1\n';
    const asked = async ({ memoryHost, readConfigurations }: Built): Promise<unknown> =>
      readConfigurations(memoryHost({ 'ibm.csv': Buffer.from(rows) }), 'ibm.csv', 2).catch(
        (error: Error) => error.message,
      );
    const refusal = await asked(full);
    expect(refusal).toContain('cpu_vcpu');
    expect(await asked(bare)).toEqual(refusal);
  });
});
