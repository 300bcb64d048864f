// Whether YAML text has the measures of a document that a person or a program of theirs wrote, found by the lexer alone: the
// parser takes a frame a level, and seconds for a hundred thousand entries, to come to the same refusal.

import { Lexer } from 'yaml';

/** A scenario has some ten levels. */
const MAX_DEPTH = 100;
/** The longest list that there can be is that of the VMs; no mapping has a hundred fields. */
export const MAX_ENTRIES = 65_536;
export const MAX_FIELDS = 1000;

export interface Excess {
  readonly line: number;
  readonly given: string;
}

/** Before a scalar's text, whatever that looks like. */
const SCALAR = '\u001f';
const FIELDS = `a mapping of more than ${MAX_FIELDS} fields`;
const ENTRIES = `a list of more than ${MAX_ENTRIES} entries`;
const DEEP = 'text that is nested too deeply';

/** The first place that is beyond measure, if there is one. */
export function excessOf(text: string): Excess | undefined {
  let line = 1;
  /** Commas within each open bracket, and whether it is a mapping's. */
  const open: { isMap: boolean; commas: number }[] = [];
  /** Outside of brackets: lines that begin at a column, since the last one that began further left. */
  const atColumn = new Map<number, number>();
  let column = 0;
  let dashes = 0;
  let begun = false;
  let isScalar = false;
  for (const token of new Lexer().lex(text)) {
    const inside = open.at(-1);
    const isMark = token === SCALAR;
    const isBlank = !isMark && !isScalar && token.trim() === '';
    if (inside === undefined && !begun && !isBlank && !isScalar && !token.startsWith('#')) {
      begun = true;
      for (const at of atColumn.keys()) if (at > column) atColumn.delete(at);
      const count = (atColumn.get(column) ?? 0) + 1;
      atColumn.set(column, count);
      if (isMark && count > MAX_FIELDS) return { line, given: FIELDS };
      if (count > MAX_ENTRIES) return { line, given: ENTRIES };
    }
    if (isMark || isScalar) dashes = 0;
    else if (token === '[' || token === '{') open.push({ isMap: token === '{', commas: 0 });
    else if (token === ']' || token === '}') {
      if (open.pop() === undefined) return { line, given: `a ${token} that closes nothing` };
    } else if (token === '-' || token === '?' || token === ':') dashes++;
    else if (token === ',' && inside !== undefined) {
      inside.commas++;
      if (inside.isMap && inside.commas >= MAX_FIELDS) return { line, given: FIELDS };
      if (inside.commas >= MAX_ENTRIES) return { line, given: ENTRIES };
    } else if (!isBlank) dashes = 0;
    if (open.length > MAX_DEPTH || dashes > MAX_DEPTH) return { line, given: DEEP };
    isScalar = isMark;
    column += token.length;
    for (let at = token.indexOf('\n'); at >= 0; at = token.indexOf('\n', at + 1)) {
      line++;
      dashes = 0;
      begun = false;
      column = token.length - at - 1;
    }
  }
  return undefined;
}
