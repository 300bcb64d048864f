// What an editor shows: every name that the package exports, and every field and method that can be reached from one, has words of
// its own in the built declarations; and those that are printed (scripts/declarations.mjs) say what the schema infers.
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const TYPES = `${ROOT}dist/types/`;
const ENTRIES = ['index', 'core-entry', 'node-entry', 'report-entry'].map((name) => `${TYPES}src/${name}.d.ts`);
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

/** Walks from the exports of an entry and tells what has no words. */
class Walk {
  readonly silent = new Set<string>();
  readonly told = new Set<string>();
  private readonly seen = new Set<ts.Type>();

  constructor(private readonly checker: ts.TypeChecker) {}

  entry(source: ts.SourceFile): void {
    for (const named of this.checker.getExportsOfModule(this.checker.getSymbolAtLocation(source)!)) {
      const symbol = (named.flags & ts.SymbolFlags.Alias) === 0 ? named : this.checker.getAliasedSymbol(named);
      this.note(symbol, named.name);
      if ((symbol.flags & ts.SymbolFlags.Type) !== 0)
        this.type(this.checker.getDeclaredTypeOfSymbol(symbol), named.name);
      if ((symbol.flags & ts.SymbolFlags.Value) !== 0) this.type(this.checker.getTypeOfSymbol(symbol), named.name);
    }
  }

  private note(symbol: ts.Symbol, path: string): void {
    const words = ts.displayPartsToString(symbol.getDocumentationComment(this.checker)).trim();
    const tags = symbol.getJsDocTags(this.checker).length;
    (words === '' && tags === 0 ? this.silent : this.told).add(path);
  }

  private type(type: ts.Type, path: string): void {
    if (this.seen.has(type)) return;
    this.seen.add(type);
    if (type.isUnionOrIntersection()) for (const part of type.types) this.type(part, path);
    for (const argument of this.argumentsOf(type)) this.type(argument, path);
    for (const signature of [...type.getCallSignatures(), ...type.getConstructSignatures()]) {
      if (!this.isOurs(signature.declaration)) continue;
      for (const parameter of signature.parameters) this.type(this.checker.getTypeOfSymbol(parameter), path);
      this.type(signature.getReturnType(), path);
    }
    if ((type.flags & ts.TypeFlags.Object) === 0) return;
    for (const property of type.getProperties()) {
      const [declaration] = property.declarations ?? [];
      if (property.name === 'prototype' || !this.isOurs(declaration)) continue;
      if ((ts.getCombinedModifierFlags(declaration) & ts.ModifierFlags.Private) !== 0) continue;
      this.note(property, `${path}.${property.name}`);
      this.type(this.checker.getTypeOfSymbol(property), `${path}.${property.name}`);
    }
  }

  private argumentsOf(type: ts.Type): readonly ts.Type[] {
    const aliased = type.aliasTypeArguments ?? [];
    const isReference = ((type as ts.ObjectType).objectFlags & ts.ObjectFlags.Reference) !== 0;
    return isReference ? [...aliased, ...this.checker.getTypeArguments(type as ts.TypeReference)] : aliased;
  }

  private isOurs(declaration: ts.Node | undefined): declaration is ts.Declaration {
    return declaration?.getSourceFile().fileName.startsWith(TYPES) ?? false;
  }
}

describe('the declarations', () => {
  it('have words for every exported name and every field and method that is reached from one', () => {
    for (const entry of ENTRIES) expect(existsSync(entry), `${entry}: run npm run build`).toBe(true);
    const program = programOf(ENTRIES);
    // not what the compiler and Node declare themselves
    const own = program.getSourceFiles().filter(({ fileName }) => fileName.startsWith(TYPES));
    expect(own.length).toBeGreaterThan(100);
    const problems = [
      ...program.getOptionsDiagnostics(),
      ...program.getGlobalDiagnostics(),
      ...own.flatMap((file) => [...program.getSyntacticDiagnostics(file), ...program.getSemanticDiagnostics(file)]),
    ];
    expect(problems.map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n'))).toEqual([]);
    const walk = new Walk(program.getTypeChecker());
    for (const entry of ENTRIES) walk.entry(program.getSourceFile(entry)!);
    expect([...walk.silent].sort()).toEqual([]);
    // it has gone into scenarios, mechanisms, results and options
    for (const end of [
      '.host.cores',
      'Simulation.run',
      '.vms.latencyNs.p99',
      '.policy.dispatch',
      '.mechanism.interval',
    ])
      expect(
        [...walk.told].some((path) => path.endsWith(end)),
        end,
      ).toBe(true);
    expect(walk.told.size).toBeGreaterThan(500);
  });

  it('that are printed take and give what the schema does', () => {
    const text = `
      import type * as built from '../../dist/types/src/index.js';
      import type { ScenarioInput } from '../../src/scenario/schema.js';
      import type { ReserveInput, ManagerKind } from '../../src/reserve/schema.js';
      import type { Mechanism, MechanismInput } from '../../src/mechanisms/types.js';
      import type { Result } from '../../src/result/result.js';
      import type { PagesResult } from '../../src/pages/result.js';
      import type { Interval } from '../../src/metrics/figures.js';
      type Same<A, B> = [A] extends [B] ? ([B] extends [A] ? true : 'the source takes more') : 'the package takes more';
      export const scenario: Same<built.ScenarioInput, ScenarioInput> = true;
      export const reserve: Same<built.ReserveInput, ReserveInput> = true;
      export const manager: Same<built.ManagerKind, ManagerKind> = true;
      export const written: Same<built.MechanismInput, MechanismInput> = true;
      export const mechanism: Same<built.Scenario['mechanism'], Mechanism> = true;
      export const result: Same<built.Result, Result> = true;
      export const pages: Same<built.PagesResult, PagesResult> = true;
      export const interval: Same<built.Interval, Interval> = true;
      // @ts-expect-error no number is a duration
      export const wrong: built.ScenarioInput['duration'] = 5;`;
    const path = `${ROOT}test/docs/same-types.ts`;
    const program = programOf([], { path, text });
    const problems = program.getSemanticDiagnostics(program.getSourceFile(path));
    expect(problems.map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n'))).toEqual([]);
  });
});
