// What happens next: pairs of a time and a number, the earliest first, of one time the lowest number first. A binary heap in two arrays
// that grow; nothing is allocated for an entry.

export class TimeHeap {
  private times = new Float64Array(1024);
  private numbers = new Float64Array(1024);
  private count = 0;

  get size(): number {
    return this.count;
  }

  /** Infinity where there is nothing. */
  get nextTime(): number {
    return this.count === 0 ? Infinity : this.times[0]!;
  }

  push(time: number, number: number): void {
    if (this.count === this.times.length) {
      const [times, numbers] = [new Float64Array(this.count * 2), new Float64Array(this.count * 2)];
      times.set(this.times);
      numbers.set(this.numbers);
      [this.times, this.numbers] = [times, numbers];
    }
    const { times, numbers } = this;
    let at = this.count++;
    while (at > 0) {
      const above = (at - 1) >> 1;
      if (times[above]! < time || (times[above] === time && numbers[above]! <= number)) break;
      times[at] = times[above]!;
      numbers[at] = numbers[above]!;
      at = above;
    }
    times[at] = time;
    numbers[at] = number;
  }

  /** The number of the earliest entry, which is gone then. */
  pop(): number {
    const { times, numbers } = this;
    const first = numbers[0]!;
    const n = --this.count;
    const [time, number] = [times[n]!, numbers[n]!];
    let at = 0;
    for (;;) {
      let below = 2 * at + 1;
      if (below >= n) break;
      const right = below + 1;
      if (
        right < n &&
        (times[right]! < times[below]! || (times[right] === times[below] && numbers[right]! < numbers[below]!))
      )
        below = right;
      if (time < times[below]! || (time === times[below] && number <= numbers[below]!)) break;
      times[at] = times[below]!;
      numbers[at] = numbers[below]!;
      at = below;
    }
    times[at] = time;
    numbers[at] = number;
    return first;
  }
}
