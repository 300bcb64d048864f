// The naive models of the policies that remember page numbers after the pages have gone: 2Q, ARC, S3-FIFO.
import { Model, remove } from './models.js';

export class TwoQueueModel extends Model {
  private readonly main: number[] = [];
  private readonly a1in: number[] = [];
  private readonly a1out: number[] = [];

  constructor(
    capacity: number,
    private readonly kin: number,
    private readonly kout: number,
  ) {
    super(capacity);
  }

  private reclaim(): void {
    if (this.main.length + this.a1in.length < this.capacity) return;
    if (this.a1in.length > this.kin || this.main.length === 0) {
      const page = this.a1in.shift()!;
      this.throwOut(page);
      this.a1out.push(page);
      if (this.a1out.length > this.kout) this.a1out.shift();
    } else {
      this.throwOut(this.main.shift()!);
    }
  }

  protected touch(page: number): boolean {
    if (remove(this.main, page)) {
      this.main.push(page);
      return true;
    }
    if (this.a1in.includes(page)) return true;
    const remembered = remove(this.a1out, page);
    this.reclaim();
    (remembered ? this.main : this.a1in).push(page);
    return false;
  }
}

export class ArcModel extends Model {
  private readonly t1: number[] = [];
  private readonly t2: number[] = [];
  private readonly b1: number[] = [];
  private readonly b2: number[] = [];
  private p = 0;

  private replace(inB2: boolean): void {
    if (this.t1.length > 0 && (this.t1.length > this.p || (inB2 && this.t1.length === this.p))) {
      const page = this.t1.shift()!;
      this.throwOut(page);
      this.b1.push(page);
    } else {
      const page = this.t2.shift()!;
      this.throwOut(page);
      this.b2.push(page);
    }
  }

  protected touch(page: number): boolean {
    const { t1, t2, b1, b2, capacity } = this;
    if (remove(t1, page) || remove(t2, page)) {
      t2.push(page);
      return true;
    }
    if (b1.includes(page)) {
      this.p = Math.min(capacity, this.p + Math.max(1, b2.length / b1.length));
      this.replace(false);
      remove(b1, page);
      t2.push(page);
      return false;
    }
    if (b2.includes(page)) {
      this.p = Math.max(0, this.p - Math.max(1, b1.length / b2.length));
      this.replace(true);
      remove(b2, page);
      t2.push(page);
      return false;
    }
    const known = t1.length + t2.length + b1.length + b2.length;
    if (t1.length + b1.length === capacity) {
      if (t1.length < capacity) {
        b1.shift();
        this.replace(false);
      } else {
        this.throwOut(t1.shift()!);
      }
    } else if (known >= capacity) {
      if (known === 2 * capacity) b2.shift();
      this.replace(false);
    }
    t1.push(page);
    return false;
  }
}

export class S3FifoModel extends Model {
  private readonly small: number[] = [];
  private readonly main: number[] = [];
  private readonly ghost: number[] = [];
  private readonly counters = new Map<number, number>();

  constructor(
    capacity: number,
    private readonly smallPages: number,
    private readonly ghostPages: number,
  ) {
    super(capacity);
  }

  private evict(): void {
    if (this.main.length > this.capacity - this.smallPages || this.small.length === 0) {
      for (;;) {
        const page = this.main.shift()!;
        const counter = this.counters.get(page)!;
        if (counter === 0) {
          this.counters.delete(page);
          this.throwOut(page);
          return;
        }
        this.counters.set(page, Math.min(counter, 3) - 1);
        this.main.push(page);
      }
    }
    for (;;) {
      const page = this.small.shift();
      if (page === undefined) return;
      if (this.counters.get(page)! >= 2) {
        this.counters.set(page, 0);
        this.main.push(page);
        continue;
      }
      this.counters.delete(page);
      this.throwOut(page);
      this.ghost.push(page);
      if (this.ghost.length > this.ghostPages) this.ghost.shift();
      return;
    }
  }

  protected touch(page: number): boolean {
    const counter = this.counters.get(page);
    if (counter !== undefined) {
      this.counters.set(page, counter + 1);
      return true;
    }
    const remembered = remove(this.ghost, page);
    while (this.small.length + this.main.length === this.capacity) this.evict();
    (remembered ? this.main : this.small).push(page);
    this.counters.set(page, 0);
    return false;
  }
}
