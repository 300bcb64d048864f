// Hues stand in one report side by side: hotplug's is taken for no VM's, in light and dark.
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';

const css = readFileSync(new URL('../../../src/report/html/page/colours.css', import.meta.url), 'utf8');

it('hotplug has a hue of its own beside those of VMs', () => {
  const of = (name: string): number[][] =>
    [...css.matchAll(new RegExp(`--${name}: #(..)(..)(..);`, 'g'))].map(([, ...parts]) =>
      parts.map((part) => parseInt(part, 16)),
    );
  for (const scheme of [0, 1])
    for (let vm = 1; vm <= 8; vm++) {
      const [a, b] = [of('m-hotplug')[scheme]!, of(`vm-${vm}`)[scheme]!];
      expect(Math.hypot(...a.map((one, i) => one - b[i]!)), `vm-${vm}`).toBeGreaterThan(35);
    }
});
