// Where Chromium is, and how it is started.

import { existsSync } from 'node:fs';

const PLACES = [
  process.env['CHROMIUM_PATH'],
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
];

/** Without these Chromium asks the outside for updates, accounts and field trials at every start. */
export const QUIET = [
  '--headless',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** For what a page is waited for: most of what a test has. Playwright's own 30 s are over before a busy machine has loaded one. */
export const PATIENCE_MS = 240_000;

export function chromiumPath(): string {
  const path = PLACES.find((place) => place !== undefined && existsSync(place));
  if (path === undefined) {
    throw new Error(
      "no Chromium here: install Debian's package `chromium` (npm test does so as root), or set CHROMIUM_PATH",
    );
  }
  return path;
}
