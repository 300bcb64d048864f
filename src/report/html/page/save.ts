// A figure as a file: its panels one below the other in one SVG, colours as they stand on the page, or that as a PNG.

import { type Panel, SVG } from './panel.js';

const TITLE = 28;

/** Variables of the style sheet by their values of now: a file has no style sheet. */
function resolved(text: string): string {
  const style = getComputedStyle(document.documentElement);
  return text
    .replaceAll(/var\((--[\w-]+)\)/g, (_, name: string) => style.getPropertyValue(name).trim())
    .replaceAll('currentColor', style.getPropertyValue('--text').trim());
}

export function figureSvg(panels: readonly Panel[], question: string): { text: string; width: number; height: number } {
  const outer = document.createElementNS(SVG, 'svg');
  outer.setAttribute('xmlns', SVG);
  let [width, height] = [0, 0];
  const say = (text: string, size: number): void => {
    const title = document.createElementNS(SVG, 'text');
    title.textContent = text;
    title.setAttribute('x', '8');
    title.setAttribute('y', String(height + 19));
    title.setAttribute('style', `font: 600 ${size}px system-ui, sans-serif; fill: var(--text)`);
    outer.append(title);
    height += TITLE;
  };
  say(question, 17);
  for (const { title, svg } of panels) {
    if (title !== '') say(title, 14);
    const inner = svg.cloneNode(true) as SVGSVGElement;
    inner.setAttribute('y', String(height));
    inner.setAttribute('color', 'var(--text)');
    outer.append(inner);
    width = Math.max(width, Number(svg.getAttribute('width')));
    height += Number(svg.getAttribute('height'));
  }
  outer.setAttribute('viewBox', `0 0 ${width} ${height}`);
  outer.setAttribute('width', String(width));
  outer.setAttribute('height', String(height));
  const back = document.createElementNS(SVG, 'rect');
  back.setAttribute('width', '100%');
  back.setAttribute('height', '100%');
  back.setAttribute('fill', 'var(--page)');
  outer.prepend(back);
  return { text: resolved(new XMLSerializer().serializeToString(outer)), width, height };
}

export async function figurePng(panels: readonly Panel[], question: string): Promise<Blob> {
  const { text, width, height } = figureSvg(panels, question);
  const image = new Image();
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(text)}`;
  await image.decode();
  const canvas = document.createElement('canvas');
  canvas.width = 2 * width;
  canvas.height = 2 * height;
  const context = canvas.getContext('2d')!;
  context.scale(2, 2);
  context.drawImage(image, 0, 0, width, height);
  return new Promise((resolve, reject) =>
    canvas.toBlob((blob) => (blob === null ? reject(new Error('no PNG could be made')) : resolve(blob)), 'image/png'),
  );
}

export function save(blob: Blob, name: string): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}
