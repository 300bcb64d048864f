// Settings that know which of them a run has read, so that a parameter that nothing uses, or that is taken otherwise than it was given, shows.

import { Settings, type SettingValue } from '../../src/experiments/parameters.js';

/** Of sets drawn at random: where more are refused, bounds cross so often that a loop tries next to nothing. */
export const MOST_REFUSED = 0.8;

/** What was read of settings and of all that were made from them, by path. */
export type Read = Map<string, Set<SettingValue>>;

export class WatchedSettings extends Settings {
  constructor(
    values: ReadonlyMap<string, SettingValue>,
    readonly read: Read = new Map(),
  ) {
    super(values);
  }

  private see(path: string): void {
    const seen = this.read.get(path) ?? new Set();
    seen.add(this.values.get(path)!);
    this.read.set(path, seen);
  }

  override number(path: string): number {
    this.see(path);
    return super.number(path);
  }

  override flag(path: string): boolean {
    this.see(path);
    return super.flag(path);
  }

  override text(path: string): string {
    this.see(path);
    return super.text(path);
  }

  override with(changes: Readonly<Record<string, SettingValue>>): WatchedSettings {
    return new WatchedSettings(super.with(changes).values, this.read);
  }
}

/** Over many sets: which of what was set has not once been read as it was set. */
export class UnusedPaths {
  private readonly left = new Set<string>();
  private readonly used = new Set<string>();

  /** After a run that was not refused. */
  add(settings: WatchedSettings, set: readonly string[]): void {
    for (const text of set) {
      const path = text.slice(0, text.indexOf('='));
      this.left.add(path);
      if (settings.read.get(path)?.has(settings.values.get(path)!) === true) this.used.add(path);
    }
  }

  get paths(): string[] {
    return [...this.left].filter((path) => !this.used.has(path));
  }
}
