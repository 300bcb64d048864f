// The built declarations: those that are printed (scripts/declarations.mjs) say what the schema infers.
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const OPTIONS: ts.CompilerOptions = {
  strict: true,
  noEmit: true,
  module: ts.ModuleKind.NodeNext,
  moduleResolution: ts.ModuleResolutionKind.NodeNext,
  target: ts.ScriptTarget.ES2022,
  lib: ['lib.es2023.d.ts', 'lib.dom.d.ts', 'lib.dom.iterable.d.ts', 'lib.dom.asynciterable.d.ts'],
  types: ['node'],
};

/** A program over files, one of which may be there in memory only. */
function programOf(files: readonly string[], extra?: { readonly path: string; readonly text: string }): ts.Program {
  const host = ts.createCompilerHost(OPTIONS);
  const getSourceFile = host.getSourceFile.bind(host);
  const fileExists = host.fileExists.bind(host);
  host.getSourceFile = (path, ...rest) =>
    path === extra?.path
      ? ts.createSourceFile(path, extra.text, ts.ScriptTarget.ES2022, true)
      : getSourceFile(path, ...rest);
  host.fileExists = (path) => path === extra?.path || fileExists(path);
  return ts.createProgram([...files, ...(extra === undefined ? [] : [extra.path])], OPTIONS, host);
}

describe('the declarations', () => {
  it('that are printed take and give what the schema does', () => {
    const text = `
      import type * as built from '../../dist/types/src/index.js';
      import type { ScenarioInput } from '../../src/scenario/schema.js';
      import type { ReserveInput, ManagerKind } from '../../src/reserve/schema.js';
      import type { Mechanism, MechanismInput } from '../../src/mechanisms/types.js';
      type Same<A, B> = [A] extends [B] ? ([B] extends [A] ? true : 'the source takes more') : 'the package takes more';
      export const scenario: Same<built.ScenarioInput, ScenarioInput> = true;
      export const reserve: Same<built.ReserveInput, ReserveInput> = true;
      export const manager: Same<built.ManagerKind, ManagerKind> = true;
      export const written: Same<built.MechanismInput, MechanismInput> = true;
      export const mechanism: Same<built.Scenario['mechanism'], Mechanism> = true;
      // @ts-expect-error no number is a duration
      export const wrong: built.ScenarioInput['duration'] = 5;`;
    const path = `${ROOT}test/docs/same-types.ts`;
    const program = programOf([], { path, text });
    const problems = program.getSemanticDiagnostics(program.getSourceFile(path));
    expect(problems.map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n'))).toEqual([]);
  });
});
