// When which host was out, as the packing told it.

interface Change {
  readonly atNs: number;
  readonly host: number;
  readonly isOpen: boolean;
}

/** Hosts as they were at an instant that moves on. */
export interface Sweep {
  to(atNs: number): void;
  isOpen(host: number): boolean;
}

export class Outages {
  private readonly changes: Change[] = [];
  private readonly byHost = new Map<number, Change[]>();

  /** In order of time; what changes nothing is passed over. */
  add(host: number, atNs: number, isOpen: boolean): void {
    let own = this.byHost.get(host);
    if ((own?.at(-1)?.isOpen ?? true) === isOpen) return;
    if (own === undefined) this.byHost.set(host, (own = []));
    const change = { atNs, host, isOpen };
    own.push(change);
    this.changes.push(change);
  }

  /** What came at that instant has happened. */
  sweep(): Sweep {
    const closed = new Set<number>();
    let next = 0;
    return {
      to: (atNs) => {
        for (; next < this.changes.length && this.changes[next]!.atNs <= atNs; next++) {
          const { host, isOpen } = this.changes[next]!;
          if (isOpen) closed.delete(host);
          else closed.add(host);
        }
      },
      isOpen: (host) => !closed.has(host),
    };
  }

  /** Instants at which the host went out or came back. */
  of(host: number): readonly number[] {
    return this.byHost.get(host)?.map(({ atNs }) => atNs) ?? [];
  }

  /** Since when the host has been open at `atNs`; undefined where it is out. Always: -Infinity. */
  openSince(host: number, atNs: number): number | undefined {
    const last = this.byHost.get(host)?.findLast((change) => change.atNs <= atNs);
    if (last === undefined) return -Infinity;
    return last.isOpen ? last.atNs : undefined;
  }
}
