// The declarations of what a person writes, and of mechanisms as they are resolved, printed from the same schema and tables that
// check it: with the words of every field, and without the library that the schema is made of. The build puts them in the
// place of what tsc infers; test/package.test.ts holds that both say the same.
import { posix } from 'node:path';
import { build } from 'esbuild';
import { at } from './support.mjs';

/** Everything that the schema states, from the sources as they are. */
async function load() {
  const bundle = await build({
    absWorkingDir: at(),
    stdin: {
      contents: `
        export { scenarioJsonSchema } from './src/scenario/schema.js';
        export { fleetJsonSchema } from './src/fleet/schema.js';
        export { reserveJsonSchema, MANAGER_KINDS } from './src/reserve/schema.js';
        export { MECHANISM_KINDS, definitionOf } from './src/mechanisms/kinds.js';
        export { resolvedName } from './src/mechanisms/schema.js';
        export { formatDefault } from './src/input/parameter.js';
        export { distributions, interval } from './src/metrics/figures.js';
        export { resultSchemas } from './src/result/result.js';
        export { seriesSchemas } from './src/result/series.js';
        export { stripsSchemas } from './src/result/strips.js';
        export { memorySchemas } from './src/swap/result.js';
        export { lifecycleSchemas } from './src/lifecycle/result.js';
        export { pagesSchemas } from './src/pages/result.js';
        export { toJSONSchema } from 'zod';`,
      resolveDir: at(),
      loader: 'ts',
    },
    bundle: true,
    write: false,
    format: 'esm',
    platform: 'node',
    logLevel: 'error',
  });
  const code = Buffer.from(bundle.outputFiles[0].contents).toString('base64');
  return import(`data:text/javascript;base64,${code}`);
}

const KNOWN = new Set(
  `$schema type properties required additionalProperties title const description minimum maximum pattern anyOf oneOf
   exclusiveMinimum exclusiveMaximum minLength minItems maxItems items enum multipleOf propertyNames
   about`.split(/\s+/),
);

function comment(text, indent = '') {
  return text === undefined ? '' : `${indent}/** ${text.replaceAll('*/', '* /')} */\n`;
}

/** How a text is to be written, told by its pattern. */
function unitOf({ type, pattern, anyOf }) {
  if (type === 'string' && pattern?.includes('µs')) return ' A duration with a unit, such as 10us.';
  if (type === 'string' && pattern?.includes('KiB')) return ' A size with a unit, such as 64MiB.';
  return anyOf === undefined ? '' : (anyOf.map(unitOf).find((text) => text !== '') ?? '');
}

function rangeOf({ minimum, exclusiveMinimum, maximum }) {
  const least = exclusiveMinimum === undefined ? minimum : `above ${exclusiveMinimum}`;
  if (least === undefined) return '';
  const bounded = maximum !== undefined && maximum < Number.MAX_SAFE_INTEGER;
  return ` From ${least}${bounded ? ` to ${maximum}` : ''}.`;
}

/** Prints types of a JSON Schema; what has a title becomes a declaration of its own. */
class Printer {
  declarations = new Map();
  imports = new Map();

  /** `elsewhere`: types by name that another file declares. */
  constructor(elsewhere = {}) {
    this.elsewhere = elsewhere;
  }

  type(schema, indent = '') {
    const strange = Object.keys(schema).filter((key) => !KNOWN.has(key));
    if (strange.length > 0) throw new Error(`no type is known for ${strange.join(', ')} of a JSON Schema`);
    return /^[A-Z]\w+$/.test(schema.title ?? '') ? this.declare(schema) : this.inline(schema, indent);
  }

  declare(schema) {
    const { title, about, description = '' } = schema;
    if (this.elsewhere[title] !== undefined) {
      this.imports.set(title, this.elsewhere[title]);
      return title;
    }
    if (!this.declarations.has(title)) {
      this.declarations.set(title, '');
      const body = this.inline(schema, '');
      const text =
        schema.properties !== undefined ? `export interface ${title} ${body}\n` : `export type ${title} = ${body};\n`;
      this.declarations.set(title, comment(about ?? description) + text);
    }
    return title;
  }

  words(name, field) {
    return field.description ? `${field.description}${unitOf(field)}${rangeOf(field)}` : `Says which ${name} it is.`;
  }

  inline(schema, indent) {
    const { type, properties, anyOf, oneOf, items } = schema;
    if (schema.const !== undefined) return JSON.stringify(schema.const);
    if (schema.enum !== undefined) return schema.enum.map((value) => JSON.stringify(value)).join(' | ');
    const parts = anyOf ?? oneOf;
    if (parts !== undefined) return parts.map((part) => this.type(part, indent)).join(' | ');
    if (type === 'array') {
      const item = this.type(items, indent);
      return item.includes('|') ? `(${item})[]` : `${item}[]`;
    }
    if (Array.isArray(type)) return type.map((one) => this.type({ ...schema, type: one }, indent)).join(' | ');
    if (type === 'integer') return 'number';
    if (type !== 'object') return type;
    if (properties === undefined) return `Record<string, ${this.type(schema.additionalProperties, indent)}>`;
    const required = new Set(schema.required);
    const fields = Object.entries(properties).map(([name, field]) => {
      const words = this.words(name, field);
      const inner = this.type(field, `${indent}    `);
      const value = required.has(name) ? `: ${inner}` : `?: ${inner} | undefined`;
      const key = /^[A-Za-z_$][\w$]*$/.test(name) ? name : `'${name}'`;
      return `${comment(words, `${indent}    `)}${indent}    ${key}${value};\n`;
    });
    return `{\n${fields.join('')}${indent}}`;
  }

  text() {
    const imports = [...this.imports].map(([name, from]) => `import type { ${name} } from '${from}';\n`);
    return [imports.join(''), ...this.declarations.values()].filter((part) => part !== '').join('\n');
  }
}

/** What a result says is told as it is, without the bounds that its figures keep; a type has words of its own beside its field's. */
class ResultPrinter extends Printer {
  result({ toJSONSchema }, schema) {
    this.type(toJSONSchema(schema, { override: ({ zodSchema, jsonSchema }) => this.aboutType(zodSchema, jsonSchema) }));
  }

  aboutType(zodSchema, jsonSchema) {
    for (let of = zodSchema; of !== undefined; of = of._zod.parent) {
      const { title, description } = of.meta() ?? {};
      if (title !== undefined) jsonSchema.about = description;
    }
  }

  words(name, { description }) {
    if (description === undefined) throw new Error(`the field ${name} of a result has no words`);
    return description;
  }
}

const UNITS = { ns: 'Nanoseconds.', 'bytes per second': 'Bytes per second.' };

/** Mechanisms as they are resolved: one interface a kind. */
function resolvedMechanisms({ MECHANISM_KINDS, definitionOf, resolvedName, formatDefault }) {
  const title = (kind) => `${kind[0].toUpperCase()}${kind.slice(1)}Mechanism`;
  const interfaces = MECHANISM_KINDS.map((kind) => {
    const { meaning, knobs } = definitionOf(kind);
    const fields = knobs.map((knob) => {
      const type = knob.codes
        ? Object.keys(knob.codes)
            .map((name) => JSON.stringify(name))
            .join(' | ')
        : knob.unit === 'yes or no'
          ? 'boolean'
          : 'number';
      const words = [knob.meaning, UNITS[knob.unit], `Default: ${formatDefault(knob)}.`].filter(Boolean).join(' ');
      return `${comment(words, '    ')}    readonly ${resolvedName(knob)}${knob.onlyWritten ? '?' : ''}: ${type};\n`;
    });
    return `${comment(meaning)}export interface ${title(kind)} {\n    /** Its name. */\n    readonly kind: ${JSON.stringify(kind)};\n${fields.join('')}}\n`;
  });
  return [
    ...interfaces,
    `/** A mechanism and its knobs: durations in ns, rates in bytes per second. */\nexport type Mechanism = ${MECHANISM_KINDS.map(title).join(' | ')};\n`,
    "/** The name of a mechanism. */\nexport type MechanismKind = Mechanism['kind'];\n",
  ].join('\n');
}

/** The declarations that an entry reaches, each by its path; what is imported must be there, or be Node's own. */
export function reached(entries, read) {
  const seen = new Map();
  const queue = entries.map((path) => [path, []]);
  for (let next = queue.pop(); next !== undefined; next = queue.pop()) {
    const [path, by] = next;
    if (seen.has(path)) continue;
    const text = read(path);
    const way = [...by, path];
    seen.set(path, text);
    for (const [, name] of text.matchAll(/(?:from|import\()\s*['"]([^'"]+)['"]/g)) {
      if (name.startsWith('node:')) continue;
      if (!name.startsWith('.'))
        throw new Error(`${way.join(' -> ')} imports ${name}: what is bundled is not installed with the package`);
      queue.push([posix.join(posix.dirname(path), name.replace(/\.js$/, '.d.ts')), way]);
    }
  }
  return [...seen.keys()];
}

/** Text by path under dist/types; each has what other declarations import of that file. */
export async function declarations() {
  const loaded = await load();
  const scenario = new Printer();
  const written = loaded.scenarioJsonSchema();
  scenario.type({
    ...written,
    // a file may leave them out beside functions; a program writes [], so that who reads its own need not ask
    required: [...written.required, 'vms'],
    title: 'ScenarioInput',
    description: 'The scenario as a person or a program writes it: units as text, defaults left out.',
  });
  const reserve = new Printer();
  reserve.type({
    ...loaded.reserveJsonSchema(),
    title: 'ReserveInput',
    description: 'A server whose memory is sold to VMs, as a person or a program writes it.',
  });
  const fleet = new Printer();
  fleet.type({
    ...loaded.fleetJsonSchema(),
    title: 'FleetInput',
    description: 'Hosts and the VMs that come and go on them, as a person or a program writes it.',
  });
  const FIGURES = Object.fromEntries(
    ['Distribution', 'BucketedDistribution', 'Interval'].map((name) => [name, '../metrics/figures.js']),
  );
  const printed = (schemas, elsewhere = {}) => {
    const printer = new ResultPrinter(elsewhere);
    for (const schema of schemas) printer.result(loaded, schema);
    return printer.text();
  };
  const memory = { MemoryResult: '../swap/result.js', NoMemory: '../swap/result.js' };
  const lifecycle = { LifecycleResult: '../lifecycle/result.js' };
  const series = { SeriesResult: './series.js', LogResult: './series.js' };
  const strips = { StripsResult: './strips.js' };
  const managers = loaded.MANAGER_KINDS.map((kind) => JSON.stringify(kind)).join(' | ');
  return {
    'src/metrics/figures.d.ts': printed([...Object.values(loaded.distributions()), loaded.interval()]),
    'src/swap/result.d.ts': `${printed([loaded.memorySchemas().memoryResult], FIGURES)}
/** \`memory\` of a run in which no VM has memory: an empty object. */
export type NoMemory = { readonly [K in keyof MemoryResult]?: never };
`,
    'src/lifecycle/result.d.ts': printed(Object.values(loaded.lifecycleSchemas()), FIGURES),
    'src/result/series.d.ts': printed(Object.values(loaded.seriesSchemas())),
    'src/result/strips.d.ts': printed(Object.values(loaded.stripsSchemas())),
    'src/result/result.d.ts': `${printed([loaded.resultSchemas().resultSchema], { ...FIGURES, ...memory, ...lifecycle, ...series, ...strips })}
/** JSON Schema (2020-12) of a result, as \`run --json\` prints it. */
export declare function resultJsonSchema(): Record<string, unknown>;
`,
    'src/pages/result.d.ts': `${printed([loaded.pagesSchemas().pagesResultSchema], FIGURES)}
/** JSON Schema (2020-12) of what \`pages --json\` prints. */
export declare function pagesJsonSchema(): Record<string, unknown>;
`,
    'src/scenario/schema.d.ts': `${scenario.text()}
/** JSON Schema (2020-12) of the written scenario, for editors. */
export declare function scenarioJsonSchema(): Record<string, unknown>;
`,
    'src/mechanisms/types.d.ts': `export type { MechanismInput } from '../scenario/schema.js';\n\n${resolvedMechanisms(loaded)}`,
    'src/fleet/schema.d.ts': `${fleet.text()}
/** JSON Schema (2020-12) of the written fleet, for editors. */
export declare function fleetJsonSchema(): Record<string, unknown>;
`,
    'src/reserve/schema.d.ts': `${reserve.text()}
/** JSON Schema (2020-12) of the written server, for editors. */
export declare function reserveJsonSchema(): Record<string, unknown>;
/** Who manages the reserved memory. */
export type ManagerKind = ${managers};
`,
  };
}
