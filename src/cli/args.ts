// Command-line arguments by a declared table: parsing with node:util, every mistake at once, help from the same table.
// Leaves out what the values mean: commands read them and report through the same list of problems.

import { parseArgs } from 'node:util';
import { nearest } from '../input/errors.js';
import { wrap } from '../report/table.js';

export interface OptionSpec {
  /** Placeholder of the value, such as `N`; a switch without value where absent. */
  readonly value?: string;
  /** May be given several times. */
  readonly multiple?: boolean;
  readonly help: string;
}

export interface CommandSpec {
  readonly name: string;
  readonly summary: string;
  /** Names of the positional arguments, all required. */
  readonly positionals: readonly string[];
  /** Name of one more that may be left out. */
  readonly optional?: string;
  readonly options: Readonly<Record<string, OptionSpec>>;
  readonly details?: string;
  readonly examples?: readonly string[];
}

/** A command line that is refused: exit status 2, one line per problem. */
export class UsageError extends Error {
  override readonly name = 'UsageError';

  constructor(
    /** `run`, or '' before a command is known. */
    readonly command: string,
    readonly problems: readonly string[],
  ) {
    super(problems.join('\n'));
  }
}

/** What was given, by option name; positionals in order. */
export class Arguments {
  /** Problems found while reading values; `check` throws them together. */
  readonly problems: string[] = [];

  constructor(
    readonly spec: CommandSpec,
    readonly help: boolean,
    private readonly values: ReadonlyMap<string, readonly string[]>,
    private readonly flags: ReadonlySet<string>,
    private readonly positionals: readonly string[],
  ) {}

  flag(name: string): boolean {
    return this.flags.has(name);
  }

  text(name: string): string | undefined {
    return this.values.get(name)?.at(-1);
  }

  list(name: string): readonly string[] {
    return this.values.get(name) ?? [];
  }

  /** The value of a positional that the spec requires. */
  positional(index: number): string {
    return this.positionals[index] ?? '';
  }

  /** The positional that may be left out. */
  optional(): string | undefined {
    return this.positionals[this.spec.positionals.length];
  }

  /** A whole number within bounds, or undefined where not given; a problem otherwise. */
  whole(name: string, least: number, most: number): number | undefined {
    const text = this.text(name);
    if (text === undefined) return undefined;
    const value = /^\d{1,16}$/.test(text) ? Number(text) : NaN;
    if (value >= least && value <= most) return value;
    this.problems.push(`--${name}: given ${JSON.stringify(text)}, expected a whole number from ${least} to ${most}`);
    return undefined;
  }

  /** Throws a `UsageError` with every problem gathered so far. */
  check(): void {
    if (this.problems.length > 0) throw new UsageError(this.spec.name, this.problems);
  }
}

function unknownOption(raw: string, spec: CommandSpec): string {
  const known = [...Object.keys(spec.options), 'help'];
  const near = nearest(raw.replace(/^-+/, ''), known);
  return `${raw}: unknown option${near === undefined ? '' : `, did you mean --${near}?`}`;
}

/**
 * Reads the arguments of one command. Throws a `UsageError` naming every unknown, doubled, valueless or missing
 * argument; with `--help` among them nothing is refused.
 */
export function parseCommand(spec: CommandSpec, args: readonly string[]): Arguments {
  const { tokens } = parseArgs({
    args: [...args],
    strict: false,
    tokens: true,
    allowPositionals: true,
    options: {
      help: { type: 'boolean', short: 'h' },
      ...Object.fromEntries(
        Object.entries(spec.options).map(([name, option]) => [
          name,
          { type: option.value === undefined ? ('boolean' as const) : ('string' as const), multiple: true },
        ]),
      ),
    },
  });
  const problems: string[] = [];
  const values = new Map<string, string[]>();
  const flags = new Set<string>();
  const positionals: string[] = [];
  let help = false;
  for (const token of tokens) {
    if (token.kind === 'positional') positionals.push(token.value);
    if (token.kind !== 'option') continue;
    if (token.name === 'help') {
      help = true;
      continue;
    }
    const option = Object.hasOwn(spec.options, token.name) ? spec.options[token.name] : undefined;
    if (option === undefined) {
      problems.push(unknownOption(token.rawName, spec));
    } else if (option.value === undefined) {
      if (token.value !== undefined)
        problems.push(`--${token.name}: takes no value, given ${JSON.stringify(token.value)}`);
      flags.add(token.name);
    } else if (token.value === undefined || (!token.inlineValue && /^-\D/.test(token.value))) {
      // A following option is not a value: `--seed --json` forgot the number.
      problems.push(`--${token.name}: expected a value (${option.value})`);
      // Node hands the following option over as the value; it still counts as the flag it was meant as.
      if (token.value?.startsWith('--') === true && spec.options[token.value.slice(2)]?.value === undefined) {
        flags.add(token.value.slice(2));
      }
    } else {
      const given = values.get(token.name) ?? [];
      if (given.length > 0 && option.multiple !== true) problems.push(`--${token.name}: given twice, expected once`);
      values.set(token.name, [...given, token.value]);
    }
  }
  if (!help) {
    for (const missing of spec.positionals.slice(positionals.length)) problems.push(`${missing}: missing`);
    const most = spec.positionals.length + (spec.optional === undefined ? 0 : 1);
    for (const extra of positionals.slice(most)) problems.push(`${extra}: unexpected argument`);
    if (problems.length > 0) throw new UsageError(spec.name, problems);
  }
  return new Arguments(spec, help, values, flags, positionals);
}

/** `run SCENARIO [options]` */
function usageLine(spec: CommandSpec): string {
  const optional = spec.optional === undefined ? [] : [`[${spec.optional}]`];
  return `fluxhost ${[spec.name, ...spec.positionals, ...optional].join(' ')} [options]`;
}

/** No line of help is longer. */
const HELP_COLUMNS = 120;

const within = (text: string, most: number): string =>
  text
    .split('\n')
    .map((line) => wrap(line, most))
    .join('\n');

/** Paragraphs with a line that is too long are set anew; a line that is set in stays set in. */
function paragraphs(text: string): string {
  const parts = text.split(/\n(?=\n| )|(?<=\n {1,24}\S.*)\n/);
  return parts
    .map((part) => {
      if (part.split('\n').every((line) => line.length <= HELP_COLUMNS)) return part;
      const [, before = '', words = ''] = /^(\s*)([^]*)$/.exec(part)!;
      const indent = / *$/.exec(before)![0];
      return before + wrap(words.replaceAll(/\s+/g, ' '), HELP_COLUMNS - indent.length).replaceAll('\n', `\n${indent}`);
    })
    .join('\n');
}

/** The text of `fluxhost COMMAND --help`. */
export function renderHelp(spec: CommandSpec): string {
  const rows = Object.entries(spec.options).map(([name, option]): [string, string] => [
    `--${name}${option.value === undefined ? '' : ` ${option.value}`}${option.multiple === true ? ' ...' : ''}`,
    option.help,
  ]);
  rows.push(['-h, --help', 'print this']);
  const width = Math.max(...rows.map(([left]) => left.length));
  // Continuation lines of long explanations stand under their first word.
  const lines = rows.map(
    ([left, right]) =>
      `  ${left.padEnd(width)}  ${within(right, HELP_COLUMNS - width - 4).replaceAll('\n', `\n${' '.repeat(width + 4)}`)}`,
  );
  const parts = [`${spec.summary}\n`, `Usage: ${usageLine(spec)}\n`, `Options:\n${lines.join('\n')}\n`];
  if (spec.details !== undefined) parts.push(`${paragraphs(spec.details)}\n`);
  if (spec.examples !== undefined) parts.push(`Examples:\n${spec.examples.map((line) => `  ${line}`).join('\n')}\n`);
  return parts.join('\n');
}
