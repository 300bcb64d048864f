// The progress line on a terminal's standard error: simulated time, events per second, time left.
// Printed nowhere else: logs and pipes get no half lines. It never affects what is simulated.

import { formatCount, formatDurationNs, formatRate, formatWait } from '../report/units.js';
import { CLEAR_LINE, type Io } from './io.js';

export interface ProgressReport {
  readonly nowNs: number;
  readonly endNs: number;
  readonly events: number;
  readonly wallSeconds: number;
}

const COLUMNS = 79;
/** Ten lines a second are as many as an eye follows. */
const LEAST_GAP_SECONDS = 0.1;

/** `hyperflux  42 %  840 ms of 2.00 s simulated, 12.3 M/s, 3.10 s left` */
export function progressText(label: string, report: ProgressReport): string {
  const { nowNs, endNs, events, wallSeconds } = report;
  const share = endNs > 0 ? Math.min(nowNs / endNs, 1) : 1;
  const left = share > 0 ? `${formatWait((wallSeconds * (1 - share)) / share)} left` : 'time left unknown';
  const rate =
    wallSeconds > 0
      ? `${formatRate(events / wallSeconds).replace('/s', '')} events/s`
      : `${formatCount(events)} events`;
  const text = `${label}  ${Math.floor(share * 100)} %  ${formatDurationNs(nowNs)} of ${formatDurationNs(endNs)} simulated, ${rate}, ${left}`;
  return text.slice(0, COLUMNS);
}

export class Progress {
  private lastSeconds = -Infinity;
  private shown = false;

  constructor(private readonly io: Io) {}

  /** Starts a run: its first report is shown whenever it comes. */
  start(): void {
    this.lastSeconds = -Infinity;
  }

  update(label: string, report: ProgressReport): void {
    if (this.io.stderrIsTty !== true || report.wallSeconds - this.lastSeconds < LEAST_GAP_SECONDS) return;
    this.lastSeconds = report.wallSeconds;
    this.shown = true;
    this.io.stderr(CLEAR_LINE + progressText(label, report));
  }

  /** Takes the line away before anything else is printed. */
  clear(): void {
    if (this.shown) this.io.stderr(CLEAR_LINE);
    this.shown = false;
  }
}
