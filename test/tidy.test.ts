// House rules that no other tool checks, over every file that git would commit: no leftovers, nothing that is true on one
// machine only, no clock and no chance in the core, no file too long to read in one go, plain text that ends with a newline.
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('..', import.meta.url));
const LINES_MAX = 400;
const LINE_LENGTH_MAX = 220;
const TEXT =
  /\.(ts|mts|mjs|js|json|md|yaml|yml|html|css|c|h|sh|csv|txt)$|(^|\/)(\.ci\/run|LICENSE|\.gitignore|\.gitattributes)$/;

interface Source {
  path: string;
  lines: string[];
}

/** Tracked files and new ones that are not ignored: what the next commit could hold. */
function committable(): string[] {
  const listed = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: 1 << 26,
  });
  return [...new Set(listed.split('\0'))].filter((path) => path !== '' && existsSync(join(root, path))).sort();
}

const paths = committable();
const sources: Source[] = paths
  .filter((path) => TEXT.test(path))
  .map((path) => ({ path, lines: readFileSync(join(root, path), 'utf8').split('\n') }));
const under = (...folders: string[]): Source[] =>
  sources.filter(({ path }) => folders.some((folder) => path.startsWith(`${folder}/`)));

/** `path:line: text` of every line that matches. */
function hits(among: Source[], pattern: RegExp): string[] {
  return among.flatMap(({ path, lines }) =>
    lines.flatMap((line, i) => (pattern.test(line) ? [`${path}:${i + 1}: ${line.trim().slice(0, 120)}`] : [])),
  );
}

/** Words are put together here, so that this file does not find itself. */
const anyOf = (words: string[][], flags = ''): RegExp =>
  new RegExp(words.map((parts) => parts.join('')).join('|'), flags);

const notText = new Set(['package-lock.json']);
const written = sources.filter(({ path }) => !notText.has(path));

describe('tidy', () => {
  it('looks at the files of this repository', () => {
    expect(paths).toContain('package.json');
    expect(under('assembly').length).toBeGreaterThan(0);
    expect(under('src').length).toBeGreaterThan(0);
  });

  it('finds what it looks for', () => {
    const sample: Source[] = [{ path: 'sample.ts', lines: ['fine', 'let x = Math.random();'] }];
    expect(hits(sample, /Math\.random/)).toEqual(['sample.ts:2: let x = Math.random();']);
    expect(anyOf([['a', 'b'], ['c']]).test('xaby')).toBe(true);
  });

  it('has no leftovers', () => {
    const markers = anyOf([
      ['\\bTO', 'DO\\b'],
      ['\\bFIX', 'ME\\b'],
      ['\\bXX', 'X\\b'],
      ['\\bHA', 'CK\\b'],
      ['<<<<', '<<< '],
      ['>>>>', '>>> '],
    ]);
    expect(hits(written, markers)).toEqual([]);
  });

  it('has no test that is switched off or runs alone', () => {
    const marks = anyOf([
      ['\\b(describe|it|test|suite)\\.', '(only|skip|todo|skipIf|runIf|fails|failing)\\b'],
      ['\\bx', '(it|describe|test)\\('],
      ['\\bf', '(it|describe)\\('],
    ]);
    expect(hits(under('test', 'bench'), marks)).toEqual([]);
  });

  it('gives no test less time than all have: a busy machine is no failure', () => {
    const least = 300_000;
    const given = written
      .filter(({ path }) => path.endsWith('.test.ts'))
      .flatMap(({ path, lines }) =>
        lines.flatMap((line, i) => {
          const ms = /^ *\}, (\d[\d_]*)\);$|(?:it|test)(?:\.each\(.*\))?\(.*\{ timeout: (\d[\d_]*) \}/.exec(line);
          const time = Number((ms?.[1] ?? ms?.[2] ?? '0').replaceAll('_', ''));
          return time >= 1000 && time < least ? [`${path}:${i + 1}: ${time}`] : [];
        }),
      );
    expect(given).toEqual([]);
  });

  it('draws in no test what another run would not draw: every property names its seed', () => {
    const drawn = sources
      .filter(({ path }) => path.startsWith('test/') && path.endsWith('.ts') && path !== 'test/tidy.test.ts')
      .flatMap(({ path, lines }) => {
        const text = lines.join('\n');
        const properties = [...text.matchAll(/\bfc\.(assert|check|sample)\(/g)].length;
        const seeds = [...text.matchAll(/[{,(]\s*seed(:|,| \})/g)].length;
        return seeds < properties ? [`${path}: ${properties} properties, ${seeds} seeds`] : [];
      });
    expect(drawn).toEqual([]);
  });

  it('has a test in every test file', () => {
    const empty = under('test').filter(
      ({ path, lines }) =>
        path.endsWith('.test.ts') &&
        !(
          lines.some((line) => /\b(it|test)(\.\w+)*[(<`]/.test(line)) &&
          lines.some((line) => /\b(expect|assert)\w*[.(]/.test(line))
        ),
    );
    expect(empty.map(({ path }) => path)).toEqual([]);
  });

  it('says nothing about the machine it was written on', () => {
    const machine = anyOf([
      ['(?<![\\w.])/wo', 'rk/'],
      ['\\.lib', 'rary/'],
      ['\\bfa', 'rm-[a-z0-9]'],
      ['(?<![\\w.])/ro', 'ot/'],
      ['(?<![\\w.])/ho', 'me/\\w'],
      ['/tmp/br', 'ief'],
      ['/tmp/bash', '_jobs'],
      ['file:///', '(?:wo|ro|ho)'],
    ]);
    expect(hits(sources, machine)).toEqual([]);
  });

  it('locks no download addresses', () => {
    const lock = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as {
      packages: Record<string, { resolved?: string }>;
    };
    const foreign = Object.entries(lock.packages)
      .filter(([, { resolved }]) => resolved !== undefined && !resolved.startsWith('https://registry.npmjs.org/'))
      .map(([name]) => name);
    expect(foreign).toEqual([]);
  });

  it('keeps clocks and chance out of the core', () => {
    expect(hits(under('assembly'), /\b(Math\.random|Date\.now|new Date\b|performance\.now)/)).toEqual([]);
  });

  it(`keeps every source file within ${LINES_MAX} lines`, () => {
    const long = under('assembly', 'src')
      .filter(({ path, lines }) => !path.startsWith('src/generated/') && lines.length - 1 > LINES_MAX)
      .map(({ path, lines }) => `${path}: ${lines.length - 1} lines`);
    expect(long).toEqual([]);
  });

  it('opens every source file with what it is', () => {
    const bare = under('assembly', 'src', 'scripts')
      .filter(({ path }) => /\.(ts|mjs)$/.test(path))
      .filter(({ lines }) => !/^(\/\/|\/\*)/.test((lines[0]?.startsWith('#!') ? lines[1] : lines[0]) ?? ''));
    expect(bare.map(({ path }) => path)).toEqual([]);
  });

  it('is plain text: no tabs in sources, no trailing blanks, no carriage returns, a newline at the end', () => {
    const code = written.filter(({ path }) => /\.(ts|mjs|js|json|yaml|md)$/.test(path));
    expect(hits(code, /[ \t\r]$/)).toEqual([]);
    expect(hits(under('assembly', 'src', 'test'), /\t/)).toEqual([]);
    const open = code.filter(({ lines }) => lines.at(-1) !== '');
    expect(open.map(({ path }) => path)).toEqual([]);
  });

  it(`keeps the core's lines within ${LINE_LENGTH_MAX} characters`, () => {
    // Prettier cannot read AssemblyScript; this much of its work is done here.
    const wide = under('assembly').flatMap(({ path, lines }) =>
      lines.flatMap((line, i) => (line.length > LINE_LENGTH_MAX ? [`${path}:${i + 1}: ${line.length}`] : [])),
    );
    expect(wide).toEqual([]);
  });
});
