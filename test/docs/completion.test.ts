// What an editor offers between the quotes: where a program names a mechanism, a policy, a format or a choice of a scenario,
// all the names, as the built declarations tell them to TypeScript's own language service.
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';
import { FORMATS } from '../../src/pages/formats/names.js';
import { POLICY_NAMES } from '../../src/pages/policies.js';
import { PARAMETERS } from '../../src/explain/parameters.js';
import { MECHANISM_KINDS, TRACE_FORMATS } from '../../src/index.js';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const FILE = `${ROOT}test/docs/typed-by-a-user.ts`; // in memory only

const choicesOf = (path: string): readonly string[] => PARAMETERS.find((one) => one.path === path)!.choices!;
const dispatch = choicesOf('vms.*.dispatch');
const victim = choicesOf('vms.*.stealing.victim');
const pattern = choicesOf('vms.*.memory.access.pattern');
const traces = Object.keys(TRACE_FORMATS);
const formats = FORMATS.map(({ name }) => name);

/** Expressions with the cursor at `|`. */
const CASES: readonly (readonly [typed: string, offered: readonly string[]])[] = [
  ["replayPages('a', { format: '|' })", formats],
  ["replayPages('a', { policies: ['|'] })", POLICY_NAMES],
  ["missRatioCurves('a', { policies: ['lru', '|'] })", POLICY_NAMES],
  ["missRatioCurve('a', { format: '|' })", formats],
  ["openTrace({ format: '|', file: 'a' }, {} as TraceHost)", traces],
  ["withMechanism({} as Scenario, '|')", MECHANISM_KINDS],
  ["const a: ScenarioInput = { mechanism: '|' }", MECHANISM_KINDS],
  ["const a: ScenarioInput = { mechanism: { kind: '|' } }", MECHANISM_KINDS],
  ["const a: ScenarioInput = { vms: [{ dispatch: '|' }] }", dispatch],
  ["const a: ScenarioInput = { vms: [{ stealing: { victim: '|' } }] }", victim],
  ["const a: ScenarioInput = { vms: [{ workload: { arrivals: { process: 'trace', format: '|' } } }] }", traces],
  ["const a: ScenarioInput = { vms: [{ memory: { access: { pattern: '|' } } }] }", pattern],
];

const HEAD = `import { replayPages, missRatioCurve, missRatioCurves, openTrace, withMechanism } from '${ROOT}dist/types/src/index.js';
import type { Scenario, ScenarioInput, TraceHost } from '${ROOT}dist/types/src/index.js';
`;

let text = '';
let version = 0;
const service = ts.createLanguageService({
  getCompilationSettings: () => ({
    strict: true,
    noEmit: true,
    module: ts.ModuleKind.NodeNext,
    moduleResolution: ts.ModuleResolutionKind.NodeNext,
    target: ts.ScriptTarget.ES2022,
    lib: ['lib.es2023.d.ts', 'lib.dom.d.ts', 'lib.dom.iterable.d.ts', 'lib.dom.asynciterable.d.ts'],
    types: [],
  }),
  getScriptFileNames: () => [FILE],
  getScriptVersion: (path) => (path === FILE ? String(version) : '0'),
  getScriptSnapshot: (path) => {
    const read = path === FILE ? text : ts.sys.readFile(path);
    return read === undefined ? undefined : ts.ScriptSnapshot.fromString(read);
  },
  getCurrentDirectory: () => ROOT,
  getDefaultLibFileName: (options) => ts.getDefaultLibFilePath(options),
  fileExists: (path) => path === FILE || ts.sys.fileExists(path),
  readFile: (path) => (path === FILE ? text : ts.sys.readFile(path)),
  readDirectory: (...of) => ts.sys.readDirectory(...of),
  directoryExists: (path) => ts.sys.directoryExists(path),
  getDirectories: (path) => ts.sys.getDirectories(path),
});

describe('an editor offers every name', () => {
  it.each(CASES)('in %s', (typed, offered) => {
    const before = HEAD + typed.slice(0, typed.indexOf('|'));
    text = before + typed.slice(typed.indexOf('|') + 1);
    version++;
    const names = service
      .getCompletionsAtPosition(FILE, before.length, {})
      ?.entries.filter(({ kind }) => kind === ts.ScriptElementKind.string)
      .map(({ name }) => name);
    expect(offered.length).toBeGreaterThan(1);
    expect([...(names ?? [])].sort()).toEqual([...offered].sort());
  });
});
