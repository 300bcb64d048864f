// Who is on which host, for VMs that must be placed anew: a doubly linked list a host, in three arrays.

export class Residents {
  private readonly heads: Int32Array;
  private readonly next: Int32Array;
  private readonly before: Int32Array;

  constructor(hosts: number, vms: number) {
    this.heads = new Int32Array(hosts).fill(-1);
    this.next = new Int32Array(vms);
    this.before = new Int32Array(vms);
  }

  add(host: number, vm: number): void {
    const head = this.heads[host]!;
    this.next[vm] = head;
    this.before[vm] = -1;
    if (head >= 0) this.before[head] = vm;
    this.heads[host] = vm;
  }

  remove(host: number, vm: number): void {
    const [next, before] = [this.next[vm]!, this.before[vm]!];
    if (before >= 0) this.next[before] = next;
    else this.heads[host] = next;
    if (next >= 0) this.before[next] = before;
  }

  /** In the order of arrival. */
  on(host: number): number[] {
    const found: number[] = [];
    for (let vm = this.heads[host]!; vm >= 0; vm = this.next[vm]!) found.push(vm);
    return found.sort((a, b) => a - b);
  }
}
