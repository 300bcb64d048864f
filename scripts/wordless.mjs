// Sources without the words of which JSON Schemas, declarations and references are made. A page makes none of these: its editor's
// schema comes made from the build (scripts/web.mjs). The words would be 13 kB of what the first run loads, packed, and read by nobody.
import { readFileSync } from 'node:fs';
import ts from 'typescript';

/** Rooms of the simulator whose schemas carry words. */
const WORDED = /src[\\/](swap|lifecycle|gpu|datapath|scenario|mechanisms|order|input|metrics|result)[\\/].*\.ts$/;

/** Who takes words, by the file that exports it, and the place of the argument. */
const TAKERS = {
  'input/fields.js': { about: 0, named: 1 },
  'input/parameter.js': { fieldOf: 2 },
  'metrics/counters.js': { counter: 1, seconds: 1, recorded: 1 },
  'metrics/figures.js': {
    ...{ number: 0, count: 0, figure: 0, text: 0, flag: 0, list: 0, byName: 0, told: 0, record: 1 },
  },
};
const CONFIDENCES = new Set(['assumed', 'published', 'derived', 'secondary', 'source code']);
const PROPERTIES = new Set(['meaning', 'source', 'description']);

/** What a file calls the takers that it imports, or has itself. */
function takersOf(path, file) {
  const takers = new Map();
  for (const [module, names] of Object.entries(TAKERS)) {
    const own = path.replaceAll('\\', '/').endsWith(`/src/${module.replace(/\.js$/, '.ts')}`);
    if (own) for (const [name, place] of Object.entries(names)) takers.set(name, place);
    for (const statement of file.statements) {
      if (!ts.isImportDeclaration(statement) || !statement.moduleSpecifier.text.endsWith(`/${module}`)) continue;
      const bindings = statement.importClause?.namedBindings;
      if (bindings === undefined || !ts.isNamedImports(bindings)) continue;
      for (const { name, propertyName } of bindings.elements) {
        const place = names[(propertyName ?? name).text];
        if (place !== undefined) takers.set(name.text, place);
      }
    }
  }
  return takers;
}

/** A row of a table of parameters (input/parameter.ts): what it means, and its source. */
const wordsOfRow = ({ elements }) =>
  elements.length >= 6 && ts.isStringLiteral(elements[5]) && CONFIDENCES.has(elements[5].text)
    ? [elements[3], elements[4]]
    : [];

/** Words that are written where they stand; of a property that is computed nobody knows who reads it. */
const isWritten = (node) => ts.isStringLiteralLike(node) || (ts.isIdentifier(node) && /^[A-Z][A-Z_]+$/.test(node.text));

function withoutWords(path, text) {
  const file = ts.createSourceFile(path, text, ts.ScriptTarget.ES2022, false);
  const takers = takersOf(path, file);
  const words = [];
  const visit = (node) => {
    if (ts.isCallExpression(node) && ts.isIdentifier(node.expression) && takers.has(node.expression.text)) {
      const given = node.arguments[takers.get(node.expression.text)];
      if (given !== undefined) words.push(given);
    } else if (ts.isPropertyAssignment(node) && PROPERTIES.has(node.name.text) && isWritten(node.initializer))
      words.push(node.initializer);
    else if (ts.isArrayLiteralExpression(node)) words.push(...wordsOfRow(node));
    ts.forEachChild(node, visit);
  };
  visit(file);
  let rest = text;
  for (const node of words.sort((a, b) => b.pos - a.pos))
    rest = `${rest.slice(0, node.getStart(file))}''${rest.slice(node.end)}`;
  return rest;
}

/** A source as a page has it. */
export function wordlessText(path) {
  const text = readFileSync(path, 'utf8');
  return WORDED.test(path) ? withoutWords(path, text) : text;
}

/** Of a bundle by esbuild. */
export const wordless = {
  name: 'without-words',
  setup: (hooks) => hooks.onLoad({ filter: WORDED }, ({ path }) => ({ contents: wordlessText(path), loader: 'ts' })),
};
