// The editor, loaded on demand: CodeMirror 6 in a shadow tree of its own, where its style sheets are adopted ones and need no exception
// from the page's policy. Completion and explanation come from the scenario's JSON Schema, errors from the worker.

import {
  autocompletion,
  closeBrackets,
  closeBracketsKeymap,
  completionKeymap,
  startCompletion,
  type Completion,
  type CompletionContext,
  type CompletionResult,
} from '@codemirror/autocomplete';
import { defaultKeymap, history, historyKeymap } from '@codemirror/commands';
import { yaml } from '@codemirror/lang-yaml';
import { indentUnit } from '@codemirror/language';
import { lintGutter, lintKeymap, setDiagnostics, type Diagnostic } from '@codemirror/lint';
import { EditorState, type Text, type Transaction, type TransactionSpec } from '@codemirror/state';
import { drawSelection, EditorView, hoverTooltip, keymap, lineNumbers, type Tooltip } from '@codemirror/view';
import { h } from '../dom.js';
import type { Refused } from '../protocol.js';
import { aboutAt, offersAt, type Offer } from './offers.js';
import type { Schema } from './schema.js';
import { look } from './look.js';

interface EditorEvents {
  onChange(text: string): void;
  onRun(): void;
}

const NEEDED_FIRST = 10;

function completionOf({ label, kind, about, needed, insert }: Offer): Completion {
  return {
    label,
    type: kind === 'field' ? 'property' : 'enum',
    boost: needed ? NEEDED_FIRST : 0,
    ...(needed ? { detail: 'needed' } : {}),
    ...(about === '' ? {} : { info: about }),
    apply: (view, completion, from, to) => {
      view.dispatch({
        changes: { from, to, insert },
        selection: { anchor: from + insert.length },
        userEvent: 'input.complete',
      });
      if (kind === 'field') startCompletion(view); // of the value, where it is one of few, or of the first field inside
    },
  };
}

/** What of its line a problem is about: the field and its value where the line names it, else all that is written there. */
function rangeOf(text: Text, place: number | null, path: string): { from: number; to: number } {
  const line = text.line(Math.min(text.lines, Math.max(1, place ?? 1)));
  const written = /^(\s*(?:- +)*)(.*?)\s*(?:\s#.*)?$/.exec(line.text)!;
  const begin = line.from + written[1]!.length;
  const field = path.split('.').at(-1) ?? '';
  const named = new RegExp(String.raw`(?:^|[\s{,])(${field.replace(/[^\w-]/g, '')}\s*:[^,}#]*)`).exec(line.text);
  if (field !== '' && named !== null) {
    const from = line.from + named.index + named[0].length - named[1]!.length;
    return { from, to: from + named[1]!.trimEnd().length };
  }
  return { from: Math.min(begin, line.to), to: Math.max(begin, Math.min(line.to, begin + written[2]!.length)) };
}

/** What is typed over a selection is put there by us: Chromium joins lines with a style attribute, which the page's policy forbids. */
function typedOver({ inputType, data }: InputEvent, view: EditorView): boolean {
  const { from, to, empty } = view.state.selection.main;
  if (inputType !== 'insertText' || data === null || empty || view.composing) return false;
  const insert = (): Transaction =>
    view.state.update(view.state.replaceSelection(data), { userEvent: 'input.type', scrollIntoView: true });
  const handlers = view.state.facet(EditorView.inputHandler); // brackets
  if (!handlers.some((handle) => handle(view, from, to, data, insert))) view.dispatch(insert());
  return true;
}

export class ScenarioEditor {
  private readonly view: EditorView;
  private schema: Schema | undefined;

  constructor(
    place: HTMLElement,
    text: string,
    schema: Promise<Schema>,
    private readonly events: EditorEvents,
  ) {
    const root = place.attachShadow({ mode: 'open' });
    this.view = new EditorView({ root, parent: root, state: this.stateOf(text) });
    void schema.then((given) => (this.schema = given));
  }

  private stateOf(doc: string): EditorState {
    const run = (): boolean => {
      this.events.onRun();
      return true;
    };
    return EditorState.create({
      doc,
      extensions: [
        lineNumbers(),
        history(),
        drawSelection(),
        EditorView.lineWrapping,
        yaml(),
        indentUnit.of('  '),
        closeBrackets(),
        autocompletion({ override: [(context) => this.complete(context)], icons: false }),
        hoverTooltip((view, at) => this.explain(view, at)),
        lintGutter(),
        look,
        keymap.of([
          { key: 'Mod-Enter', run, preventDefault: true },
          ...closeBracketsKeymap,
          ...completionKeymap,
          ...lintKeymap,
          ...historyKeymap,
          ...defaultKeymap,
        ]),
        EditorView.contentAttributes.of({ 'aria-label': 'Scenario, YAML', spellcheck: 'false', tabindex: '0' }),
        EditorView.domEventHandlers({
          // a file is the page's, wherever it is dropped
          drop: ({ dataTransfer }) => (dataTransfer?.files.length ?? 0) > 0,
          beforeinput: typedOver,
        }),
        EditorView.updateListener.of(({ docChanged, state }) => {
          if (docChanged) this.events.onChange(state.doc.toString());
        }),
      ],
    });
  }

  get text(): string {
    return this.view.state.doc.toString();
  }

  /** Another document: what was undone of the one before is gone. */
  set text(text: string) {
    this.view.setState(this.stateOf(text));
  }

  mark(refused: Refused | undefined): void {
    const { doc } = this.view.state;
    const diagnostics = (refused?.lines ?? []).map((message, i): Diagnostic => {
      return { ...rangeOf(doc, refused!.places[i] ?? null, refused!.paths[i] ?? ''), message, severity: 'error' };
    });
    this.view.dispatch(setDiagnostics(this.view.state, diagnostics) satisfies TransactionSpec);
  }

  goTo(line: number): void {
    const { from, to } = this.view.state.doc.line(Math.min(this.view.state.doc.lines, line));
    this.view.dispatch({ selection: { anchor: from, head: to }, scrollIntoView: true });
    this.view.focus();
  }

  private complete({ state, pos, explicit }: CompletionContext): CompletionResult | null {
    if (this.schema === undefined) return null;
    const found = offersAt(this.schema, state.doc.toString(), pos);
    if (found === undefined || found.offers.length === 0 || (!explicit && found.from === pos)) return null;
    return { from: found.from, options: found.offers.map(completionOf), validFor: /^[\w.-]*$/ };
  }

  private explain({ state }: EditorView, at: number): Tooltip | null {
    const found = this.schema === undefined ? undefined : aboutAt(this.schema, state.doc.toString(), at);
    if (found === undefined) return null;
    return {
      pos: found.from,
      end: found.to,
      above: true,
      create: () => ({ dom: h('p', { class: 'about' }, found.about) }),
    };
  }
}
