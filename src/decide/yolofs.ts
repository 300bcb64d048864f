// A file system that stages what an agent does (YoloFS, arXiv 2604.13536): rules that ask once, a journal, snapshots, travel,
// commit. Rules: docs/yolofs.md.

/** What a rule says of what lies below its path. */
export const RULES = ['ask', 'allow', 'write-ask', 'read-only', 'deny', 'hide'] as const;
export type Rule = (typeof RULES)[number];
export type Access = 'read' | 'write';

/** staged write, delete, rename, snapshot, travel. */
export type Record =
  | { readonly kind: 'S'; readonly path: string; readonly content: string }
  | { readonly kind: 'D'; readonly path: string }
  | { readonly kind: 'R'; readonly path: string; readonly to: string }
  | { readonly kind: 'P'; readonly snapshot: number }
  | { readonly kind: 'T'; readonly snapshot: number };

/** Refused; the tree is as it was. */
export class Refusal extends Error {}

const under = (path: string, folder: string): boolean =>
  folder === '/' || path === folder || path.startsWith(`${folder}/`);

const parent = (path: string): string => path.slice(0, Math.max(1, path.lastIndexOf('/')));

/** The folder of so many components above a path: what an answer counts for. */
export function subtree(path: string, depth: number): string {
  return `/${path.split('/').filter(Boolean).slice(0, depth).join('/')}`;
}

interface StagedFile {
  readonly content: string;
  /** Of the snapshots, when it was copied last. */
  readonly generation: number;
}

/** What lies over the base. */
type Layer = Map<string, StagedFile | null>;

export class StagedTree {
  private readonly rules = new Map<string, Rule>([['/', 'ask']]);
  private layer: Layer = new Map();
  private readonly kept: Layer[] = [];
  private readonly writing = new Map<string, number>();
  private generation = 0;
  private dirty = false;
  readonly journal: Record[] = [];
  /** Files copied, because they were written first since the last snapshot. */
  copies = 0;
  /** Asked of the user. */
  prompts = 0;

  constructor(
    readonly base: Map<string, string>,
    /** Of a question: what the user says; null: nothing within the time, which denies. */
    private readonly user: (path: string, access: Access) => boolean | null,
    /** Of an answer, in components. */
    private readonly depth = 1,
  ) {}

  /** A path need not exist: the rule waits for it. */
  rule(path: string, rule: Rule): void {
    this.rules.set(path, rule);
  }

  /** That of the nearest folder above. */
  ruleOf(path: string): Rule {
    for (let at = path; ; at = parent(at)) {
      const rule = this.rules.get(at);
      if (rule !== undefined) return rule;
    }
  }

  private permit(path: string, access: Access): void {
    const rule = this.ruleOf(path);
    const asks = rule === 'ask' || (rule === 'write-ask' && access === 'write');
    if (rule === 'hide') throw new Refusal(`${path}: no such file`);
    if (rule === 'deny' || (rule === 'read-only' && access === 'write')) throw new Refusal(`${path}: ${rule}`);
    if (!asks) return;
    this.prompts++;
    const answer = this.user(path, access);
    if (answer !== true) throw new Refusal(`${path}: ${answer === null ? 'no answer in time' : 'refused by the user'}`);
    this.rules.set(subtree(path, this.depth), access === 'read' && rule === 'ask' ? 'write-ask' : 'allow');
  }

  has(path: string): boolean {
    const staged = this.layer.get(path);
    return staged === undefined ? this.base.has(path) : staged !== null;
  }

  read(path: string): string | undefined {
    this.permit(path, 'read');
    const staged = this.layer.get(path);
    return staged === undefined ? this.base.get(path) : staged?.content;
  }

  private stage(path: string, content: string): void {
    const before = this.layer.get(path);
    if (before === undefined || before === null || before.generation < this.generation) this.copies++;
    this.layer.set(path, { content, generation: this.generation });
    this.dirty = true;
  }

  write(path: string, content: string): void {
    this.permit(path, 'write');
    this.stage(path, content);
    this.journal.push({ kind: 'S', path, content });
  }

  delete(path: string): void {
    this.permit(path, 'write');
    if (!this.has(path)) throw new Refusal(`${path}: no such file`);
    this.layer.set(path, null);
    this.dirty = true;
    this.journal.push({ kind: 'D', path });
  }

  /** A file, or all below a folder. */
  rename(path: string, to: string): void {
    this.permit(path, 'write');
    this.permit(to, 'write');
    if (under(to, path)) throw new Refusal(`${path}: cannot go below itself, to ${to}`);
    const moved = [...this.files()].filter(([file]) => under(file, path));
    if (moved.length === 0) throw new Refusal(`${path}: no such file`);
    for (const [file, content] of moved) {
      this.layer.set(file, null);
      this.stage(`${to}${file.slice(path.length)}`, content);
    }
    this.journal.push({ kind: 'R', path, to });
  }

  /** Holds a file open for writing, until `close`. */
  openForWriting(path: string): void {
    this.permit(path, 'write');
    this.writing.set(path, (this.writing.get(path) ?? 0) + 1);
  }

  close(path: string): void {
    const count = this.writing.get(path) ?? 0;
    if (count === 0) throw new Refusal(`${path}: not open`);
    if (count === 1) this.writing.delete(path);
    else this.writing.set(path, count - 1);
  }

  private still(what: string): void {
    const [path] = this.writing.keys();
    if (path !== undefined) throw new Refusal(`${what}: ${path} is open for writing`);
  }

  /** After each command. Its number; null where nothing has changed since the last. */
  snapshot(): number | null {
    this.still('snapshot');
    if (!this.dirty) return null;
    const number = this.kept.length;
    this.kept.push(new Map(this.layer));
    this.journal.push({ kind: 'P', snapshot: number });
    this.generation++;
    this.dirty = false;
    return number;
  }

  /** To a snapshot, or to before the first (-1). Nothing is forgotten: what came after it can be travelled to again. */
  travel(snapshot: number): void {
    this.still('travel');
    const to = snapshot === -1 ? new Map<string, StagedFile | null>() : this.kept[snapshot];
    if (to === undefined) throw new Refusal(`no snapshot ${snapshot}`);
    this.layer = new Map(to);
    this.generation++;
    this.dirty = false;
    this.journal.push({ kind: 'T', snapshot });
  }

  /** How many files the base got or lost. */
  commit(): number {
    this.still('commit');
    for (const [path, staged] of this.layer)
      if (staged === null) this.base.delete(path);
      else this.base.set(path, staged.content);
    const files = this.layer.size;
    this.end();
    return files;
  }

  abort(): void {
    this.end();
  }

  private end(): void {
    this.writing.clear();
    this.layer = new Map();
    this.kept.length = 0;
    this.journal.length = 0;
    this.dirty = false;
    this.generation++;
  }

  /** What one sees, path by path. */
  *files(): Generator<[string, string]> {
    for (const [path, content] of this.base) if (!this.layer.has(path)) yield [path, content];
    for (const [path, staged] of this.layer) if (staged !== null) yield [path, staged.content];
  }
}
