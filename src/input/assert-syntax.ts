// The grammar of `--assert`: names, literals with units, comparisons, `!`, `&&`, `||` and parentheses.
//
//   or      := and ( '||' and )*             api.latency.p99 < 200us && !api.unstable
//   and     := unary ( '&&' unary )*
//   unary   := '!' unary | compare
//   compare := operand ( ('<' | '<=' | '>' | '>=' | '==' | '!=') operand )?
//   operand := name | literal | '(' or ')'

import { InputError, show } from './errors.js';
import { parseSize, parseFractionalDuration, QuantityError } from './quantities.js';

export type Comparator = '<' | '<=' | '>' | '>=' | '==' | '!=';
/** What a number counts; '' for plain numbers. */
export type Unit = 'ns' | 'bytes' | '';

export type Expression =
  | { readonly kind: 'or' | 'and'; readonly left: Expression; readonly right: Expression }
  | { readonly kind: 'not'; readonly operand: Expression }
  | { readonly kind: 'compare'; readonly operator: Comparator; readonly left: Expression; readonly right: Expression }
  | { readonly kind: 'name'; readonly name: string }
  | { readonly kind: 'literal'; readonly value: number | boolean | string; readonly unit: Unit; readonly text: string };

interface Token {
  readonly kind: 'name' | 'number' | 'string' | 'operator';
  readonly text: string;
  readonly at: number;
}

const TOKEN =
  /\s*(?:([A-Za-z_][A-Za-z0-9_-]*(?:\.[A-Za-z0-9_-]+)*)|((?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?[A-Za-zµμ]*)|("[^"]*"|'[^']*')|(<=|>=|==|!=|&&|\|\||[<>!()]))/y;
const COMPARATORS: readonly string[] = ['<', '<=', '>', '>=', '==', '!='];
const MAX_CHARACTERS = 10_000;
const MAX_DEPTH = 100;

/** Refuses an assertion: `place` is the name or the position it is about. */
export function refuseAssertion(text: string, place: string, given: string, expected: string): never {
  throw new InputError({ file: `--assert ${show(text)}`, path: place, given, expected });
}

function tokens(text: string): Token[] {
  const found: Token[] = [];
  TOKEN.lastIndex = 0;
  const end = text.trimEnd().length;
  while (TOKEN.lastIndex < end) {
    const from = TOKEN.lastIndex;
    const match = TOKEN.exec(text);
    if (match === null) {
      const rest = text.slice(from).trimStart();
      const hint = rest.startsWith('=')
        ? '== to compare'
        : 'a name, a number, a comparison (< <= > >= == !=), !, &&, || or a parenthesis';
      refuseAssertion(text, `character ${text.length - rest.length + 1}`, show(rest.slice(0, 20)), hint);
    }
    const [whole, name, number, string, operator] = match;
    const kind =
      name !== undefined ? 'name' : number !== undefined ? 'number' : string !== undefined ? 'string' : 'operator';
    const token = name ?? number ?? string ?? operator ?? '';
    found.push({ kind, text: token, at: from + whole.length - token.length + 1 });
  }
  return found;
}

function numberLiteral(token: Token, source: string): Expression {
  const plain = Number(token.text);
  if (Number.isFinite(plain)) return { kind: 'literal', value: plain, unit: '', text: token.text };
  try {
    const isSize = token.text.endsWith('B');
    return {
      kind: 'literal',
      value: isSize ? parseSize(token.text) : parseFractionalDuration(token.text),
      unit: isSize ? 'bytes' : 'ns',
      text: token.text,
    };
  } catch (failure) {
    if (!(failure instanceof QuantityError)) throw failure;
    return refuseAssertion(
      source,
      `character ${token.at}`,
      show(token.text),
      'a number, a duration such as 200us, or a size such as 64MiB',
    );
  }
}

/** Reads an assertion without looking at any result. @throws InputError where it is not one */
export function parseAssertion(source: string): Expression {
  if (source.length > MAX_CHARACTERS)
    refuseAssertion(source, '', `${source.length} characters`, `at most ${MAX_CHARACTERS}`);
  const list = tokens(source);
  let next = 0;
  let depth = 0;

  const peek = (operator: string): boolean => list[next]?.kind === 'operator' && list[next]?.text === operator;
  const unexpected = (expected: string): never => {
    const token = list[next];
    return refuseAssertion(
      source,
      token === undefined ? 'at its end' : `character ${token.at}`,
      token === undefined ? 'nothing' : show(token.text),
      expected,
    );
  };

  function operand(): Expression {
    const token = list[next];
    if (token === undefined) return unexpected('a name such as api.latency.p99, or a literal such as 200us');
    if (peek('(')) {
      next++;
      const inner = or();
      if (!peek(')')) return unexpected('a closing parenthesis, &&, ||, or a comparison');
      next++;
      return inner;
    }
    if (token.kind === 'operator') return unexpected('a name such as api.latency.p99, or a literal such as 200us');
    next++;
    if (token.kind === 'number') return numberLiteral(token, source);
    if (token.kind === 'string') return { kind: 'literal', value: token.text.slice(1, -1), unit: '', text: token.text };
    if (token.text === 'true' || token.text === 'false')
      return { kind: 'literal', value: token.text === 'true', unit: '', text: token.text };
    return { kind: 'name', name: token.text };
  }

  function compare(): Expression {
    const left = operand();
    const token = list[next];
    if (token?.kind !== 'operator' || !COMPARATORS.includes(token.text)) return left;
    next++;
    return { kind: 'compare', operator: token.text as Comparator, left, right: operand() };
  }

  function unary(): Expression {
    if (++depth > MAX_DEPTH) return unexpected(`at most ${MAX_DEPTH} levels of ! and parentheses`);
    let result: Expression;
    if (peek('!')) {
      next++;
      result = { kind: 'not', operand: unary() };
    } else {
      result = compare();
    }
    depth--;
    return result;
  }

  function and(): Expression {
    let left = unary();
    while (peek('&&')) {
      next++;
      left = { kind: 'and', left, right: unary() };
    }
    return left;
  }

  function or(): Expression {
    let left = and();
    while (peek('||')) {
      next++;
      left = { kind: 'or', left, right: and() };
    }
    return left;
  }

  const expression = or();
  if (next < list.length) return unexpected('&&, ||, a comparison, or the end');
  return expression;
}
