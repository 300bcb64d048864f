// A function of the core can be read in one go, and the core states what it relies on: the checked build keeps what it
// asserts, the release has none of it.
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';
import { buildPath, type Build } from '../support/builds.js';
import { binaryen } from '../support/compiler.js';

const LINES_MAX = 70;
const root = fileURLToPath(new URL('../..', import.meta.url));

/** Functions and methods with a body, and how many lines each takes. AssemblyScript reads as TypeScript. */
function functionsOf(path: string, text: string): { readonly at: string; readonly lines: number }[] {
  const source = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true);
  const found: { readonly at: string; readonly lines: number }[] = [];
  const lineOf = (position: number): number => source.getLineAndCharacterOfPosition(position).line;
  const visit = (node: ts.Node): void => {
    if (ts.isFunctionLike(node) && 'body' in node && node.body !== undefined) {
      const first = lineOf(node.getStart(source));
      found.push({ at: `${path}:${first + 1}`, lines: lineOf(node.end) - first + 1 });
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

const files = readdirSync(join(root, 'assembly'), { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.ts'))
  .map((name) => `assembly/${name}`);

describe('functions of the core', () => {
  const all = files.flatMap((path) => functionsOf(path, readFileSync(join(root, path), 'utf8')));

  it('are counted', () => {
    const sample = `// @ts-ignore: decorator\n@inline\nexport function f(): u32 {\n${'  g();\n'.repeat(69)}}\nclass C {\n  m(): void {}\n}`;
    expect(functionsOf('sample.ts', sample).map(({ lines }) => lines)).toEqual([expect.any(Number), 1]);
    expect(functionsOf('sample.ts', sample)[0]!.lines).toBeGreaterThan(LINES_MAX);
    expect(all.length).toBeGreaterThan(800);
  });

  it(`take no more than ${LINES_MAX} lines`, () => {
    expect(all.filter(({ lines }) => lines > LINES_MAX)).toEqual([]);
  });
});

describe('assertions', () => {
  /** Places that end the program through `abort`. */
  const aborts = (target: Build): number => {
    const module = binaryen.readBinary(readFileSync(buildPath(target)));
    const text = module.emitText();
    module.dispose();
    const name = /\(import "env" "abort" \(func (\S+)/.exec(text)![1]!;
    return text.split(`(call ${name}`).length - 1;
  };

  it('are kept in the checked build; in the release nothing is left but what the runtime says of memory', () => {
    const host = files.filter((path) => !/^assembly\/memory\/(replacement|vmem|replay|index)/.test(path));
    const stated = host.reduce(
      (sum, path) => sum + readFileSync(join(root, path), 'utf8').split(/\bassert\(/).length - 1,
      0,
    );
    expect(stated).toBeGreaterThan(100);
    expect(aborts('checked')).toBeGreaterThanOrEqual(stated);
    expect(aborts('release')).toBeLessThanOrEqual(2);
  });
});
