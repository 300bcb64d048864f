// An evaluation kit as `artifact.json` holds it.

export const KIT = 'artifact.json';
/** Folders beside it. */
export const EXPECTED = 'expected';
export const INPUTS = 'inputs';

export const SIZES = ['quick', 'medium', 'full'] as const;
export type Size = (typeof SIZES)[number];

/** A run that whoever reads makes in the live page. */
export interface LiveLink {
  /** Which of the document's runs: a mechanism, a point of a sweep; '' where there is one. */
  readonly of: string;
  /** Of the page's address. */
  readonly fragment: string;
  /** To which the page must come. */
  readonly sha256: string;
}

/** A command of the kit, and what it came to. */
export interface Entry {
  readonly item: string;
  readonly claim?: string;
  readonly sizes: readonly Size[];
  /** As it is given in the kit's folder. */
  readonly command: string;
  /** Where what came out lies, from the kit's folder. */
  readonly folder: string;
  readonly document: string;
  readonly figuresSha256: string;
  /** What the report says, in a sentence. */
  readonly verdict: string;
  /** On the machine that made it. */
  readonly seconds: number;
  /** That pilots predicted there; null where the command has none. */
  readonly predictedSeconds: number | null;
  /** That the whole program holds, as pilots predicted it. */
  readonly bytes: number | null;
  /** Runs of it that the live page makes. */
  readonly live: readonly LiveLink[];
}

export interface Kit {
  readonly title: string;
  readonly page: string;
  readonly version: string;
  readonly entries: readonly Entry[];
}
