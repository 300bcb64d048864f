// Argument parsing: every mistake at once, suggestions, help from the same table.
import { describe, expect, it } from 'vitest';
import { parseCommand, renderHelp, UsageError, type Arguments, type CommandSpec } from '../../src/cli/args.js';

const spec: CommandSpec = {
  name: 'try',
  summary: 'Tries.',
  positionals: ['FILE'],
  options: {
    seed: { value: 'N', help: 'a seed' },
    set: { value: 'PATH=VALUE', multiple: true, help: 'a field\nof the file' },
    json: { help: 'JSON' },
  },
  details: 'More.',
  examples: ['fluxhost try a.yaml'],
};

function problemsOf(args: readonly string[], read?: (given: Arguments) => void): readonly string[] {
  try {
    const given = parseCommand(spec, args);
    read?.(given);
    given.check();
  } catch (error) {
    if (error instanceof UsageError) return error.problems;
    throw error;
  }
  return [];
}

describe('arguments', () => {
  it('come in any order, with and without an equals sign', () => {
    const given = parseCommand(spec, ['--set', 'a=1', 'x.yaml', '--json', '--set=b=-2', '--seed=9']);
    expect(given.positional(0)).toBe('x.yaml');
    expect(given.list('set')).toEqual(['a=1', 'b=-2']);
    expect(given.whole('seed', 0, 10)).toBe(9);
    expect([given.flag('json'), given.help, given.text('seed')]).toEqual([true, false, '9']);
  });

  it('take what follows -- as it is', () => {
    expect(parseCommand(spec, ['--', '--json']).positional(0)).toBe('--json');
  });

  it('are refused all at once', () => {
    expect(problemsOf(['--sede', '4', '--json=yes', '--seed', '1', '--seed', '2', '--set'])).toEqual([
      '--sede: unknown option, did you mean --seed?',
      '--json: takes no value, given "yes"',
      '--seed: given twice, expected once',
      '--set: expected a value (PATH=VALUE)',
    ]);
  });

  it('are refused where one is missing, too many, or of no known name', () => {
    expect(problemsOf([])).toEqual(['FILE: missing']);
    expect(problemsOf(['a', 'b', 'c'])).toEqual(['b: unexpected argument', 'c: unexpected argument']);
    expect(problemsOf(['a', '--zzzzzz'])).toEqual(['--zzzzzz: unknown option']);
    expect(problemsOf(['a', '-x'])).toEqual(['-x: unknown option']);
    expect(problemsOf(['a', '--__proto__', '--constructor'])).toEqual([
      '--__proto__: unknown option',
      '--constructor: unknown option',
    ]);
  });

  it('do not swallow a following option as a value', () => {
    expect(problemsOf(['a', '--seed', '--json'])).toEqual(['--seed: expected a value (N)']);
  });

  it.each(['-1', '1.5', 'abc', '', '11', '1e1', ' 5', '99999999999999999999'])(
    'refuse %j as a whole number up to 10',
    (text) => {
      expect(problemsOf(['a', `--seed=${text}`], (given) => given.whole('seed', 0, 10))).toEqual([
        `--seed: given ${JSON.stringify(text)}, expected a whole number from 0 to 10`,
      ]);
    },
  );

  it('are not looked at when help is asked for', () => {
    expect(parseCommand(spec, ['--help', '--nonsense']).help).toBe(true);
    expect(parseCommand(spec, ['-h']).help).toBe(true);
  });
});

describe('help', () => {
  it('lists every option with its placeholder, aligned', () => {
    expect(renderHelp(spec)).toBe(
      'Tries.\n\nUsage: fluxhost try FILE [options]\n\nOptions:\n' +
        '  --seed N              a seed\n' +
        '  --set PATH=VALUE ...  a field\n' +
        '                        of the file\n' +
        '  --json                JSON\n' +
        '  -h, --help            print this\n' +
        '\nMore.\n\nExamples:\n  fluxhost try a.yaml\n',
    );
  });
});

it('has no option in its help whose line is longer than 120 columns', () => {
  const help = 'so long that it goes on below, under its first word, '.repeat(6).trim();
  const lines = renderHelp({
    name: 'a',
    summary: 'b',
    positionals: [],
    options: { out: { value: 'DIR', help } },
  }).split('\n');
  expect(Math.max(...lines.map(({ length }) => length))).toBeLessThanOrEqual(120);
  const [first, second] = lines.filter((line) => /so long|goes on|first word/.test(line));
  expect(second!.search(/\S/)).toBe(first!.indexOf('so long'));
});
